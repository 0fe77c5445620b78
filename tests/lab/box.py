"""An instance of a scripted day: what it records, and `probe send` on it."""
import json
import os
import signal
import subprocess
import time

from fake import imds, spec as sp
import moto_check as mc

try:
    import jsonschema
except ImportError:
    jsonschema = None

SCHEMA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                      "golden", "emf", "schema.json")
GROUP = "/ecs/probe"
BEAT_MS = 300000
NEWS_MS = 20000
WELL = {"status": "ok", "class": "healthy", "cause": "none",
        "restart": "no", "confidence": 100, "title": "healthy"}
FIGURES = {"tasks": 4, "ports_free": 28000, "skew_ms": 5, "slowest": "ecs",
           "slowest_ms": 90, "disk_pct": 41, "mem_pct": 60, "blind": 0}


class Box:
    """The time of its records runs from `at`, a heartbeat each 5 minutes."""

    def __init__(self, program, folder, end, wire, at, instance, az, **more):
        self.program, self.end, self.wire = program, end, wire
        self.instance = instance
        self.folder = os.path.join(folder, instance)
        os.makedirs(self.folder + "/state")
        self.spec = sp.healthy()
        self.spec["region"] = mc.REGION
        self.spec["instance"].update(id=instance, az=mc.REGION + az)
        self.spec["keys"] = end.keys
        self.imds = imds.start(self.spec, lambda row: None, ("127.0.0.1", 0))
        self.who = {"instance": instance, "cluster": "web-prod",
                    "region": mc.REGION, "az": mc.REGION + az,
                    "subnet": "subnet-0aa11bb22cc33dd4" + az,
                    "instance_type": "t3.medium",
                    "ami": "ami-0123456789abcdef0", "os": "Amazon Linux 2023",
                    "kernel": "6.1.0", "agent_version": "1.105.1",
                    "docker_version": "25.0.16", "probe_version": "0.1.0",
                    **more}
        self.state, self.figures = dict(WELL), dict(FIGURES)
        self.beat = self.at = self.since = at
        self.shift = 0          # how far its clock is ahead
        self.made = []          # [(time, record)]
        self.env = {}
        self.settings()

    def settings(self, **more):
        self.conf = os.path.join(self.folder, "probe.conf")
        rows = {"state-dir": self.folder + "/state", "run-dir": self.folder,
                "fleet": "1", **more}
        with open(self.conf, "w", encoding="utf-8") as f:
            f.writelines("%s = %s\n" % (k.replace("_", "-"), v)
                         for k, v in rows.items())

    # -- what it records
    def record(self, kind, **more):
        if kind == "heartbeat":
            self.beat += BEAT_MS
            self.at = self.beat
        else:
            self.at += NEWS_MS
        row = {"at_ms": self.at + self.shift, "kind": kind, **self.who,
               **self.state, "since_ms": self.since, **self.figures,
               **more, "pass_ms": len(self.made)}
        if self.shift:
            row["skew_ms"] = -self.shift
        self.made.append((self.at, row))
        return json.dumps(row) + "\n"

    def beats(self, n):
        return [self.record("heartbeat") for _ in range(n)]

    def turn(self, kind, state, figures, **more):
        before, began = self.state["cause"], self.since
        self.figures = {**FIGURES, **figures}
        self.state, self.since = {**WELL, **state}, self.at
        return self.record(kind, previous=before,
                           duration_ms=self.at - began, **more)

    def sick(self, cause, title, evidence, status="critical", kind="host",
             restart="no", figures=None, **more):
        return self.turn("verdict", {
            "status": status, "class": kind, "cause": cause, "title": title,
            "evidence": evidence, "restart": restart, "confidence": 90},
            figures or {}, **more)

    def well(self):
        return self.turn("recovery", {}, {})

    # -- what sends it
    def begin(self, lines=(), wait="60s"):
        env = {"PATH": "/usr/bin:/bin",
               "AWS_EC2_METADATA_SERVICE_ENDPOINT":
                   "http://127.0.0.1:%d" % self.imds.port,
               "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS":
                   "http://127.0.0.1:%d" % self.wire.server.port, **self.env}
        with open(self.folder + "/said", "w", encoding="utf-8") as out:
            p = subprocess.Popen(
                [self.program, "send", "--conf", self.conf, "--wait", wait,
                 "-"], env=env, stdin=subprocess.PIPE, stdout=out,
                stderr=subprocess.STDOUT, text=True)
        return self.more(p, lines)

    def more(self, p, lines):
        p.stdin.write("".join(lines))
        p.stdin.flush()
        return p

    @property
    def said(self):
        with open(self.folder + "/said", encoding="utf-8") as f:
            return f.read()

    def refused(self, lines, rest, p=None, wait="60s"):
        """It tries what waits and the first lines; when that has failed, it
        is given the others, which then say why."""
        count = self.said.count("ok=0") if p else 0
        p = self.more(p, lines) if p else self.begin(lines, wait)
        if not self.until(lambda: self.said.count("ok=0") > count):
            raise RuntimeError("nothing failed: " + self.said)
        return self.more(p, rest)

    def end_of(self, p):
        p.communicate(timeout=120)
        return p.returncode

    def run(self, lines=(), wait="60s"):
        return self.end_of(self.begin(lines, wait))

    def kill(self, p):
        p.send_signal(signal.SIGKILL)
        p.communicate()

    def spool(self):
        """The text of each of its files."""
        for name in os.listdir(self.folder + "/state"):
            if not name.startswith("spool.0"):
                continue
            try:
                with open(self.folder + "/state/" + name,
                          encoding="utf-8") as f:
                    yield f.read()
            except FileNotFoundError:   # it was sent meanwhile
                pass

    def spooled(self):
        return sum(text.count("\n") for text in self.spool())

    def until(self, what, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if what():
                return True
            time.sleep(0.02)
        return False

    def arrived(self):
        """What boto3 reads: [(time, record)] in the order of its stream."""
        out, token = [], None
        while True:
            more = {"nextToken": token} if token else {}
            page = self.end.admin.get_log_events(
                logGroupName=GROUP, logStreamName=self.instance,
                startFromHead=True, limit=1000, **more)
            if page["nextForwardToken"] == token:
                return out
            token = page["nextForwardToken"]
            out += [(e["timestamp"], json.loads(e["message"]))
                    for e in page["events"]]

    def wrong(self, rows, twice):
        numbers = [r["pass_ms"] for _, r in rows]
        want = range(len(self.made))
        first = list(dict.fromkeys(numbers))
        off = [(n, at, self.made[n][0]) for (at, _), n in zip(rows, numbers)
               if at != self.made[n][0]]
        bad = []
        if set(numbers) != set(want):
            bad.append("lost %s" % sorted(set(want) - set(numbers)))
        if first != sorted(first):
            bad.append("not in the order they were made: %s" % first)
        if off:
            bad.append("not with their own times: %s" % off[:5])
        if len(numbers) > len(self.made) + twice:
            bad.append("%d of %d" % (len(numbers), len(self.made)))
        return bad


class Stage:
    """Instances before an end, and what is asked of all of them."""

    def __init__(self, name, program, folder, end, wire):
        self.name, self.program, self.folder = name, program, folder
        self.end, self.wire, self.boxes = end, wire, []

    def box(self, at, instance, az, **more):
        self.boxes.append(Box(self.program, self.folder, self.end, self.wire,
                              at, instance, az, **more))
        return self.boxes[-1]

    def say(self, name, good, why=""):
        mc.COUNT["passed" if good else "failed"] += 1
        print("%s %s: %s%s" % ("ok  " if good else "FAIL", self.name, name,
                               "" if good else "\n       " + str(why)),
              flush=True)

    def sent(self, name, d, code):
        self.say(name, code == 0 and d.spooled() == 0, (code, d.said))

    def judge(self, twice=4):
        """At most so many came twice."""
        made = got = 0
        with open(SCHEMA, encoding="utf-8") as f:
            schema = jsonschema.Draft202012Validator(json.load(f))
        odd = []
        for d in self.boxes:
            rows = d.arrived()
            odd += [e.message for _, r in rows if "_aws" in r
                    for e in schema.iter_errors(r)]
            made, got = made + len(d.made), got + len(rows)
            bad = d.wrong(rows, twice)
            self.say("%s: all, in order, with their times" % d.instance,
                     not bad, bad)
        self.say("all with metrics are EMF as its schema has it", not odd,
                 odd[:3])
        self.say("nothing over a limit", not self.wire.over, self.wire.over)
        self.say("the stock role was enough", not self.wire.denied,
                 self.wire.denied)
        print("#    %s: %d records made, %d events read by boto3, %d calls"
              % (self.name, made, got, self.wire.calls))
