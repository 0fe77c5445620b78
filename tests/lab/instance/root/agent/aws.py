"""IMDS, credentials, and signed calls: what the agent asks of AWS."""

import datetime
import hashlib
import hmac
import http.client
import json
import os
import socket
import ssl
import time
import uuid

IMDS = "169.254.169.254"
IMDS_S, API_S = 2, 15
TARGET = "AmazonEC2ContainerServiceV20141113."


class Failed(Exception):
    """A call that did not succeed; str() is how the SDK words it."""

    def __init__(self, text, code=""):
        super().__init__(text)
        self.code = code


def imds(path):
    """(status, body); IMDSv2, OSError when nothing answers."""
    c = http.client.HTTPConnection(IMDS, timeout=IMDS_S)
    try:
        c.request("PUT", "/latest/api/token", headers={
            "X-aws-ec2-metadata-token-ttl-seconds": "300",
            "Content-Length": "0"})
        r = c.getresponse()
        token = r.read().decode()
        if r.status != 200:
            return r.status, ""
        c.request("GET", "/latest/" + path,
                  headers={"X-aws-ec2-metadata-token": token})
        r = c.getresponse()
        return r.status, r.read().decode()
    except http.client.HTTPException as e:
        raise OSError(str(e))
    finally:
        c.close()


def metadata(path, op="GetMetadata"):
    """A document, or Failed in the SDK's words."""
    try:
        status, body = imds(path)
    except OSError as e:
        raise Failed("operation error ec2imds: %s, exceeded maximum number of "
                     "attempts, 3, request send failed, Get \"http://%s/"
                     "latest/%s\": %s" % (op, IMDS, path, go_error(e)))
    if status != 200:
        raise Failed("operation error ec2imds: %s, http response error "
                     "StatusCode: %d, request to EC2 IMDS failed" %
                     (op, status))
    return body


def go_error(e):
    """How Go would say what Python's socket said."""
    if isinstance(e, socket.gaierror):
        return "dial tcp: lookup: no such host"
    if isinstance(e, (socket.timeout, TimeoutError)):
        return "dial tcp: i/o timeout"
    if isinstance(e, ssl.SSLCertVerificationError):
        return "tls: failed to verify certificate: x509: certificate " \
               "signed by unknown authority"
    if isinstance(e, ConnectionRefusedError):
        return "dial tcp: connect: connection refused"
    if isinstance(e, ConnectionResetError):
        return "read: connection reset by peer"
    return "dial tcp: " + (e.strerror or str(e)).lower()


def expires_s(doc):
    """Seconds until the SDK would ask IMDS again."""
    try:
        end = datetime.datetime.strptime(doc["Expiration"],
                                         "%Y-%m-%dT%H:%M:%SZ")
    except (KeyError, ValueError):
        return 0
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    return (end - now).total_seconds() - 300


def credentials(cache={}):
    """(provider, keys) by the SDK's default chain, or Failed. Keys are kept
    until shortly before they expire, as the SDK keeps them."""
    if "doc" not in cache or time.monotonic() > cache["until"]:
        cache["doc"] = None, None
        cache["until"] = 0
        cache["doc"] = fetch_credentials()
        cache["until"] = time.monotonic() + expires_s(cache["doc"][1])
    return cache["doc"]


def fetch_credentials():
    env = os.environ
    if env.get("AWS_ACCESS_KEY_ID") and env.get("AWS_SECRET_ACCESS_KEY"):
        return "EnvConfigCredentials", {
            "AccessKeyId": env["AWS_ACCESS_KEY_ID"],
            "SecretAccessKey": env["AWS_SECRET_ACCESS_KEY"],
            "Token": env.get("AWS_SESSION_TOKEN", "")}
    base = "meta-data/iam/security-credentials/"
    try:
        role = metadata(base).split("\n")[0]
    except Failed as e:
        raise Failed("failed to refresh cached credentials, no EC2 IMDS role "
                     "found, %s" % e)
    try:
        doc = json.loads(metadata(base + role))
    except (Failed, ValueError) as e:
        raise Failed("failed to refresh cached credentials, failed to get %s "
                     "EC2 IMDS role credentials, %s" % (role, e))
    if doc.get("Code", "").lower() != "success":
        raise Failed("failed to refresh cached credentials, failed to get %s "
                     "EC2 IMDS role credentials, api error %s: %s" %
                     (role, doc.get("Code"), doc.get("Message")))
    return "EC2RoleProvider", doc


def hmac256(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(keys, region, host, method, target, body, headers):
    """The headers to send: those given and the signature over them."""
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp = now.strftime("%Y%m%dT%H%M%SZ")
    out = dict(headers, Host=host)
    out["X-Amz-Date"] = stamp
    if keys.get("Token"):
        out["X-Amz-Security-Token"] = keys["Token"]
    low = sorted((k.lower(), v.strip()) for k, v in out.items())
    names = ";".join(k for k, _ in low)
    path, _, query = target.partition("?")
    canonical = "\n".join([
        method, path, query, "".join("%s:%s\n" % kv for kv in low), names,
        hashlib.sha256(body).hexdigest()])
    scope = "%s/%s/ecs/aws4_request" % (stamp[:8], region)
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + keys["SecretAccessKey"]).encode()
    for part in (stamp[:8], region, "ecs", "aws4_request"):
        key = hmac256(key, part)
    out["Authorization"] = (
        "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" %
        (keys["AccessKeyId"], scope, names, hmac256(key, text).hex()))
    return out


class Ecs:
    def __init__(self, region, domain, host=None):
        host = host or "ecs.%s.%s" % (region, domain)
        self.host = host.split("://")[-1].strip("/")
        self.region = region
        self.tls = ssl.create_default_context()

    def call(self, op, given):
        """The reply's document, or Failed with .code set if AWS answered."""
        where = "operation error ECS: %s, " % op
        try:
            _, keys = credentials()
        except Failed as e:
            raise Failed(where + "get identity: get credentials: %s" % e)
        body = json.dumps(given).encode()
        headers = sign(keys, self.region, self.host, "POST", "/", body, {
            "Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": TARGET + op})
        c = http.client.HTTPSConnection(self.host, timeout=API_S,
                                        context=self.tls)
        try:
            c.request("POST", "/", body, headers)
            r = c.getresponse()
            reply = r.read()
        except (OSError, http.client.HTTPException) as e:
            raise Failed(where + "exceeded maximum number of attempts, 3, "
                         "https response error StatusCode: 0, RequestID: , "
                         "request send failed, Post \"https://%s/\": %s" %
                         (self.host, go_error(e) if isinstance(e, OSError)
                          else "EOF"))
        finally:
            c.close()
        return self.read(where, r, reply)

    def read(self, where, r, reply):
        try:
            doc = json.loads(reply or b"{}")
        except ValueError:
            doc = {}
        if r.status == 200:
            return doc
        code = doc.get("__type", "UnknownError").rsplit("#", 1)[-1]
        raise Failed(where + "https response error StatusCode: %d, RequestID:"
                     " %s, %s: %s" %
                     (r.status, r.getheader("x-amzn-RequestId",
                                            str(uuid.uuid4())), code,
                      doc.get("message", "")), code)
