#!/usr/bin/env python3
"""tests/lab/sinks.py [PROBE] - which permissions the sinks need, with moto
enforcing them: by the stock role all sinks but one work, that one says what it
lacks, and so does the making of the log group; by packaging/cloudwatch's own
policy all of them work.  Ends with `N passed, N failed, N skipped`."""
import fnmatch
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import moto_check as mc  # noqa: E402
from box import GROUP, Stage  # noqa: E402
from ends import HOUR, Moto, Wire  # noqa: E402

CHECKS = 14
ALL = "cloudwatch-logs,put-metric-data,emf-port,journald,jsonl,plugin," \
    "prometheus"


class Agent:
    """The CloudWatch agent's port: takes lines."""

    def __init__(self):
        self.lines, self.sock = [], socket.create_server(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            conn = self.sock.accept()[0]
            threading.Thread(target=self.read, args=(conn,),
                             daemon=True).start()

    def read(self, conn):
        with conn.makefile(encoding="utf-8") as f:
            for line in f:
                self.lines.append(json.loads(line))


def rows(said):
    """{sink: (sent, waiting, lost, words)} of what `probe send` says."""
    return {m[1]: (int(m[2]), int(m[3]), int(m[4]), m[5]) for m in re.finditer(
        r"^([\w-]+) +(\d+) sent, (\d+) wait, (\d+) lost(.*(?:\n {8}.*)*)",
        said, re.M)}


def packaged():
    """The policy of packaging/cloudwatch, and whether it names our stream.
    moto knows neither conditions nor, but for S3, resources, and calls
    CloudWatch `monitoring`."""
    import cloud
    doc = cloud.template()
    p = cloud.plain(doc["Resources"]["InstancePolicy"]["Properties"]
                    ["PolicyDocument"], cloud.values_of(doc))
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:%s:log-stream:i-0"
    ours = [fnmatch.fnmatchcase(arn % name, s["Resource"])
            for s in p["Statement"] for name in (GROUP, GROUP + "2")
            if "logs:PutLogEvents" in s["Action"]]
    for s in p["Statement"]:
        s.pop("Condition", None)
        s["Resource"] = "*"
    return json.dumps(p).replace("cloudwatch:Put", "monitoring:Put"), \
        ours == [True, False]


def sinks_table(program):
    """{sink: what it needs} as `probe list sinks` has it."""
    out = subprocess.run([program, "list", "sinks"], check=True,
                         capture_output=True, text=True).stdout
    found = re.findall(r"^([a-z-]+) {2,}(\S+)", out, re.M)
    return {k: v for k, v in found if v != "nothing"}, [k for k, _ in found]


def check(program, end, folder):
    s = Stage("sinks", program, folder, end, Wire(end.port))
    d = s.box(int(time.time() * 1000) - HOUR, "i-0abc1234def567890", "a")
    agent = Agent()
    d.env = {"AWS_ENDPOINT_URL_CLOUDWATCH":
             "http://127.0.0.1:%d" % s.wire.server.port}
    lacking, every = sinks_table(program)
    s.say("all sinks are tried", sorted(every) == sorted(ALL.split(",")),
          every)
    # The group is missing, and it may not be made.
    d.settings(create_log_group="yes")
    code = d.run(d.beats(1), "300ms")
    s.say("it may not make the log group, and says so", code == 2 and
          "logs:CreateLogGroup" in d.said, d.said)
    s.wire.denied.clear()
    end.admin.create_log_group(logGroupName=GROUP)
    d.settings(sinks=ALL, emf_port=agent.port, jsonl_file=folder + "/r.jsonl",
               prometheus_file=folder + "/p.prom")
    lines = d.beats(3) + [d.sick("disk-full", "the disk is full", "0 MiB")]
    d.run(lines, "3s")
    got = rows(d.said)
    for name in every:
        if name in lacking:
            s.say("%s waits, and says what it lacks" % name,
                  got[name][1] > 0 and lacking[name] in got[name][3],
                  d.said)
        elif name != "journald" or os.path.exists("/run/systemd/journal/"
                                                  "socket"):
            s.say("%s works by the stock role" % name,
                  got[name][0] >= 4 and not got[name][1], d.said)
    said = " ".join(x.decode(errors="replace") for x in s.wire.denied)
    s.say("and nothing else was refused", set(re.findall(
        r"perform: (\w+:\w+)", said)) == {
            v.replace("cloudwatch:", "monitoring:")
            for v in lacking.values()}, said[:600])
    s.say("what the agent took", [x["kind"] for x in agent.lines][-4:] ==
          3 * ["heartbeat"] + ["verdict"] and
          "_aws" in agent.lines[-1], agent.lines[-1:])
    # And by the policy that is to be attached.
    text, ours = packaged()
    s.say("the packaged policy is for our log group alone", ours, text)
    end.allow(text)
    s.wire.denied.clear()
    d.run(d.beats(1), "10s")
    got = rows(d.said)
    s.say("by the packaged policy, alone, all work", not s.wire.denied and
          all(r[0] and not r[1] and not r[2] for k, r in got.items()
              if k != "journald"), d.said + str(s.wire.denied[:1]))
    found = mc.client("cloudwatch", end.port, (
        end.admin_keys["id"], end.admin_keys["secret"],
        end.admin_keys["token"])).list_metrics(Namespace="Probe")["Metrics"]
    s.say("and CloudWatch has the metrics", {"Heartbeat", "Raised"} <=
          {m["MetricName"] for m in found} and not any(
              x["Name"] == "InstanceId" for m in found
              for x in m["Dimensions"]), found)


def main():
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                              else "build/probe")
    if not mc.moto:
        print("skipped: needs moto[server] and boto3 (tests/deps)")
        mc.COUNT["skipped"] = CHECKS
    else:
        folder, end = tempfile.mkdtemp(prefix="probe-sinks."), Moto()
        try:
            check(program, end, folder)
        finally:
            end.close()
            shutil.rmtree(folder)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped"
          % mc.COUNT)
    return 1 if mc.COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
