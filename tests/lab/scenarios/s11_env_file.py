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


# ---- asked for with the instance's role: what that role's answer tells

AT = "unable to download env file with key %s from bucket %s, error: "
REFUSED = AT + "AccessDenied: Access Denied\n\tstatus code: 403"


def refused(key="prod.env", error=REFUSED, **bucket):
    """The execution role was refused; `bucket` is what there is now."""
    def change(spec):
        spec["aws"]["buckets"] = {BUCKET: dict(bucket)}
        spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + said(
            error % (key, BUCKET))
    return change


def cured(key="prod.env", **more):
    """Read now, and nothing is said of it any more."""
    def change(spec):
        refused(key, objects={key: "A=1\n"}, **more)(spec)
        spec["files"][hf.AGENT_LOG] = hf.well_log(spec)
        spec["files"][CONF] = "buckets = %s/%s\n" % (BUCKET, key)
    return change


def asked_signed(world, result):
    """Each object was asked for once, by a signature that holds."""
    rows = [r for r in result.requests if r.get("op") == "s3:GetObject"]
    bad = [] if rows else ["no object was asked for"]
    bad += ["%s: %s" % (r["host"], r["why"]) for r in rows
            if not r["verified"]]
    return bad


CONF = "/etc/probe/probe.conf"
ODD = "conf/a b+c=!'()*~,:@$&//x.env"
FOREIGN = "conf/\u00e9\u4e2d %41?.env"
WARN = dict(codes=[1], check=asked_signed)

add("S11-object-missing", "tasks are told 403; the file is not there at all",
    refused(objects={"other.env": "A=1\n"}), ["env-file"],
    ["s3-object-missing"], says=["s3://%s/prod.env" % BUCKET, "aws s3 ls"],
    twin=cured(), **WARN)
add("S11-object-kms", "tasks are told 403; the file lies under a KMS key",
    refused(wall={"prod.env": "kms"}), ["env-file"], ["s3-object-kms"],
    says=["kms:Decrypt", "key/0a1b2c3d"], twin=cured(), **WARN)
add("S11-endpoint-policy", "tasks are told 403; it is the policy of the "
    "VPC's S3 endpoint", refused(wall={"prod.env": "vpce"}), ["iam-denied"],
    ["s3-endpoint-policy"], says=["starport-layer-bucket", "reset-policy"],
    twin=cured(), **WARN)
add("S11-execution-role", "tasks are told 403; the instance's role may read "
    "the same file", refused(ODD, objects={ODD: "A=1\n"}), ["env-file"],
    ["execution-role-denied"], says=["execution role", "x.env"],
    twin=cured(ODD.replace("*", "").replace("$", "").replace(",", "")),
    **WARN)
add("S11-role-differs", "tasks are told 403, and so is the instance's role: "
    "that proves nothing about theirs", refused(wall={"prod.env":
                                                      "identity"}),
    ["env-file"], ["envfile-denied"], says=["the execution role"],
    twin=cured(FOREIGN.replace("?", "")), **WARN)


def conf_far(spec):
    """Only probe.conf names the bucket: before the first task fails."""
    spec["files"][CONF] = "# ours\nbuckets = %s/prod.env, other\n" % BUCKET
    spec["aws"]["buckets"] = {
        BUCKET: {"region": "us-east-2", "objects": {"prod.env": "A=1\n"}},
        "other": {"region": spec["region"]}}


add("conf-bucket-far", "a bucket of probe.conf is in another region, which "
    "does not answer", lambda spec: [conf_far(spec), spec.update(
        walls=[{"to": ["s3-far"]}])], ["network-timeout"],
    ["s3-bucket-far-silent"], codes=[1], says=[BUCKET, "us-east-2"],
    twin=conf_far)


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
