#!/usr/bin/env python3
"""aws.py PORT-FILE ASKED-FILE: a metadata service (version 2 alone, without a
region) and a bucket, on one port of the loopback."""
import http.server
import os
import re
import sys

KEYS = ('{ "Code" : "Success", "AccessKeyId" : "AKIALAB",\n'
        '  "SecretAccessKey" : "lab-secret", "Token" : "lab-token" }')
META = {"/latest/meta-data/iam/security-credentials/": "lab-role",
        "/latest/meta-data/iam/security-credentials/lab-role": KEYS}


class Answer(http.server.BaseHTTPRequestHandler):
    def say(self, code, body, length=None):
        self.send_response(code)
        self.send_header("Content-Length", length or len(body))
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self):
        self.say(200, b"imds-token")

    def do_GET(self):
        if self.path.startswith("/latest/"):
            if self.headers.get("X-aws-ec2-metadata-token") != "imds-token":
                return self.say(401, b"")
            body = META.get(self.path)
            return self.say(200 if body else 404, (body or "").encode())
        auth = self.headers.get("Authorization", "")
        m = re.match(r"AWS4-HMAC-SHA256 Credential=(\w+)/\d{8}/([\w-]+/s3)/"
                     r"aws4_request, ?SignedHeaders=\S+, ?Signature=[0-9a-f]{64}$",
                     auth)
        token = self.headers.get("X-Amz-Security-Token") == "lab-token"
        with open(sys.argv[2], "a") as f:
            f.write("GET %s %s %s\n" % (self.path,
                                        " ".join(m.groups()) if m else "-",
                                        "token" if token else "-"))
        if not m or not token or "denied" in self.path:
            return self.say(403, b"<Error><Code>AccessDenied</Code></Error>")
        if "half" in self.path:
            return self.say(200, b"the pac", 11)
        if self.path.endswith(".sig"):
            with open(os.path.join(os.path.dirname(sys.argv[1]), "sig"),
                      "rb") as f:
                return self.say(200, f.read())
        return self.say(200, b"the package")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(server.server_port))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
