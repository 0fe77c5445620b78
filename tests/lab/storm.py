"""What only our own fake can do to the way to CloudWatch Logs, one fault after
the other and then at random with kill -9 between: nothing is lost, nothing out
of order, each record with its own time, and nothing over a limit."""
import json
import os
import random
import shutil
import signal
import tempfile
import time

from box import BEAT_MS, GROUP, Stage
from ends import HOUR, Wire
from fake import httpd

# What happens to the next call; ok: it is put right within the call, so that
# nobody hears of it.
FAULTS = {
    "throttled": ({"fault": "throttled"}, False),
    "500": ({"fault": "500"}, False),
    "503": ({"fault": "503"}, False),
    "reset as it connects": ({"fault": "rst"}, False),
    "cut in the answer, not taken": ({"fault": "half"}, False),
    "cut in the answer, taken": ({"fault": "taken-half"}, False),
    "reset before the answer, taken": ({"fault": "taken-rst"}, False),
    "200 of a proxy": ({"fault": "proxy-page"}, False),
    "407 of a proxy": ({"fault": "proxy-page", "status": 407}, False),
    "keys expire": ({"fault": "expired-token"}, True),
    "keys are not known": ({"fault": "unknown-key"}, True),
    "the signature is refused": ({"fault": "bad-signature"}, True),
    # Each alone is: of an event that is refused by itself nothing is left.
    "two events together are not to its taste": (
        {"fault": "error", "code": "InvalidParameterException", "events": 2},
        True),
    "a sequence token is asked for": (
        {"fault": "error", "code": "InvalidSequenceTokenException"}, True),
    "another call is under way": (
        {"fault": "error", "code": "OperationAbortedException"}, False),
}
HANG = {"fault": "reply-hang"}


class Direct(Wire):
    """As Wire, with the fake behind it in one process: its cuts are seen."""

    def __init__(self, end):
        self.front = end.front
        super().__init__(end.port)
        self.server.close()
        self.inner = end.front.handler("logs")
        self.server = httpd.Server(self.take, ("127.0.0.1", 0),
                                   greet=end.front.greet("logs")).start()

    def take(self, req, sni=None):
        self.calls += 1
        if req.get("x-amz-target").endswith("PutLogEvents"):
            self.limits(json.loads(req.body))
        reply = self.inner(req, sni)
        if b"AccessDenied" in reply.body:
            self.denied.append(reply.body[:300])
        return reply


def stage(name, program, folder, end):
    s = Stage("storm/" + name, program, folder, end, Direct(end))
    end.admin.create_log_group(logGroupName=GROUP)
    begun = (int(time.time() * 1000) - 80 * HOUR) // BEAT_MS * BEAT_MS
    return s, s.box(begun, "i-0abc1234def567890", "a")


def named(s, d):
    for name, (row, quiet) in FAULTS.items():
        s.end.fault(dict(row, times=1))
        # The verdict goes at once: with those that waited, or before them.
        code = d.run(d.beats(2) + [d.record("verdict")] + d.beats(2))
        used = not s.end.spec["aws"]["faults"][0]["times"]
        s.say(name, code == 0 and used and d.spooled() == 0 and
              ("ok=0" in d.said) != quiet, d.said)
    s.end.fault(dict(HANG, times=1))
    code = d.run([d.record("verdict")])
    s.say("no answer at all", code == 0 and "ok=0" in d.said, d.said)
    s.end.fault()


def skewed(s, d):
    """Both ways: AWS refuses the signature, and its time is taken."""
    for hours in (26, -3):
        s.end.spec["aws"]["clock_offset_s"] = hours * 3600
        code = d.run(d.beats(2))
        s.say("the clock is %d h off" % hours, code == 0 and
              "ok=0" not in d.said, d.said)
    s.end.spec["aws"]["clock_offset_s"] = 0


def turned_away(s):
    """200, and some were not taken: counted, said, and the rest is there."""
    now = int(time.time() * 1000) // BEAT_MS * BEAT_MS
    for name, edge, hours, want in (
            ("too old", {"old_s": 6 * 3600}, 8, lambda age: age <= 6),
            ("expired", {"kept_s": 5 * 3600}, 8, lambda age: age <= 5),
            ("too new", {"new_s": -2 * 3600}, 4, lambda age: age >= 2)):
        s.end.spec["aws"]["logs"] = edge
        d = s.box(now - hours * HOUR, "i-0" + name.replace(" ", ""), "b")
        code = d.run(d.beats(hours * 12 - 2))
        left = [n for n, (at, _) in enumerate(d.made)
                if want((time.time() * 1000 - at) / HOUR)]
        got = [r["pass_ms"] for _, r in d.arrived()]
        lost = len(d.made) - len(left)
        s.say("%s: the rest is there" % name, got == left and lost > 0,
              "%s, not %s" % (got, left))
        s.say("%s: counted" % name, code == 1 and
              "0 wait, %d lost" % lost in d.said and "too old or too new" in
              d.said, (code, d.said))
        s.boxes.remove(d)
    s.end.spec["aws"]["logs"] = {}


def killed(s, d):
    """kill -9 when a batch was taken and the answer is on its way."""
    for i in range(3):
        s.end.fault({"fault": "slow", "ms": 60000, "times": 1,
                     "op": "PutLogEvents"})
        count = s.wire.calls
        p = d.begin(d.beats(3))
        there = d.until(lambda: s.wire.calls > count and d.spooled())
        p.send_signal(signal.SIGKILL)
        p.communicate()
        s.say("kill -9 in a call, %d" % (i + 1), there, d.said)
    s.end.fault()
    for name in os.listdir(d.folder):       # a reboot: /run is empty
        if os.path.isfile(d.folder + "/" + name) and name != "probe.conf":
            os.unlink(d.folder + "/" + name)
    s.sent("and a reboot", d, d.run([d.record("start", up_s=20)]))


def one_by_one(program, end):
    folder = tempfile.mkdtemp(prefix="probe-storm.")
    try:
        s, d = stage("named", program, folder, end)
        named(s, d)
        skewed(s, d)
        killed(s, d)
        s.judge(twice=40)
        turned_away(s)
    finally:
        shutil.rmtree(folder)


def gone(s, dice, d):
    """The stream or its group is deleted.  What it held is read before."""
    try:
        d.read = getattr(d, "read", []) + d.arrived()
    except s.end.admin.exceptions.ResourceNotFoundException:
        return
    if dice.random() < 0.5:
        s.end.admin.delete_log_stream(logGroupName=GROUP,
                                      logStreamName=d.instance)
    else:
        s.end.admin.delete_log_group(logGroupName=GROUP)
        s.end.admin.create_log_group(logGroupName=GROUP)


def kept(end, d):
    """The newest record is on disk or was taken: so are all before it."""
    last = '"pass_ms":%d' % (len(d.made) - 1)
    rows = end.spec["aws"]["log_groups"][GROUP].get(d.instance, [])
    return any(last in e["message"] for e in rows[-99:]) or \
        any(last in text for text in d.spool())


def at_random(program, end, seed=6, rounds=16):
    dice = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="probe-storm.")
    try:
        s, d = stage("seed %d" % seed, program, folder, end)
        kills = 0
        d.run(d.beats(2))
        for _ in range(rounds):
            rows = [dict(FAULTS[dice.choice(sorted(FAULTS))][0],
                         times=dice.randint(1, 2)) for _ in range(2)]
            end.fault(*rows)
            lines = d.beats(dice.randint(1, 40))
            if dice.random() < 0.4:
                p = d.begin(lines)
                kills += d.until(lambda: kept(end, d))
                d.until(lambda: dice.random() < 0.05, 2)
                d.kill(p)
            else:
                d.run(lines, dice.choice(("200ms", "3s")))
            if dice.random() < 0.2:
                end.fault()
                gone(s, dice, d)
        end.fault()
        s.sent("after %d rounds and %d kills" % (rounds, kills), d,
               d.run([d.record("start", up_s=20)], "60s"))
        d.read = getattr(d, "read", []) + d.arrived()
        bad = d.wrong(d.read, 40 * rounds)
        s.say("all, in order, with their times", not bad, bad)
        s.say("nothing over a limit", not s.wire.over, s.wire.over)
        s.say("the stock role was enough", not s.wire.denied, s.wire.denied)
        print("#    %s: %d records made, %d events read by boto3, %d calls"
              % (s.name, len(d.made), len(d.read), s.wire.calls))
    finally:
        shutil.rmtree(folder)
