"""Runs the scenarios of cases.py on one boot of the instance.

usage: scenarios.py [--only ID] [--json] [-v] [PROBE]

       scenarios.py --daemon [--only ID] PROBE
       scenarios.py --random N [--seed S] PROBE
       scenarios.py --kills N [--seed S] PROBE
       scenarios.py --idle SECONDS PROBE

Without PROBE it proves the instance only: each fault shows as documented,
a restart does what the row says, and the instance comes back. With PROBE
each fault must give its verdict, and the healed instance `healthy`. --daemon
installs probe as a service and tries each of deeds.py; --random tries N of
them as the seed has it; --kills kills it meanwhile; --idle measures it beside
monit. Ends with one line: N passed, N failed, N skipped.
"""

import argparse
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import cases  # noqa: E402
import deeds  # noqa: E402
import idle  # noqa: E402
import instance  # noqa: E402
import kills  # noqa: E402
from lab import AGENT_LOG, INIT_LOG, Lab  # noqa: E402

LIMIT_S = 600
DEED_S = 150
BOOT_LIMIT_S = 45  # 3 s on an idle machine
TURN_S = 600
# Two labs share nothing but the machine's time: who has time to spare for a
# second one names another lock.
LOCK = os.environ.get("PROBE_LAB_LOCK") or "/run/probe-lab.lock"


class Count:
    passed = failed = skipped = 0


def say(word, what, why="", took=None):
    tail = " (%.1f s)" % took if took is not None else ""
    print("%-7s %s%s%s" % (word, what, ": " + why if why else "", tail),
          flush=True)


def compare(row, doc, code):
    """What is wrong with this verdict for this fault."""
    verdict = doc.get("verdict", {})
    helps = verdict.get("restart", {}).get("helps")
    wrong = []
    if verdict.get("class") not in row.cls:
        wrong.append("class %s, not %s" % (verdict.get("class"),
                                           " or ".join(row.cls)))
    if row.cause and verdict.get("cause") not in row.cause:
        wrong.append("cause %s, not %s" % (verdict.get("cause"),
                                           " or ".join(row.cause)))
    if row.helps and helps not in row.helps:
        wrong.append("restart.helps %s, not %s" % (helps,
                                                   " or ".join(row.helps)))
    if code not in row.code:
        wrong.append("exit %s, not %s" % (code, row.code))
    return wrong


HEALTHY = cases.Row("twin", "", None, ("healthy",), None, 0)


def judge(lab, row):
    """Ask the program; everything that is wrong with its answer."""
    if not lab.probe:
        return []
    doc, code, wrong = lab.ask(row.before)
    wrong += compare(row, doc, code) if doc else ["exit %s" % code]
    if wrong and doc:
        wrong.append(digest(doc))
    return wrong


def digest(doc):
    """What it said instead, in a few lines."""
    out = ["said: %s" % doc.get("verdict", {}).get("title")]
    for f in doc.get("findings", []):
        out.append("  %s (%s) by %s: %s" % (
            f["id"], f["severity"], f.get("explained_by"), f["text"]))
    for u in doc.get("unknown", []):
        out.append("  unknown %s: %s" % (u["check"], u["why"]))
    return "\n          ".join(out)


def one(lab, row, verbose):
    wrong = []
    row.make(lab)
    wrong += judge(lab, row)
    if row.also:
        wrong += row.also(lab)
    if wrong and verbose and lab.probe:
        print(json.dumps(getattr(lab, "last", {}), indent=1))
    if row.helps and row.tried:
        cured = "yes" if lab.restart_cures() else "no"
        if (cured == "yes") != ("yes" in row.helps):
            wrong.append("tried: a restart helps: %s, not %s" %
                         (cured, " or ".join(row.helps)))
    return wrong


def heal(lab, row):
    if row.undo:
        row.undo(lab)
    lab.heal(row.clean)


def scene(lab):
    """What to look at when the instance does not do what it must."""
    try:
        lines = [str(lab.state()), str(lab.state("docker")),
                 "load " + lab.box.get("/proc/loadavg")]
        for path in (INIT_LOG, AGENT_LOG):
            lines += lab.box.get(path).splitlines()[-10:]
        lines += lab.box.run(["journalctl", "_PID=1", "-n", "12", "-o", "cat",
                              "--no-pager"]).stdout.splitlines()
        lines += lab.box.run(["docker", "ps", "-a", "--format",
                              "{{.Names}} {{.Status}}"]).stdout.splitlines()
    except (subprocess.SubprocessError, OSError) as e:
        lines = [str(e)]
    return "\n          ".join(lines)


def run_row(lab, row, verbose):
    why = cases.can_run(row)
    if why:
        Count.skipped += 1
        say("skipped", row.id, why)
        return
    began = time.monotonic()
    try:
        wrong = one(lab, row, verbose)
    except (instance.Broken, subprocess.SubprocessError, OSError) as e:
        wrong = ["the fault did not show: %s" % e]
    try:
        heal(lab, row)
        twin = judge(lab, HEALTHY)
        if twin and verbose:
            print(json.dumps(getattr(lab, "last", {}), indent=1))
        wrong += ["healed: " + w for w in twin]
    except (instance.Broken, subprocess.SubprocessError, OSError) as e:
        wrong += ["does not heal: %s" % e, scene(lab)]
        lab.boot()  # the next row is not to suffer for this one
    report(row.id + " " + row.title, wrong, time.monotonic() - began)


def report(what, wrong, took):
    if wrong:
        Count.failed += 1
        say("FAILED", what, took=took)
        for w in wrong:
            print("        " + w, flush=True)
    else:
        Count.passed += 1
        say("ok", what, took=took)


def first(lab):
    """The well instance: booted, registered, seen by the fake AWS."""
    began = time.monotonic()
    wrong = []
    if lab.box.boot_s > BOOT_LIMIT_S:
        wrong.append("boot took %.1f s" % lab.box.boot_s)
    calls = lab.world.seen(op="ecs:RegisterContainerInstance")
    if not any(c["verified"] and c["status"] == 200 for c in calls):
        wrong.append("no signed registration in the fake's log")
    if not lab.world.seen(to="ecs-a"):
        wrong.append("no connection to ACS in the fake's log")
    wrong += judge(lab, HEALTHY)
    report("WELL the healthy twin (boot %.1f s)" % lab.box.boot_s, wrong,
           time.monotonic() - began)


def build():
    r = subprocess.run([os.path.join(HERE, "build")], capture_output=True,
                       text=True)
    if r.returncode:
        raise instance.CannotRun(r.stderr.strip() or "build failed")
    return r.stdout.strip().splitlines()[-1]


def leftovers(lab):
    """Nothing of ours may be on this machine after the end."""
    left = list(lab.box.left)
    with open("/proc/mounts") as f:
        left += [line.split()[1] for line in f if lab.box.name in line]
    out = subprocess.run(["ip", "netns"], capture_output=True, text=True)
    left += [n for n in out.stdout.split() if n in lab.world.names]
    if left:
        report("CLEAN nothing is left behind", left, 0)


def arguments():
    p = argparse.ArgumentParser(prog="run")
    p.add_argument("--only", default="")
    p.add_argument("--daemon", action="store_true")
    p.add_argument("--random", type=int, default=0, metavar="N")
    p.add_argument("--idle", type=int, default=0, metavar="SECONDS")
    p.add_argument("--kills", type=int, default=0, metavar="N")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("-v", action="store_true", dest="verbose")
    p.add_argument("probe", nargs="?")
    args = p.parse_args()
    if (args.daemon or args.random or args.idle or args.kills) and not args.probe:
        p.error("which PROBE is to be the daemon?")
    return args


def stop(signum, _frame):
    raise SystemExit("signal %d" % signum)


def turn():
    """One run at a time on a machine; the lock goes with this process."""
    lock = open(LOCK, "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("waits", "instance", "another run has the lab")
        signal.alarm(TURN_S)
        fcntl.flock(lock, fcntl.LOCK_EX)
        signal.alarm(0)
    return lock


def chosen_deeds(args):
    """In the order of the table, or of the seed, which is printed."""
    if args.random:
        args.seed = args.seed or int(time.time())
        say("seed", str(args.seed))
        rng = random.Random(args.seed)
        return [rng.choice(deeds.DEEDS) for _ in range(args.random)]
    return deeds.by_id(args.only) if args.daemon else []


def all_rows(args):
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(
        os.path.expanduser("~"), ".cache"), "probe-lab")
    why = instance.needs()
    if why:
        raise instance.CannotRun(why)
    lock = turn()
    root = build()  # has a limit of its own
    rows = chosen_deeds(args)
    signal.alarm(LIMIT_S + DEED_S * (len(rows) + args.kills) +
                 args.idle)
    instance.sweep()
    instance.own_mounts()
    lab = Lab(root, cache, args.probe)
    try:
        with lab:
            if args.idle:
                idle.run(lab, args.idle, report, say)
                return
            if args.kills:
                kills.run(lab, args.kills, args.seed, report, say)
                return
            if rows:
                deeds.run(lab, rows, args.seed, report, say, scene,
                          args.verbose)
                return
            first(lab)
            for row in cases.by_id(args.only):
                run_row(lab, row, args.verbose)
    finally:
        lab.__exit__()
        leftovers(lab)
        lock.close()


def main():
    args = arguments()
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                signal.SIGALRM):
        signal.signal(sig, stop)
    try:
        all_rows(args)
    except instance.CannotRun as e:
        Count.skipped += 1 + (len(deeds.DEEDS) if args.daemon or args.random
                              else len(cases.by_id(args.only)))
        say("skipped", "instance", str(e))
    except (instance.Broken, subprocess.SubprocessError, OSError):
        Count.failed += 1
        say("FAILED", "instance")
        traceback.print_exc()
    print("%d passed, %d failed, %d skipped" %
          (Count.passed, Count.failed, Count.skipped))
    return 1 if Count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
