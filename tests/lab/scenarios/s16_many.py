"""An instance of 60 targets: many services, an environment file each."""
from fake import hostfiles as hf

from . import add
from .s03_no_route import timeouts
from .s15_once import once

CONF = "/etc/probe/probe.conf"
DEADLINE_S = 10.5
NAMED = ["web-prod-config-%02d" % i for i in range(42)]
LOGGED = ["batch-prod-config-%02d" % i for i in range(12)]
TARGETS = 7 + len(NAMED) + len(LOGGED)  # ECS, that names two more, is silent


def many(spec):
    """42 buckets in probe.conf and 12 in the log, beside AWS's own."""
    spec["files"][CONF] = "buckets = %s\n" % ", ".join(NAMED)
    spec["files"][hf.AGENT_LOG] = spec["files"].get(
        hf.AGENT_LOG, "") + "".join(
            hf.line(7000 - i, "error", "Failed to create task resource",
                    error="unable to download env file with key prod.env "
                    "from bucket %s, error: RequestCanceled: request context "
                    "canceled\ncaused by: context deadline exceeded" % name,
                    task="%032x" % i, resource="envfile_web")
            for i, name in enumerate(LOGGED))
    spec["aws"]["buckets"] = {
        name: {"region": spec["region"], "objects": {"prod.env": "A=1\n"}}
        for name in NAMED + LOGGED}


def silent(spec):
    hf.down(spec)
    spec["files"][hf.AGENT_LOG] = hf.loop(timeouts)
    many(spec)
    spec["walls"] = [{"to": ["public"]}]


def answering(spec):
    many(spec)
    spec["files"][hf.AGENT_LOG] += hf.well_log(spec, 6000)


def in_time(world, result):
    bad = [] if result.wall_s <= DEADLINE_S else [
        "%.2f s, of %.1f" % (result.wall_s, DEADLINE_S)]
    shown = [row["outcome"] for row in result.json["endpoints"]]
    if len(shown) < 20 or set(shown) != {"tcp-silent"}:
        bad.append("shown of the endpoints: %s" % shown)
    if " of %d endpoints" % TARGETS not in result.json.get("cut", ""):
        bad.append("the report says that it left out %r, not of %d" % (
            result.json.get("cut"), TARGETS))
    text = world.run(world.program + ["--now", "-v"]).out
    return bad + ["%s stands %d times in the table" % (
        name, text.count("https://%s.s3." % name)) for name in NAMED + LOGGED
                  if text.count("https://%s.s3." % name) > 1]


def each_once(world, result):
    heads = {row.get("host") for row in result.requests
             if row.get("method") == "HEAD"}
    bad = once(world, result)
    for name in NAMED + LOGGED:
        if not any(str(host).startswith(name + ".") for host in heads):
            bad.append("%s was not asked" % name)
    return bad


add("targets-60-silent", "54 buckets and every service: nothing answers",
    silent, ["network-timeout"], ["no-path-to-aws"], twin=answering,
    check=in_time)
add("targets-60-answer", "54 buckets and every service, all well; each is "
    "asked once", answering, ["healthy"], codes=[0], check=each_once)
