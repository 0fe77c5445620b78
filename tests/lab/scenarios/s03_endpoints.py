"""VPC endpoints that are not as they should be. Each wall twice: where the
role may read them, which names the endpoint and what is wrong with it, and
where it may not, which leaves what can be told from inside."""
from fake import ec2, hostfiles as hf, spec as sp

from . import add
from .s03_no_route import timeouts

LABELS = {"ecs": "ecs", "ecs-a": "ecs-agent", "ecs-t": "ecs-telemetry",
          "ecr": "ecr.api", "dkr": "ecr.dkr", "logs": "logs"}
GROUP = "sg-0e0d0c0b0a090807"
TABLE = "rtb-0123456789abcdef0"
LET_IN = {"in": [["tcp", 443, 443, "10.0.0.0/16"]]}
LIVE = ["no", "worse", "unknown"]


def vpce(label):
    return "vpce-%017x" % (list(LABELS).index(label) + 1)


def endpoints(s3=(TABLE, ), **change):
    """All of them as they should be, but for `change`: {label: row}, None
    for none; "_" in a label stands for "-"."""
    rows = []
    for number, (label, service) in enumerate(LABELS.items()):
        row = {"service": service, "id": "vpce-%017x" % (number + 1)}
        more = change.get(label.replace("-", "_"), {})
        if more is not None:
            rows.append(dict(row, **more))
    return rows + [{"service": "s3", "type": "Gateway", "tables": list(s3),
                    "id": "vpce-%017x" % 99}]


def inside(spec):
    """A subnet without NAT in which everything has its endpoint."""
    spec["private"] = list(LABELS) + ["sts", "ec2"]
    spec["walls"] = [{"to": ["198.51.100.0/24", "192.0.2.0/24"]}]
    spec["aws"]["allow"] = sp.STOCK + sp.EC2_READ
    spec["aws"]["ec2"] = {
        "endpoints": endpoints(), "groups": {GROUP: LET_IN},
        "routes": [["10.0.0.0/16", "local"], ["pl-78a54011", vpce("ecs")]]}


def silent(spec, *labels):
    spec["walls"].append({"to": list(labels)})


def down(spec):
    hf.down(spec)
    spec["files"][hf.AGENT_LOG] = hf.loop(timeouts)


def both(name, saw, sick, readable, not_readable, **more):
    """The wall with the right to read it, and without."""
    classes, says = ["network-timeout"], more.pop("says", ())
    add(name, saw, lambda spec: [inside(spec), sick(spec)], classes,
        [readable], twin=inside, says=says, **more)

    def unread(spec):
        inside(spec)
        sick(spec)
        spec["aws"]["allow"] = sp.STOCK
    add(name + "-unread", saw + "; the role may not read endpoints", unread,
        classes, [not_readable], twin=lambda spec: [
            inside(spec), spec["aws"].update(allow=sp.STOCK)], **more)


def group_closed(spec):
    down(spec)
    silent(spec, "ecs", "ecs-a", "ecs-t", "ecr", "dkr", "logs")
    spec["aws"]["ec2"]["groups"] = {GROUP: {"in": [
        ["tcp", 443, 443, "sg-0ffffffffffffffff"],
        ["tcp", 22, 22, "0.0.0.0/0"]]}}


both("vpce-group-closed", "the endpoints' security group lets 443 in from "
     "another group only", group_closed, "endpoint-group-closed",
     "endpoint-group-blocks",
     says=["--group-id " + GROUP, "sg-0a1b2c3d4e5f60718"])


def dns_off(spec):
    """The names lead to public addresses, and nothing leads there."""
    down(spec)
    spec["private"] = ["ec2"]
    spec["aws"]["ec2"]["endpoints"] = endpoints(
        **{x.replace("-", "_"): {"dns": False} for x in LABELS})
    spec["walls"] = [{"to": [x for x in sp.SERVICES if x not in
                             ("ec2", "s3")] + ["198.51.100.14"]}]


both("vpce-dns-off", "the endpoints were made without private DNS", dns_off,
     "endpoint-dns-off", "no-nat-behind-s3-gateway",
     says=[vpce("ecs"), "--private-dns-enabled"])


def agent_missing(spec):
    spec["private"] = [x for x in spec["private"]
                       if x not in ("ecs-a", "ecs-t")]
    silent(spec, "ecs-a", "ecs-t")
    spec["aws"]["ec2"]["endpoints"] = endpoints(ecs_a=None, ecs_t=None)
    spec["agent"] = {"connected": False}
    spec["files"][hf.AGENT_LOG] = hf.lost_acs(
        spec, "websocket client: unable to dial ecs-a-1.ap-northeast-2."
        "amazonaws.com response: : dial tcp 203.0.113.11:443: i/o timeout")


both("vpce-agent-missing", "registered and disconnected: there is an endpoint "
     "for ecs and none for ecs-agent", agent_missing, "endpoint-missing",
     "half-configured-endpoints", helps=LIVE,
     says=["com.amazonaws.ap-northeast-2.ecs-agent",
           "subnet-0aa11bb22cc33dd44"])


def pending(spec):
    down(spec)
    silent(spec, "ecs")
    spec["aws"]["ec2"]["endpoints"] = endpoints(
        ecs={"state": "pendingAcceptance"})


both("vpce-pending", "the endpoint for ecs waits for its acceptance", pending,
     "endpoint-not-available", "endpoint-group-blocks", says=[vpce("ecs")])


def gateway_elsewhere(spec):
    silent(spec, "s3")
    spec["aws"]["ec2"]["endpoints"] = endpoints(s3=["rtb-0fedcba9876543210"])


both("vpce-s3-not-routed", "image layers cannot be pulled in one subnet: S3's "
     "gateway is not in its route table", gateway_elsewhere,
     "s3-gateway-not-routed", "s3-unreachable", codes=[1],
     says=["vpce-%017x" % 99, "--add-route-table-ids " + TABLE])


def logs_closed(spec):
    silent(spec, "logs")
    spec["aws"]["ec2"]["endpoints"] = endpoints(
        logs={"groups": ["sg-0cccccccccccccccc"]})


both("vpce-logs-closed", "tasks with the awslogs driver do not start: the "
     "group of that one endpoint is another one", logs_closed,
     "service-endpoint-fault", "logs-unreachable", codes=[1],
     says=["logs", "--group-id sg-0cccccccccccccccc"])

# ---- policies

NARROW = {"Statement": [{"Effect": "Allow", "Principal": "*",
                         "Action": "s3:GetObject",
                         "Resource": "arn:aws:s3:::web-prod-config/*"}]}
LAYERS = {"Statement": NARROW["Statement"] + [dict(
    NARROW["Statement"][0], Resource="arn:aws:s3:::prod-ap-northeast-2-"
    "starport-layer-bucket/*")]}


def policy(document):
    def change(spec):
        inside(spec)
        spec["aws"]["ec2"]["endpoints"][-1]["policy"] = document
    return change


def hinted(*ids):
    def check(_world, result):
        got = [f["id"] for f in result.json["findings"]
               if f["id"].startswith("VPCE_")]
        return [] if got == list(ids) else ["findings %s, want %s" % (
            got, list(ids))]
    return check


add("vpce-layers-left-out", "the S3 endpoint's policy names the team's bucket "
    "alone: a hint, as nothing fails yet", policy(NARROW), ["healthy"],
    codes=[0], check=hinted("VPCE_POLICY_S3"), twin=policy(LAYERS))
add("vpce-layers-let-by", "the S3 endpoint's policy is narrow, and names "
    "ECR's layer bucket", policy(LAYERS), ["healthy"], codes=[0],
    check=hinted(), twin=policy(ec2.OPEN))


def ecs_policy(spec):
    inside(spec)
    down(spec)
    spec["aws"]["ec2"]["endpoints"][0]["policy"] = {"Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "ecs:Describe*",
        "Resource": "*"}]}
    spec["aws"]["faults"] = [{"host": "ecs", "op": "*", "fault": "denied",
                              "wall": "vpce"}]


add("vpce-policy-refuses", "AccessDeniedException, 'no VPC endpoint policy "
    "allows'; the role may read endpoints", ecs_policy, ["iam-denied"],
    ["iam-denied-endpoint-policy"],
    says=["--vpc-endpoint-id " + vpce("ecs")], twin=inside)
