"""A small HTTP/1.1 server whose misbehaviour can be chosen per connection.

http.server is not used: it resolves its own name when it binds, hides the
raw header order that SigV4 needs, and cannot cut a reply in half."""
import email.utils
import os
import socket
import struct
import threading
import time

MAX_HEAD = 64 * 1024
MAX_BODY = 8 << 20
IDLE_S = 30
MAX_CONNS = 256


class Hang(Exception):
    """Say nothing for a while, then close."""

    def __init__(self, seconds=60):
        super().__init__()
        self.seconds = seconds


class Reset(Exception):
    """Answer with a TCP RST."""


class Follow(Exception):
    """Hand the connection over: `work(conn)` says what it likes."""

    def __init__(self, work):
        super().__init__()
        self.work = work


class Request:
    def __init__(self, method, target, headers, body, peer=""):
        self.method = method
        self.target = target
        self.headers = headers      # [(name, value)] as they came
        self.body = body
        self.peer = peer
        self.path, _, self.query = target.partition("?")

    def get(self, name, default=""):
        name = name.lower()
        for key, value in self.headers:
            if key.lower() == name:
                return value
        return default


class Reply:
    def __init__(self, status=200, body=b"", headers=None, ctype=None,
                 delay_s=0, half=False, date_offset_s=0):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = dict(headers or {})
        if ctype:
            self.headers.setdefault("Content-Type", ctype)
        self.delay_s = delay_s
        self.half = half
        self.date_offset_s = date_offset_s


REASON = {200: "OK", 206: "Partial Content", 301: "Moved Permanently",
          400: "Bad Request", 401: "Unauthorized", 403: "Forbidden",
          404: "Not Found", 405: "Method Not Allowed", 412: "Precondition",
          416: "Range Not Satisfiable", 429: "Too Many Requests",
          500: "Internal Server Error", 502: "Bad Gateway",
          503: "Service Unavailable", 504: "Gateway Timeout"}


def read_request(stream, peer=""):
    """One request, or None at the end of the connection."""
    line = stream.readline(MAX_HEAD)
    if not line.strip():
        return None
    try:
        method, target, _ = line.decode("latin-1").split(None, 2)
    except ValueError:
        return None
    headers, size = [], len(line)
    while True:
        line = stream.readline(MAX_HEAD)
        size += len(line)
        if size > MAX_HEAD or not line:
            return None
        if line in (b"\r\n", b"\n"):
            break
        name, _, value = line.decode("latin-1").partition(":")
        headers.append((name.strip(), value.strip("\r\n\t ")))
    req = Request(method, target, headers, b"", peer)
    if "chunked" in req.get("transfer-encoding").lower():
        req.body = read_chunked(stream)
    else:
        length = req.get("content-length", "0")
        length = int(length) if length.isdigit() else 0
        req.body = stream.read(min(length, MAX_BODY))
    return req


def read_chunked(stream):
    body = b""
    while len(body) < MAX_BODY:
        size = int(stream.readline(64).split(b";")[0] or b"0", 16)
        body += stream.read(size)
        stream.readline(8)
        if size == 0:
            break
    return body


def render(req, reply):
    out = ["HTTP/1.1 %d %s" % (reply.status, REASON.get(reply.status, "-"))]
    headers = dict(reply.headers)
    headers.setdefault("Date", email.utils.formatdate(
        time.time() + reply.date_offset_s, usegmt=True))
    headers.setdefault("Content-Length", str(len(reply.body)))
    out += ["%s: %s" % kv for kv in headers.items() if kv[1] is not None]
    head = ("\r\n".join(out) + "\r\n\r\n").encode("latin-1")
    return head + (b"" if req.method == "HEAD" else reply.body)


class Server:
    """`handle(req, sni) -> Reply`; it may raise Hang or Reset.
    `greet(addr, sock)` is called before a byte is read (TCP faults).
    `tls(sock) -> sock` wraps the connection where there is TLS."""

    def __init__(self, handle, address=None, unix=None, tls=None, greet=None,
                 mode=0o666):
        self.handle, self.tls, self.greet = handle, tls, greet
        self.slots = threading.BoundedSemaphore(MAX_CONNS)
        if unix:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                os.unlink(unix)
            except OSError:
                pass
            self.sock.bind(unix)
            os.chmod(unix, mode)
        else:
            family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
            self.sock = socket.socket(family, socket.SOCK_STREAM)
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.sock.bind(tuple(address))
        self.sock.listen(128)

    @property
    def port(self):
        return self.sock.getsockname()[1]

    def start(self):
        threading.Thread(target=self.serve, daemon=True).start()
        return self

    def close(self):
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.sock.close()

    def serve(self):
        while True:
            try:
                conn, peer = self.sock.accept()
            except OSError:
                return
            if not self.slots.acquire(blocking=False):
                conn.close()
                continue
            threading.Thread(target=self.one, args=(conn, str(peer)),
                             daemon=True).start()

    def one(self, conn, peer):
        try:
            conn.settimeout(IDLE_S)
            if conn.family != socket.AF_UNIX:
                conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.greet:
                self.greet(conn)
            if self.tls:
                conn = self.tls(conn)
            self.talk(conn, peer)
        except Hang as hang:
            time.sleep(min(hang.seconds, 120))
        except Reset:
            reset(conn)
        except Follow as follow:
            self.follow(conn, follow.work)
        except (OSError, ValueError):
            pass
        finally:
            conn.close()
            self.slots.release()

    def follow(self, conn, work):
        try:
            work(conn)
        except OSError:
            pass

    def talk(self, conn, peer):
        stream = conn.makefile("rb")
        while True:
            req = read_request(stream, peer)
            if req is None:
                return
            reply = self.handle(req, getattr(conn, "sni", None))
            if reply.delay_s:
                time.sleep(reply.delay_s)
            data = render(req, reply)
            if reply.half:
                conn.sendall(data[:max(len(data) // 2, 20)]
                             if reply.half is True else data[:-reply.half])
                return
            conn.sendall(data)
            if req.get("connection").lower() == "close":
                return


def reset(conn):
    raw = getattr(conn, "raw", conn)
    try:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                       struct.pack("ii", 1, 0))
    except OSError:
        pass
