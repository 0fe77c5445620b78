"""Nameservers one by one: which of them is ill, and what it costs."""
from fake import hostfiles as hf

from . import add

LIVE = ["no", "worse", "unknown"]       # a registered agent still runs
OWN, OTHER, VPC = "10.0.2.53", "10.0.2.54", "10.0.0.2"
PRIVATE = ["ecs", "ecs-a", "ecs-t", "sts", "ecr", "dkr", "logs"]


def conf(*servers, options=""):
    return "".join("nameserver %s\n" % s for s in servers) + options


def servers(lines, **own):
    """resolv.conf, and servers of one's own: their state by address."""
    def change(spec):
        spec["files"]["/etc/resolv.conf"] = lines
        spec["dns"]["servers"] = {
            at.replace("_", "."): cfg
            for at, cfg in zip((OWN, OTHER), own.values())}
    return change


def both_well(lines):
    return servers(lines, own={}, other={})


def nobody_asked_twice(_world, result):
    """The same question to the same server, of the same type."""
    seen, bad = set(), []
    for row in result.requests:
        if row["to"] != "dns" or "at" not in row:
            continue
        key = (row["at"], row["op"], row["type"])
        if key in seen and row["answer"] != "silent":
            bad.append("%s was asked twice for %s (%d)" % key)
        seen.add(key)
    return bad


add("dns-second-dead", "the second nameserver of resolv.conf is silent; the "
    "first answers, so nobody has noticed",
    servers(conf(OWN, OTHER), own={}, other={"state": "silent"}),
    ["network-dns"], ["dns-server-dead"], helps=LIVE, codes=[1],
    says=[OTHER, "no reserve"], twin=both_well(conf(OWN, OTHER)),
    check=nobody_asked_twice)
add("dns-rotate-dead", "every second look-up takes five seconds",
    servers(conf(OWN, OTHER, options="options rotate timeout:3\n"), own={},
            other={"state": "silent"}),
    ["network-dns"], ["dns-server-dead"], helps=LIVE, codes=[1],
    says=[OTHER, "one look-up in 2 takes 3 s longer"],
    twin=both_well(conf(OWN, OTHER, options="options rotate timeout:3\n")))
add("dns-first-dead", "everything works, five seconds late: the first "
    "nameserver is silent",
    servers(conf(OWN, VPC), own={"state": "silent"}, other={}),
    ["network-dns"], ["dns-first-server-dead"], helps=LIVE, codes=[1],
    says=[OWN], twin=both_well(conf(OWN, VPC)))
add("dns-second-refuses", "the second nameserver does not serve this subnet",
    servers(conf(OWN, OTHER), own={}, other={"state": "query-refused"}),
    ["network-dns"], ["dns-server-refuses"], helps=LIVE, codes=[1],
    says=[OTHER, "REFUSED"], twin=both_well(conf(OWN, OTHER)))
add("dns-first-slow", "each name takes a second and a half",
    servers(conf(OWN), own={"slow_ms": 1200}, other={}),
    ["network-dns"], ["dns-server-slow"], helps=LIVE, codes=[1],
    says=[OWN], twin=both_well(conf(OWN)))
add("dns-aaaa-lost", "a firewall drops questions for AAAA; each name takes "
    "five seconds in programs that wait for both",
    servers(conf(OWN), own={"no_aaaa": True}, other={}),
    ["network-dns"], ["dns-half-answered"], helps=LIVE, codes=[1],
    says=[OWN, "AAAA"], twin=both_well(conf(OWN)))
add("dns-first-lies", "the first nameserver says that ECS does not exist; "
    "the second knows better and is not asked",
    servers(conf(OWN, VPC), own={"hosts": {"ecs.*": "nxdomain"}}, other={}),
    ["network-dns"], ["dns-servers-disagree"], helps=LIVE,
    says=[OWN, VPC], twin=both_well(conf(OWN, VPC)))
add("dns-second-lies", "the first nameserver is right, the second would send "
    "the agent to a network that is not this one",
    servers(conf(VPC, OWN), own={"hosts": {"ecs.*": ["10.77.0.5"]}},
            other={}),
    ["network-dns"], ["dns-servers-differ"], helps=LIVE, codes=[1],
    says=[OWN, "10.77.0.5"], twin=both_well(conf(VPC, OWN)))
add("dns-own-dead-vpc-fine", "resolv.conf names a nameserver of another "
    "network; the VPC's own would answer",
    servers(conf(OWN), own={"state": "silent"}, other={}),
    ["network-dns"], ["dns-vpc-resolver-unused"], helps=LIVE,
    says=[OWN, VPC], twin=both_well(conf(OWN)))


def endpoints_exist(spec):
    spec["private"] = PRIVATE
    spec["walls"] = [{"to": ["public"]}]


def public_of(spec):
    from fake import spec as sp
    return {sp.host_of(spec, lab): [sp.SERVICES[lab][3]] for lab in PRIVATE}


def bypassed(spec):
    """Interface endpoints, no NAT, and a resolver that asks the internet."""
    endpoints_exist(spec)
    servers(conf(OWN), own={"hosts": public_of(spec)}, other={})(spec)
    spec["agent"] = {"connected": False}
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec)


def through(spec):
    endpoints_exist(spec)
    spec["walls"] = [{"to": ["198.51.100.0/24"]}]
    servers(conf(OWN), own={}, other={})(spec)


add("dns-vpc-bypassed", "interface endpoints exist and work; resolv.conf "
    "names a nameserver that does not know their private DNS", bypassed,
    ["network-dns"], ["dns-vpc-bypassed"], helps=LIVE,
    says=[OWN, VPC, "203.0.113.10"], twin=through)


def resolved(*upstreams):
    """systemd-resolved is not run here: its address is a server of ours."""
    def change(spec):
        spec["files"]["/etc/resolv.conf"] = conf(OWN, options="") \
            .replace(OWN, "127.0.0.53")
        spec["files"]["/run/systemd/resolve/resolv.conf"] = conf(*upstreams)
        spec["local_dns"] = True
    return change


def upstream_dead(spec):
    resolved(OWN, OTHER)(spec)
    spec["dns"]["servers"] = {OWN: {}, OTHER: {"state": "silent"}}


def upstreams_well(spec):
    resolved(OWN, OTHER)(spec)
    spec["dns"]["servers"] = {OWN: {}, OTHER: {}}


add("dns-upstream-dead", "resolv.conf names systemd-resolved; one of its own "
    "servers is silent", upstream_dead, ["network-dns"],
    ["dns-server-dead"], helps=LIVE, codes=[1],
    says=[OTHER, "systemd-resolved"], twin=upstreams_well)
