#!/usr/bin/env python3
"""Are the worlds as ill as they say?  Each row makes one fault and looks at
it with curl and other plain programs, from inside.

Ends with `N passed, N failed, N skipped`."""
import os
import signal
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import net  # noqa: E402
import scenarios  # noqa: E402
from scenarios import metadata, walls  # noqa: E402

REGION = "ap-northeast-2.amazonaws.com"
ECS = "https://ecs.%s/" % REGION
IMDS = "http://169.254.169.254/latest/"
SHOW = "curl -sS -m 3 -o /dev/null -w '%{http_code}' "
PUT = (SHOW + "-X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' " + IMDS
       + "api/token")
GET = SHOW + IMDS + "meta-data/instance-id"
DOCKER = "curl -sS -m 2 --unix-socket /var/run/docker.sock http://d"
# curl: 6 no name, 7 refused, 18 half, 28 time, 35/56 reset, 60 certificate
ROWS = [
    ("well", None, GET, 0, "200"),
    ("well", None, SHOW + ECS, 0, "400"),
    ("well", None, DOCKER + "/v1.44/containers/json", 0, "ecs-agent"),
    ("well", None, "curl -sS localhost:51678/v1/metadata", 0, "web-prod"),
    ("well", None, "ss -Htn state established | grep -c 203.0.113.11:443",
     0, "1"),
    ("imds-disabled", metadata.imds("disabled"), PUT, 0, "403"),
    ("imds-refused", metadata.imds("refused"), GET, 7, ""),
    ("imds-hang", metadata.imds("hang"), GET, 28, ""),
    ("imds-hop", metadata.imds("put-hang"), PUT, 28, ""),
    ("imds-hop", metadata.imds("put-hang"), GET, 0, "401"),
    ("imds-hop-v1", metadata.imds("put-hang-v1"), GET, 0, "200"),
    ("imds-required", metadata.imds("required"), GET, 0, "401"),
    ("imds-v1-only", metadata.imds("v1-only"), PUT, 0, "405"),
    ("imds-v1-only-404", metadata.imds("v1-only", no_put=404), PUT, 0, "404"),
    ("imds-throttled", metadata.imds("throttled"), GET, 0, "503"),
    ("imds-no-role", metadata.imds("ok", role="none", info="none"),
     SHOW + IMDS + "meta-data/iam/info", 0, "404"),
    ("imds-unauthorized", metadata.imds("ok", credentials="unauthorized"),
     "curl -sS " + IMDS + "meta-data/iam/security-credentials/ecsInstanceRole",
     0, "AssumeRoleUnauthorizedAccess"),
    ("imds-spot", metadata.imds("ok", spot={"action": "terminate"}),
     "curl -sS " + IMDS + "meta-data/spot/instance-action", 0, "terminate"),
    ("imds-slow", metadata.imds("ok", slow_ms=700),
     "curl -sS -o /dev/null -w '%{time_total}' " + IMDS, 0, "0.7"),
    ("dns-silent", walls.dns("silent"), "getent hosts x.example & "
     "curl -sS -m 2 " + ECS, 28, ""),
    ("dns-nxdomain", walls.nxdomain, SHOW + ECS, 6, ""),
    ("dns-refused", walls.dns("refused"), SHOW + ECS, 6, ""),
    ("ecs-silent", walls.wall(to=["ecs"]), SHOW + ECS, 28, ""),
    ("ecs-silent-sts", walls.wall(to=["ecs"]),
     SHOW + "https://sts.%s/" % REGION, 0, "403"),
    ("ecs-rst-wall", walls.wall(to=["ecs"], act="rst"), SHOW + ECS, 7, ""),
    ("ecs-reject", walls.wall(to=["ecs"], act="reject", side="host"),
     SHOW + ECS, 7, ""),
    ("foreign-ca", walls.aws("foreign-ca"), SHOW + ECS, 60, ""),
    ("expired", walls.aws("expired-cert"), SHOW + ECS, 60, "expired"),
    ("wrong-name", walls.aws("wrong-name"), SHOW + ECS, 60, ""),
    ("tls-hang", walls.aws("tls-hang"), SHOW + ECS, 28, ""),
    ("rst", walls.aws("rst"), SHOW + ECS, 35, ""),
    ("hang", walls.aws("hang"), SHOW + ECS, 28, ""),
    ("half", walls.aws("half"), SHOW + ECS, 18, ""),
    ("proxy-page", walls.aws("proxy-page"), "curl -sS " + ECS, 0, "Blocked"),
    ("no-nat", walls.wall(to=["public"]), SHOW + ECS, 28, ""),
    ("black-hole", walls.black_hole, GET, 28, ""),
    ("clock", walls.skew(-600), "d=$(curl -sSI " + ECS + " | tr -d '\\r' | "
     "sed -n 's/^[Dd]ate: //p'); test $(($(date +%s) - $(date +%s -d \"$d\")))"
     " -gt 590", 0, ""),
    ("docker-wedged", walls.docker(state="wedged"), DOCKER + "/_ping", 0,
     "OK"),
    ("docker-wedged", walls.docker(state="wedged"), DOCKER +
     "/v1.44/containers/json", 28, ""),
    ("docker-hung", walls.docker(state="hang"), DOCKER + "/_ping", 28, ""),
    ("docker-down", walls.docker(state="gone"), DOCKER + "/_ping", 7, ""),
    ("docker-too-old", walls.docker(state="too-old"), DOCKER +
     "/v1.44/info", 0, "too new"),
    ("docker-too-new", walls.docker(state="too-new"), DOCKER +
     "/v1.44/info", 0, "too old"),
    ("agent-html", walls.introspection("html"), "curl -sS localhost:51678/",
     0, "It works"),
    ("disk-full", walls.disk("/var/lib/docker", size="8m", fill_pct=100),
     "dd if=/dev/zero of=/var/lib/docker/x bs=1 count=1", 1, "No space left"),
    ("disk-inodes", walls.disk("/var/lib/docker", size="8m", inodes=16,
                               use_inodes=20),
     "dd if=/dev/zero of=/var/lib/docker/x bs=1 count=1", 1, "No space left"),
    ("disk-ro", walls.disk("/var/lib/docker", size="8m", ro=True),
     "dd if=/dev/zero of=/var/lib/docker/x bs=1 count=1", 1, "Read-only"),
]


def sick(change):
    spec = scenarios.instance()
    if change:
        change(spec)
    return spec


def rows():
    passed = failed = 0
    for name, change, command, code, text in ROWS:
        with net.World(sick(change)) as world:
            if "established" in command:
                time.sleep(0.6)     # the agent's own connection comes up
            got = world.run(["/bin/sh", "-c", command])
        good = got.code == code and text in got.out + got.err
        print("%s %s: %s%s" % ("ok  " if good else "FAIL", name, command[-60:],
                               "" if good else "\n       %d, want %d: %s" % (
                                   got.code, code, got.out + got.err)))
        passed, failed = passed + good, failed + (not good)
    return passed, failed


def holders(marker):
    """Processes of a world that carry our marker in their environment."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open("/proc/%s/cmdline" % pid, "rb") as f:
                if b"keeper.py" not in f.read():
                    continue
            with open("/proc/%s/environ" % pid, "rb") as f:
                if marker in f.read():
                    found.append(pid)
        except OSError:
            pass
    return found


def killed():
    """A test that dies by SIGKILL leaves nothing behind."""
    marker = "LAB_MARK=%d" % os.getpid()
    code = ("import sys, time; sys.path.insert(0, %r); import net, scenarios;"
            "w = net.World(scenarios.instance()).__enter__();"
            "print('up', flush=True); time.sleep(60)" % HERE)
    proc = subprocess.Popen([sys.executable, "-c", code],
                            stdout=subprocess.PIPE, text=True,
                            env=dict(os.environ, LAB_MARK=str(os.getpid())))
    proc.stdout.readline()
    before = holders(marker.encode())
    proc.send_signal(signal.SIGKILL)
    proc.wait()
    time.sleep(0.5)
    after = holders(marker.encode())
    good = len(before) >= 4 and not after
    print("%s killed: %d processes before, %d after" % (
        "ok  " if good else "FAIL", len(before), len(after)))
    return (1, 0) if good else (0, 1)


def main():
    why = net.why_not()
    if why:
        print("skipped: %s\n0 passed, 0 failed, %d skipped" % (
            why, len(ROWS) + 1))
        return 0
    passed, failed = (a + b for a, b in zip(rows(), killed()))
    print("%d passed, %d failed, 0 skipped" % (passed, failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
