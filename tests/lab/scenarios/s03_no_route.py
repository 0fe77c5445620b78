"""S3: names resolve, packets vanish."""
from fake import ec2, hostfiles as hf, spec as sp

from . import add


def timeouts(age):
    return hf.credentials_ok(age) + hf.register_failed(
        age, "RequestError: send request failed\ncaused by: Post "
        "\"https://ecs.ap-northeast-2.amazonaws.com/\": dial tcp "
        "203.0.113.10:443: i/o timeout")


def cut_off(spec):
    hf.down(spec)
    spec["files"][hf.AGENT_LOG] = hf.loop(timeouts)


def no_nat(spec):
    cut_off(spec)
    spec["walls"] = [{"to": ["public"]}]


add("S3-no-nat", "'unable to place a task ... No Container Instances were "
    "found in your cluster'; private subnet without NAT", no_nat,
    ["network-timeout"],
    ["no-path-to-aws"], says=["ecs.ap-northeast-2.amazonaws.com"],
    twin=lambda spec: spec["files"].update({hf.AGENT_LOG: hf.loop(
        timeouts, (7200, 7100)) + hf.well_log(spec, 6000)}))


def no_nat_gateway_s3(spec):
    """S3 has a gateway endpoint; the rest goes nowhere."""
    cut_off(spec)
    spec["walls"] = [{"to": [lab for lab in sp.SERVICES if lab not in
                             ("s3", "s3-far")] + ["198.51.100.14"]}]


add("S3-no-nat-s3-gateway", "as S3, and S3 works", no_nat_gateway_s3,
    ["network-timeout"],
    ["no-nat-behind-s3-gateway"])


def group_blocks(spec):
    """Egress of the instance's own security group: local peers too."""
    cut_off(spec)
    spec["private"] = ["ecs", "ecs-a", "ecs-t", "ecr", "dkr", "logs", "sts"]
    spec["walls"] = [{"to": ["endpoints", "public"], "ports": "443"}]


add("S3-endpoint-group", "interface endpoints exist; their security group "
    "does not let 443 in", group_blocks, ["network-timeout"],
    ["endpoint-group-blocks"],
    twin=lambda spec: spec.update(private=["ecs", "ecs-a", "ecs-t", "ecr",
                                           "dkr", "logs", "sts"]))


def half_endpoints(spec):
    """com.amazonaws.R.ecs is there, ecs-agent and ecs-telemetry are not."""
    spec["private"] = ["ecs", "sts", "ecr", "dkr", "logs"]
    spec["walls"] = [{"to": [lab for lab in sp.SERVICES if lab not in
                             spec["private"] + ["s3"]]}]
    spec["introspection"] = {"state": "ok"}
    spec["agent"] = {"connected": False}
    spec["files"][hf.AGENT_LOG] = hf.lost_acs(
        spec, "websocket client: unable to dial ecs-a-1.ap-northeast-2."
        "amazonaws.com response: : dial tcp 203.0.113.11:443: i/o timeout")


add("S3-half-endpoints", "the instance is in the cluster and the agent is "
    "disconnected", half_endpoints,
    ["network-timeout"], ["half-configured-endpoints"],
    helps=["no", "worse", "unknown"],
    says=["ecs-a-1.ap-northeast-2.amazonaws.com"])


def route_readable(spec):
    no_nat(spec)
    spec["private"] = ["ec2", "sts"]
    spec["aws"]["allow"] = sp.STOCK + sp.EC2_READ
    spec["aws"]["ec2"] = {"routes": [["10.0.0.0/16", "local"]],
                          "acl": ec2.DEFAULT["acl"]}


add("S3-route-readable", "as S3, and the role may read route tables",
    route_readable, ["network-timeout"],
    ["route-to-nowhere"])


def gateway_readable(target):
    """The route is there and readable; what is behind it is not this
    instance's."""
    def sick(spec):
        route_readable(spec)
        spec["aws"]["ec2"]["routes"] = [["10.0.0.0/16", "local"],
                                        ["0.0.0.0/0", target]]
    return sick


def alone(_world, result):
    """What EC2 says decides: no alternative, and a confidence of 0.8."""
    verdict = result.json["verdict"]
    return [] if verdict["confidence"] >= 0.8 and \
        "alternative" not in verdict else ["it is not decided"]


def either(_world, result):
    verdict = result.json["verdict"]
    other = verdict["alternative"]
    both = [c["id"] for c in result.json["causes"][:2]]
    bad = [] if both == [verdict["cause"], other["id"]] else [
        "causes begin with %s" % both]
    if not 0.5 < verdict["confidence"] + other["confidence"] <= 1:
        bad.append("the weights are %s and %s" % (
            verdict["confidence"], other["confidence"]))
    return bad if other["decides"] else bad + ["nothing decides"]


add("no-path-or-rules", "nothing of AWS answers, and the role may read "
    "nothing: two causes look alike", no_nat, ["network-timeout"],
    ["no-path-to-aws"], says=["egress-rules-drop", "describe-route-tables"],
    check=either)
add("no-public-address", "a public subnet, and an instance without a public "
    "address", gateway_readable("igw-0a1b2c3d4e5f60718"),
    ["network-timeout"], ["no-public-address"], check=alone)
add("rules-readable-route", "the route to a NAT gateway is there, the rules "
    "cannot be read: what is left is the rules",
    lambda spec: (gateway_readable("nat-0a1b2c3d4e5f60718")(spec),
                  spec["aws"].update(allow=sp.STOCK + [
                      "ec2:DescribeRouteTables"])),
    ["network-timeout"], ["egress-rules-drop"], check=alone)


DROP_IN = "/etc/systemd/system/%s.service.d/http-proxy.conf"
LINES = ("[Service]\nEnvironment=\"HTTP_PROXY=http://10.0.1.30:3128\" "
         "\"HTTPS_PROXY=http://10.0.1.30:3128\"\n"
         "Environment=NO_PROXY=169.254.169.254,169.254.170.2,"
         "/var/run/docker.sock\n")


def proxied(spec):
    cut_off(spec)
    spec["walls"] = [{"to": ["public"]}]
    spec["proxy"] = {"state": "hang"}
    spec["files"][hf.CONFIG]["text"] += (
        "HTTPS_PROXY=http://10.0.1.30:3128\nHTTP_PROXY=http://10.0.1.30:3128"
        "\nNO_PROXY=169.254.169.254,169.254.170.2,/var/run/docker.sock\n")
    spec["files"][DROP_IN % "docker"] = {"text": LINES}


add("S3-proxy-silent", "everything goes through a proxy, which answers "
    "nothing", proxied, ["proxy", "network-timeout"],
    ["proxy-dead"])


def proxy_denies(spec):
    proxied(spec)
    spec["proxy"] = {"state": "deny"}


def proxy_works(spec):
    proxied(spec)
    spec["proxy"] = {"state": "ok"}
    spec["introspection"] = {"state": "ok"}
    spec["docker"] = {"state": "ok"}
    hf_log = hf.well_log(spec, 6000)
    spec["files"][hf.AGENT_LOG] = hf_log
    spec["files"][hf.INIT_LOG] = hf.init_start(6001)
    spec["agent"] = {"connected": False}


add("proxy-denies", "the proxy answers 403 to CONNECT", proxy_denies,
    ["proxy"],
    ["proxy-denies"], twin=proxy_works)


def login(url):
    """A proxy that wants a login; ecs.config gives one, or none."""
    def change(spec):
        proxy_works(spec)
        spec["proxy"] = {"state": "login"}
        for path in (hf.CONFIG, DROP_IN % "docker"):
            spec["files"][path] = {"text": spec["files"][path]["text"].replace(
                "http://10.0.1.30:3128", url)}
    return change


def silent_about_password(_world, result):
    return ["the password is in the report"] if "lab-pass" in \
        result.out + result.err else []


add("proxy-wants-login", "the proxy wants a login that ecs.config does not "
    "give", login("http://10.0.1.30:3128"), ["proxy"], ["proxy-denies"],
    helps=["no", "worse", "unknown"], says=["407"],
    twin=login("http://ecs:lab-pass@10.0.1.30:3128"),
    check=silent_about_password)


# ---- one proxy, several hosts

def refusing(**refuse):
    def change(spec):
        proxy_works(spec)
        spec["proxy"]["refuse"] = refuse
    return change


WARN = dict(helps=["no"], codes=[1], twin=proxy_works)
add("proxy-allow-list", "the proxy lets ECS through, and neither ECR nor the "
    "logs", refusing(ecr="deny", dkr="deny", logs="deny"), ["proxy"],
    ["proxy-allow-list"], says=["api.ecr.", ".dkr.ecr.", "logs.", "403",
                                "10.0.1.30:3128"], **WARN)
add("proxy-cannot-reach", "the proxy answers 502 for the logs alone: it cannot "
    "reach them itself", refusing(logs="gateway"), ["proxy"],
    ["proxy-allow-list"], says=["logs.", "on the proxy: does it resolve"],
    silent=["on port 443 (CONNECT) in the proxy"], **WARN)
add("proxy-lets-ecs-not", "the proxy lets everything through but ECS",
    refusing(ecs="deny"), ["proxy"], ["proxy-denies"],
    helps=["no", "worse", "unknown"], says=["https://ecs.", "403"],
    twin=proxy_works)


def nameless(spec):
    proxied(spec)
    spec["proxy"] = {"state": "ok"}
    config = spec["files"][hf.CONFIG]
    config["text"] = config["text"].replace("10.0.1.30:3128",
                                            "proxy.corp.example:3128")


add("proxy-name-missing", "the proxy's own name does not resolve", nameless,
    ["proxy"], ["proxy-dead"], twin=proxy_works,
    says=["proxy.corp.example", "does not resolve", "getent hosts"])

# ---- who has which proxy

def places(*units, agent=True):
    """The proxy is the only way out; who was told of it?"""
    def change(spec):
        proxy_works(spec)
        if not agent:
            cut_off(spec)
            config = spec["files"][hf.CONFIG]
            config["text"] = "".join(
                line for line in config["text"].splitlines(True)
                if "PROXY" not in line)
        for unit in ("ecs", "docker"):
            spec["files"]["/etc/systemd/system/%s.service" % unit] = {
                "text": "[Service]\nType=simple\n"
                "EnvironmentFile=-/etc/ecs/ecs.config\n" if unit == "ecs"
                else "[Service]\nType=notify\n"}
            spec["files"].pop(DROP_IN % unit, None)
            if unit in units:
                spec["files"][DROP_IN % unit] = {"text": LINES}
    return change


add("proxy-not-for-dockerd", "the agent is connected, and no image can be "
    "pulled: dockerd was not told of the proxy", places("ecs"), ["proxy"],
    ["dockerd-without-proxy"], helps=["no"], codes=[1],
    says=["image pulls hang", ".dkr.ecr.", "docker.service.d"],
    twin=places("ecs", "docker"))
add("proxy-not-for-agent", "ecs-init fetched the agent through the proxy, and "
    "the agent never registers", places("ecs", "docker", agent=False),
    ["proxy"], ["agent-without-proxy"], helps=["no", "worse", "unknown"],
    says=["ecs.config has no proxy", "10.0.1.30:3128"],
    twin=places("ecs", "docker"))
