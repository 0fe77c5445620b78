"""The AWS front: TLS by SNI, SigV4 verified, replies and faults by spec.

spec["aws"]["faults"]: rows {"host": pattern, "op": pattern, "fault": word}.
host matches the service's label (ecs, ecs-a, s3, ...) or the name asked for.
  TCP    hang, rst
  TLS    foreign-ca, expired-cert, wrong-name, tls-hang
  HTTP   denied (wall), expired-token, bad-signature, unknown-key, throttled,
         500, 503, proxy-page, half, slow (ms), error (code, message)
         taken-half, taken-rst (done, and the answer is cut, or lost)
A row may carry "times": it is used up after so many; and "events": a call with
fewer log events than that is none of its business.
spec["admin"]: keys that may do all; who looks on has them."""
import fnmatch
import json
import ssl
import time
from urllib.parse import parse_qsl

from . import ec2, errors, imds, ops, s3, sigv4
from . import spec as sp
from .httpd import Hang, Reply, Reset, Server

TCP_FAULTS = ("hang", "rst")
TLS_FAULTS = {"foreign-ca": "foreign", "expired-cert": "expired",
              "wrong-name": "wrong-name"}
PAGE = ("<html><head><title>Blocked</title></head><body><h1>Access to this "
        "site is blocked by your proxy</h1></body></html>")
IAM_PREFIX = {"monitoring": "cloudwatch"}


class Front:
    def __init__(self, spec, pki, log):
        self.spec, self.pki, self.log = spec, pki, log

    def fault(self, names, op, kinds, events=0):
        for row in self.spec["aws"]["faults"]:
            if kinds and row["fault"] not in kinds:
                continue
            if not any(fnmatch.fnmatch(n, row.get("host", "*"))
                       for n in names if n):
                continue
            if op is not None and not fnmatch.fnmatch(op,
                                                      row.get("op", "*")):
                continue
            if row.get("events", 0) > events:
                continue
            if "times" in row:
                if row["times"] <= 0:
                    continue
                row["times"] -= 1
            return row
        return None

    # -- the connection ----------------------------------------------------
    def greet(self, label):
        def hook(conn):
            row = self.fault([label], None, TCP_FAULTS)
            if not row:
                return
            self.log({"to": label, "op": "tcp", "fault": row["fault"]})
            if row["fault"] == "rst":
                conn.settimeout(2)
                conn.recv(1)
                raise Reset()
            raise Hang(row.get("seconds", 60))
        return hook

    def tls(self, label):
        host = sp.host_of(self.spec, label)

        def wrap(conn):
            seen = {}

            def by_name(sock, name, _ctx):
                seen["sni"] = name
                if name:
                    sock.context = self.pki.context(name, self.kind(
                        label, name))
                return None
            row = self.fault([label, host], None, ("tls-hang",))
            if row:
                self.log({"to": label, "op": "tls", "fault": "tls-hang"})
                raise Hang()
            ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            ctx.load_cert_chain(self.pki.leaf(host, self.kind(label, host)),
                                self.pki.key)
            ctx.sni_callback = by_name
            try:
                out = ctx.wrap_socket(conn, server_side=True)
            except (ssl.SSLError, OSError) as e:
                self.log({"to": label, "op": "tls", "sni": seen.get("sni"),
                          "why": getattr(e, "reason", None) or str(e)[:80]})
                raise
            out.sni = seen.get("sni")
            return out
        return wrap

    def kind(self, label, name):
        row = self.fault([label, name], None, TLS_FAULTS)
        return TLS_FAULTS[row["fault"]] if row else "good"

    # -- the request -------------------------------------------------------
    def now(self):
        return time.time() + sp.aws_ahead_s(self.spec)

    def keys(self):
        keys, admin = self.spec["keys"], self.spec.get("admin", {})
        now = time.time()
        return {admin.get("id"): admin, keys["id"]: {
            "secret": keys["secret"], "token": keys["token"],
            "expires": now + imds.lifetime_s(self.spec)
            + sp.aws_ahead_s(self.spec)}}

    def by_admin(self, req):
        admin = self.spec.get("admin")
        return admin and "=%s/" % admin["id"] in req.get("authorization")

    def handler(self, label):
        _, service, protocol, _, _ = sp.SERVICES[label]

        def handle(req, sni=None):
            action, data = parse(service, protocol, req)
            entry = {"to": label, "op": action, "host": req.get("host"),
                     "method": req.method, "sni": sni, "verified": None}
            reply = self.answer(label, service, protocol, action, data, req,
                                entry)
            reply.date_offset_s = sp.aws_ahead_s(self.spec) + \
                self.spec["aws"].get("dates_off_s", 0)
            entry["status"] = reply.status
            self.log(entry)
            return reply
        return handle

    def answer(self, label, service, protocol, action, data, req, entry):
        host = req.get("host").split(":")[0]
        row = self.fault([label, host], action.split(":")[-1], HTTP_FAULTS,
                         len(data.get("logEvents") or ()))
        if row and row["fault"] in EARLY:
            entry["fault"] = row["fault"]
            entry["verified"], entry["why"] = self.check(
                service, protocol, req)
            return HTTP_FAULTS[row["fault"]](self, protocol, action, row)
        if protocol == "bare":
            rid = errors.request_id()
            return Reply(403 if label != "dkr" else 401,
                         json.dumps({"message": "Forbidden"}),
                         {"x-amzn-RequestId": rid}, "application/json")
        good, why = self.check(service, protocol, req)
        entry["verified"], entry["why"] = good, why
        if good is False:
            return errors.error("s3" if protocol == "s3" else protocol,
                                *why.split(": ", 1))
        if row and good:
            entry["fault"] = row["fault"]
            return HTTP_FAULTS[row["fault"]](self, protocol, action,
                                             dict(row, input=data))
        if protocol == "s3":
            return s3.answer(self.spec, req, good)
        if good is None:
            return errors.error(protocol,
                                "MissingAuthenticationTokenException",
                                "Missing Authentication Token")
        if not self.by_admin(req) and not any(
                fnmatch.fnmatch(action, allowed)
                for allowed in self.spec["aws"]["allow"]):
            return errors.error(protocol, "AccessDeniedException",
                                errors.denied(sp.role_arn(self.spec), action))
        return self.call(protocol, action, data)

    def check(self, service, protocol, req):
        """(True | False | None = not signed, why)"""
        if not req.get("authorization"):
            return None, "unsigned"
        region = self.spec["region"]
        if protocol == "s3":
            region = s3.bucket_and_key(self.spec, req.get("host"),
                                       req.path)[2] or region
        try:
            sigv4.verify(req, service, region, self.keys(), self.now())
        except sigv4.Refused as e:
            return False, "%s: %s" % (e.code, e.message)
        return True, ""

    def call(self, protocol, action, data):
        rid = errors.request_id()
        try:
            if protocol == "ec2" and action in ec2.OPS:
                return Reply(200, ec2.answer(self.spec, action, data, rid),
                             {"x-amzn-RequestId": rid}, "text/xml")
            if protocol == "query" and action in ops.QUERY_OPS:
                name = action.split(":")[1]
                inner = ops.QUERY_OPS[action](self.spec, data)
                return Reply(200, "<%sResponse>%s<ResponseMetadata>"
                             "<RequestId>%s</RequestId></ResponseMetadata>"
                             "</%sResponse>" % (name, inner, rid, name),
                             {"x-amzn-RequestId": rid}, "text/xml")
            if protocol == "json" and action in ops.JSON_OPS:
                out = ops.JSON_OPS[action](self.spec, data)
                return Reply(200, "" if out is None else json.dumps(out),
                             {"x-amzn-RequestId": rid},
                             "application/x-amz-json-1.1")
        except ops.Fail as e:
            return errors.error(protocol, e.code, e.message)
        except (KeyError, TypeError) as e:
            return errors.error(protocol, "InvalidParameterException",
                                "missing parameter %s" % e)
        return errors.error(protocol, "UnknownOperationException",
                            "%s is not known here" % action)


def parse(service, protocol, req):
    """("prefix:Op", input)"""
    prefix = IAM_PREFIX.get(service, service)
    if protocol == "s3":
        return "s3:%s%s" % (req.method.title(),
                            "Object" if req.path != "/" else "Bucket"), {}
    if protocol == "bare":
        return "%s:%s" % (prefix, req.path), {}
    target = req.get("x-amz-target")
    if target:
        try:
            data = json.loads(req.body or b"{}")
        except ValueError:
            data = {}
        return "%s:%s" % (prefix, target.rsplit(".", 1)[-1]), data
    text = req.body.decode("latin-1") or req.query
    data = dict(parse_qsl(text, keep_blank_values=True))
    return "%s:%s" % (prefix, data.get("Action", req.path)), data


def plain(code, message):
    return lambda front, protocol, action, row: errors.error(
        protocol, code, message)


def fault_denied(front, protocol, action, row):
    return errors.error(protocol, "AccessDeniedException", errors.denied(
        sp.role_arn(front.spec), action, row.get("wall", "identity"),
        row.get("resource", "*")))


def fault_error(front, protocol, action, row):
    return errors.error(protocol, row["code"], row.get("message", ""))


def fault_page(front, protocol, action, row):
    return Reply(row.get("status", 200), PAGE, ctype="text/html")


def fault_half(front, protocol, action, row):
    return Reply(200, json.dumps(ops.poll_endpoint(front.spec, {})),
                 {"x-amzn-RequestId": errors.request_id()}, half=True)


def fault_slow(front, protocol, action, row):
    reply = front.call(protocol, action, row["input"])
    reply.delay_s = row.get("ms", 1000) / 1000
    return reply


def fault_taken(front, protocol, action, row):
    """What was asked is done; the answer does not arrive."""
    reply = front.call(protocol, action, row["input"])
    if row["fault"] == "taken-rst":
        raise Reset()
    reply.half = 10     # bytes that are missing
    return reply


def fault_hang(front, protocol, action, row):
    raise Hang()


HTTP_FAULTS = {
    "denied": fault_denied,
    "expired-token": plain("ExpiredTokenException", "The security token "
                           "included in the request is expired"),
    "bad-signature": plain(
        "InvalidSignatureException", "The request signature we calculated "
        "does not match the signature you provided. Check your AWS Secret "
        "Access Key and signing method."),
    "unknown-key": plain("UnrecognizedClientException", "The security token "
                         "included in the request is invalid."),
    "throttled": plain("ThrottlingException", "Rate exceeded"),
    "500": plain("ServerException", "Service Unavailable. Please try again "
                 "later."),
    "503": plain("ServiceUnavailableException", "Service is unavailable."),
    "error": fault_error, "proxy-page": fault_page, "half": fault_half,
    "slow": fault_slow, "reply-hang": fault_hang,
    "taken-half": fault_taken, "taken-rst": fault_taken,
}
# These come from something in the path, which knows no signatures.
EARLY = ("proxy-page", "half", "reply-hang", "500", "503")


def start(spec, pki, log, addresses=None, port=443):
    """One listener per service.  `addresses`: {label: ip}."""
    front, servers = Front(spec, pki, log), []
    for label in sp.SERVICES:
        ips = [(addresses or {}).get(label) or sp.address_of(spec, label)]
        if "v6" in spec:
            ips.append(sp.address6_of(label))
        for ip in ips:
            servers.append(Server(front.handler(label), (ip, port),
                                  tls=front.tls(label),
                                  greet=front.greet(label)).start())
    return servers
