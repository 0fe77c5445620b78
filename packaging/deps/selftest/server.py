"""HTTPS and unix-socket servers for the self-test.

server.py DIR: makes a CA and certificates of several kinds in DIR, serves each
over TLS on a port of its own, and plain HTTP on DIR/socket. GET answers with
the TLS version and cipher. POST is answered 200 only if botocore, given the
same headers and body, signs the request the same way. Prints one line
"NAME PORT" per server, then "ready".
"""

import datetime
import hmac
import http.server
import os
import socketserver
import ssl
import subprocess
import sys
import threading

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEYS = {
    "rsa": ["rsa:2048"],
    "p256": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["ec", "-pkeyopt", "ec_paramgen_curve:P-521"],
}
SERVERS = {
    "tls13-rsa": ("rsa", "1.3", None),
    "tls13-p256": ("p256", "1.3", None),
    "tls13-p384": ("p384", "1.3", None),
    "tls13-p521": ("p521", "1.3", None),
    "aes128": ("rsa", "1.2", "ECDHE-RSA-AES128-GCM-SHA256"),
    "aes256": ("p384", "1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
    "chacha": ("rsa", "1.2", "ECDHE-RSA-CHACHA20-POLY1305"),
    "prime256v1": ("p256", "1.3", None),
    "secp384r1": ("p256", "1.3", None),
    "X25519": ("rsa", "1.3", None),
}


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, capture_output=True)


def make_certificates(folder):
    ca = os.path.join(folder, "ca")
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
            "-subj", "/CN=selftest CA", "-keyout", ca + ".key",
            "-out", ca + ".pem")
    for name, key in KEYS.items():
        f = os.path.join(folder, name)
        openssl("req", "-newkey", *key, "-nodes", "-subj", "/CN=" + name,
                "-keyout", f + ".key", "-out", f + ".csr")
        with open(f + ".ext", "w") as ext:
            ext.write("subjectAltName=DNS:ecs.selftest\n")
        openssl("x509", "-req", "-in", f + ".csr", "-CA", ca + ".pem",
                "-CAkey", ca + ".key", "-CAcreateserial", "-days", "2",
                "-extfile", f + ".ext", "-out", f + ".pem")


def expected_signature(handler, body):
    """What botocore signs for this request, at the time the client named."""
    when = handler.headers["X-Amz-Date"]
    signed = handler.headers["Authorization"].split("SignedHeaders=")[1]
    names = signed.split(",")[0].split(";")
    url = f"https://{handler.headers['Host']}{handler.path}"
    request = AWSRequest("POST", url, data=body, headers={
        n: handler.headers[n] for n in names if n not in ("host", "x-amz-date")
    })
    signer = SigV4Auth(Credentials("AKIDEXAMPLE", "SECRETEXAMPLE"),
                       "ecs", "eu-west-1")
    request.context["timestamp"] = when
    request.headers["X-Amz-Date"] = when
    canonical = signer.canonical_request(request)
    return signer.signature(signer.string_to_sign(request, canonical), request)


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, text):
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        tls = getattr(self.connection, "cipher", None)
        self.answer(200, " ".join(map(str, tls())) if tls else "plain")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        got = self.headers["Authorization"].split("Signature=")[1]
        age = (datetime.datetime.utcnow() - datetime.datetime.strptime(
            self.headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")).total_seconds()
        same = hmac.compare_digest(got, expected_signature(self, body))
        good = same and abs(age) < 60
        self.answer(200 if good else 403,
                    "signature accepted" if good else "signature refused")

    def address_string(self):
        return "-"

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


def start(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()


def only_curve(context, name):
    """Debian 12's Python knows no X25519 here; OpenSSL takes it first."""
    try:
        context.set_ecdh_curve(name)
    except ssl.SSLError:
        if name != "X25519":
            raise


def main():
    folder = sys.argv[1]
    make_certificates(folder)
    for name, (key, version, cipher) in SERVERS.items():
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        f = os.path.join(folder, key)
        c.load_cert_chain(f + ".pem", f + ".key")
        v = ssl.TLSVersion.TLSv1_2 if version == "1.2" else \
            ssl.TLSVersion.TLSv1_3
        c.minimum_version = c.maximum_version = v
        if cipher:
            c.set_ciphers(cipher)
        if name in ("prime256v1", "secp384r1", "X25519"):
            only_curve(c, name)
        server = Server(("127.0.0.1", 0), Handler)
        server.socket = c.wrap_socket(server.socket, server_side=True)
        start(server)
        print(name, server.server_address[1])
    start(UnixServer(os.path.join(folder, "socket"), Handler))
    print("ready", flush=True)
    sys.stdin.read()


main()
