"""Tasks of the instance: a process each, in a network of its own.

spec["tasks"] rows:
  kind     awsvpc (an interface into the VPC's router, and a second one to the
           agent, as its CNI plugin makes them) | bridge (behind docker0)
  ip       its address, of a subnet of 256; default 10.0.2.N or 172.17.0.N
  route    False: no default route
  block    destinations that its subnet's router drops (see walls.py)
  nft      a ruleset inside its network
  resolv   its resolv.conf; default the VPC's resolver
  agent    False: no way to 169.254.170.2 (awsvpc)
  branch   True: a branch of a trunk, which the metadata does not know
  age_s, family
spec["docker0"]: the bridge is there without tasks, too.
spec["bridge"]: {"masquerade": False}, {"nft": ruleset of the host}."""
import os

from fake import spec as sp

from . import ns, walls

ARN = "arn:aws:ecs:%s:%s:task/%s/%032x"
BRIDGE, LOCAL = "docker0", "ecs-bridge"


def task_id(number):
    return 0xa5b4c3d2e1f00000000000000000000 + number


def mac(number):
    return "02:00:00:00:02:%02x" % number


def eni(number):
    return "eni-0feedc0ffee0000%02x" % number


SUBNET_ID = "subnet-0ee55ff66aa77bb88"


def interfaces(spec):
    """What the metadata service says of them, by path."""
    out = {}
    for number, row in enumerate(spec.get("tasks", [])):
        at = "meta-data/network/interfaces/macs/%s/" % mac(number)
        if row["kind"] == "awsvpc" and not row.get("branch"):
            out[at + "interface-id"] = eni(number)
            out[at + "subnet-id"] = SUBNET_ID
            out[at + "device-number"] = str(number + 1)
    return out


def enter(row, ready):
    """The task's process: leaves for its own network and files."""
    def work(_spec):
        ns.unshare(ns.NEWNET | ns.NEWNS)
        ns.mount(None, "/", None, ns.MS_REC | ns.MS_PRIVATE)
        path = "/run/resolv-%d" % os.getpid()
        with open(path, "w", encoding="ascii") as f:
            f.write(row.get("resolv", "nameserver %s\n" % sp.RESOLVER_IP))
        ns.bind(path, "/etc/resolv.conf")
        ns.sh("ip", "link", "set", "lo", "up")
        os.write(ready, b"1")
        os.close(ready)
    return work


def bridge(name, address):
    ns.sh("ip", "link", "add", name, "type", "bridge")
    ns.sh("ip", "address", "add", address, "dev", name)
    ns.sh("ip", "link", "set", name, "up")


def cable(pid, number, to, ifname, address):
    near = "%s%d" % ("vb" if to == BRIDGE else "vl", number)
    ns.sh("ip", "link", "add", near, "type", "veth", "peer", "name", ifname,
          "netns", str(pid))
    ns.sh("ip", "link", "set", near, "master", to, "up")
    ns.sh("ip", "address", "add", address, "dev", ifname, pid=pid)
    ns.sh("ip", "link", "set", ifname, "up", pid=pid)


def forwarding(cfg):
    ns.write_proc("net.ipv4.ip_forward", 1)
    if cfg.get("masquerade", True):
        ns.sh("iptables", "-w", "2", "-t", "nat", "-A", "POSTROUTING", "-s",
              "172.17.0.0/16", "!", "-o", BRIDGE, "-j", "MASQUERADE")
    if cfg.get("nft"):
        ns.sh("nft", "-f", "-", stdin=cfg["nft"])


def plug(row, pid, number):
    if row["kind"] == "bridge":
        cable(pid, number, BRIDGE, "eth0",
              row.get("ip", "172.17.0.%d" % (number + 2)) + "/16")
        if row.get("route", True):
            ns.sh("ip", "route", "add", "default", "via", "172.17.0.1",
                  pid=pid)
    elif row.get("agent", True):
        cable(pid, number, LOCAL, "ecs-eth0",
              "169.254.172.%d/22" % (number + 2))
        ns.sh("ip", "route", "add", sp.TASK_IP + "/32", "via",
              "169.254.172.1", "dev", "ecs-eth0", pid=pid)
    if row.get("nft"):
        ns.sh("nft", "-f", "-", stdin=row["nft"], pid=pid)


def containers(spec, row, pid, number):
    """What Docker shows of it: awsvpc has one that holds the network."""
    family = row.get("family", "web")
    labels = {"com.amazonaws.ecs.cluster": spec["cluster"],
              "com.amazonaws.ecs.task-arn": ARN % (
                  spec["region"], spec["account"], spec["cluster"],
                  task_id(number)),
              "com.amazonaws.ecs.task-definition-family": family,
              "com.amazonaws.ecs.task-definition-version": "7"}
    name = "ecs-%s-7-%d" % (family, number)
    out = []
    if row["kind"] == "awsvpc":
        out.append({"name": name + "-pause", "pid": pid, "network": "none",
                    "image": "amazon/amazon-ecs-pause:0.1.0",
                    "labels": dict(labels, **{
                        "com.amazonaws.ecs.container-name":
                        "~internal~ecs~pause"})})
    out.append({"name": name + "-app", "pid": pid, "image": "nginx:1.25",
                "network": "default" if row["kind"] == "bridge"
                else "container:" + name + "-pause",
                "labels": dict(labels, **{
                    "com.amazonaws.ecs.container-name": "app"})})
    for c in out:
        if row.get("age_s"):
            c["started_ago"] = row["age_s"]
    return out


def start(spec, child):
    """In the instance, before dockerd is asked for them."""
    rows = spec.get("tasks", [])
    kinds = {row["kind"] for row in rows}
    if "bridge" in kinds or spec.get("docker0"):
        bridge(BRIDGE, "172.17.0.1/16")
        forwarding(spec.get("bridge", {}))
    if "awsvpc" in kinds:
        bridge(LOCAL, "169.254.172.1/22")
    for number, row in enumerate(rows):
        get, put = os.pipe()
        pid = child(spec, "task-%d" % number, enter(row, put))
        os.close(put)
        if os.read(get, 1) != b"1":
            raise RuntimeError("a task did not start")
        os.close(get)
        plug(row, pid, number)
        if spec["docker"] is not None:
            spec["docker"].setdefault("tasks", []).extend(
                containers(spec, row, pid, number))


def wall(spec, row, number, near):
    """The router of its subnet, as nftables rules on the AWS side."""
    found = walls.destinations(spec, row["block"])
    return ("table ip subnet_%d {\n\tchain in {\n\t\ttype filter hook input "
            "priority 0;\n\t\tiifname \"%s\" %sdrop\n\t}\n}\n" % (
                number, near,
                "ip daddr { %s } " % ", ".join(found) if found else ""))


def attach(world):
    """From outside: the interfaces of awsvpc tasks, into the VPC's router."""
    pids = world.children()
    for number, row in enumerate(world.spec.get("tasks", [])):
        if row["kind"] != "awsvpc":
            continue
        pid = pids["task-%d" % number]
        ip = row.get("ip", "10.0.2.%d" % (15 + number))
        world.aws.attach(pid, ip=ip, gateway=row.get("route", True),
                         router=ip.rpartition(".")[0] + ".1",
                         mac=mac(number))
        if row.get("block"):
            world.aws.nft(wall(world.spec, row, number, "v%d" % pid))
