"""The host's own routing: what it refuses to send, what it sends by another
interface, and IPv6."""
from fake import spec as sp

from . import add

LIVE = ["no", "worse", "unknown"]       # a registered agent still runs


def routes(*lines, **more):
    def change(spec):
        spec["routes"] = list(lines)
        spec.update(more)
    return change


add("route-blackhole", "a hardening script left a blackhole route; 'Invalid "
    "argument' in every log", routes("route add blackhole 203.0.113.0/24"),
    ["network-refused"], ["host-route-rejects"], helps=LIVE,
    says=["blackhole", "203.0.113.10"],
    twin=routes("route add blackhole 192.0.2.0/24"))
add("route-prohibit", "a prohibit route: 'Permission denied', and no firewall "
    "rule to be found", routes("route add prohibit 203.0.113.0/24"),
    ["network-refused"], ["host-route-rejects"], helps=LIVE,
    says=["prohibit"], twin=routes("route add prohibit 192.0.2.0/24"))
add("route-unreachable", "an unreachable route: 'No route to host' at once",
    routes("route add unreachable 203.0.113.0/24"),
    ["network-refused"], ["host-route-rejects"], helps=LIVE,
    says=["unreachable"], twin=routes("route add unreachable 192.0.2.0/24"))
add("route-rule-empty-table", "a policy rule leads AWS's addresses to a table "
    "that has no route for them", routes(
        "route add throw 203.0.113.0/24 table 77",
        "rule add to 203.0.113.0/24 lookup 77 priority 100",
        "rule add to 203.0.113.0/24 unreachable priority 101"),
    ["network-timeout"], ["host-route-none"], helps=LIVE,
    twin=routes("route add throw 192.0.2.0/24 table 77",
                "rule add to 203.0.113.0/24 lookup 77 priority 100"))


def extra(metric):
    """A second interface, in a subnet without NAT; its default route wins
    when its metric is the lower one."""
    def change(spec):
        spec["interfaces"] = [{
            "ifname": "eth1", "ip": "10.0.3.10", "router": "10.0.3.1",
            "mac": "02:00:00:00:03:0a", "gateway": False, "routes": [
                "route del default",
                "route add default via 10.0.1.1 dev eth0 metric 512",
                "route add default via 10.0.3.1 dev eth1 metric %d"
                % metric]}]
        spec["walls"] = [{"nft": "table ip second {\n\tchain in {\n\t\ttype "
                          "filter hook input priority 0;\n\t\tip saddr "
                          "10.0.3.10 ip daddr { 203.0.113.0/24, "
                          "198.51.100.0/24 } drop\n\t}\n}\n"}]
    return change


add("extra-interface", "a second network interface was attached; since then "
    "nothing of AWS answers", extra(100), ["network-timeout"],
    ["route-other-interface"], helps=LIVE, says=["eth1", "10.0.3.10"],
    twin=extra(1024))


def v6(**more):
    def change(spec):
        spec["v6"] = dict(more)
        if more.get("only"):
            mac = "meta-data/network/interfaces/macs/%s/" % \
                spec["instance"]["mac"]
            spec["imds"]["paths"] = {
                "meta-data/local-ipv4": None,
                mac + "local-ipv4s": None,
                mac + "ipv6s": sp.HOST_V6,
                mac + "vpc-ipv6-cidr-blocks": "2001:db8:1::/56"}
            spec["files"]["/etc/resolv.conf"] = "nameserver %s\n" \
                % sp.RESOLVER_V6
    return change


add("v6-only-no-aaaa", "an instance of an IPv6-only subnet; the name of ECS "
    "has no AAAA record", v6(only=True, without=["ecs"]), ["network-dns"],
    ["ipv6-only-no-aaaa"], helps=LIVE, says=["ecs.ap-northeast-2.api.aws"],
    twin=v6(only=True))
add("v6-only-acs-no-aaaa", "IPv6 only: the instance registers; the host of "
    "the control channel has no AAAA record",
    v6(only=True, without=["ecs-a", "ecs-t"]), ["network-dns"],
    ["ipv6-only-no-aaaa"], helps=LIVE, says=["ecs-a-1"], twin=v6(only=True))


def v6_cut(spec):
    v6(only=True)(spec)
    spec["walls"] = [{"nft": "table ip6 cut {\n\tchain in {\n\t\ttype filter "
                      "hook input priority 0;\n\t\tip6 daddr { "
                      "2001:db8:71::/64, 2001:db8:64::/64 } drop\n\t}\n}\n"}]


add("v6-only-silent", "IPv6 only, names well, packets vanish: no egress-only "
    "internet gateway, or rules", v6_cut, ["network-timeout"],
    ["no-path-to-aws"], helps=LIVE, says=["egress-only"],
    twin=v6(only=True))


def v6_unrouted(spec):
    """AAAA alone, and no IPv6 route."""
    v6(gateway=False)(spec)
    spec["dns"]["hosts"] = {"ecs.*": ["2001:db8:71::10"]}


add("v6-name-no-route", "the name of ECS has IPv6 addresses alone; this host "
    "has no IPv6 route", v6_unrouted, ["network-timeout"],
    ["host-route-none"], helps=LIVE, says=["2001:db8:71::10"],
    twin=v6(gateway=False))
