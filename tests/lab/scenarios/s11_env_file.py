"""S11: a task cannot read its environment file."""
from fake import hostfiles as hf

from . import add

TASK = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
BUCKET = "web-prod-config"


def said(error):
    return "".join(hf.line(120, level, msg, error=error, task=TASK,
                           resource="envfile_web")
                   for level, msg in (("info", "Error transitioning "
                                       "resource"),
                                      ("error", "Failed to create task "
                                       "resource")))


def denied(spec):
    spec["aws"]["buckets"] = {BUCKET: {"region": spec["region"],
                                       "access": "denied"}}
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + said(
        "unable to download env file with key prod.env from bucket %s, "
        "error: AccessDenied: Access Denied\n\tstatus code: 403, request id: "
        "4442587FB7D0A2F9, host id: lab" % BUCKET)


def fine(spec):
    spec["aws"]["buckets"] = {BUCKET: {
        "region": spec["region"], "objects": {"prod.env": "A=1\n"}}}


add("S11-env-denied", "task cannot read its env file: S3 AccessDenied",
    denied, ["env-file", "iam-denied"], codes=[1, 2], says=[BUCKET],
    twin=fine)


def unreachable(spec):
    denied(spec)
    spec["walls"] = [{"to": ["s3", "s3-far"]}]
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + said(
        "unable to download env file with key prod.env from bucket %s, "
        "error: RequestError: send request failed\ncaused by: Get "
        "\"https://%s.s3.ap-northeast-2.amazonaws.com/prod.env\": dial tcp "
        "203.0.113.14:443: i/o timeout" % (BUCKET, BUCKET))


add("S11-env-unreachable", "as S11, and S3 does not answer at all",
    unreachable, ["network-timeout", "env-file"],
    ["s3-unreachable"], codes=[1, 2], twin=fine)


def far(spec):
    """S12: the bucket is in another region, which only NAT reaches."""
    denied(spec)
    spec["aws"]["buckets"][BUCKET]["region"] = "us-east-2"
    spec["walls"] = [{"to": ["s3-far"]}]
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + said(
        "unable to download env file with key prod.env from bucket %s, "
        "error: RequestCanceled: request context canceled\ncaused by: "
        "context deadline exceeded" % BUCKET)


def near(spec):
    """The same errors in the log, and the way is open now."""
    log = spec["files"][hf.AGENT_LOG] if spec["walls"] else None
    far(spec)
    spec["walls"] = []
    if log:
        spec["files"][hf.AGENT_LOG] = log


add("S12-env-far", "failed to download env files: context deadline "
    "exceeded; task in Seoul, bucket in Ohio", far,
    ["network-timeout"], ["s3-bucket-far-silent"], codes=[1],
    says=[BUCKET, "is in us-east-2", "do not raise start or stop time-outs",
          "other public addresses do"], twin=near)


def far_no_nat(spec):
    """Interface endpoints for all, S3's gateway, and no way out."""
    far(spec)
    spec["private"] = ["ecs", "ecs-a", "ecs-t", "ecr", "dkr", "logs", "sts",
                       "ec2"]


add("S12-env-far-no-nat", "as S12, in a subnet with VPC endpoints and no NAT",
    far_no_nat, ["network-timeout"], ["s3-bucket-far-silent"], codes=[1],
    says=[BUCKET, "is in us-east-2", "no other public address does"],
    twin=lambda spec: [far_no_nat(spec), near(spec)])
