"""S12 and its kin: the host is fine, a task on its own network is not."""
import copy
import os
import random
import signal
import subprocess
import time

from fake import hostfiles as hf, spec as sp
from net import tasks

from . import add

BUCKET = "web-prod-config"
LIVE = ["no"]
WARN = dict(helps=LIVE, codes=[1])


# ---- nothing is left behind

def ends(world, before):
    """Complaints about what is there now and was not before."""
    end = time.monotonic() + 2
    while time.monotonic() < end:
        now = world.traces()
        if now == before:
            return []
        time.sleep(0.02)
    return ["left behind: %s %s" % (key, [x for x in now[key]
                                          if x not in before[key]][:3])
            for key in before if now[key] != before[key]]


def probes(world):
    """(the program's first process, its children)"""
    rows = [r for r in world.processes() if r[2] == "probe"]
    pids = {pid for pid, _, _ in rows}
    return ([pid for pid, up, _ in rows if up not in pids],
            [pid for pid, up, _ in rows if up in pids])


def kill_at(world, delay_s, when_child):
    """Kill -9 the program so long after it began, or after its first child
    did. Returns how many children it had then."""
    done = subprocess.Popen(world.command(world.program + ["--now"]),
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    end = time.monotonic() + 8
    had = 0
    while when_child and time.monotonic() < end and done.poll() is None:
        if probes(world)[1]:
            break
    time.sleep(delay_s)
    first, children = probes(world)
    had = len(children)
    for pid in first:
        os.kill(pid, signal.SIGKILL)
    done.wait()
    return had


def killed(world, before):
    """At many points, the same ones each time; some of them while a child of
    it is inside."""
    bad, inside, points = [], 0, random.Random(4)
    for delay_s in [0] + [points.uniform(0, .25) for _ in range(6)]:
        kill_at(world, delay_s, False)
        bad += ends(world, before)
    for delay_s in [0] + [points.uniform(0, .02) for _ in range(3)] + [
            points.uniform(.02, 2) for _ in range(4)]:
        inside += kill_at(world, delay_s, True) > 0
        bad += ends(world, before)
    if inside < 4:
        bad.append("killed with a child inside only %d times" % inside)
    return bad


def refused(world):
    """Without the capability, as root: not entered, and said so."""
    program = world.program
    result = world.run(["setpriv", "--bounding-set=-sys_admin",
                        "--inh-caps=-sys_admin"] + program +
                       ["--now", "--format", "json"])
    rows = [c for c in result.json["unknown"]
            if c["check"] == "task_network"]
    return [] if "needs root" in str(rows) else [
        "without CAP_SYS_ADMIN: %s" % rows]


def leaves_nothing(more=()):
    def check(world, result):
        before = world.traces()
        bad = []
        if any(r[2] == "probe" for r in before["processes"]):
            bad.append("the pass left a process")
        again = world.run(world.program + ["--now", "--format", "json"])
        if again.json["verdict"]["cause"] != \
                result.json["verdict"]["cause"]:
            bad.append("a second pass says another thing")
        bad += ends(world, before)
        for part in more:
            bad += part(world, before) if part is killed else part(world)
        return bad
    return check


# ---- awsvpc

def with_tasks(*rows, **more):
    def change(spec):
        spec["tasks"] = copy.deepcopy(list(rows))
        spec.update(copy.deepcopy(more))
        spec["imds"].setdefault("paths", {}).update(tasks.interfaces(spec))
    return change


def far_bucket(spec):
    spec["aws"]["buckets"] = {BUCKET: {"region": "us-east-2",
                                       "objects": {"prod.env": "A=1\n"}}}
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + "".join(
        hf.line(120, level, msg, error="unable to download env file with key "
                "prod.env from bucket %s, error: RequestCanceled: request "
                "context canceled\ncaused by: context deadline exceeded"
                % BUCKET, task="%032x" % tasks.task_id(0),
                resource="envfile_web")
        for level, msg in (("info", "Error transitioning resource"),
                           ("error", "Failed to create task resource")))


PRIVATE = {"kind": "awsvpc", "block": [
    row[3] for label, row in sp.SERVICES.items() if label != "s3"]}


def s12(spec):
    """The host's subnet has a way out; the task's has S3's gateway only."""
    far_bucket(spec)
    with_tasks({"kind": "awsvpc", "ip": "10.0.3.15", "age_s": 9000},
               PRIVATE)(spec)


def s12_well(spec):
    far_bucket(spec)
    with_tasks({"kind": "awsvpc", "age_s": 9000}, {"kind": "awsvpc"})(spec)
    # What the first task of it tried on the way is in the log still.
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec)
    spec["aws"]["buckets"] = {}


def one_of_two(_world, result):
    found = [f for f in result.json["findings"]
             if f["id"] == "TASK_NET_SILENT"]
    words = str(found)
    bad = [] if len(found) == 1 else ["%d tasks are said to be cut off"
                                      % len(found)]
    for text in (("%032x" % tasks.task_id(1))[:12], "10.0.2.16",
                 "us-east-2", tasks.eni(1), tasks.SUBNET_ID,
                 "it reaches %s.s3.ap-northeast-2" % BUCKET):
        if text not in words:
            bad.append("the finding does not say %r" % text)
    return bad


def s12_check(world, result):
    return one_of_two(world, result) + leaves_nothing((killed, ))(
        world, result) + refused(world)


add("S12-task-no-nat", "some tasks of a service fail to load their env file "
    "from a bucket in Ohio; two of four subnets are private, without NAT",
    s12, ["network-timeout"], ["task-subnet-no-route"], twin=s12_well,
    says=["host reaches", "us-east-2", "10.0.2.0/24", "time-outs",
          tasks.eni(1), "association.subnet-id,Values=" + tasks.SUBNET_ID],
    check=s12_check, **WARN)
add("task-no-default-route", "nothing leaves the task's network",
    with_tasks({"kind": "awsvpc", "route": False}), ["network-timeout"],
    ["task-subnet-no-route"],
    says=["no default route", tasks.eni(0), tasks.SUBNET_ID],
    twin=with_tasks({"kind": "awsvpc"}), check=leaves_nothing(), **WARN)
add("task-branch", "as task-no-default-route; the interface is a branch of "
    "a trunk, which the metadata does not know",
    with_tasks({"kind": "awsvpc", "route": False, "branch": True}),
    ["network-timeout"], ["task-subnet-no-route"], says=["10.0.2.0/24"],
    silent=["eni-0feedc0ffee", tasks.SUBNET_ID],
    twin=with_tasks({"kind": "awsvpc", "branch": True}), **WARN)
CUT_OFF = {"kind": "awsvpc", "block": ["public"]}
add("task-security-group", "one task is cut off, its neighbour in the same "
    "subnet is not", with_tasks({"kind": "awsvpc"}, CUT_OFF),
    ["network-timeout"], ["task-group-blocks"], says=[tasks.eni(1)],
    twin=with_tasks({"kind": "awsvpc"}, {"kind": "awsvpc"}), **WARN)


def both(_world, result):
    """Both, in this order, with the look that decides."""
    text = str(result.json["verdict"].get("alternative"))
    return ["the alternative: %s lacks %s" % (text, part) for part in
            ("task-group-blocks", "0.3", "describe-route-tables")
            if part not in text]


add("task-cut-off", "all packets of the only task's interface vanish",
    with_tasks(CUT_OFF), ["network-timeout"], ["task-subnet-no-route"],
    twin=with_tasks({"kind": "awsvpc"}), check=both, **WARN)
add("task-resolver-dead", "the task's nameserver does not answer",
    with_tasks({"kind": "awsvpc", "resolv": "nameserver 10.0.0.77\n"}),
    ["network-dns"], ["task-dns-broken"],
    twin=with_tasks({"kind": "awsvpc", "resolv": "# by the VPC\nnameserver "
                     "10.0.0.2\noptions ndots:1\n"}),
    says=["10.0.0.77", tasks.eni(0)], check=leaves_nothing(), **WARN)
add("task-stub-resolver", "the host's 127.0.0.53 in a task's resolv.conf",
    with_tasks({"kind": "bridge", "resolv": "nameserver 127.0.0.53\n"}),
    ["network-dns"], ["task-dns-broken"],
    twin=with_tasks({"kind": "bridge"}), says=["127.0.0.53"], **WARN)
add("task-rejects", "a sidecar's rules reject what the task sends",
    with_tasks({"kind": "awsvpc", "nft": "table ip mesh {\n\tchain out {\n"
                "\t\ttype filter hook output priority 0;\n\t\ttcp dport 443 "
                "reject with tcp reset\n\t}\n}\n"}),
    ["network-refused"], ["task-network-refused"],
    twin=with_tasks({"kind": "awsvpc", "nft": "table ip mesh {\n\tchain out "
                     "{\n\t\ttype filter hook output priority 0;\n\t\ttcp "
                     "dport 443 accept\n\t}\n}\n"}), **WARN)
add("task-no-agent-route", "the task has no way to 169.254.170.2",
    with_tasks({"kind": "awsvpc", "agent": False}), ["credentials"],
    ["task-credentials-unreachable"], helps=["yes"], codes=[1],
    twin=with_tasks({"kind": "awsvpc"}), check=leaves_nothing())

# ---- behind Docker's bridge

DROP = {"nft": "table ip harden {\n\tchain transit {\n\t\ttype filter hook "
        "forward priority 0; policy drop;\n\t}\n}\n"}
OPEN = {"nft": "table ip harden {\n\tchain transit {\n\t\ttype filter hook "
        "forward priority 0; policy accept;\n\t}\n}\n"}
HOSTS = {"kind": "bridge", "resolv": "nameserver 10.0.0.2\n"}
add("task-not-forwarded", "a hardening script drops forwarded packets",
    with_tasks(HOSTS, bridge={"nft": "table ip harden {\n\tchain transit {\n\t\t"
                              "type filter hook forward priority 0;\n\t\ttcp "
                              "dport 443 drop\n\t}\n}\n"}),
    ["network-timeout"], ["task-bridge-blocked"],
    twin=with_tasks(HOSTS, bridge=OPEN), check=leaves_nothing(), **WARN)
add("task-forward-closed", "as task-not-forwarded, DNS too",
    with_tasks(HOSTS, bridge=DROP), ["network-timeout"],
    ["task-bridge-blocked"],
    twin=with_tasks(HOSTS, {"kind": "awsvpc"}), **WARN)
