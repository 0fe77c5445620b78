"""SigV4, the verifying side.  Written from the published algorithm, checked
by tests/lab/verify_signer.py against botocore; shares nothing with the
signer under test."""
import calendar
import hashlib
import hmac
import re
import time
from urllib.parse import unquote_to_bytes

SAFE = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
SKEW_S = 300
SKEW_S3_S = 900
EMPTY = hashlib.sha256(b"").hexdigest()


class Refused(Exception):
    """`code` in the words of the JSON protocols; see fake.errors."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code, self.message = code, message


def encode(data, keep=b""):
    return "".join(chr(b) if b in SAFE or b in keep else "%%%02X" % b
                   for b in data)


def canonical_path(path, service):
    if service == "s3":
        return path or "/"
    parts = []
    for part in path.split("/"):
        if part == "..":
            if parts:
                parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    out = "/" + "/".join(parts)
    if parts and path.endswith(("/", "/.", "/..")):
        out += "/"
    return encode(out.encode("utf-8"), b"/")


def canonical_query(query):
    pairs = []
    for piece in query.split("&"):
        if not piece:
            continue
        name, _, value = piece.partition("=")
        pairs.append((encode(unquote_to_bytes(name)),
                      encode(unquote_to_bytes(value))))
    return "&".join("%s=%s" % pair for pair in sorted(pairs))


def canonical_request(method, path, query, headers, signed, payload, service):
    values = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(
            re.sub(r" +", " ", value.strip()))
    lines = []
    for name in signed:
        if name not in values:
            raise Refused("InvalidSignatureException",
                          "signed header %s was not sent" % name)
        lines.append("%s:%s\n" % (name, ",".join(values[name])))
    return "\n".join([method, canonical_path(path, service),
                      canonical_query(query), "".join(lines),
                      ";".join(signed), payload])


def signing_key(secret, date, region, service):
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def sign(secret, stamp, region, service, canonical):
    date = stamp[:8]
    scope = "%s/%s/%s/aws4_request" % (date, region, service)
    text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope,
                      hashlib.sha256(canonical.encode()).hexdigest()])
    key = signing_key(secret, date, region, service)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


AUTH = re.compile(r"^AWS4-HMAC-SHA256\s+(.*)$")


def parse_authorization(value):
    match = AUTH.match(value)
    if not match:
        raise Refused("IncompleteSignatureException",
                      "Authorization header is not AWS4-HMAC-SHA256")
    fields = {}
    for piece in match.group(1).split(","):
        name, _, data = piece.strip().partition("=")
        fields[name] = data
    for name in ("Credential", "SignedHeaders", "Signature"):
        if not fields.get(name):
            raise Refused("IncompleteSignatureException",
                          "Authorization header requires '%s' parameter."
                          % name)
    scope = fields["Credential"].split("/")
    if len(scope) != 5 or scope[4] != "aws4_request":
        raise Refused("IncompleteSignatureException",
                      "Credential must have exactly 5 slash-delimited "
                      "elements")
    return scope, fields["SignedHeaders"].split(";"), fields["Signature"]


def check_skew(stamp, now, service):
    try:
        sent = calendar.timegm(time.strptime(stamp, "%Y%m%dT%H%M%SZ"))
    except ValueError:
        raise Refused("IncompleteSignatureException",
                      "X-Amz-Date is not valid") from None
    limit = SKEW_S3_S if service == "s3" else SKEW_S
    if abs(now - sent) <= limit:
        return
    word = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))
    if service == "s3":
        raise Refused("RequestTimeTooSkewed", "The difference between the "
                      "request time and the current time is too large.")
    edge = now - limit if sent < now else now + limit
    edge = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(edge))
    if sent < now:
        text = "Signature expired: %s is now earlier than %s (%s - 5 min.)"
    else:
        text = ("Signature not yet current: %s is still later than %s "
                "(%s + 5 min.)")
    raise Refused("InvalidSignatureException", text % (stamp, edge, word))


def verify(req, service, region, keys, now):
    """keys: {access key id: {"secret", "token", "expires"}}.  The key's id
    is returned; Refused says what a real endpoint would."""
    value = req.get("authorization")
    if not value:
        raise Refused("MissingAuthenticationTokenException",
                      "Missing Authentication Token")
    (akid, date, scope_region, scope_service, _), signed, given = \
        parse_authorization(value)
    if scope_region != region:
        raise Refused("AuthorizationHeaderMalformed" if service == "s3"
                      else "InvalidSignatureException",
                      "Credential should be scoped to a valid region, "
                      "not '%s'; expecting '%s'" % (scope_region, region))
    if scope_service != service:
        raise Refused("InvalidSignatureException", "Credential should be "
                      "scoped to correct service: '%s'." % service)
    stamp = req.get("x-amz-date")
    if not stamp.startswith(date):
        raise Refused("InvalidSignatureException", "Date in Credential scope "
                      "does not match YYYYMMDD from ISO-8601 version of date "
                      "from HTTP")
    key = keys.get(akid)
    token = req.get("x-amz-security-token")
    if not key or token != key.get("token", ""):
        raise Refused("UnrecognizedClientException",
                      "The security token included in the request is invalid.")
    must = ["host"] + [n.lower() for n, _ in req.headers
                       if n.lower().startswith("x-amz-")]
    for name in must:
        if name not in signed:
            raise Refused("InvalidSignatureException",
                          "header %s must be signed" % name)
    if signed != sorted(signed):
        raise Refused("InvalidSignatureException",
                      "SignedHeaders are not sorted")
    check_skew(stamp, now, service)
    payload = check_payload(req, service)
    want = sign(key["secret"], stamp, region, service,
                canonical_request(req.method, req.path, req.query,
                                  req.headers, signed, payload, service))
    if not hmac.compare_digest(want, given):
        raise Refused("InvalidSignatureException", "The request signature we "
                      "calculated does not match the signature you provided.")
    if key.get("expires", now + 1) <= now:
        raise Refused("ExpiredTokenException", "The security token included "
                      "in the request is expired")
    return akid


def check_payload(req, service):
    real = hashlib.sha256(req.body).hexdigest()
    said = req.get("x-amz-content-sha256")
    if service == "s3" and not said:
        raise Refused("InvalidRequest", "Missing required header for this "
                      "request: x-amz-content-sha256")
    if said == "UNSIGNED-PAYLOAD":
        return said
    if said and said != real:
        raise Refused("InvalidSignatureException",
                      "x-amz-content-sha256 does not match the body")
    return real
