"""kill -9 of the daemon and of its helper at random points between a fault and
its cure: systemd starts the daemon again, the ledger can be read each time, the
budget holds, and the instance is cured all the same."""

import random
import subprocess
import time

import deeds
from daemon import Daemon
from instance import Broken

HEAL_MAX, WINDOW_S = 3, 60
FOR_S = 14  # from the fault to behind its cure
CURED_S = 150  # when the budget is spent, the window has to pass first


def strike(d, rng):
    """Who is killed; mostly the daemon, the helper, or both."""
    who = rng.choice(["daemon", "helper", "both"])
    if who != "helper":
        d.box.systemctl("kill", "-s", "KILL", "probe.service")
    if who != "daemon":
        d.box.systemctl("kill", "-s", "KILL", "probe-helper@*.service")
    return who


def most_in_window(d):
    """The most intents in any WINDOW_S, by the ledger's own steady clock."""
    at = sorted(r["steady_ms"] for r in deeds.intents(d))
    return max((sum(1 for t in at if first <= t < first + WINDOW_S * 1000)
                for first in at), default=0)


def one(lab, d, rng):
    deeds.wait_well(d)
    tasks, old = lab.tasks_alive(), len(deeds.intents(d))
    d.mark()
    lab.mark()
    deeds.exit_0(lab)
    done = []
    for pause in sorted(rng.uniform(0, FOR_S) for _ in range(2)):
        began = time.monotonic()
        time.sleep(pause / 2)
        done.append("%s at %.1f s" % (strike(d, rng), pause))
        d.ledger()  # raises when a line is torn
        time.sleep(max(0, pause / 2 - (time.monotonic() - began)))
    wrong = []
    lab.box.wait(lab.registered, CURED_S, "cured in the end (%s)" % done)
    deeds.wait_well(d)
    if most_in_window(d) > HEAL_MAX:
        wrong.append("%d acts in %d s" % (most_in_window(d), WINDOW_S))
    if len(deeds.intents(d)) == old:
        wrong.append("cured, and no act is in the ledger")
    if lab.tasks_alive() != tasks:
        wrong.append("a task's process is another one")
    return wrong, done


def run(lab, n, seed, report, say):
    rng = random.Random(seed)
    d = Daemon(lab)
    d.install()
    d.configure(**{"heal-max": str(HEAL_MAX),
                   "heal-window": "%ds" % WINDOW_S})
    d.start()
    for i in range(n):
        began, done = time.monotonic(), []
        try:
            wrong, done = one(lab, d, rng)
        except (Broken, subprocess.SubprocessError, OSError, ValueError) as e:
            wrong = [repr(e), d.journal(30).replace("\n", "\n          ")]
            lab.heal(False)
        report("%d/%d kill -9: %s" % (i + 1, n, ", ".join(done)), wrong,
               time.monotonic() - began)
    say("figures", "%d kills, %d acts, at most %d in %d s" % (
        2 * n, len(deeds.intents(d)), most_in_window(d), WINDOW_S))
