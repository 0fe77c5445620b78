#!/usr/bin/env python3
"""Our fake AWS against an independent signer and client: botocore.

The verifier must take what botocore signs and refuse what was changed after;
botocore's clients must understand each reply and each refusal.  botocore is
taken from this Python, or from $LAB_VENV; without it its part is skipped and
counted.  Ends with `N passed, N failed, N skipped`."""
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from fake import aws, httpd, pki, s3, sigv4, spec as sp  # noqa: E402

try:
    import botocore.auth
    import botocore.awsrequest
    import botocore.credentials
    import botocore.exceptions
    import botocore.session
except ImportError:
    botocore = None

KEY, SECRET, TOKEN = "ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCY", "TOK+/="
KEYS = {KEY: {"secret": SECRET, "token": TOKEN}}
COUNT = {"passed": 0, "failed": 0, "skipped": 0}


def say(name, good, why=""):
    COUNT["passed" if good else "failed"] += 1
    print("%s %s%s" % ("ok  " if good else "FAIL", name,
                       "" if good else "\n       " + str(why)))


def vectors():
    """Signatures on which two other implementations agree."""
    akid_secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    stamp, body = "20260102T030405Z", b'{"cluster":"c1"}'
    token = [("x-amz-date", stamp), ("x-amz-security-token", TOKEN)]
    import hashlib
    real = hashlib.sha256(body).hexdigest()
    json_head = [("host", "ecs.us-east-1.amazonaws.com"),
                 ("content-type", "application/x-amz-json-1.1"),
                 ("x-amz-target", "A.B")] + token
    s3_head = [("host", "b.s3.us-east-1.amazonaws.com"),
               ("x-amz-content-sha256", sigv4.EMPTY)] + token
    rows = [
        ("json", "POST", "/", json_head, real, "ecs",
         "b5ca25997f23b8c5c033834fbc0bf2da1049bc37c001dde64524755a3aafc9bc"),
        ("json+hash", "POST", "/",
         json_head + [("x-amz-content-sha256", real)], real, "ecs",
         "70c1112c82608ea980cfe2fd1e66993fcf1ef5c1f55b8a5ccbefb0e727341848"),
        ("s3 key", "HEAD",
         "/a%20b%2Bc%3D%21%27%28%29%2A~/%C3%A9//x", s3_head, sigv4.EMPTY,
         "s3",
         "b16ef918356f5044d79defe2e84a1a4ec1bafc5102357f9fe7c3ef95234eeed3")]
    for name, method, path, headers, payload, service, want in rows:
        signed = sorted(n for n, _ in headers)
        canonical = sigv4.canonical_request(method, path, "", headers, signed,
                                            payload, service)
        got = sigv4.sign(akid_secret, stamp, "us-east-1", service, canonical)
        say("vector/" + name, got == want, got)


REQUESTS = {
    "ecs": ("POST", "https://ecs.us-east-1.amazonaws.com/",
            b'{"clusters":["c1"]}', {
                "Content-Type": "application/x-amz-json-1.1",
                "X-Amz-Target": "X.DescribeClusters"}),
    "sts": ("POST", "https://sts.us-east-1.amazonaws.com/",
            b"Action=GetCallerIdentity&Version=2011-06-15", {
                "Content-Type": "application/x-www-form-urlencoded"}),
    "ec2": ("GET", "https://ec2.us-east-1.amazonaws.com/?Action=Describe"
            "SecurityGroups&Filter.1.Name=a%2Bb&GroupId.1=sg-1", b"", {}),
    "s3": ("GET", "https://b.s3.us-east-1.amazonaws.com/a%20b%2Bc%3D%21/"
           "%C3%A9//./x", b"", {"Range": "bytes=0-0"}),
    "logs": ("POST", "https://logs.us-east-1.amazonaws.com/", b"\x1f\x8b\0\1",
             {"Content-Type": "application/x-amz-json-1.1",
              "Content-Encoding": "gzip", "X-Amz-Target": "L.PutLogEvents"}),
}


def signed_by_botocore(service, secret=SECRET, token=TOKEN,
                       region="us-east-1", name=None):
    method, url, body, headers = REQUESTS[service]
    request = botocore.awsrequest.AWSRequest(method, url, data=body,
                                             headers=dict(headers))
    kind = botocore.auth.S3SigV4Auth if service == "s3" \
        else botocore.auth.SigV4Auth
    request.context["payload_signing_enabled"] = True
    request.context["client_config"] = None
    kind(botocore.credentials.Credentials(KEY, secret, token),
         name or service, region).add_auth(request)
    host = url.split("/")[2]
    rest = url.split(host, 1)[1]
    names = [("Host", host)] + [(k, v) for k, v in request.headers.items()]
    return httpd.Request(method, rest, names, body)


def verdict(req, service, now=None, keys=None):
    try:
        sigv4.verify(req, service, "us-east-1", keys or KEYS,
                     now or time.time())
        return "good"
    except sigv4.Refused as e:
        return e.code


def replaced(req, name, value):
    req.headers = [(k, value if k.lower() == name else v)
                   for k, v in req.headers]
    return req


def with_body(req, body):
    req.body = body
    return req


def signatures():
    make = signed_by_botocore
    for service in REQUESTS:
        got = verdict(make(service), service)
        say("takes/" + service, got == "good", got)
    bad = "InvalidSignatureException"
    extra = make("ecs")
    extra.headers.append(("X-Amz-Extra", "1"))
    now = time.time()
    late = {KEY: dict(KEYS[KEY], expires=now - 1)}
    rows = [
        ("wrong secret", verdict(make("ecs", "other"), "ecs"), bad),
        ("wrong secret s3", verdict(make("s3", "other"), "s3"), bad),
        ("wrong region", verdict(make("ecs", region="eu-west-1"), "ecs"), bad),
        ("wrong service", verdict(make("ecs", name="sts"), "ecs"), bad),
        ("changed body", verdict(with_body(make("ecs"), b"{}"), "ecs"), bad),
        ("changed target", verdict(replaced(
            make("ecs"), "x-amz-target", "X.Delete"), "ecs"), bad),
        ("changed host", verdict(replaced(
            make("ecs"), "host", "ecs.evil.example"), "ecs"), bad),
        ("unsigned x-amz header", verdict(extra, "ecs"), bad),
        ("no token", verdict(make("ecs", token=None), "ecs"),
         "UnrecognizedClientException"),
        ("unknown key", verdict(make("ecs"), "ecs", keys={"A": KEYS[KEY]}),
         "UnrecognizedClientException"),
        ("garbled", verdict(replaced(make("ecs"), "authorization",
                                     "AWS4-HMAC-SHA256 Credential=x"), "ecs"),
         "IncompleteSignatureException"),
        ("expired key", verdict(make("ecs"), "ecs", keys=late),
         "ExpiredTokenException"),
        ("310 s late", verdict(make("ecs"), "ecs", now + 310), bad),
        ("310 s early", verdict(make("ecs"), "ecs", now - 310), bad),
        ("290 s late", verdict(make("ecs"), "ecs", now + 290), "good"),
        ("s3 310 s late", verdict(make("s3"), "s3", now + 310), "good"),
        ("s3 910 s late", verdict(make("s3"), "s3", now + 910),
         "RequestTimeTooSkewed"),
    ]
    for name, got, want in rows:
        say("refuses/" + name if want != "good" else "takes/" + name,
            got == want, "%s, want %s" % (got, want))


def client(service, port, ca, spec):
    keys = spec["keys"]
    return botocore.session.get_session().create_client(
        service, region_name=spec["region"],
        endpoint_url="https://localhost:%d" % port, verify=ca,
        aws_access_key_id=keys["id"], aws_secret_access_key=keys["secret"],
        aws_session_token=keys["token"],
        config=botocore.config.Config(
            retries={"max_attempts": 0}, s3={"addressing_style": "path"}))


def code_of(call, **kwargs):
    try:
        call(**kwargs)
        return "no error"
    except botocore.exceptions.ClientError as e:
        return e.response["Error"]["Code"]


def clients():
    """botocore's clients over TLS on loopback."""
    import botocore.config
    spec, log = sp.healthy(), []
    spec["aws"]["allow"] = sp.STOCK + sp.EC2_READ + ["ecs:DescribeClusters"]
    spec["aws"]["buckets"] = {"b": {"objects": {"k": "hello"}}}
    spec["aws"]["log_groups"] = {"g": {}}
    keys = pki.Pki()
    front = aws.Front(spec, keys, log.append)
    ports, real = {}, s3.bucket_and_key
    s3.bucket_and_key = lambda spec, host, path: real(
        spec, sp.host_of(spec, "s3"), path)
    for label in ("ecs", "sts", "ec2", "s3", "logs", "ecr"):
        server = httpd.Server(front.handler(label), ("127.0.0.1", 0),
                              tls=front.tls(label)).start()
        ports[label] = server.port
    ca = keys.path("ca-good.pem")
    c = {label: client(label, port, ca, spec)
         for label, port in ports.items()}
    rows = [
        ("sts", c["sts"].get_caller_identity()["Arn"], sp.role_arn(spec)),
        ("ecs", c["ecs"].describe_clusters(clusters=["web-prod"])[
            "clusters"][0]["status"], "ACTIVE"),
        ("poll", c["ecs"].discover_poll_endpoint()["endpoint"],
         "https://ecs-a-1.%s.amazonaws.com/" % spec["region"]),
        ("groups", c["ec2"].describe_security_groups(GroupIds=["sg-1"])[
            "SecurityGroups"][0]["IpPermissionsEgress"][0]["IpProtocol"],
         "-1"),
        ("acls", len(c["ec2"].describe_network_acls()["NetworkAcls"][0][
            "Entries"]), 4),
        ("routes", c["ec2"].describe_route_tables()["RouteTables"][0][
            "Routes"][1]["NatGatewayId"], "nat-0123456789ab"),
        ("range", c["s3"].get_object(Bucket="b", Key="k", Range="bytes=0-0")[
            "ContentRange"], "bytes 0-0/5"),
        ("ecr", len(c["ecr"].get_authorization_token()[
            "authorizationData"]), 1),
        ("no key", code_of(c["s3"].get_object, Bucket="b", Key="q"),
         "NoSuchKey"),
        ("no bucket", code_of(c["s3"].get_object, Bucket="nope", Key="q"),
         "NoSuchBucket"),
        ("not allowed", code_of(c["ecs"].describe_container_instances,
                                containerInstances=["x"]),
         "AccessDeniedException"),
        ("no group", code_of(c["logs"].create_log_stream, logGroupName="x",
                             logStreamName="y"),
         "AccessDeniedException" if "logs:CreateLogStream" not in sp.STOCK
         else "ResourceNotFoundException")]
    spec["aws"]["clock_offset_s"] = 3600
    rows += [("skew", code_of(c["ecs"].discover_poll_endpoint),
              "InvalidSignatureException"),
             ("skew sts", code_of(c["sts"].get_caller_identity),
              "SignatureDoesNotMatch"),
             ("skew s3", code_of(c["s3"].get_object, Bucket="b", Key="k"),
              "RequestTimeTooSkewed")]
    spec["aws"]["clock_offset_s"] = 0
    spec["imds"]["credentials"] = "expired"
    rows.append(("expired", code_of(c["sts"].get_caller_identity),
                 "ExpiredToken"))
    for name, got, want in rows:
        say("client/" + name, got == want, "%r, want %r" % (got, want))


def main():
    venv = os.environ.get("LAB_VENV")
    if not botocore and venv and not os.environ.get("LAB_IN_VENV"):
        os.environ["LAB_IN_VENV"] = "1"
        os.execv(os.path.join(venv, "bin", "python"),
                 ["python", os.path.abspath(__file__)])
    vectors()
    if botocore:
        signatures()
        clients()
    else:
        print("skipped: needs botocore (LAB_VENV=a venv that has it)")
        COUNT["skipped"] = 38
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
