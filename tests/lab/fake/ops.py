"""What the fake AWS answers when nothing is wrong: the JSON and query
services.  Each takes (spec, input) and gives a value, or raises Fail."""
import base64
import json
import time

from . import spec as sp


class Fail(Exception):
    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


def poll_endpoint(spec, data):
    scheme = "https://%s/"
    return {"endpoint": scheme % sp.host_of(spec, "ecs-a"),
            "telemetryEndpoint": scheme % sp.host_of(spec, "ecs-t"),
            "serviceConnectEndpoint":
                "https://ecs-sc.%s.api.aws" % spec["region"]}


def known_cluster(spec, data):
    name = (data.get("cluster") or "default").rsplit("/", 1)[-1]
    if name not in (spec["cluster"], *spec["aws"].get("clusters", [])):
        raise Fail("ClusterNotFoundException", "Cluster not found.")
    return name


def describe_instances(spec, data):
    cluster = known_cluster(spec, data)
    found, failures = [], []
    for name in data.get("containerInstances", []):
        arn = sp.container_instance_arn(spec, cluster)
        if name.rsplit("/", 1)[-1] != arn.rsplit("/", 1)[-1]:
            failures.append({"arn": name, "reason": "MISSING"})
            continue
        item = {
            "containerInstanceArn": arn, "status": "ACTIVE",
            "ec2InstanceId": spec["instance"]["id"], "agentConnected": True,
            "runningTasksCount": 1, "pendingTasksCount": 0,
            "versionInfo": {"agentVersion": "1.105.1",
                            "agentHash": "*a8b3e7d3",
                            "dockerVersion": "DockerVersion: 25.0.16"},
            "registeredResources": [
                {"name": "CPU", "type": "INTEGER", "integerValue": 2048},
                {"name": "MEMORY", "type": "INTEGER", "integerValue": 3885}],
            "registeredAt": time.time() - 86400}
        item.update(spec["aws"].get("container_instance", {}))
        found.append(item)
    return {"containerInstances": found, "failures": failures}


def describe_clusters(spec, data):
    found, failures = [], []
    for name in data.get("clusters") or ["default"]:
        short = name.rsplit("/", 1)[-1]
        if short in (spec["cluster"], *spec["aws"].get("clusters", [])):
            found.append({
                "clusterArn": sp.cluster_arn(spec, short),
                "clusterName": short, "status": "ACTIVE",
                "registeredContainerInstancesCount": 1,
                "runningTasksCount": 1, "pendingTasksCount": 0,
                "activeServicesCount": 1})
        else:
            failures.append({"arn": sp.cluster_arn(spec, short),
                             "reason": "MISSING"})
    return {"clusters": found, "failures": failures}


def register(spec, data):
    try:
        cluster = known_cluster(spec, data)
    except Fail as e:
        # This one call says it with the general code, as agents log it.
        raise Fail("ClientException", e.message) from None
    return {"containerInstance": {
        "containerInstanceArn": sp.container_instance_arn(spec, cluster),
        "status": "ACTIVE", "agentConnected": False,
        "attributes": data.get("attributes", [])}}


def ecr_token(spec, data):
    return {"authorizationData": [{
        "authorizationToken": base64.b64encode(
            b"AWS:lab-ecr-password").decode(),
        "expiresAt": time.time() + 43200,
        "proxyEndpoint": "https://" + sp.host_of(spec, "dkr")}]}


def ecr_image(repo, images, want):
    """One image by tag or digest; a value is a digest, or {digest,
    manifest}."""
    tag, digest = want.get("imageTag"), want.get("imageDigest")
    rows = [r if isinstance(r, dict) else {"digest": r, "manifest": {}}
            for key, r in images.items() if tag in (None, key)]
    rows = [r for r in rows if digest in (None, r["digest"])]
    if not rows:
        return None
    ident = {"imageDigest": rows[0]["digest"]}
    if tag:
        ident["imageTag"] = tag
    return {"registryId": "111122223333", "repositoryName": repo,
            "imageId": ident,
            "imageManifest": json.dumps(rows[0]["manifest"])}


def ecr_images(spec, data):
    repo = data.get("repositoryName")
    images = spec["aws"].get("ecr", {}).get(repo)
    if images is None:
        raise Fail("RepositoryNotFoundException", "The repository with name "
                   "'%s' does not exist in the registry with id '%s'"
                   % (repo, data.get("registryId")))
    found, failures = [], []
    for want in data.get("imageIds", []):
        row = ecr_image(repo, images, want)
        if row:
            found.append(row)
        else:
            failures.append({"imageId": want, "failureCode": "ImageNotFound",
                             "failureReason": "Requested image not found"})
    return {"images": found, "failures": failures}


def log_groups(spec):
    return spec["aws"].setdefault("log_groups", {})


def create_group(spec, data):
    groups = log_groups(spec)
    if data["logGroupName"] in groups:
        raise Fail("ResourceAlreadyExistsException",
                   "The specified log group already exists")
    groups[data["logGroupName"]] = {}
    return None


def need_group(spec, data):
    group = log_groups(spec).get(data.get("logGroupName"))
    if group is None:
        raise Fail("ResourceNotFoundException",
                   "The specified log group does not exist.")
    return group


def create_stream(spec, data):
    group = need_group(spec, data)
    if data["logStreamName"] in group:
        raise Fail("ResourceAlreadyExistsException",
                   "The specified log stream already exists")
    group[data["logStreamName"]] = []
    return None


def put_events(spec, data):
    """spec["aws"]["logs"]: old_s, new_s, kept_s, the edges of what is taken;
    AWS's are 14 days, 2 hours and what the group keeps."""
    stream = need_group(spec, data).get(data["logStreamName"])
    if stream is None:
        raise Fail("ResourceNotFoundException",
                   "The specified log stream does not exist.")
    events = data["logEvents"]
    stamps = [e["timestamp"] for e in events]
    if not events or stamps != sorted(stamps):
        raise Fail("InvalidParameterException", "Log events in a single "
                   "PutLogEvents request must be in chronological order.")
    if len(events) > 10000 or stamps[-1] - stamps[0] > 86400000 or \
            sum(len(e["message"].encode()) + 26 for e in events) > 1048576:
        raise Fail("InvalidParameterException", "The batch of log events in a "
                   "single PutLogEvents request is too large, or spans more "
                   "than 24 hours.")
    edge = {"old_s": 14 * 86400, "new_s": 7200, "kept_s": 14 * 86400,
            **spec["aws"].get("logs", {})}
    now = time.time() + sp.aws_ahead_s(spec)
    old, kept, new = ((now + s) * 1000 for s in (
        -edge["old_s"], -edge["kept_s"], edge["new_s"]))
    said = {"tooOldLogEventEndIndex": sum(t < old for t in stamps),
            "expiredLogEventEndIndex": sum(t < kept for t in stamps)}
    said = {k: n for k, n in said.items() if n}
    if stamps[-1] > new:
        said["tooNewLogEventStartIndex"] = sum(t <= new for t in stamps)
    stream.extend(e for e in events if max(old, kept) <= e["timestamp"] <= new)
    return {"nextSequenceToken": "0", "rejectedLogEventsInfo": said or None}


def get_events(spec, data):
    """A page of what is kept, in the order of its times as AWS has it."""
    stream = need_group(spec, data).get(data["logStreamName"])
    if stream is None:
        raise Fail("ResourceNotFoundException",
                   "The specified log stream does not exist.")
    begin = int((data.get("nextToken") or "f/0")[2:])
    page = sorted(stream, key=lambda e: e["timestamp"])[
        begin:begin + data.get("limit", 1000)]
    return {"events": page, "nextBackwardToken": "b/0",
            "nextForwardToken": "f/%d" % (begin + len(page))}


def delete_group(spec, data):
    need_group(spec, data)
    del log_groups(spec)[data["logGroupName"]]


def delete_stream(spec, data):
    if need_group(spec, data).pop(data["logStreamName"], None) is None:
        raise Fail("ResourceNotFoundException",
                   "The specified log stream does not exist.")


def groups_list(spec, data):
    prefix = data.get("logGroupNamePrefix", "")
    return {"logGroups": [{"logGroupName": g, "storedBytes": 0}
                          for g in log_groups(spec) if g.startswith(prefix)]}


def streams_list(spec, data):
    return {"logStreams": [{"logStreamName": s}
                           for s in need_group(spec, data)]}


def put_metrics(spec, data):
    if len(json.dumps(data)) > 1 << 20 or not data.get("MetricData"):
        raise Fail("InvalidParameterValueException", "MetricData")
    return {}


def parameter(spec, data):
    value = spec["aws"].get("ssm", {}).get(data.get("Name"))
    if value is None:
        raise Fail("ParameterNotFound", "")
    return {"Parameter": {"Name": data["Name"], "Type": "String",
                          "Value": value, "Version": 1}}


def secret(spec, data):
    value = spec["aws"].get("secrets", {}).get(data.get("SecretId"))
    if value is None:
        raise Fail("ResourceNotFoundException",
                   "Secrets Manager can't find the specified secret.")
    return {"Name": data["SecretId"], "SecretString": value}


def identity(spec, data):
    return ("<GetCallerIdentityResult><Arn>%s</Arn><UserId>AROALAB:%s"
            "</UserId><Account>%s</Account></GetCallerIdentityResult>"
            % (sp.role_arn(spec), spec["instance"]["id"], spec["account"]))


def instance_health(spec, data):
    return ""


JSON_OPS = {
    "ecs:DiscoverPollEndpoint": poll_endpoint,
    "ecs:DescribeContainerInstances": describe_instances,
    "ecs:DescribeClusters": describe_clusters,
    "ecs:RegisterContainerInstance": register,
    "ecr:GetAuthorizationToken": ecr_token,
    "ecr:BatchGetImage": ecr_images,
    "logs:CreateLogGroup": create_group,
    "logs:CreateLogStream": create_stream,
    "logs:PutLogEvents": put_events,
    "logs:GetLogEvents": get_events,
    "logs:DeleteLogGroup": delete_group,
    "logs:DeleteLogStream": delete_stream,
    "logs:DescribeLogGroups": groups_list,
    "logs:DescribeLogStreams": streams_list,
    "cloudwatch:PutMetricData": put_metrics,
    "ssm:GetParameter": parameter,
    "secretsmanager:GetSecretValue": secret,
}
QUERY_OPS = {
    "sts:GetCallerIdentity": identity,
    "autoscaling:SetInstanceHealth": instance_health,
    "cloudwatch:PutMetricData": lambda spec, data: "",
}
