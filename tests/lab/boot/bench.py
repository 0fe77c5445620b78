"""The bench of the boot lab, and what can be wrong with a machine that booted:
each question gives a list of what is wrong, in words."""

import json
import os
import re
import subprocess
import tempfile

import cloud
from cloud import lab
from fake import spec as sp

TREE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
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
        self.keys = tempfile.TemporaryDirectory()
        self.signature = self.sign("ours", package)
        with open(os.path.join(TREE, "packaging/files.txt"),
                  encoding="utf-8") as f:
            rows = [line.split() for line in f if
                    line.startswith(("both ", "deb "))]
        self.files = {path: (int(mode, 8), owner)
                      for _, mode, owner, path in rows}

    def sign(self, name, package):
        """As userdata/README.md has it; leaves NAME.pub."""
        key = os.path.join(self.keys.name, name + ".key")
        for argv in (["genpkey", "-algorithm", "EC", "-pkeyopt",
                      "ec_paramgen_curve:P-256", "-out", key],
                     ["pkey", "-in", key, "-pubout", "-out",
                      os.path.join(self.keys.name, name + ".pub")]):
            subprocess.run(["openssl", *argv], check=True,
                           capture_output=True)
        return subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", key, package],
            check=True, capture_output=True).stdout

    def boot(self):
        """Each row has a boot of its own."""

    def sum(self):
        with open(os.path.join(TREE, "build/dist/SHA256SUMS"),
                  encoding="ascii") as f:
            return dict(reversed(line.split()) for line in f)[self.package]

    def user_data(self, *more):
        """userdata/make, as its README has it."""
        return subprocess.run(
            [os.path.join(TREE, "userdata/make"), "--cluster", "web-prod",
             "--set", "ECS_RESERVED_MEMORY=64", "--package",
             "s3://%s/%s" % (BUCKET, self.package), "--sha256",
             self.sum(), "--key", os.path.join(self.keys.name, "ours.pub"),
             "--wait", "120", *more],
            check=True, capture_output=True, text=True).stdout

    def launch(self, text, files=None):
        self.box.stop()
        self.world.reset()
        self.world.forget()
        self.world.change({
            "imds": {"user_data": text},
            "aws": {"log_groups": {cloud.GROUP: {}}, "buckets": {BUCKET: {
                "region": self.world.spec["region"],
                "objects": {self.package: self.bytes,
                            self.package + ".sig": self.signature}}}}})
        self.box.files = files or {}
        self.box.late_s, self.box.stuck = 0, False

    def records(self, kind):
        """Those that came to CloudWatch Logs, signed."""
        streams = self.world.spec["aws"]["log_groups"][cloud.GROUP]
        rows = [json.loads(e["message"]) for events in list(streams.values())
                for e in list(events)]
        return [r for r in rows if r["kind"] == kind]


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
