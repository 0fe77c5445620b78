#!/usr/bin/env python3
"""tests/lab/day.py [PROBE] - a scripted day of records, sent
with the stock role's permissions alone to moto and to our own fake, each with
its signature checks on: verdicts, 6 hours without AWS, throttling, a clock that
jumps, keys that are renewed, a missing group, a stream that is missing and one
that is deleted, 3 kills and a reboot, neighbours that see the same outage, and
one instance that was cut off for a week.  Beside it storm.py, what our fake
alone can do.  Then boto3 reads what arrived: every
record, in the order it was made, at least once, with its own time, nothing over
a limit.  What it read is left in build/lab/day-END.json, for picture.py.  Ends
with `N passed, N failed, N skipped`."""
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import moto_check as mc  # noqa: E402
import storm  # noqa: E402
from box import BEAT_MS, GROUP, Stage  # noqa: E402
from ends import HOUR, Moto, Ours, Wire  # noqa: E402

OUT = os.path.join(HERE, "..", "..", "build", "lab")
INSTANCE = "i-0abc1234def567890"
CHECKS = 86
COUNT = mc.COUNT


class Day(Stage):
    def __init__(self, program, folder, end):
        super().__init__("day/" + end.name, program, folder, end,
                         Wire(end.port))
        now = int(time.time() * 1000)
        self.begun = (now - 20 * HOUR) // BEAT_MS * BEAT_MS
        self.over = now - BEAT_MS
        self.outage = None
        self.alarms = {}        # and when it should be in ALARM
        self.shown = {}         # a fault, and what tells of it


def morning(day, d):
    """Nothing is there yet."""
    code = d.end_of(d.refused([d.record("start", up_s=33)], d.beats(3),
                              wait="2s"))
    day.say("the group is missing: kept, and said", code == 2 and
            d.spooled() == 4 and "is not there" in d.said, d.said)
    day.shown["the log group is missing"] = "is not there"
    day.end.admin.create_log_group(logGroupName=GROUP)
    day.wire.once = [("CreateLogStream", "ThrottlingException")]
    p = d.refused([], d.beats(2))
    day.sent("a stream is missing, many ask for one: sent", d, d.end_of(p))
    day.shown["the stream cannot be made at once"] = "ThrottlingException"


def forenoon(day, d):
    """Causes come and go; the agent is restarted, twice."""
    lines = [d.sick("disk-full", "the disk is full: /var/lib/docker",
                    "/var/lib/docker has 0 MiB left",
                    figures={"disk_pct": 100})]
    lines += d.beats(6) + [d.well()] + d.beats(6)
    lines += [d.sick("agent-hung", "the agent does not answer",
                     "127.0.0.1:51678 took no answer in 5 s", kind="agent",
                     restart="yes")]
    for outcome in ("failed", "cured"):
        lines += [d.record("act", action="restart", outcome="open"),
                  d.record("act", action="restart", outcome=outcome)]
        lines += d.beats(3) if outcome == "failed" else [d.well()]
    lines += d.beats(4)
    lines += [d.sick("agent-silent-disconnect", "the agent's connection is "
                     "dead", "nothing came for 20 minutes", kind="agent",
                     restart="yes", action="restart",
                     why_not="budget")] + d.beats(2)
    lines += [d.well()] + d.beats(2)
    lines += [d.sick("ports-exhausted", "tasks find no free host port",
                     "9 of 29001 ports are free", figures={"ports_free": 9})]
    lines += d.beats(5) + [d.well()] + d.beats(3)
    lines += [d.sick("ecr-unreachable", "ECR cannot be reached",
                     "api.ecr took 9400 ms", status="warning",
                     figures={"slowest": "ecr", "slowest_ms": 9400})]
    lines += d.beats(5) + [d.well()] + d.beats(4)
    day.sent("verdicts come and go", d, d.run(lines))
    for cause in ("disk-full", "agent-hung", "ports-exhausted",
                  "ecr-unreachable", "agent-silent-disconnect"):
        day.shown[cause] = cause
    day.shown["a heal that failed"] = "failed"
    day.shown["a heal that the budget holds back"] = "restart - budget"
    day.alarms["HealFailed"] = [next(
        at for at, r in d.made if r.get("outcome") == "failed")] * 2


def noon(day, d):
    """Six hours, three kills, a reboot."""
    day.wire.down, begun = True, d.at
    first = d.sick("no-path-to-aws", "nothing of AWS can be reached",
                   "ecs: no answer in 5 s", kind="network",
                   figures={"slowest_ms": 5000})
    for i in range(3):
        p = d.refused([first], d.beats(24))
        kept = d.until(lambda: d.spooled() >= 25 * (i + 1))
        d.kill(p)
        day.say("kill -9, %d" % (i + 1), kept, d.spooled())
        first = d.record("start", up_s=86400 + i if i < 2 else 21)
    day.outage = (begun, d.at)
    day.wire.down = False
    day.sent("six hours' records are sent", d, d.run(
        [first, d.well()] + d.beats(2)))
    day.shown["the outage"] = "no-path-to-aws"
    day.shown["what the outage kept"] = "reset"
    for fault, up in (("kill -9, 1", "86400"), ("kill -9, 2", "86401"),
                      ("kill -9 and a reboot", "21")):
        day.shown[fault] = "start " + up


def afternoon(day, d):
    """AWS does not take everything at once."""
    day.wire.once = 2 * [("PutLogEvents", "ThrottlingException")]
    p = d.refused([d.sick("throttled", "AWS throttles calls", "Rate exceeded",
                          status="warning", kind="aws")], d.beats(2))
    d.more(p, [d.well()])
    day.sent("throttled", d, d.end_of(p))
    day.shown["throttling"] = "throttled"
    p = d.begin(d.beats(1))
    d.until(lambda: "ok=0" in d.said or not d.spooled())
    day.wire.expired.add(day.end.rotate())
    d.more(p, d.beats(1))
    day.sent("keys are renewed while it runs", d, d.end_of(p))
    day.wire.expired.add(d.spec["keys"]["id"])
    p = d.refused([d.sick("credentials-expired", "the role's keys are old",
                          "IMDS gives keys of yesterday", kind="iam")],
                  d.beats(2))
    day.end.rotate()
    d.more(p, [d.well()])
    day.sent("keys are renewed late", d, d.end_of(p))
    day.shown["keys that are renewed late"] = "ExpiredTokenException"
    day.wire.once = [("PutLogEvents", "cut")]
    day.sent("an answer that is lost: sent twice", d, d.run(d.beats(2)))


def evening(day, d):
    d.shift = 5 * 24 * HOUR
    lines = [d.sick("clock-skew", "the clock is 5 days ahead",
                    "AWS says 432000 s less", kind="clock")] + d.beats(3)
    d.shift = 0
    lines += [d.well()] + d.beats(2)
    day.sent("a clock that jumps", d, d.run(lines))
    day.shown["the clock jumps"] = "clock-skew"
    lines = [d.sick("none", "too little could be seen", "no Docker socket",
                    status="unknown", kind="unknown",
                    figures={"blind": 30})]
    lines += d.beats(2) + [d.well()]
    while d.beat + BEAT_MS < day.over:
        lines += d.beats(1)
    day.sent("until now", d, d.run(lines + [d.record("stop")]))


def neighbours(day):
    """The same outage; then two of them say nothing for an hour."""
    begun, ended = day.outage
    day.alarms["CauseSpreads"] = day.alarms["ManyUnhealthy"] = day.outage
    for i, az in enumerate("abc"):
        d = day.box(day.begun + 60000 * (i + 1), "i-0neighbour%08d" % i, az)
        lines, quiet = [d.record("start", up_s=40 + i)], i > 0
        while d.beat + BEAT_MS < begun:
            lines += d.beats(1)
        lines += [d.sick("no-path-to-aws", "nothing of AWS can be reached",
                         "ecs: no answer in 5 s", kind="network",
                         figures={"slowest_ms": 5000 + 500 * i})]
        while d.beat + BEAT_MS < ended:
            lines += d.beats(1)
        day.wire.down = True
        code = d.run(lines, "300ms")
        day.wire.down = False
        lines = [d.well()]
        while d.beat + BEAT_MS < day.over:
            if quiet and d.beat > ended + 2 * HOUR:
                day.alarms["FleetSilent"] = (d.beat, d.beat + 12 * BEAT_MS)
                quiet, d.beat = False, d.beat + 12 * BEAT_MS
                d.at = d.beat
                lines += [d.record("start", up_s=25 + i)]
            lines += d.beats(1)
        day.say("a neighbour in %s" % az, code == 2 and d.run(lines) == 0,
                d.said)


def cut_off(day):
    """A week without a way to AWS, and a spool for a part of it."""
    d = day.box(day.begun - 140 * HOUR, "i-0cutoff000000000", "b")
    d.settings(spool_size=1)
    lines = [d.record("start", up_s=60), d.sick(
        "default-route-missing", "there is no default route",
        "ip route shows none", kind="network", figures={"slowest_ms": 5000})]
    while d.beat + BEAT_MS < day.over:
        lines += d.beats(1)
    day.wire.down = True
    d.run(lines, "300ms")
    day.wire.down = False
    p = d.begin()
    d.until(lambda: not d.spooled())
    d.end_of(d.more(p, [d.record("start", up_s=500000), d.well()]))
    got = d.arrived()
    numbers = [r["pass_ms"] for _, r in got]
    lost = sum(r.get("dropped", 0) for _, r in got)
    day.say("what the spool could not keep is counted, the rest is there",
            lost > 0 and lost + len(numbers) == len(d.made) and
            numbers == list(range(lost, len(d.made))),
            "%d made, %d arrived, %d told" % (len(d.made), len(got), lost))
    day.shown["records were dropped"] = "RecordsDropped"


def stream_gone(day, d):
    day.end.admin.delete_log_stream(logGroupName=GROUP,
                                    logStreamName=d.instance)
    code = d.run(d.beats(1))
    day.say("the stream is gone: made anew", code == 0 and
            [r["pass_ms"] for _, r in d.arrived()] == [len(d.made) - 1],
            d.said)


def keep(day):
    os.makedirs(OUT, exist_ok=True)
    with open(os.path.join(OUT, "day-%s.json" % day.end.name), "w",
              encoding="utf-8") as f:
        json.dump({"from": day.begun, "to": day.over, "faults": day.shown,
                   "alarms": day.alarms,
                   "fleet": len(day.boxes), "group": GROUP,
                   "events": [[d.instance, at, json.dumps(r)]
                              for d in day.boxes for at, r in d.arrived()]},
                  f)


def whole(program, end):
    folder = tempfile.mkdtemp(prefix="probe-day.")
    try:
        day = Day(program, folder, end)
        d = day.box(day.begun, INSTANCE, "a")
        for part in (morning, forenoon, noon, afternoon, evening):
            part(day, d)
        neighbours(day)
        day.judge()
        cut_off(day)
        keep(day)
        stream_gone(day, d)
    finally:
        shutil.rmtree(folder)


def one_end(program, make, work):
    end = make()
    try:
        work(program, end)
    except Exception:       # in a thread of its own: nobody else would say
        COUNT["failed"] += 1
        print("FAIL day/%s: %s" % (make.name, traceback.format_exc()),
              flush=True)
    finally:
        end.close()


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                              else "build/probe")
    if mc.moto:
        ends = [threading.Thread(target=one_end, args=(program, *row))
                for row in ((Moto, whole), (Ours, whole),
                            (Ours, storm.one_by_one), (Ours, storm.at_random))]
        for end in ends:
            end.start()
        for end in ends:
            end.join()
    else:
        print("skipped: needs moto[server] and boto3 (tests/deps)")
        COUNT["skipped"] = CHECKS
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
