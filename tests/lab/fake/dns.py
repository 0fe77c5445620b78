"""A resolver over UDP and TCP.

spec["dns"]: state ok | silent | servfail | nxdomain | refused (port closed),
slow_ms, hosts {name or *.pattern: [addresses] or a state word}, no_aaaa
(questions for AAAA get no answer).  A state of query-refused answers REFUSED.
It is the VPC's own, at its CIDR plus 2 and at 169.254.169.253;
spec["dns"]["servers"] {address: the same keys} are others, which know the
same names."""
import fnmatch
import ipaddress
import socket
import struct
import threading
import time

from . import spec as sp

A, AAAA = 1, 28
RCODE = {"ok": 0, "servfail": 2, "nxdomain": 3, "query-refused": 5}


def parse(data):
    """(id, flags, name, type, question bytes) or None"""
    if len(data) < 17:
        return None
    ident, flags, count = struct.unpack(">HHH", data[:6])
    if flags & 0x8000 or count != 1:
        return None
    pos, labels = 12, []
    while pos < len(data) and data[pos]:
        size = data[pos]
        if size > 63 or pos + 1 + size > len(data):
            return None
        labels.append(data[pos + 1:pos + 1 + size].decode("latin-1"))
        pos += 1 + size
    if pos + 5 > len(data):
        return None
    qtype = struct.unpack(">H", data[pos + 1:pos + 3])[0]
    return ident, flags, ".".join(labels), qtype, data[12:pos + 5]


class Dns:
    def __init__(self, spec, log, at=sp.RESOLVER_IP):
        self.spec, self.log, self.at = spec, log, at

    def cfg(self):
        return self.spec["dns"].get("servers", {}).get(
            self.at, self.spec["dns"])

    def find(self, name):
        """A list of addresses, or a state word."""
        cfg = self.cfg()
        if cfg.get("state", "ok") != "ok":
            return cfg["state"]
        name = name.lower()
        for pattern, value in cfg.get("hosts", {}).items():
            if fnmatch.fnmatch(name, pattern):
                return value
        label = sp.label_of(self.spec, name)
        if label:
            return sp.addresses_of(self.spec, label)
        return "nxdomain"

    def answer(self, data):
        query = parse(data)
        if not query:
            return None
        ident, flags, name, qtype, question = query
        found = self.find(name)
        self.log({"to": "dns", "at": self.at, "op": name, "type": qtype,
                  "answer": found})
        cfg = self.cfg()
        if cfg.get("slow_ms"):
            time.sleep(cfg["slow_ms"] / 1000)
        if found == "silent" or (qtype == AAAA and cfg.get("no_aaaa")):
            return None
        rcode, records = 0, []
        if isinstance(found, str):
            rcode = RCODE.get(found, 2)
        else:
            for text in found:
                address = ipaddress.ip_address(text)
                if (address.version == 4 and qtype == A) or \
                        (address.version == 6 and qtype == AAAA):
                    records.append(address.packed)
        out = struct.pack(">HHHHHH", ident, 0x8180 | (flags & 0x0100) | rcode,
                          1, len(records), 0, 0) + question
        for packed in records:
            out += struct.pack(">HHHIH", 0xc00c, A if len(packed) == 4
                               else AAAA, 1, 60, len(packed)) + packed
        return out

    def udp(self, sock):
        while True:
            data, peer = sock.recvfrom(4096)
            threading.Thread(target=self.udp_one, args=(sock, data, peer),
                             daemon=True).start()

    def udp_one(self, sock, data, peer):
        out = self.answer(data)
        if out:
            try:
                sock.sendto(out, peer)
            except OSError:
                pass

    def tcp(self, sock):
        while True:
            conn, _ = sock.accept()
            threading.Thread(target=self.tcp_one, args=(conn,),
                             daemon=True).start()

    def tcp_one(self, conn):
        try:
            conn.settimeout(10)
            stream = conn.makefile("rb")
            while True:
                size = stream.read(2)
                if len(size) < 2:
                    return
                out = self.answer(stream.read(struct.unpack(">H", size)[0]))
                if out:
                    conn.sendall(struct.pack(">H", len(out)) + out)
        except OSError:
            pass
        finally:
            conn.close()


def listen(dns, address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.bind(address)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(udp.getsockname()[:2])
    tcp.listen(32)
    for target, sock in ((dns.udp, udp), (dns.tcp, tcp)):
        threading.Thread(target=target, args=(sock,), daemon=True).start()
    return udp


def start(spec, log, address=(sp.RESOLVER_IP, 53)):
    """Returns the VPC's own first socket, or None."""
    first = None
    if spec["dns"].get("state") != "refused":
        first = listen(Dns(spec, log, address[0]), address)
        if address[0] == sp.RESOLVER_IP:
            listen(Dns(spec, log, sp.RESOLVER_LINK), (sp.RESOLVER_LINK, 53))
            if "v6" in spec:
                listen(Dns(spec, log, sp.RESOLVER_V6), (sp.RESOLVER_V6, 53))
    for at, cfg in spec["dns"].get("servers", {}).items():
        if cfg.get("state") != "refused":
            listen(Dns(spec, log, at), (at, 53))
    return first
