#!/usr/bin/env python3
"""tests/lab/day.py [PROBE] - a scripted day of records against moto, with its
signature and permission checks on and the stock role's permissions alone:
verdicts, 6 hours without AWS, throttling, a clock that jumps, keys that are
renewed, a missing group and a deleted stream, 3 kills and a reboot.  Then boto3
reads what arrived: every record, in the order it was made, at least once, with
its own time, nothing over a limit.  Ends with `N passed, N failed, N skipped`."""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from fake import httpd, imds, spec as sp  # noqa: E402
import moto_check as mc  # noqa: E402

GROUP = "/ecs/probe"
INSTANCE = "i-0abc1234def567890"
STOCK = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Resource": "*",
    "Action": [a for a in sp.STOCK if not a.startswith("sts:")]}]})
SETUP = 6
HOUR = 3600000
COUNT = mc.COUNT


def say(name, good, why=""):
    COUNT["passed" if good else "failed"] += 1
    print("%s day/%s%s" % ("ok  " if good else "FAIL", name,
                           "" if good else "\n       " + str(why)), flush=True)


def roles(port):
    """Exactly SETUP calls: the instance's keys, and those of who looks on."""
    none = ("setup", "setup", None)
    iam, sts = mc.client("iam", port, none), mc.client("sts", port, none)
    keys = []
    for name, policy in (("ecsInstanceRole", STOCK), ("admin", mc.ALLOW)):
        role = iam.create_role(RoleName=name,
                               AssumeRolePolicyDocument=mc.TRUST)["Role"]
        iam.put_role_policy(RoleName=name, PolicyName="p",
                            PolicyDocument=policy)
        made = sts.assume_role(RoleArn=role["Arn"],
                               RoleSessionName=INSTANCE)["Credentials"]
        keys.append((made["AccessKeyId"], made["SecretAccessKey"],
                     made["SessionToken"]))
    return keys


class Wire(mc.Relay):
    """In front of moto: cuts, throttles, refuses keys; looks at the limits."""

    def __init__(self, port):
        self.mode, self.over, self.denied, self.calls = ["up"], [], [], 0
        super().__init__(port, [])

    def handle(self, req, sni=None):
        mode = self.mode[0]
        self.calls += 1
        if mode == "down":
            raise httpd.Reset()
        if mode in ("ThrottlingException", "ExpiredTokenException"):
            self.mode.pop(0)
            return httpd.Reply(400, json.dumps(
                {"__type": mode, "message": "Rate exceeded"}),
                {"x-amzn-RequestId": "r"}, "application/x-amz-json-1.1")
        if req.get("x-amz-target").endswith("PutLogEvents"):
            self.limits(json.loads(req.body))
        reply = super().handle(req, sni)
        if reply.status == 403:
            self.denied.append(reply.body[:300])
        if mode == "cut":       # it was taken, and nobody was told
            self.mode.pop(0)
            raise httpd.Reset()
        return reply

    def limits(self, data):
        events = data["logEvents"]
        size = sum(len(e["message"].encode()) + 26 for e in events)
        stamps = [e["timestamp"] for e in events]
        now = time.time() * 1000
        for wrong, what in (
                (size > 1048576, "%d bytes" % size),
                (len(events) > 10000, "%d events" % len(events)),
                (stamps != sorted(stamps), "out of order"),
                (stamps[-1] - stamps[0] > 24 * HOUR, "more than a day"),
                (stamps[0] < now - 14 * 24 * HOUR, "too old"),
                (stamps[-1] > now + 2 * HOUR, "too new"),
                (any(len(e["message"]) > 2048 for e in events), "2 KiB")):
            if wrong:
                self.over.append(what)


class Day:
    def __init__(self, program, folder, port):
        self.program, self.folder = program, folder
        self.box, self.admin_keys = roles(port)
        self.admin = mc.client("logs", port, self.admin_keys)
        self.wire = Wire(port)
        self.spec = sp.healthy()
        self.spec["region"] = mc.REGION
        self.spec["instance"]["id"] = INSTANCE
        self.spec["instance"]["az"] = mc.REGION + "a"
        self.spec["keys"] = dict(zip(("id", "secret", "token"), self.box))
        self.imds = imds.start(self.spec, lambda row: None, ("127.0.0.1", 0))
        self.made, self.at = [], int(time.time() * 1000) - 20 * HOUR
        self.conf = os.path.join(folder, "probe.conf")
        with open(self.conf, "w", encoding="utf-8") as f:
            f.write("state-dir = %s/state\nrun-dir = %s\nfleet = 1\n"
                    % (folder, folder))
        os.mkdir(folder + "/state", 0o750)
        self.said = ""

    def records(self, kinds, step_ms=300000, shift_ms=0):
        out = []
        for kind in kinds:
            self.at += step_ms
            row = {"at_ms": self.at + shift_ms, "kind": kind,
                   "instance": INSTANCE, "cluster": "web-prod",
                   "status": "critical", "class": "host",
                   "cause": "disk-full", "title": "no %d" % len(self.made),
                   "tasks": len(self.made)}
            if shift_ms:
                row["skew_ms"] = -shift_ms
            self.made.append((self.at, row))
            out.append(json.dumps(row) + "\n")
        return out

    def begin(self, lines=(), wait="20s"):
        env = {"PATH": "/usr/bin:/bin",
               "AWS_EC2_METADATA_SERVICE_ENDPOINT":
                   "http://127.0.0.1:%d" % self.imds.port,
               "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS":
                   "http://127.0.0.1:%d" % self.wire.server.port}
        p = subprocess.Popen(
            [self.program, "send", "--conf", self.conf, "--wait", wait, "-"],
            env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        p.stdin.write("".join(lines))
        p.stdin.flush()
        return p

    def end(self, p):
        self.said = p.communicate(timeout=60)[0]
        return p.returncode

    def run(self, lines=(), wait="20s"):
        return self.end(self.begin(lines, wait))

    def spooled(self):
        n = 0
        for name in os.listdir(self.folder + "/state"):
            if name.startswith("spool.0"):
                with open(self.folder + "/state/" + name, "rb") as f:
                    n += f.read().count(b"\n")
        return n

    def until(self, what, seconds=20):
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
            page = self.admin.get_log_events(
                logGroupName=GROUP, logStreamName=INSTANCE,
                startFromHead=True, limit=1000, **more)
            if page["nextForwardToken"] == token:
                return out
            token = page["nextForwardToken"]
            out += [(e["timestamp"], json.loads(e["message"]))
                    for e in page["events"]]


def script(d):
    beats = ["heartbeat"]
    code = d.run(d.records(["start"] + 3 * beats), "1500ms")
    say("the group is missing: kept, and said", code == 2 and
        d.spooled() == 4 and "is not there" in d.said, d.said)
    d.admin.create_log_group(logGroupName=GROUP)
    code = d.run()
    say("then it is there: sent", code == 0 and d.spooled() == 0, d.said)
    d.run(d.records(["verdict"] + 5 * beats + ["recovery"]))
    d.wire.mode = ["down"]                      # six hours, three kills
    for i in range(3):
        p = d.begin(d.records(["verdict"] + 23 * beats))
        kept = d.until(lambda: d.spooled() >= 24 * (i + 1))
        p.send_signal(signal.SIGKILL)
        p.communicate()
        say("kill -9, %d" % (i + 1), kept, d.spooled())
    d.wire.mode = ["up"]                        # and a reboot
    code = d.run(d.records(["start"]))
    say("six hours' records are sent", code == 0 and d.spooled() == 0, d.said)
    d.wire.mode = 3 * ["ThrottlingException"] + ["up"]
    code = d.run(d.records(["recovery"] + beats))
    say("throttled", code == 0, d.said)
    p = d.begin(d.records(beats))
    d.until(lambda: d.wire.calls and not d.spooled())
    d.wire.mode = ["ExpiredTokenException", "up"]
    p.stdin.write("".join(d.records(["verdict"])))
    say("keys are renewed while it runs", d.end(p) == 0, d.said)
    d.wire.mode = ["cut", "up"]
    code = d.run(d.records(2 * beats))
    say("an answer that is lost: sent twice", code == 0, d.said)
    code = d.run(d.records(["verdict"] + beats, shift_ms=5 * 24 * HOUR) +
                 d.records(["recovery"] + beats))
    say("a clock that jumps", code == 0, d.said)


def judge(d):
    got = d.arrived()
    numbers = [r["tasks"] for _, r in got]
    say("every record arrived", set(numbers) == set(range(len(d.made))),
        "lost: %s" % sorted(set(range(len(d.made))) - set(numbers)))
    first = list(dict.fromkeys(numbers))
    say("in the order they were made", first == sorted(first), first)
    off = [(n, at, d.made[n][0]) for (at, _), n in zip(got, numbers)
           if at != d.made[n][0]]
    say("with their own times", not off, off[:5])
    say("few came twice", len(numbers) <= len(d.made) + 4, len(numbers))
    say("nothing over a limit", not d.wire.over, d.wire.over)
    say("the stock role was enough", not d.wire.denied, d.wire.denied)
    print("#    %d records made, %d events read by boto3, %d calls"
          % (len(d.made), len(got), d.wire.calls))


def stream_gone(d):
    d.admin.delete_log_stream(logGroupName=GROUP, logStreamName=INSTANCE)
    code = d.run(d.records(["heartbeat"]))
    say("the stream is gone: made anew", code == 0 and
        [r["tasks"] for _, r in d.arrived()] == [len(d.made) - 1], d.said)


def main():
    venv = os.environ.get("LAB_VENV")
    if not mc.moto and venv and not os.environ.get("LAB_IN_VENV"):
        os.environ["LAB_IN_VENV"] = "1"
        os.execv(os.path.join(venv, "bin", "python"),
                 ["python", os.path.abspath(__file__)] + sys.argv[1:])
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                              else "build/probe")
    if not mc.moto:
        print("skipped: needs moto[server] (LAB_VENV=a venv that has it)")
        COUNT["skipped"] = 17
    else:
        port, folder = mc.free_port(), tempfile.mkdtemp(prefix="probe-day.")
        mc.SETUP_CALLS = SETUP
        proc = mc.start_moto(port)
        try:
            day = Day(program, folder, port)
            script(day)
            judge(day)
            stream_gone(day)
        finally:
            proc.kill()
            proc.wait()
            shutil.rmtree(folder)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
