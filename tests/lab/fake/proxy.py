"""A forward proxy that knows CONNECT.

spec["proxy"]: state ok | deny (403) | auth (407) | login (407 unless the
request has a Proxy-Authorization) | page | hang;
refuse {label: deny | auth | gateway (502)} for some hosts.  Without the key
there is no proxy in the world."""
import select
import socket
import threading

from . import spec as sp

PAGE = (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
        b"Content-Length: 20\r\n\r\n<h1>Blocked</h1>    ")
DENY = {"deny": b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
        "auth": b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                b"Proxy-Authenticate: Basic realm=\"lab\"\r\n"
                b"Content-Length: 0\r\n\r\n", "page": PAGE,
        "gateway": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"}


def pump(a, b):
    while True:
        ready, _, _ = select.select([a, b], [], [], 60)
        if not ready:
            return
        for sock in ready:
            data = sock.recv(65536)
            if not data:
                return
            (b if sock is a else a).sendall(data)


def one(spec, log, conn):
    state = spec["proxy"].get("state", "ok")
    up = None
    try:
        conn.settimeout(30)
        head = b""
        while b"\r\n\r\n" not in head and len(head) < 16384:
            piece = conn.recv(4096)
            if not piece:
                return
            head += piece
        words = head.split(b"\r\n")[0].decode("latin-1").split()
        log({"to": "proxy", "op": " ".join(words[:2]), "state": state})
        if state == "hang":
            conn.recv(1)
            return
        if state == "login":
            known = b"\r\nproxy-authorization: basic " in head.lower()
            state = "ok" if known else "auth"
        host, _, port = words[1].rpartition(":")
        label = sp.label_of(spec, host)
        if state == "ok":
            state = spec["proxy"].get("refuse", {}).get(label, state)
        if state in DENY:
            conn.sendall(DENY[state])
            return
        if words[0] != "CONNECT" or not label:
            conn.sendall(b"HTTP/1.1 502 Bad Gateway\r\n"
                         b"Content-Length: 0\r\n\r\n")
            return
        up = socket.create_connection((sp.address_of(spec, label),
                                       int(port)), 5)
        conn.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        pump(conn, up)
    except (OSError, ValueError, IndexError):
        pass
    finally:
        conn.close()
        if up:
            up.close()


def start(spec, log, address=(sp.PROXY_IP, 3128)):
    if "proxy" not in spec:
        return None
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    sock.listen(32)

    def serve():
        while True:
            conn, _ = sock.accept()
            threading.Thread(target=one, args=(spec, log, conn),
                             daemon=True).start()
    threading.Thread(target=serve, daemon=True).start()
    return sock
