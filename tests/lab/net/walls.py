"""Firewalls of the world, as nftables rules.

spec["walls"] rows:
  side   vpc (default: between instance and AWS; silent to the instance, as
         security groups and missing routes are), host (the instance's own
         output), host-in (its own input)
  act    drop (default) | reject | rst | ttl (drop replies that cross a hop)
  to     list of service labels, addresses, or: public, endpoints, imds,
         dns, ntp, everything
  ports  "443" or "31000-61000"; default every port
or {"side": ..., "nft": "raw ruleset text"}."""
from fake import spec as sp

ACTS = {"drop": "drop", "reject": "reject with icmp type port-unreachable",
        "rst": "reject with tcp reset"}


def destinations(spec, words):
    out = []
    for word in words:
        if word == "everything":
            return []
        if word in sp.SERVICES:
            out.append(sp.address_of(spec, word))
        elif word == "public":
            out += ["203.0.113.0/24", "198.51.100.0/24", "192.0.2.0/24"]
        elif word == "endpoints":
            out += [row[4] for row in sp.SERVICES.values()]
        else:
            out.append({"imds": sp.IMDS_IP, "dns": sp.RESOLVER_IP,
                        "ntp": sp.NTP_IP}.get(word, word))
    return out


def rule(spec, row):
    out = ""
    found = destinations(spec, row.get("to", ["everything"]))
    if found:
        out += "ip daddr { %s } " % ", ".join(found)
    act = ACTS[row.get("act", "drop")]
    if "ports" in row:
        out += "tcp dport %s " % row["ports"]
    elif row.get("act") == "rst":
        out += "meta l4proto tcp "
    return out + act


def ruleset(spec, side):
    rows = [r for r in spec["walls"] if r.get("side", "vpc") == side]
    raw = "\n".join(r["nft"] for r in rows if "nft" in r)
    rules = [rule(spec, r) for r in rows if "nft" not in r]
    if not rules:
        return raw
    hook = {"vpc": "input", "host": "output", "host-in": "input"}[side]
    name = side.replace("-", "_")
    return raw + ("\ntable ip wall_%s {\n\tchain %s {\n\t\ttype filter hook "
                  "%s priority 0; policy accept;\n\t\tiif lo accept\n\t\t%s\n"
                  "\t}\n}\n" % (name, hook, hook, "\n\t\t".join(rules))
                  ).replace("iif lo accept\n" if hook == "output" else "\0",
                            "oif lo accept\n")


# What ecs-init's pre-start puts there, so that tasks reach 169.254.170.2.
ECS_INIT = (
    "-t nat -A PREROUTING -d 169.254.170.2/32 -p tcp -m tcp --dport 80 "
    "-j DNAT --to-destination 127.0.0.1:51679",
    "-t nat -A OUTPUT -d 169.254.170.2/32 -p tcp -m tcp --dport 80 "
    "-j REDIRECT --to-ports 51679",
    "-A INPUT -p tcp -m tcp --dport 51678 ! -i lo -j DROP",
    "-A INPUT -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! --ctstate "
    "RELATED,ESTABLISHED,DNAT -j DROP")
