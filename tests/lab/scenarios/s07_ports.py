"""S7: the load balancer cannot reach 31000-61000."""
from fake import hostfiles as hf, spec as sp

from . import add

WINDOW = [["tcp", 31000, 61000, "sg-0bbbbbbbbbbbbbbbb"]]
TASK = {"name": "ecs-web-7-app", "image": "nginx:1.25",
        "ports": [[32801, 80, "tcp"]],
        "labels": {"com.amazonaws.ecs.cluster": "web-prod",
                   "com.amazonaws.ecs.container-name": "app",
                   "com.amazonaws.ecs.task-arn": "arn:aws:ecs:ap-northeast-2:"
                   "111122223333:task/web-prod/0f1e2d3c4b5a69788796a5b4c3d2"
                   "e1f0",
                   "com.amazonaws.ecs.task-definition-family": "web",
                   "com.amazonaws.ecs.task-definition-version": "7"}}


def serving(spec):
    spec["docker"] = {"state": "ok", "tasks": [dict(TASK)]}
    spec["listen"] = [{"name": "docker-proxy", "ports": [32801]}]


def readable(spec, rules):
    serving(spec)
    spec["aws"]["allow"] = sp.STOCK + sp.EC2_READ
    group = spec["instance"]["groups"][0]
    spec["aws"]["ec2"] = {"groups": {group: {"in": rules}}}


def group_shut(spec):
    readable(spec, [["tcp", 22, 22, "10.0.0.0/16"],
                    ["tcp", 80, 80, "0.0.0.0/0"]])


add("S7-group-shut", "target group health checks fail, containers are "
    "killed and started for ever; the group lacks 31000-61000", group_shut,
    ["ports", "network-timeout"],
    ["security-group-blocks-ports"], codes=[1, 2], says=["31000"],
    twin=lambda spec: readable(spec, WINDOW))


def acl_shut(spec):
    readable(spec, WINDOW)
    spec["aws"]["ec2"]["acl"] = [
        [100, "6", "allow", False, "0.0.0.0/0", 80, 80],
        [110, "6", "allow", False, "0.0.0.0/0", 443, 443],
        [100, "-1", "allow", True, "0.0.0.0/0", None, None]]


add("S7-acl-shut", "as S7, by the subnet's network ACL", acl_shut,
    ["ports", "network-timeout"],
    ["security-group-blocks-ports"], codes=[1, 2],
    twin=lambda spec: readable(spec, WINDOW))


def firewall(spec):
    serving(spec)
    spec["walls"] = [{"side": "host-in", "nft": (
        "table inet filter {\n\tchain input {\n\t\ttype filter hook input "
        "priority 0; policy accept;\n\t\tct state established,related accept"
        "\n\t\tiif lo accept\n\t\ttcp dport 31000-61000 drop\n\t}\n}\n")}]


add("S7-host-firewall", "as S7, by the host's own firewall", firewall,
    ["ports"], ["host-firewall-blocks-ports"], codes=[1, 2],
    twin=serving)


def range_leaves(spec):
    serving(spec)
    spec["sysctl"] = {"net.ipv4.ip_local_port_range": "1024 65000"}


add("S7-range-leaves-window", "the kernel's range was widened; tasks get "
    "ports that the rules do not open", range_leaves, ["ports"],
    ["port-range-outside-window"], codes=[1, 2], helps=["no"], twin=serving)


def dead_port(spec):
    spec["docker"] = {"state": "ok", "tasks": [dict(TASK)]}


add("S7-nobody-listens", "Docker says that the port is published, nothing "
    "answers on it", dead_port, ["ports"], ["published-port-dead"],
    codes=[1, 2], twin=serving)


def agent_ports(spec):
    spec["agent"] = {"credentials_port": False}
    spec["listen"] = [{"name": "node", "ports": [51679]}]
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + "".join(
        hf.line(age, "error", "Error running task api: listen tcp "
                "127.0.0.1:51679: bind: address already in use",
                module="task_server_setup.go") for age in (180, 120, 60))


add("agent-port-taken", "another program holds 51679", agent_ports,
    ["ports"], ["agent-port-taken"], helps=["no", "unknown"], says=["51679"])
