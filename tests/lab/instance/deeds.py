"""What the daemon must do, and must leave alone, on a real systemd with a real
dockerd: each fault of cases.py that concerns it, and what is right.

Deed: id, title, make(lab), want: the word of the act that cures it, SELF when
the instance comes back by itself, or None when probe must keep its hands off;
then guards that may say so (any when empty), the cause that holds it back when
it must be a certain one, and causes that may be acted on.
"""

import random
import subprocess
import time

import cases
from daemon import Daemon
from fake import spec as sp
from instance import Broken
from lab import CONFIG, GOOD_CONFIG

SELF = "self"
CURED_S = 60  # to be cured, from the fault; the report tells what it took
HEALED_S = 15  # from the act to the proof that it helped
SEEN_S = 1.0  # a container's death to the daemon's knowing
BACK_S = 40
TOLD_S = 15
LEFT_S = 15  # how long nothing may happen, once the verdict stands
DEEDS = []


class Deed:
    def __init__(self, ident, title, make, want, guards=(), causes=(),
                 clean=False, undo=None, slow_s=0, held=None):
        self.slow_s, self.held = slow_s, held
        self.id, self.title, self.make, self.want = ident, title, make, want
        self.guards, self.causes = guards, causes
        self.clean, self.undo = clean, undo


def deed(ident, title, want, **kw):
    def add(make):
        DEEDS.append(Deed(ident, title, make, want, **kw))
        return make
    return add


def signal_agent(lab, name):
    lab.inside(["docker", "kill", "-s", name, "ecs-agent"])


# -- what a start or a restart cures ------------------------------------------

@deed("exit0", "agent ended with 0", "start", causes=("AGENT_EXITED_CLEAN",))
def exit_0(lab):
    signal_agent(lab, "TERM")


@deed("removed", "agent ended and its container is gone", "start",
      causes=("AGENT_EXITED_CLEAN",))
def removed(lab):
    cases.removed(lab)


@deed("docker-bounced", "docker stopped and started: unit inactive", "start",
      causes=("AGENT_EXITED_CLEAN", "AGENT_UNIT_INACTIVE"))
def bounced(lab):
    cases.docker_bounced(lab)


@deed("failed", "started too often: unit failed", "reset-failed and start",
      causes=("AGENT_UNIT_FAILED",))
def failed(lab):
    """systemd gives a unit up that is started six times in ten seconds."""
    for _ in range(7):
        lab.box.systemctl("restart", "ecs")
    lab.wait_state(ActiveState="failed")


# `docker stop`, which ecs-init calls, waits ten seconds for such an agent.
@deed("hung", "agent stopped (SIGSTOP)", "restart", causes=("AGENT_HUNG",),
      slow_s=10)
def hung(lab):
    cases.agent_hung(lab)


@deed("silent", "control plane's connections fall silent", "restart",
      causes=("AGENT_SILENT_DISCONNECT", "AGENT_NO_CONTROL_SOCKET"))
def silent(lab):
    signal_agent(lab, "RTMIN+10")


def dbus_back(lab):
    lab.box.systemctl("start", "dbus.socket", "dbus.service")


@deed("dbus-gone", "D-Bus is gone, and the agent ended with 0", "start",
      causes=("AGENT_EXITED_CLEAN",), undo=dbus_back)
def dbus_gone(lab):
    """Debian's dbus.service does not end when it is stopped."""
    box = lab.box
    box.systemctl("stop", "dbus.socket")
    box.systemctl("kill", "-s", "KILL", "dbus.service")
    box.run(["rm", "-f", "/run/dbus/system_bus_socket"])
    if box.run(["busctl", "list"]).returncode == 0:
        raise Broken("D-Bus is still there")
    signal_agent(lab, "TERM")


# -- what comes back by itself ------------------------------------------------

@deed("exit1", "agent ended with 1: ecs-init tries again", SELF)
def exit_1(lab):
    signal_agent(lab, "RTMIN+1")


@deed("exit2", "agent ended with 2: ecs-init tries again", SELF)
def exit_2(lab):
    signal_agent(lab, "RTMIN+2")


@deed("docker-restarted", "docker restarted under it", SELF)
def docker_restarted(lab):
    lab.box.systemctl("restart", "docker")


# -- what is nobody's to start ------------------------------------------------

@deed("exit5", "agent ended with 5: unit failed", None)
def exit_5(lab):
    signal_agent(lab, "RTMIN+5")
    lab.wait_state(ActiveState="failed", ExecMainStatus="5")


@deed("operator", "a person stopped ecs", None, guards=("stopped-by-person",))
def operator(lab):
    cases.stopped(lab)


@deed("mismatch", "saved state of another cluster", None,
      guards=("no-cure", "verdict"), clean=True)
def mismatch(lab):
    cases.mismatch(lab)


@deed("no-role", "no credentials: no instance profile", None,
      guards=("no-cure", "verdict"), clean=True)
def no_role(lab):
    cases.no_role(lab)


def route_back(lab):
    lab.box.run(["ip", "route", "replace", "default", "via", sp.ROUTER_IP])


@deed("no-network", "no way to AWS, and the agent ended", None,
      undo=route_back)
def no_network(lab):
    lab.inside(["ip", "route", "del", "default"])
    signal_agent(lab, "TERM")


def disk_back(path):
    def undo(lab):
        lab.stop_ecs()
        lab.box.run(["umount", "-l", path])
    return undo


def fill(lab, path):
    """A file system of 1 MiB over path and what is in it, which is then
    full."""
    lab.box.inside("sh", "-c", 'cp -a "$0" /run/was && '
                   'mount -t tmpfs -o size=1m,mode=755 lab "$0" && '
                   'cp -a /run/was/. "$0" && rm -r /run/was', path)
    lab.box.run(["dd", "if=/dev/zero", "of=%s/full" % path, "bs=64k"])


@deed("disk-full", "no room for the agent's files, and the agent ended", None,
      guards=("no-cure", "verdict"), held="disk-full",
      undo=disk_back("/var/lib/ecs"))
def disk_full(lab):
    fill(lab, "/var/lib/ecs")
    signal_agent(lab, "TERM")


@deed("data-full", "no room on the volume of the agent's state alone, and "
      "the agent ended", None, guards=("no-cure", "verdict"),
      held="disk-full", undo=disk_back("/var/lib/ecs/data"))
def data_full(lab):
    fill(lab, "/var/lib/ecs/data")
    signal_agent(lab, "TERM")


# -- one of them --------------------------------------------------------------

class Tally:
    def __init__(self):
        self.runs = self.wrong = self.missed = self.other = 0
        self.seen_s, self.healed_s, self.total_s = [], [], []
        self.slow_s = []  # with what ecs-init itself waits for

    def line(self):
        out = "%d runs: %d wrong acts, %d missed cures, %d other faults" % (
            self.runs, self.wrong, self.missed, self.other)
        for name, values in (("seen", self.seen_s), ("act to proof",
                                                     self.healed_s),
                             ("the same of a hung agent, with ecs-init's "
                              "10 s of docker stop", self.slow_s),
                             ("fault to proof", self.total_s)):
            if values:
                values = sorted(values)
                out += "; %s %.1f s median, %.1f s worst" % (
                    name, values[len(values) // 2], values[-1])
        return out


def intents(d):
    return [r for r in d.ledger() if r["kind"] == "intent"]


def ends(d):
    return {r["id"]: r for r in d.ledger() if r["kind"] == "end"}


def status(d):
    return d.box.show("probe.service", "StatusText").get("StatusText", "")


def wait_well(d):
    d.box.wait(lambda: status(d).startswith("ok"), BACK_S,
               "the daemon finds the instance healthy (%s)" % status(d))


def wait_cured(lab, d, old):
    def cured():
        new = intents(d)[old:]
        return new and ends(d).get(new[-1]["id"])
    lab.box.wait(cured, CURED_S, "an act and its end")


def wait_told(lab, word, began, outcome):
    """CloudWatch Logs has the verdict, the act and what came of it, in order
    and once."""
    def told():
        return [(r["kind"], r.get("action"), r.get("outcome"))
                for r in lab.world.records()
                if r["at_ms"] >= began * 1000 and r["kind"] == "act"]
    want = [("act", word, "open"), ("act", word, outcome)]
    try:
        lab.box.wait(lambda: told() == want, TOLD_S, "")
    except Broken:
        return ["CloudWatch was told %s, not %s" % (told(), want)]
    return []


def judge_cured(lab, d, row, old, tally, began):
    """What is wrong with how it was healed."""
    wrong = []
    try:
        wait_cured(lab, d, old)
    except Broken as e:
        if len(intents(d)) == old:
            tally.missed += 1
        return [str(e)]
    new = intents(d)[old:]
    word = {"start": "START_AGENT", "restart": "RESTART_AGENT"}.get(
        row.want, "RESET_AND_START")
    if [r["action"] for r in new] != [word] or \
            row.causes and new[0]["cause"] not in row.causes:
        tally.wrong += 1
        wrong.append("acts: %s" % [(r["action"], r["cause"]) for r in new])
    end = ends(d)[new[-1]["id"]]
    if end["outcome"] != "cured":
        tally.missed += 1
        wrong.append("not cured: %s, %s" % (end["outcome"], end["words"]))
    if not lab.registered():
        wrong.append("cured, it says; the agent is not registered")
    wrong += wait_told(lab, row.want, began, end["outcome"])
    took = end["wall_ms"] / 1000 - new[0]["wall_ms"] / 1000
    (tally.slow_s if row.slow_s else tally.healed_s).append(took)
    tally.total_s.append(end["wall_ms"] / 1000 - began)
    if took > HEALED_S + row.slow_s:
        wrong.append("%.1f s from the act to its proof" % took)
    return wrong


def judge_left(lab, d, row, tally):
    """What is wrong with how it was left alone."""
    def held():
        return [said for _, said in d.events("held-back")]
    try:
        # One that still stands from the run before is not raised again.
        lab.box.wait(lambda: d.events("raised") or
                     status(d).startswith("critical"), BACK_S, "a verdict")
    except Broken as e:
        tally.other += 1
        return [str(e), "status: " + status(d)]
    time.sleep(LEFT_S)
    said = held()
    if not said or row.guards and said[-1]["guard"] not in row.guards or \
            row.held and said[-1].get("cause") != row.held:
        tally.other += 1
        return ["held back by %s" % [(s["guard"], s.get("cause"))
                                     for s in said]]
    return []


def one(lab, d, row, tally, rng):
    """Makes the fault; everything that is wrong with what follows."""
    wait_well(d)
    time.sleep(rng.random() * 3)
    old, tasks = len(intents(d)), lab.tasks_alive()
    d.mark()
    lab.mark()
    began = time.time()
    row.make(lab)
    made = time.time()  # `docker kill` takes a while of its own
    tally.runs += 1
    if row.want == SELF:
        wrong = []
        time.sleep(3)
        lab.box.wait(lambda: lab.registered() and
                     status(d).startswith("ok"), BACK_S, "it comes back")
    elif row.want:
        wrong = judge_cured(lab, d, row, old, tally, began)
    else:
        wrong = judge_left(lab, d, row, tally)
    if not row.want or row.want == SELF:
        new = intents(d)[old:]
        if new:
            tally.wrong += 1
            wrong.append("acts: %s" % [(r["action"], r["cause"])
                                       for r in new])
    if row.id != "docker-restarted" and not row.id.startswith("docker-b") and \
            lab.tasks_alive() != tasks:
        tally.wrong += 1
        wrong.append("a task's process is another one")
    died = [when for when, said in d.events("container") if
            said.get("action") == "die"]
    if died and row.id.startswith("exit"):
        seen = max(0.0, died[0] - made)
        tally.seen_s.append(died[0] - began)
        if seen > SEEN_S:
            tally.other += 1
            wrong.append("the death was seen after %.1f s" % seen)
    return wrong


def back(lab, row):
    if row.undo:
        row.undo(lab)
    lab.box.put(CONFIG, GOOD_CONFIG)
    lab.heal(row.clean)


def by_id(word):
    return [r for r in DEEDS if not word or r.id == word]


def run(lab, rows, seed, report, say, scene, verbose=False):
    """rows one after the other, on one instance and one daemon; scene(lab):
    what the rest of the instance says when it does not go well."""
    tally, rng = Tally(), random.Random(seed)
    d = Daemon(lab)
    d.install()
    d.configure()
    d.start()
    for i, row in enumerate(rows):
        began = time.monotonic()
        try:
            wrong = one(lab, d, row, tally, rng)
        except (Broken, subprocess.SubprocessError, OSError) as e:
            tally.other += 1
            wrong = ["the fault did not show, or stays: %s" % e]
        if verbose:
            print(d.journal(40), flush=True)
        if wrong:
            wrong.append("probe's journal, then the instance's:")
            wrong.append(d.journal(25).replace("\n", "\n          "))
            wrong.append(scene(lab))
        try:
            back(lab, row)
            wait_well(d)
        except (Broken, subprocess.SubprocessError, OSError) as e:
            wrong.append("does not come back: %s" % e)
            lab.boot()
            d.install()
            d.configure()
            d.start()
        report("%d/%d %s: %s" % (i + 1, len(rows), row.id, row.title), wrong,
               time.monotonic() - began)
    say("figures", tally.line())
    return tally
