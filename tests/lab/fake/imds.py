"""The instance metadata service.

spec["imds"]:
  state        ok | required | v1-only | disabled | put-hang | put-hang-v1 |
               hang | throttled | html | huge | slow (ms) | refused
  no_put       v1-only: the status of PUT, 404 or 405
  role         ok | none
  info         ok | none | profile-not-found | no-role
  credentials  ok | expired | soon | unauthorized | failed | garbled
  spot, rebalance, lifecycle, maintenance, user_data, tags, public_ipv4
  paths        {path below /latest/: text, or [status, text], or null = 404}
`refused` is made by not listening at all."""
import json
import secrets
import time

from . import spec as sp
from .httpd import Hang, Reply, Server

NOT_FOUND = """<?xml version="1.0" encoding="iso-8859-1"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
\t"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head>
  <title>%d - %s</title>
 </head>
 <body>
  <h1>%d - %s</h1>
 </body>
</html>
"""
# Each has the same here; cloud-init asks for the newest that it knows.
VERSIONS = ("2009-04-04", "2016-09-02", "2018-09-24", "2021-03-23", "latest")
PAGE = "<html><body><h1>Welcome to the guest network</h1></body></html>"


def iso(when):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(when))


def error(status, word):
    return Reply(status, NOT_FOUND % (status, word, status, word),
                 ctype="text/html")


def lifetime_s(spec):
    """How long the credentials document says that the keys still live."""
    return {"expired": -1800, "soon": 90}.get(
        spec["imds"].get("credentials", "ok"), 5 * 3600)


def credentials(spec):
    imds, now = spec["imds"], time.time()
    word = imds.get("credentials", "ok")
    if word == "unauthorized":
        return json.dumps({
            "Code": "AssumeRoleUnauthorizedAccess",
            "Message": "EC2 cannot assume the role %s.  Please see "
            "documentation at https://docs.aws.amazon.com/IAM/latest/"
            "UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_"
            "errors-info-doc." % spec["role"], "LastUpdated": iso(now)},
            indent=2)
    if word == "failed":
        return json.dumps({"Code": "Failed", "Message": "Internal error.",
                           "LastUpdated": iso(now)}, indent=2)
    if word == "garbled":
        return '{"Code" : "Success", "AccessKeyId" : "AS'
    keys = spec["keys"]
    return json.dumps({
        "Code": "Success", "LastUpdated": iso(now - 3600),
        "Type": "AWS-HMAC", "AccessKeyId": keys["id"],
        "SecretAccessKey": keys["secret"], "Token": keys["token"],
        "Expiration": iso(now + lifetime_s(spec))}, indent=2)


def info(spec):
    word = spec["imds"].get("info", "ok")
    doc = {"Code": "Success", "LastUpdated": iso(time.time() - 600),
           "InstanceProfileArn": "arn:%s:iam::%s:instance-profile/%s" % (
               spec["partition"], spec["account"], spec["role"]),
           "InstanceProfileId": "AIPALAB0000000000001"}
    if word == "profile-not-found":
        doc = {"Code": "InstanceProfileNotFound", "Message": "Instance "
               "Profile %s was deleted." % spec["role"],
               "LastUpdated": iso(time.time() - 600)}
    elif word == "no-role":
        doc["Message"] = ("Instance Profile does not contain a role. Please "
                          "see documentation.")
    return json.dumps(doc, indent=2)


def identity(spec):
    inst = spec["instance"]
    return json.dumps({
        "accountId": spec["account"], "architecture": "x86_64",
        "availabilityZone": inst["az"], "billingProducts": None,
        "devpayProductCodes": None, "marketplaceProductCodes": None,
        "imageId": inst["ami"], "instanceId": inst["id"],
        "instanceType": inst["type"], "kernelId": None,
        "pendingTime": iso(time.time() - 86400), "privateIp": sp.HOST_IP,
        "ramdiskId": None, "region": spec["region"],
        "version": "2017-09-30"}, indent=2)


def tree(spec):
    """Every document of a well instance, by path below /latest/."""
    inst, imds = spec["instance"], spec["imds"]
    mac = "meta-data/network/interfaces/macs/%s/" % inst["mac"]
    out = {
        "meta-data/ami-id": inst["ami"],
        "meta-data/instance-id": inst["id"],
        "meta-data/instance-type": inst["type"],
        "meta-data/instance-life-cycle": imds.get("life_cycle", "on-demand"),
        "meta-data/placement/region": spec["region"],
        "meta-data/placement/availability-zone": inst["az"],
        "meta-data/placement/availability-zone-id": "apne2-az1",
        "meta-data/services/domain": spec["suffix"],
        "meta-data/services/partition": spec["partition"],
        "meta-data/local-ipv4": sp.HOST_IP,
        "meta-data/local-hostname": "ip-10-0-1-10.ec2.internal",
        "meta-data/hostname": "ip-10-0-1-10.ec2.internal",
        "meta-data/public-ipv4": imds.get("public_ipv4"),
        "meta-data/mac": inst["mac"],
        "meta-data/security-groups": "ecs-hosts",
        mac + "subnet-id": inst["subnet"],
        mac + "vpc-id": inst["vpc"],
        mac + "interface-id": "eni-0123456789abcdef0",
        mac + "device-number": "0",
        mac + "security-group-ids": "\n".join(inst["groups"]),
        mac + "security-groups": "ecs-hosts",
        mac + "local-ipv4s": sp.HOST_IP,
        mac + "subnet-ipv4-cidr-block": sp.SUBNET,
        mac + "vpc-ipv4-cidr-block": sp.VPC,
        mac + "vpc-ipv4-cidr-blocks": sp.VPC,
        "dynamic/instance-identity/document": identity(spec),
        "meta-data/spot/instance-action": imds.get("spot"),
        "meta-data/events/recommendations/rebalance": imds.get("rebalance"),
        "meta-data/events/maintenance/scheduled": json.dumps(
            imds.get("maintenance", [])),
        "meta-data/autoscaling/target-lifecycle-state":
            imds.get("lifecycle", "InService"),
        "user-data": imds.get("user_data", "#!/bin/bash\necho ECS_CLUSTER=%s "
                              ">> /etc/ecs/ecs.config\n" % spec["cluster"]),
    }
    if imds.get("role", "ok") == "ok":
        out["meta-data/iam/security-credentials/" + spec["role"]] = \
            credentials(spec)
    if imds.get("info", "ok") != "none" and imds.get("role", "ok") == "ok":
        out["meta-data/iam/info"] = info(spec)
    elif imds.get("info", "ok") not in ("ok", "none"):
        out["meta-data/iam/info"] = info(spec)
    for key, value in (imds.get("tags") or {}).items():
        out["meta-data/tags/instance/" + key] = value
    out.update(imds.get("paths", {}))
    return {k: v for k, v in out.items() if v is not None}


def lookup(spec, path):
    docs = tree(spec)
    found = docs.get(path.rstrip("/"), docs.get(path))
    if isinstance(found, list):
        return Reply(found[0], found[1], ctype="text/plain")
    if found is not None:
        if not isinstance(found, str):
            found = json.dumps(found)
        return Reply(200, found, ctype="text/plain")
    prefix = path.rstrip("/") + "/"
    names = []
    for key in docs:
        if key.startswith(prefix):
            name = key[len(prefix):]
            head, slash, _ = name.partition("/")
            if head + slash not in names:
                names.append(head + slash)
    if names:
        return Reply(200, "\n".join(names), ctype="text/plain")
    return error(404, "Not Found")


class Imds:
    def __init__(self, spec, log):
        self.spec, self.log, self.tokens = spec, log, {}

    def handle(self, req, sni=None):
        reply = self.answer(req)
        if reply.delay_s == 0 and self.spec["imds"].get("slow_ms"):
            reply.delay_s = self.spec["imds"]["slow_ms"] / 1000
        self.log({"to": "imds", "method": req.method, "path": req.path,
                  "status": reply.status,
                  "v2": bool(req.get("x-aws-ec2-metadata-token"))})
        return reply

    def answer(self, req):
        state = self.spec["imds"].get("state", "ok")
        if state == "hang":
            self.log({"to": "imds", "method": req.method, "path": req.path,
                      "status": 0})
            raise Hang()
        if state == "disabled":
            return error(403, "Forbidden")
        if state == "throttled":
            return error(503, "Service Unavailable")
        if state == "html":
            return Reply(200, PAGE, ctype="text/html")
        if state == "huge":
            return Reply(200, b"x" * (4 << 20), ctype="text/plain")
        if req.method == "PUT":
            return self.put(req, state)
        if req.method not in ("GET", "HEAD"):
            return error(405, "Method Not Allowed")
        return self.get(req, state)

    def put(self, req, state):
        if state in ("put-hang", "put-hang-v1"):
            self.log({"to": "imds", "method": "PUT", "path": req.path,
                      "status": 0})
            raise Hang()
        if state == "v1-only":
            return error(self.spec["imds"].get("no_put", 405),
                         "Method Not Allowed")
        if req.path != "/latest/api/token" or req.get("x-forwarded-for"):
            return error(403, "Forbidden")
        ttl = req.get("x-aws-ec2-metadata-token-ttl-seconds")
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return error(400, "Bad Request")
        token = self.spec["imds"].get("token_prefix", "") + \
            secrets.token_urlsafe(40) + "=="
        self.tokens[token] = time.monotonic() + int(ttl)
        return Reply(200, token, ctype="text/plain", headers={
            "X-Aws-Ec2-Metadata-Token-Ttl-Seconds": ttl})

    def get(self, req, state):
        token = req.get("x-aws-ec2-metadata-token")
        if token and state != "v1-only":
            if self.tokens.get(token, 0) < time.monotonic():
                return error(401, "Unauthorized")
        elif state in ("required", "put-hang"):
            return error(401, "Unauthorized")
        path = req.path
        if path in ("/", ""):
            return Reply(200, "\n".join(VERSIONS), ctype="text/plain")
        version, _, path = path.lstrip("/").partition("/")
        if version not in VERSIONS:
            return error(404, "Not Found")
        return lookup(self.spec, path.lstrip("/"))


def start(spec, log, address=(sp.IMDS_IP, 80)):
    if spec["imds"].get("state") == "refused":
        return None
    return Server(Imds(spec, log).handle, address).start()
