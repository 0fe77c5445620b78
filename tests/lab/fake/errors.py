"""The error shapes of AWS's protocol families, and the words of a refusal."""
import json
import uuid

from .httpd import Reply

# JSON code: (query code, status), (ec2 code, status), (s3 code, status)
CODES = {
    "UnrecognizedClientException": (
        ("InvalidClientTokenId", 403), ("AuthFailure", 401),
        ("InvalidAccessKeyId", 403)),
    "ExpiredTokenException": (
        ("ExpiredToken", 403), ("RequestExpired", 400),
        ("ExpiredToken", 400)),
    "InvalidSignatureException": (
        ("SignatureDoesNotMatch", 403), ("AuthFailure", 401),
        ("SignatureDoesNotMatch", 403)),
    "MissingAuthenticationTokenException": (
        ("MissingAuthenticationToken", 403),
        ("MissingAuthenticationToken", 400), ("AccessDenied", 403)),
    "IncompleteSignatureException": (
        ("IncompleteSignature", 400), ("AuthFailure", 401),
        ("AuthorizationHeaderMalformed", 400)),
    "AccessDeniedException": (
        ("AccessDenied", 403), ("UnauthorizedOperation", 403),
        ("AccessDenied", 403)),
    "ThrottlingException": (
        ("Throttling", 400), ("RequestLimitExceeded", 503),
        ("SlowDown", 503)),
    "ServerException": (
        ("InternalFailure", 500), ("InternalError", 500),
        ("InternalError", 500)),
    "ServiceUnavailableException": (
        ("ServiceUnavailable", 503), ("Unavailable", 503),
        ("ServiceUnavailable", 503)),
}
SERVER_SIDE = {"ServerException": 500, "ServiceUnavailableException": 503}

WALLS = {
    "identity": "because no identity-based policy allows the %s action",
    "boundary": "because no permissions boundary allows the %s action",
    "scp": "because no service control policy allows the %s action",
    "vpce": "because no VPC endpoint policy allows the %s action",
    "resource": "because no resource-based policy allows the %s action",
    "session": "because no session policy allows the %s action",
    "deny-identity": "with an explicit deny in an identity-based policy",
    "deny-scp": "with an explicit deny in a service control policy",
    "deny-vpce": "with an explicit deny in a VPC endpoint policy",
}


def denied(arn, action, wall="identity", resource="*"):
    text = WALLS[wall]
    return ("User: %s is not authorized to perform: %s on resource: %s %s"
            % (arn, action, resource, text % action if "%" in text else text))


def request_id():
    return str(uuid.uuid4())


def xml_escape(text):
    return (text.replace("&", "&amp;").replace("<", "&lt;")
            .replace(">", "&gt;"))


def error(protocol, code, message, extra=""):
    """The Reply with which a service of this protocol says `code`."""
    rid = request_id()
    if protocol == "json":
        return Reply(SERVER_SIDE.get(code, 400), json.dumps(
            {"__type": code, "message": message}),
            {"x-amzn-RequestId": rid, "x-amzn-ErrorType": code},
            "application/x-amz-json-1.1")
    text = xml_escape(message)
    triple = CODES.get(code, ((code, 400),) * 3)
    if protocol == "query":
        name, status = triple[0]
        body = ("<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code>"
                "<Message>%s</Message></Error><RequestId>%s</RequestId>"
                "</ErrorResponse>" % (name, text, rid))
        return Reply(status, body, {"x-amzn-RequestId": rid}, "text/xml")
    if protocol == "ec2":
        name, status = triple[1]
        body = ('<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors>'
                "<Error><Code>%s</Code><Message>%s</Message></Error>"
                "</Errors><RequestID>%s</RequestID></Response>"
                % (name, text, rid))
        return Reply(status, body, {"x-amzn-RequestId": rid}, "text/xml")
    name, status = triple[2]
    if code == "RequestTimeTooSkewed":
        status = 403
    body = ('<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code>'
            "<Message>%s</Message>%s<RequestId>%s</RequestId>"
            "<HostId>lab</HostId></Error>" % (name, text, extra, rid[:16]))
    return Reply(status, body, {"x-amz-request-id": rid[:16].upper(),
                                "x-amz-id-2": "lab/" + rid},
                 "application/xml")
