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
    spec["docker0"] = True


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
    spec["listen"] = [{"name": "node", "ports": [51679]}]
    no_credentials_port(spec)


def no_credentials_port(spec):
    spec["agent"] = {"credentials_port": False}
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + "".join(
        hf.line(age, "error", "Error running task api: listen tcp "
                "127.0.0.1:51679: bind: address already in use",
                module="task_server_setup.go") for age in (180, 120, 60))


add("agent-port-taken", "another program holds 51679", agent_ports,
    ["ports"], ["agent-port-taken"], helps=["no", "unknown"], says=["51679"])


def agent_port_gone(spec):
    spec["outgoing"] = [[51679, "ecs-t"]]
    no_credentials_port(spec)


add("agent-port-given-away", "the kernel gave 51679 to a connection that goes "
    "out before the agent listened", agent_port_gone, ["ports"],
    ["agent-port-ephemeral"], codes=[2], helps=["no"],
    says=["51679", "ip_local_reserved_ports=51678-51680"])


# ---- what a packet tells that no rule does

def finds(name, *words):
    def check(_world, result):
        rows = [f for f in result.json["findings"] if f["id"] == name]
        if not rows:
            return ["no finding " + name]
        return ["%s does not say %r: %s" % (name, w, rows) for w in words
                if w not in str(rows)]
    return check


def nothing_left(world, _result):
    """No listener of the window, and no end of a connection of the host with
    itself in it, but those of the world."""
    bad = []
    for line in world.run(["ss", "-tan"]).out.splitlines()[1:]:
        state, near, far = (line.split()[i] for i in (0, 3, 4))
        ip, port = near.rsplit(":", 1)
        own = state == "LISTEN" or far.rsplit(":", 1)[0] in (
            sp.HOST_IP, "172.17.0.1")
        if own and 31000 <= int(port) <= 61000 and \
                port not in ("32801", "51678", "51679"):
            bad.append("left in the window: " + line)
    return bad


def both(*checks):
    def check(world, result):
        return sum((c(world, result) for c in checks), [])
    return check


def before_the_rules(spec):
    serving(spec)
    spec["walls"] = [{"side": "host-in", "nft": (
        "table ip early {\n\tchain pre {\n\t\ttype filter hook prerouting "
        "priority -300; policy accept;\n\t\ttcp dport 31000-61000 ct state "
        "new ip daddr != 127.0.0.0/8 drop\n\t}\n}\n")}]


add("S7-dropped-early", "as S7-host-firewall, by a rule before the INPUT "
    "chains, where nobody looks", before_the_rules, ["ports"],
    ["host-firewall-blocks-ports"], codes=[1, 2],
    check=both(finds("WINDOW_CLOSED", "172.17.0.1", "gets no answer"),
               nothing_left), twin=serving)


def rejected(spec):
    serving(spec)
    spec["walls"] = [{"side": "host-in", "nft": (
        "table inet filter {\n\tchain input {\n\t\ttype filter hook input "
        "priority 0; policy accept;\n\t\tct state new tcp dport 31000-61000 "
        "ip daddr != 127.0.0.0/8 reject with tcp reset\n\t}\n}\n")}]


add("S7-rejected", "as S7-host-firewall, and the packet is answered with a "
    "reset", rejected, ["ports"], ["host-firewall-blocks-ports"],
    codes=[1, 2], check=both(finds("WINDOW_CLOSED", "is rejected"),
                             nothing_left), twin=serving)


def old_rules(act):
    def world(spec):
        serving(spec)
        spec["legacy"] = ["-A INPUT -i eth0 -p tcp -m tcp --dport "
                          "31000:61000 -m conntrack --ctstate NEW -j " + act]
    return world


add("S7-legacy-rules", "nft and iptables show nothing: the rule is one of "
    "iptables-legacy", old_rules("DROP"), ["ports"],
    ["host-firewall-blocks-ports"], codes=[1, 2], says=["31000:61000"],
    check=nothing_left,
    twin=old_rules("ACCEPT"))


# ---- ports that are taken

def taken(port):
    return "".join(hf.line(
        age, "error", "Error starting container", error="CannotStartContainer"
        "Error: Error response from daemon: driver failed programming "
        "external connectivity on endpoint ecs-web-7-app: Bind for 0.0.0.0:%d "
        "failed: port is already allocated" % port) for age in (180, 60))


def held(spec):
    serving(spec)
    spec["listen"].append({"name": "nginx", "ports": [8080]})
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + taken(8080)


def held_well(spec):
    serving(spec)
    spec["listen"].append({"name": "nginx", "ports": [8080]})


add("S7-port-held", "'port is already allocated': a program of the host has "
    "it", held, ["ports"], ["host-port-taken"], codes=[1, 2],
    says=["8080", "nginx"], twin=held_well)


def passing(spec):
    serving(spec)
    spec["outgoing"] = [[45000, "ecs-t"]]
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + taken(45000)


def passing_well(spec):
    serving(spec)
    spec["outgoing"] = [[45000, "ecs-t"]]
    spec["sysctl"] = {"net.ipv4.ip_local_reserved_ports": "45000"}


add("S7-port-given-away", "'port is already allocated', and nothing listens "
    "there: the kernel gave it to a connection that goes out", passing,
    ["ports"], ["host-port-ephemeral"], codes=[1, 2],
    says=["45000", "ip_local_reserved_ports=45000"], twin=passing_well)


def crowd(ports):
    def world(spec):
        serving(spec)
        spec["sysctl"] = {"net.ipv4.ip_local_port_range": "33000 35000"}
        spec["listen"].append({"name": "java", "ports": ports})
    return world


add("S7-range-exhausted", "no host port is free for tasks: a program holds "
    "1200 of the 2001", crowd(list(range(33100, 34300))), ["ports"],
    ["ports-exhausted"], codes=[1, 2],
    check=finds("PORTS_EXHAUSTED", "of 2001 ports"),
    twin=crowd(list(range(33100, 33600))))
