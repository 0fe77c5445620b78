"""Faults of the path that look like each other: what tells them apart."""
from . import add

LIVE = ["no", "worse", "unknown"]       # a registered agent still runs


def black_hole(spec):
    """What AWS sends in full-size packets is lost, and no ICMP says so.

    620 and not 1400, as the lab's certificates are short."""
    spec["walls"] = [{"side": "vpc", "nft":
                      "table ip narrow {\n\tchain out {\n\t\ttype filter "
                      "hook output priority 0;\n\t\ttcp sport 443 meta "
                      "length > 620 drop\n\t}\n}\n"}]


add("mtu-black-hole", "TCP opens, the TLS handshake vanishes; small requests "
    "pass. ecs-tls-hang looks the same but for one thing: there small "
    "segments vanish, too", black_hole, ["network-timeout"],
    ["big-packets-lost"], helps=LIVE, says=["536"])


def unrouted(spec):
    """The resolver is behind the default route as well."""
    spec["gateway"] = False


add("no-default-route", "'network is unreachable': the host's own table, "
    "not the VPC's", unrouted, ["network-timeout"],
    ["default-route-missing"], helps=LIVE)


def everyone_ill(spec):
    spec["aws"]["faults"] = [{"host": "*", "fault": "500"}]


add("region-event", "ECS, ECR, Logs and STS answer 5xx at once",
    everyone_ill, ["other"], ["regional-event"], helps=LIVE)


def shadowed(spec):
    """A forgotten private zone answers for the name of ECS."""
    spec["dns"]["hosts"] = {"ecs.*": ["10.77.0.5"]}


add("private-zone", "ECS's name resolves to an address of a VPC that is not "
    "this one", shadowed, ["network-dns"], ["private-zone-shadows"],
    helps=LIVE, says=["10.77.0.5"])
