"""The user data of userdata/make on a machine that boots: real systemd, real
cloud-init, a real package out of the fake S3.

usage: boot.py [--only ID] [-v] PROBE

Each row boots a disk of its own; -v prints its console. What must be whole
afterwards is looked at by the row, and of each that the boot came to its end:
no job waits, the agent started after cloud-init and is in its cluster. Ends
with one line: N passed, N failed, N skipped."""

import argparse
import glob
import json
import os
import re
import signal
import subprocess
import sys
import time
import traceback

import cloud
from cloud import instance, lab

import scenarios
from fake import spec as sp

TREE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
LIMIT_S = 600
BEAT_S = 60  # 10 s and a pass on an idle machine
BUCKET = "probe-packages"
CONFIG = "ECS_CLUSTER=web-prod\nECS_RESERVED_MEMORY=64\n"
UNITS = ("probe-helper.socket", "probe.service")
SAYS = "probe-userdata: "
DONE = SAYS + "done"
HALVES = "find / -xdev ( -name *probe-userdata.* -o -name *.probe-new ) " \
    "-not -path /proc/*"


class Bench(lab.Lab):
    """The lab, with an instance as EC2 makes it; see cloud.py."""

    def __init__(self, root, cache, probe, package):
        super().__init__(root, cache, probe)
        self.box = cloud.Cloud(root, self.world.netns,
                               nameserver=sp.RESOLVER_IP, ca=self.world.ca)
        self.package = os.path.basename(package)
        with open(package, "rb") as f:
            self.bytes = f.read()
        with open(os.path.join(TREE, "packaging/files.txt"),
                  encoding="utf-8") as f:
            rows = [line.split() for line in f if
                    line.startswith(("both ", "deb "))]
        self.files = {path: (int(mode, 8), owner)
                      for _, mode, owner, path in rows}

    def boot(self):
        """Each row has a boot of its own."""

    def user_data(self, *more):
        """userdata/make, as its README has it."""
        with open(os.path.join(TREE, "build/dist/SHA256SUMS"),
                  encoding="ascii") as f:
            sums = dict(reversed(line.split()) for line in f)
        return subprocess.run(
            [os.path.join(TREE, "userdata/make"), "--cluster", "web-prod",
             "--set", "ECS_RESERVED_MEMORY=64", "--package",
             "s3://%s/%s" % (BUCKET, self.package), "--sha256",
             sums[self.package], "--wait", "120", *more],
            check=True, capture_output=True, text=True).stdout

    def launch(self, text, files=None):
        self.box.stop()
        self.world.reset()
        self.world.forget()
        self.world.change({
            "imds": {"user_data": text},
            "aws": {"log_groups": {cloud.GROUP: {}}, "buckets": {BUCKET: {
                "region": self.world.spec["region"],
                "objects": {self.package: self.bytes}}}}})
        self.box.files = files or {}
        self.box.late_s, self.box.stuck = 0, False

    def records(self, kind):
        """Those that came to CloudWatch Logs, signed."""
        streams = self.world.spec["aws"]["log_groups"][cloud.GROUP]
        rows = [json.loads(e["message"]) for events in list(streams.values())
                for e in list(events)]
        return [r for r in rows if r["kind"] == kind]


class Row:
    def __init__(self, ident, title, make, also):
        self.id, self.title, self.make, self.also = ident, title, make, also


# -- what can be wrong --------------------------------------------------------

def completed(bench, cluster="web-prod"):
    """The boot came to its end, and the agent's unit after cloud-init's."""
    box, wrong = bench.box, []
    jobs = box.systemctl("list-jobs", "--no-legend").stdout.strip()
    if jobs:
        wrong.append("jobs wait: " + jobs)
    if "ordering cycle" in box.run(["journalctl", "-b", "-o", "cat",
                                    "_PID=1"]).stdout:
        wrong.append("systemd had to break an ordering cycle")
    final = int(box.show("cloud-final", "ExecMainExitTimestampMonotonic")
                .get("ExecMainExitTimestampMonotonic") or 0)
    agent = int(box.show("ecs", "ExecMainStartTimestampMonotonic")
                .get("ExecMainStartTimestampMonotonic") or 0)
    if not 0 < final <= agent:
        wrong.append("cloud-final ended at %d us, ecs began at %d us" %
                     (final, agent))
    doc = json.loads(box.get("/var/lib/cloud/data/result.json") or "{}")
    if "DataSourceEc2" not in doc.get("v1", {}).get("datasource", ""):
        wrong.append("cloud-init's result: %s" % doc)
    bench.wait_registered(cluster)
    return wrong


def failed_units(bench, want=()):
    out = bench.box.systemctl("--failed", "--no-legend", "--plain").stdout
    got = sorted(line.split()[0] for line in out.splitlines())
    return [] if got == sorted(want) else ["failed units: %s" % got]


def configured(bench, want=CONFIG, mode=0o644):
    box = bench.box
    with open(box.path(lab.CONFIG), newline="", encoding="utf-8") as f:
        got = f.read()
    st = os.stat(box.path(lab.CONFIG))
    wrong = [] if got == want else ["ecs.config is %r" % got]
    if (st.st_mode & 0o7777, st.st_uid, st.st_gid) != (mode, 0, 0):
        wrong.append("ecs.config: %o %d:%d" % (st.st_mode, st.st_uid,
                                               st.st_gid))
    return wrong


def installed(bench):
    """The package, each of its files, and its units."""
    box, wrong = bench.box, []
    for path, (mode, owner) in bench.files.items():
        real = path.rstrip("/")
        got = box.run(["stat", "-c", "%a %U:%G", real]).stdout.strip()
        if not real.startswith("/usr/share") and \
                got != "%o %s" % (mode, owner):
            wrong.append("%s: %s, not %o %s" % (real, got, mode, owner))
    out = box.run(["dpkg", "--audit"]).stdout + \
        box.run(["dpkg", "--verify", "probe"]).stdout
    if out:
        wrong.append("dpkg: " + out)
    for unit in UNITS:
        state = box.show(unit, "ActiveState", "UnitFileState")
        if state != {"ActiveState": "active", "UnitFileState": "enabled"}:
            wrong.append("%s: %s" % (unit, state))
    return wrong + halves(bench)


def halves(bench):
    """What a download or a change of ecs.config leaves when it is not done."""
    out = bench.box.run(HALVES.split()).stdout.strip()
    return ["left behind: " + out] if out else []


def nothing(bench):
    """No file of the package, no unit, no user, no word in dpkg's books."""
    box = bench.box
    wrong = [p + " is there" for p in bench.files
             if os.path.lexists(box.path(p.rstrip("/")))]
    for argv in (["dpkg-query", "-W", "probe"], ["getent", "passwd", "probe"],
                 ["systemctl", "cat", "probe.service"]):
        # The lab's drop-ins for the unit are no unit.
        if box.run(argv).returncode == 0:
            wrong.append("%s finds something" % " ".join(argv))
    return wrong + halves(bench)


def told(bench, *words):
    text = bench.box.console(1 << 20)
    return ["the console does not say: " + w for w in words if w not in text]


def untold(bench, *words):
    text = bench.box.console(1 << 20)
    return ["the console says: " + w for w in words if w in text]


def answer(bench):
    """`probe --now --wait`, as an operator asks it."""
    r = bench.box.run(["probe", "--now", "--wait", "3m"], timeout=200)
    card = re.search(r"^Since boot: (.*(?:\n  .*)*)", r.stdout, re.M)
    wrong = []
    if r.returncode:
        wrong.append("exit %d: %s%s" % (r.returncode, r.stdout, r.stderr))
    steps = re.findall(r"(metadata|user data|Docker|agent|registered) "
                       r"([\d.]+) s", " ".join(card[1].split()) if card else
                       "")
    bench.card = ", ".join("%s %s s" % s for s in steps)
    if len(steps) != 5:
        wrong.append("the report card: %s" % (card[0] if card else r.stdout))
    return wrong


def first_told(bench):
    """What --wait of the user data came to: on the console, by itself."""
    box = bench.box
    box.wait(lambda: box.show("probe-first", "ActiveState")["ActiveState"] in
             ("inactive", "failed"), 150, "the end of probe-first")
    return told(bench, "OK  healthy")


def beats(bench):
    """A start by itself; a heartbeat, asked for in ten seconds."""
    box = bench.box
    wrong = []
    box.wait(lambda: bench.records("start"), BEAT_S, "a record of the start")
    conf = box.get("/etc/probe/probe.conf")
    box.put("/etc/probe/probe.conf",
            conf + "\nheartbeat = 10s\ninterval = 3s\n")
    box.inside("systemctl", "reload", "probe")
    box.wait(lambda: bench.records("heartbeat"), BEAT_S, "a heartbeat")
    beat = bench.records("heartbeat")[-1]
    inst = bench.world.spec["instance"]
    want = {"instance": inst["id"], "cluster": "web-prod", "status": "ok"}
    got = {k: beat.get(k) for k in want}
    if got != want:
        wrong.append("the heartbeat says %s" % beat)
    for call in bench.world.seen(verified=False):
        wrong.append("a signature was refused: %s" % call)
    return wrong


def differs(before, after, what):
    return ["%s: %s was %s, is %s" % (what, k, before.get(k), after.get(k))
            for k in sorted(set(before) | set(after))
            if before.get(k) != after.get(k)]


# -- rows ---------------------------------------------------------------------

def well(bench):
    return completed(bench) + failed_units(bench) + configured(bench) + \
        installed(bench) + told(bench, DONE) + answer(bench)


def also_well(bench):
    wrong = well(bench) + first_told(bench) + beats(bench)
    wrong += untold(bench, "CRLF", "closing boundary")
    size = len(bench.world.spec["imds"]["user_data"].encode())
    scenarios.say("", "%d bytes of user data; %s" % (size, bench.card))
    return wrong + again(bench)


def again(bench):
    """Whatever runs once more changes nothing."""
    box = bench.box
    before = box.listing()
    box.power_off()
    box.up()
    wrong = completed(bench) + failed_units(bench) + untold(bench, SAYS)
    wrong += differs(before, box.listing(), "the second boot")
    r = box.run(["/var/lib/cloud/instance/scripts/probe.sh"])
    if r.returncode or DONE not in r.stdout:
        wrong.append("the script once more: %s%s" % (r.stdout, r.stderr))
    wrong += differs(before, box.listing(), "the script once more")
    box.inside("cloud-init", "clean", "--logs")
    box.power_off()
    box.up()
    wrong += completed(bench) + told(bench, DONE) + answer(bench)
    return wrong + differs(before, box.listing(), "all user data once more")


def make_unreachable(bench):
    bench.launch(bench.user_data())
    bench.world.cut(sp.address_of(bench.world.spec, "s3"))


def make_wrong_sum(bench):
    """The right name, and one byte is another."""
    bench.launch(bench.user_data())
    objects = bench.world.spec["aws"]["buckets"][BUCKET]["objects"]
    objects[bench.package] = bench.bytes[:-1] + bytes([bench.bytes[-1] ^ 1])


def refused(*words):
    """Nothing of probe's, and the agent works all the same."""
    return lambda bench: completed(bench) + failed_units(bench) + \
        configured(bench) + nothing(bench) + told(bench, *words) + \
        untold(bench, DONE)


def make_unclosed(bench):
    text = bench.user_data()
    end = text.rindex("--==probe==--")
    bench.launch(text[:end])


def make_cut(bench):
    """Where somebody's limit was: in the midst of the script."""
    text = bench.user_data()
    bench.launch(text[:text.index("# install FILE")])


def also_cut(bench):
    """Nothing is done, not by halves either: ecs.config is not written."""
    box = bench.box
    wrong = completed(bench, "default")
    wrong += failed_units(bench, ("cloud-final.service",)) + nothing(bench)
    if os.path.lexists(box.path(lab.CONFIG)):
        wrong.append("ecs.config is there")
    return wrong + told(bench, "probe.sh: ",
                        "Failed to run module scripts-user")


PART = """
--==probe==
Content-Type: text/x-shellscript
Content-Disposition: attachment; filename="z.sh"

#!/bin/sh
%s
"""
OLD = "# by hand\r\nECS_CLUSTER=old\r\nECS_LOGLEVEL=info\n\n" \
    "ECS_CLUSTER=older\nECS_RESERVED_MEMORY=64"
MERGED = "# by hand\nECS_CLUSTER=web-prod\nECS_LOGLEVEL=info\n\n" \
    "ECS_RESERVED_MEMORY=64\n"


def also_there(bench):
    return completed(bench) + failed_units(bench) + \
        configured(bench, MERGED, 0o640) + installed(bench) + \
        told(bench, SAYS + "ecs.config is written", DONE) + answer(bench)


def make_there(bench):
    bench.launch(bench.user_data(), {lab.CONFIG: (OLD, 0o640)})


def make_deadlock(bench):
    """What our script must not do, in a part of somebody else's: a start that
    waits for the agent's, which waits for cloud-init. 11 minutes ago."""
    text = bench.user_data("--wait", "0")
    part = PART % cloud.BLOCKS
    bench.launch(text.replace("\n--==probe==--", part + "\n--==probe==--"))
    bench.box.late_s, bench.box.stuck = 660, True


def also_deadlock(bench):
    """probe, which ran before, has the reason; freed, the boot goes on."""
    box = bench.box
    box.wait(lambda: box.active("probe"), BEAT_S, "probe.service")
    wrong = installed(bench)
    if box.is_done():
        wrong.append("there is no deadlock")
    doc = json.loads(box.run(["probe", "--now", "--format", "json"]).stdout)
    got = doc["verdict"]["cause"], doc["verdict"]["restart"]["helps"]
    if got != ("cloud-init-deadlock", "worse"):
        wrong.append("%s: %s" % (got, scenarios.digest(doc)))
    box.run(["pkill", "-fx", cloud.BLOCKS])
    box.wait(box.is_done, instance.BOOT_S, "the boot's end")
    return wrong + completed(bench) + failed_units(
        bench, ("cloud-final.service",))


ROWS = [
    Row("well", "installed, healthy; twice and again changes nothing",
        lambda b: b.launch(b.user_data()), also_well),
    Row("unreachable", "packets to S3 vanish", make_unreachable,
        refused("cannot be had")),
    Row("checksum", "another file under the name", make_wrong_sum,
        refused("has another SHA-256 than")),
    Row("unclosed", "no closing boundary", make_unclosed,
        lambda b: well(b) + told(b, "no closing boundary")),
    Row("cut", "cut off in the midst of the script", make_cut, also_cut),
    Row("crlf", "CRLF, as an editor leaves it",
        lambda b: b.launch(b.user_data().replace("\n", "\r\n")),
        lambda b: well(b) + told(b, "CRLF line ends")),
    Row("deadlock", "a part that waits for the agent", make_deadlock,
        also_deadlock),
    Row("there", "an ecs.config that is there", make_there, also_there),
]


def run_row(bench, row, verbose):
    began = time.monotonic()
    row.make(bench)
    try:
        bench.box.start()
        wrong = row.also(bench)
    except (instance.Broken, subprocess.SubprocessError, OSError) as e:
        traceback.print_exc()
        wrong = ["%s: %s" % (type(e).__name__, e)]
    if wrong and bench.box.pid:
        wrong += bench.box.console(4000).splitlines() + bench.box.run(
            ["journalctl", "-u", "probe", "-n", "12", "-o", "cat",
             "--no-pager"]).stdout.splitlines()
    if verbose:
        print(bench.box.console(1 << 20))
    scenarios.report("%s %s (boot %.1f s)" % (row.id, row.title,
                                              bench.box.boot_s), wrong,
                     time.monotonic() - began)
    bench.world.mend()


def packages():
    """The deb of this tree, as a release has it."""
    subprocess.run(["make", "-s", "-C", TREE, "deb"], check=True,
                   capture_output=True, timeout=600)
    found = glob.glob(os.path.join(TREE, "build/dist/probe_*_amd64.deb"))
    return found[0]


def all_rows(args):
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(
        os.path.expanduser("~"), ".cache"), "probe-lab")
    why = instance.needs() or cloud.needs()
    if why:
        raise instance.CannotRun(why)
    package = packages()
    lock = scenarios.turn()
    root = scenarios.build()  # has a limit of its own
    signal.alarm(LIMIT_S)
    instance.sweep()
    instance.own_mounts()
    bench = Bench(root, cache, args.probe, package)
    try:
        with bench:
            for row in chosen(args):
                run_row(bench, row, args.verbose)
    finally:
        bench.__exit__()
        scenarios.leftovers(bench)
        lock.close()


def chosen(args):
    return [r for r in ROWS if args.only in ("", r.id)]


def main():
    p = argparse.ArgumentParser(prog="run")
    p.add_argument("--only", default="", choices=[r.id for r in ROWS])
    p.add_argument("-v", action="store_true", dest="verbose")
    p.add_argument("probe")
    args = p.parse_args()
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                signal.SIGALRM):
        signal.signal(sig, scenarios.stop)
    count = scenarios.Count
    try:
        all_rows(args)
    except instance.CannotRun as e:
        count.skipped += len(chosen(args))
        scenarios.say("skipped", "boot", str(e))
    except (instance.Broken, subprocess.SubprocessError, OSError):
        count.failed += 1
        scenarios.say("FAILED", "boot")
        traceback.print_exc()
    print("%d passed, %d failed, %d skipped" %
          (count.passed, count.failed, count.skipped))
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
