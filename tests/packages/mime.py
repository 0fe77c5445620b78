#!/usr/bin/env python3
"""mime.py SHA256 <USER-DATA: one part, a shell script of that checksum; and the
same when its lines end in CRLF, and when the closing boundary is missing, read
as cloud-init reads: Python's parser, then CRLF made LF."""
import email
import hashlib
import sys


def part(data, name):
    parts = [p for p in email.message_from_string(data).walk()
             if p.get_content_maintype() != "multipart"]
    if len(parts) != 1:
        print("%s: %d parts" % (name, len(parts)))
        return
    if parts[0].get_content_type() != "text/x-shellscript":
        print("%s: %s" % (name, parts[0].get_content_type()))
    body = parts[0].get_payload(decode=True).replace(b"\r\n", b"\n")
    body = body.rstrip(b"\n") + b"\n"
    if hashlib.sha256(body).hexdigest() != sys.argv[1]:
        print("%s: another script" % name)


text = sys.stdin.read()
part(text, "as it is")
part(text.replace("\n", "\r\n"), "CRLF")
part(text.replace("--==probe==--", ""), "no closing boundary")
