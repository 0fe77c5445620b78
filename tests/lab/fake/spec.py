"""The world as data.  `healthy()` is a well instance; a scenario changes a
copy of it.  Addresses are documentation ranges (outside) and a VPC-like
range (inside), and exist only in the lab's own network namespaces."""
import copy
import json
import time

START = time.time()

VPC = "10.0.0.0/16"
SUBNET = "10.0.1.0/24"
HOST_IP = "10.0.1.10"
ROUTER_IP = "10.0.1.1"
RESOLVER_IP = "10.0.0.2"
RESOLVER_LINK = "169.254.169.253"       # the same, in each VPC
IMDS_IP = "169.254.169.254"
NTP_IP = "169.254.169.123"
HOST_V6, ROUTER_V6 = "2001:db8:1::10", "2001:db8:1::1"
RESOLVER_V6 = "fd00:ec2::253"
LINK_IP = "169.254.9.9"         # what an IPv6-only instance asks IMDS from
TASK_IP = "169.254.170.2"
PROXY_IP = "10.0.1.30"

# label: (host pattern, signing name, protocol, public, in-VPC address)
SERVICES = {
    "ecs": ("ecs.{R}.{S}", "ecs", "json", "203.0.113.10", "10.0.1.110"),
    "ecs-a": ("ecs-a-1.{R}.{S}", "ecs", "bare", "203.0.113.11", "10.0.1.111"),
    "ecs-t": ("ecs-t-1.{R}.{S}", "ecs", "bare", "203.0.113.12", "10.0.1.112"),
    "sts": ("sts.{R}.{S}", "sts", "query", "203.0.113.13", "10.0.1.113"),
    "s3": ("s3.{R}.{S}", "s3", "s3", "203.0.113.14", "10.0.1.114"),
    "ecr": ("api.ecr.{R}.{S}", "ecr", "json", "203.0.113.15", "10.0.1.115"),
    "dkr": ("{A}.dkr.ecr.{R}.{S}", "ecr", "bare", "203.0.113.16",
            "10.0.1.116"),
    "logs": ("logs.{R}.{S}", "logs", "json", "203.0.113.17", "10.0.1.117"),
    "monitoring": ("monitoring.{R}.{S}", "monitoring", "json",
                   "203.0.113.18", "10.0.1.118"),
    "ec2": ("ec2.{R}.{S}", "ec2", "ec2", "203.0.113.19", "10.0.1.119"),
    "ssm": ("ssm.{R}.{S}", "ssm", "json", "203.0.113.20", "10.0.1.120"),
    "secretsmanager": ("secretsmanager.{R}.{S}", "secretsmanager", "json",
                       "203.0.113.21", "10.0.1.121"),
    "autoscaling": ("autoscaling.{R}.{S}", "autoscaling", "query",
                    "203.0.113.22", "10.0.1.122"),
    "s3-far": ("s3.us-east-2.{S}", "s3", "s3", "198.51.100.14",
               "10.0.1.124"),
}

STOCK = ["ec2:DescribeTags", "ecs:CreateCluster",
         "ecs:DeregisterContainerInstance", "ecs:DiscoverPollEndpoint",
         "ecs:Poll", "ecs:RegisterContainerInstance",
         "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState",
         "ecs:Submit*", "ecr:GetAuthorizationToken",
         "ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer",
         "ecr:BatchGetImage", "logs:CreateLogStream", "logs:PutLogEvents",
         "sts:GetCallerIdentity"]
EC2_READ = ["ec2:DescribeSecurityGroups", "ec2:DescribeNetworkAcls",
            "ec2:DescribeRouteTables", "ec2:DescribeVpcEndpoints"]

BASE = {
    "region": "ap-northeast-2",
    "partition": "aws",
    "suffix": "amazonaws.com",
    "account": "111122223333",
    "cluster": "web-prod",
    "instance": {
        "id": "i-0abc1234def567890", "type": "t3.medium",
        "az": "ap-northeast-2a", "ami": "ami-0123456789abcdef0",
        "subnet": "subnet-0aa11bb22cc33dd44", "vpc": "vpc-0123abcd4567ef890",
        "groups": ["sg-0a1b2c3d4e5f60718"], "mac": "02:00:00:00:01:0a",
        "container_instance": "0123456789abcdef0123456789abcdef",
    },
    "role": "ecsInstanceRole",
    "keys": {"id": "ASIALABKEY0000000001",
             "secret": "lab/SecretAccessKey+0000000000000000001",
             "token": "lab-session-token/+=" + "A" * 300},
    "imds": {"state": "ok"},
    "aws": {"allow": STOCK, "clock_offset_s": 0, "faults": [], "buckets": {},
            "ec2": {}},
    "dns": {"state": "ok", "hosts": {}},
    "ntp": {"state": "ok"},
    "private": [],
    "walls": [],
    "introspection": {"state": "ok"},
    "docker": {"state": "ok"},
    "files": {},
    "sysctl": {},
    "listen": [],
}


def healthy():
    return copy.deepcopy(BASE)


def merge(into, change):
    """Lay `change` over `into`: dicts merge, everything else replaces."""
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merge(into[key], value)
        else:
            into[key] = copy.deepcopy(value)
    return into


def load(path):
    with open(path, encoding="utf-8") as f:
        return merge(healthy(), json.load(f))


def aws_ahead_s(spec):
    """How far AWS's clock is ahead of ours: clock_offset_s, and growing by
    clock_drift_ppm."""
    aws = spec["aws"]
    return aws.get("clock_offset_s", 0) + \
        (time.time() - START) * aws.get("clock_drift_ppm", 0) / 1e6


def host_of(spec, label):
    return SERVICES[label][0].format(R=spec["region"], S=spec["suffix"],
                                     A=spec["account"])


def address_of(spec, label):
    return SERVICES[label][4 if label in spec["private"] else 3]


def address6_of(label):
    """203.0.113.10 is 2001:db8:71::10, 198.51.100.14 is 2001:db8:64::14."""
    third, last = SERVICES[label][3].split(".")[2:]
    return "2001:db8:%x::%s" % (int(third), last)


def addresses_of(spec, label):
    """What the resolver says: spec["v6"] {only, without: labels that have no
    AAAA} gives every name an address of each family."""
    out = [address_of(spec, label)]
    if "v6" in spec and label not in spec["v6"].get("without", []):
        out.append(address6_of(label))
    return out


def label_of(spec, host):
    """Which service a host name belongs to, or None."""
    region, suffix = spec["region"], spec["suffix"]
    host = host.lower().rstrip(".")
    for label in SERVICES:
        if host == host_of(spec, label):
            return label
    host = host.replace("s3.dualstack.", "s3.").replace("-fips.", ".")
    if host.endswith(".api.aws"):
        host = host[:-len(".api.aws")] + "." + suffix
        host = host.replace("ecr.%s" % region, "api.ecr.%s" % region)
    if host.endswith(".on.aws"):
        host = host[:-len(".on.aws")] + "." + suffix
        host = host.replace(".dkr-ecr.", ".dkr.ecr.")
    for label in SERVICES:
        if host == host_of(spec, label):
            return label
    if host.endswith(".s3.%s.%s" % (region, suffix)):
        return "s3"
    if host == "s3." + suffix or host.endswith(".s3." + suffix):
        return "s3"
    parts = host.split(".")
    if host.endswith("." + suffix) and "s3" in parts:
        return "s3-far"
    if host.endswith(".dkr.ecr.%s.%s" % (region, suffix)):
        return "dkr"
    return None


def role_arn(spec):
    return "arn:%s:sts::%s:assumed-role/%s/%s" % (
        spec["partition"], spec["account"], spec["role"],
        spec["instance"]["id"])


def cluster_arn(spec, name=None):
    return "arn:%s:ecs:%s:%s:cluster/%s" % (
        spec["partition"], spec["region"], spec["account"],
        name or spec["cluster"])


def container_instance_arn(spec, cluster=None):
    return "arn:%s:ecs:%s:%s:container-instance/%s/%s" % (
        spec["partition"], spec["region"], spec["account"],
        cluster or spec["cluster"], spec["instance"]["container_instance"])
