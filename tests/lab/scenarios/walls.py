"""Network, TLS, clock, disk and Docker walls that cost little here."""
import time

from fake import hostfiles as hf

from . import add

LIVE = ["no", "worse", "unknown"]       # a registered agent still runs


def dns(state):
    def sick(spec):
        spec["dns"]["state"] = state
    return sick


add("dns-silent", "the resolver never answers", dns("silent"),
    ["network-dns"],
    ["dns-resolver-dead"], helps=LIVE)
add("dns-refused", "nothing listens on the resolver's port", dns("refused"),
    ["network-dns"],
    ["dns-resolver-dead"], helps=LIVE)
add("dns-servfail", "SERVFAIL for every name", dns("servfail"),
    ["network-dns"],
    ["dns-resolver-dead"], helps=LIVE)


def nxdomain(spec):
    spec["dns"]["hosts"] = {"ecs.*": "nxdomain"}


add("dns-nxdomain", "the ECS name does not exist", nxdomain,
    ["network-dns"],
    ["dns-name-missing"], helps=LIVE)


def aws(fault, host="ecs", **more):
    def sick(spec):
        spec["aws"]["faults"] = [dict(more, host=host, fault=fault)]
    return sick


def wall(**row):
    def sick(spec):
        spec["walls"] = [row]
    return sick


add("ecs-silent", "packets to ECS vanish", wall(to=["ecs"]),
    ["network-timeout"],
    ["ecs-unreachable"], helps=LIVE)
add("ecs-refused", "ECS is refused by something in the path",
    wall(to=["ecs"], act="rst"), ["network-refused"],
    ["ecs-endpoint-refused"], helps=LIVE)
add("ecs-unreachable", "the host's own firewall rejects 443",
    wall(to=["ecs"], act="reject", side="host"),
    ["network-refused", "network-timeout"],
    ["ecs-endpoint-refused"], helps=LIVE)
add("ecs-foreign-ca", "a TLS-intercepting proxy with its own CA",
    aws("foreign-ca", "*"), ["tls", "proxy"],
    ["tls-interception"], helps=LIVE)
add("ecs-expired-cert", "the certificate is of the year 2020",
    aws("expired-cert"), ["tls", "clock"],
    ["tls-expired"], helps=LIVE)
add("ecs-wrong-name", "the certificate is for another name",
    aws("wrong-name"), ["tls", "proxy"],
    ["tls-interception"], helps=LIVE)
add("ecs-tls-hang", "TCP opens, then nothing", aws("tls-hang"),
    ["network-timeout", "tls"],
    ["ecs-unreachable"], helps=LIVE)
add("ecs-rst", "the connection is reset at the first byte", aws("rst"),
    ["network-refused", "tls", "network-timeout", "agent-disconnected"],
    ["ecs-endpoint-refused"],
    helps=LIVE)
add("ecs-proxy-page", "200 and a page without request id",
    aws("proxy-page"), ["proxy"],
    ["proxy-answers-for-aws"], helps=LIVE)
add("ecs-throttled", "Rate exceeded", aws("throttled"),
    ["healthy", "other"], codes=[0, 1], helps=LIVE)
add("ecs-500", "the service itself is ill", aws("500"), ["other"],
    ["aws-side-trouble"],
    codes=[1, 2], helps=LIVE)
add("ecs-half", "half a reply", aws("half"),
    ["other", "proxy", "network-timeout"], codes=[1, 2], helps=LIVE)
add("ecs-unknown-key", "UnrecognizedClientException", aws("unknown-key", "*"),
    ["credentials"],
    ["credentials-rejected"], helps=LIVE)


def acs_silent(spec):
    spec["walls"] = [{"to": ["ecs-a"]}]
    spec["agent"] = {"connected": False}
    spec["files"][hf.AGENT_LOG] = hf.lost_acs(
        spec, "websocket client: unable to dial ecs-a-1.ap-northeast-2."
        "amazonaws.com response: : dial tcp 203.0.113.11:443: i/o timeout")


add("acs-silent", "the agent is disconnected; ECS itself answers",
    acs_silent, ["network-timeout", "agent-disconnected"],
    ["acs-unreachable"], helps=LIVE,
    says=["ecs-a-1"])


def skew(seconds):
    """AWS's clock is `seconds` ahead of ours."""
    def sick(spec):
        spec["aws"]["clock_offset_s"] = seconds
        ours, theirs = time.time() - 60, time.time() - 60 + seconds
        edge = theirs - 300 if seconds > 0 else theirs + 300
        words = [time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(t))
                 for t in (ours, edge, theirs)]
        text = "Signature expired: %s is now earlier than %s (%s - 5 min.)" \
            if seconds > 0 else "Signature not yet current: %s is still " \
            "later than %s (%s + 5 min.)"
        spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + hf.cannot_poll(
            60, "InvalidSignatureException: " + text % tuple(words))
    return sick


add("clock-fast", "the clock is 10 minutes ahead", skew(-600), ["clock"],
    ["clock-skew"],
    helps=LIVE)
add("clock-slow", "the clock is 20 minutes behind", skew(1200), ["clock"],
    ["clock-skew"],
    helps=LIVE)


def docker(**state):
    def sick(spec):
        spec["docker"] = state
        if state.get("state") == "gone":
            spec["docker"] = spec["introspection"] = None
    return sick


add("docker-hung", "nothing comes back from the socket",
    docker(state="hang"), ["docker-hung"],
    ["docker-hung"], helps=["no", "unknown", "worse"])
add("docker-wedged", "ping answers, inspect does not",
    docker(state="wedged"), ["docker-hung"],
    ["docker-hung"],
    helps=["no", "unknown", "worse"])
add("docker-down", "no socket, no daemon", docker(state="gone"),
    ["docker-down"],
    ["docker-stopped"], helps=["no", "yes", "unknown"])


def introspection(state):
    def sick(spec):
        spec["introspection"] = {"state": state}
    return sick


add("agent-hung", "the agent's port accepts and says nothing",
    introspection("hang"), ["agent-crash", "agent-disconnected", "other"],
    ["agent-hung"],
    codes=[1, 2], helps=["yes", "unknown", "no"])
add("agent-port-stranger", "another program answers on 51678",
    introspection("html"), ["ports", "agent-crash", "other"],
    ["agent-port-squatted"],
    codes=[1, 2], helps=["no", "unknown", "yes"])


def disk(path, **cfg):
    def sick(spec):
        spec["disk"] = {path: cfg}
    return sick


add("disk-full", "no space left on Docker's disk",
    disk("/var/lib/docker", size="64m", fill_pct=100), ["disk"],
    ["disk-full"],
    helps=["no", "worse", "unknown"],
    twin=disk("/var/lib/docker", size="64m", fill_pct=10))
add("disk-inodes", "space is left, inodes are not",
    disk("/var/lib/docker", size="64m", inodes=64, use_inodes=70), ["disk"],
    ["disk-full"], helps=["no", "worse", "unknown"])
add("disk-read-only", "the volume went read-only",
    disk("/var/lib/docker", size="64m", ro=True), ["disk"],
    ["disk-read-only"], helps=["no", "worse", "unknown"])


def black_hole(spec):
    spec["walls"] = [{"to": ["everything"]}]


def within(deadline_s):
    """Half a second more by its own clock; ours adds what a busy machine
    takes to start it and to wake us."""
    def check(_world, result):
        own = result.json["cost"]["wall_ms"] / 1000
        return [] if own <= deadline_s + 0.5 and \
            result.wall_s <= deadline_s + 2 else [
                "took %.2f s (%.2f s by its own clock), the deadline is %d s"
                % (result.wall_s, own, deadline_s)]
    return check


add("black-hole", "nothing at all comes back", black_hole,
    ["network-timeout", "network-dns", "imds"], helps=LIVE, check=within(10))


add("black-hole-2s", "as black-hole, with 2 seconds given", black_hole,
    ["network-timeout", "network-dns", "imds"], helps=LIVE,
    check=within(2),
    argv=("--now", "--format", "json", "--deadline", "2s"))


def no_rules(spec):
    spec["agent"] = {"rules": False}


add("credentials-route-gone", "somebody flushed iptables; tasks have no "
    "credentials", no_rules, ["other"], ["credentials-route-missing"],
    helps=["yes"])
