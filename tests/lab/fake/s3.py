"""S3: virtual-host and path style, regions, signed and unsigned.

spec["aws"]["buckets"]: {name: {"region": R, "access": ok | denied,
"public": bool, "objects": {key: text or bytes}, "wall": {key: who refuses}}}.  who:
a word of errors.WALLS, or kms.  ECS's and ECR's own buckets
exist everywhere."""
import re
from urllib.parse import unquote

from . import errors, spec as sp
from .httpd import Reply


def bucket_and_key(spec, host, path):
    host = host.lower().split(":")[0]
    suffix = re.escape(spec["suffix"])
    match = re.match(r"^(?:(.+)\.)?s3(?:\.dualstack)?(?:\.([a-z0-9-]+))?\."
                     + suffix + "$", host)
    if not match:
        return None, None, None
    bucket, region = match.group(1), match.group(2)
    region = region or spec["region"]
    path = unquote(path.lstrip("/"))
    if not bucket:
        bucket, _, path = path.partition("/")
    return bucket, path, region


def lookup(spec, bucket):
    known = spec["aws"]["buckets"].get(bucket)
    if known is not None:
        return known
    region = spec["region"]
    for name in ("prod-%s-starport-layer-bucket" % region,
                 "amazon-ecs-agent-%s" % region):
        if bucket == name:
            return {"region": region, "access": "denied"}
    if bucket == "amazon-ecs-agent":
        return {"region": "us-east-1", "access": "denied"}
    return None


def fail(code, status, message, region=None, extra=""):
    reply = errors.error("s3", code, message, extra)
    reply.status = status
    if region:
        reply.headers["x-amz-bucket-region"] = region
    return reply


def ok(status=200, body=b"", region=None, **headers):
    rid = errors.request_id()
    out = {"x-amz-request-id": rid[:16].upper(), "x-amz-id-2": "lab/" + rid}
    if region:
        out["x-amz-bucket-region"] = region
    out.update({k.replace("_", "-"): v for k, v in headers.items()})
    return Reply(status, body, out, "application/octet-stream")


def refusal(spec, bucket, key, wall, home):
    action, what = "s3:GetObject", '"arn:aws:s3:::%s/%s"' % (bucket, key)
    if wall == "kms":
        action, wall = "kms:Decrypt", "identity"
        what = "arn:aws:kms:%s:%s:key/0a1b2c3d" % (home, spec["account"])
    return fail("AccessDenied", 403, errors.denied(
        sp.role_arn(spec), action, wall, what), home)


def answer(spec, req, signed):
    """`signed`: the request carried a signature, and it was right."""
    bucket, key, region = bucket_and_key(spec, req.get("host"), req.path)
    if not bucket:
        if signed:
            return fail("AccessDenied", 403, "Access Denied")
        return Reply(307, b"", {"Location": "https://aws.amazon.com/s3/",
                                "x-amz-request-id": "LAB0000000000001",
                                "x-amz-id-2": "lab"})
    known = lookup(spec, bucket)
    if known is None:
        return fail("NoSuchBucket", 404,
                    "The specified bucket does not exist", None,
                    "<BucketName>%s</BucketName>" % bucket)
    home = known.get("region", spec["region"])
    if home != region:
        endpoint = "%s.s3.%s.%s" % (bucket, home, spec["suffix"])
        return fail("PermanentRedirect", 301, "The bucket you are attempting "
                    "to access must be addressed using the specified "
                    "endpoint.", home, "<Endpoint>%s</Endpoint><Bucket>%s"
                    "</Bucket>" % (endpoint, bucket))
    if not known.get("public") and (
            not signed or known.get("access", "ok") == "denied"):
        return fail("AccessDenied", 403, "Access Denied", home)
    if not key:
        return ok(200, b"", home)
    wall = known.get("wall", {}).get(key)
    if wall:
        return refusal(spec, bucket, key, wall, home)
    text = known.get("objects", {}).get(key)
    if text is None:
        return fail("NoSuchKey", 404, "The specified key does not exist.",
                    home, "<Key>%s</Key>" % errors.xml_escape(key))
    data = text if isinstance(text, bytes) else text.encode()
    return body_of(req, data, home)


def body_of(req, data, home):
    match = re.match(r"^bytes=(\d+)-(\d*)$", req.get("range"))
    if not match:
        return ok(200, data, home)
    low = int(match.group(1))
    high = min(int(match.group(2) or len(data)), len(data) - 1)
    if low > high:
        return fail("InvalidRange", 416,
                    "The requested range is not satisfiable", home)
    return ok(206, data[low:high + 1], home,
              Content_Range="bytes %d-%d/%d" % (low, high, len(data)))
