"""What the instance sees beyond its own network: tests/lab/fake, in a
network namespace of its own, one cable away.

The fakes read the spec at each request, so a scenario makes a fault by
changing world.spec and takes it back with reset().
"""

import ctypes
import json
import os
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(HERE))

from fake import aws, dns, imds, ntp, pki  # noqa: E402
from fake import spec as sp  # noqa: E402

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


def ip(*argv):
    subprocess.run(("ip",) + argv, check=True, capture_output=True)


def setns(path):
    fd = os.open(path, os.O_RDONLY)
    try:
        if LIBC.setns(fd, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns " + path)
    finally:
        os.close(fd)


class World:
    def __init__(self, cache):
        self.names = ["probe-lab-%d-%s" % (os.getpid(), x) for x in "iw"]
        self.instance, self.outside = self.names
        self.pki = pki.Pki(os.path.join(cache, "pki"))
        self.spec = sp.healthy()
        self.lock, self.log = threading.Lock(), []
        self.servers, self.gone = [], []
        self.reset()

    @property
    def netns(self):
        return "/run/netns/" + self.instance

    @property
    def ca(self):
        return self.pki.path("ca-good.pem")

    def reset(self):
        """A well AWS again; the dict stays the same one."""
        fresh = sp.healthy()
        fresh["aws"]["clusters"] = ["default"]
        fresh["aws"]["log_groups"] = self.spec["aws"].get(
            "log_groups", {"/ecs/probe": {}})
        self.spec.clear()
        self.spec.update(fresh)

    def change(self, what):
        sp.merge(self.spec, what)

    def records(self):
        """What came to CloudWatch Logs from this instance, as it came."""
        streams = self.spec["aws"]["log_groups"]["/ecs/probe"]
        return [json.loads(e["message"]) for e in
                list(streams.get(self.spec["instance"]["id"], []))]

    def note(self, entry):
        with self.lock:
            self.log.append(entry)

    def seen(self, **want):
        """The requests that have all of these fields."""
        with self.lock:
            return [e for e in self.log if
                    all(e.get(k) == v for k, v in want.items())]

    def forget(self):
        with self.lock:
            del self.log[:]

    def __enter__(self):
        try:
            self.wire()
            self.serve()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *exc):
        self.close()

    def wire(self):
        for name in self.names:
            ip("netns", "add", name)
            ip("-n", name, "link", "set", "lo", "up")
        # Whoever asks the world for something may get the agent's port, and it
        # is a minute after that before the agent does: by luck no test's way.
        ip("netns", "exec", self.instance, "sysctl", "-q", "-w",
           "net.ipv4.ip_local_reserved_ports=51678-51680")
        mac = self.spec["instance"]["mac"]
        ip("-n", self.instance, "link", "add", "eth0", "address", mac, "type",
           "veth", "peer", "name", "eth0", "netns", self.outside)
        ip("-n", self.instance, "addr", "add", sp.HOST_IP + "/24", "dev",
           "eth0")
        ip("-n", self.outside, "addr", "add", sp.ROUTER_IP + "/24", "dev",
           "eth0")
        for name in self.names:
            ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", self.instance, "route", "add", "default", "via",
           sp.ROUTER_IP)
        places = {sp.IMDS_IP, sp.NTP_IP, sp.RESOLVER_IP, sp.RESOLVER_LINK}
        places.update(sp.address_of(self.spec, s) for s in sp.SERVICES)
        for address in sorted(places):
            ip("-n", self.outside, "addr", "add", address + "/32", "dev",
               "lo")

    def serve(self):
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        setns("/run/netns/" + self.outside)
        try:
            dns.start(self.spec, self.note)
            ntp.start(self.spec, self.note)
            self.servers = [
                imds.start(self.spec, self.note),
                *aws.start(self.spec, self.pki, self.note)]
        finally:
            LIBC.setns(home, CLONE_NEWNET)
            os.close(home)

    def cut(self, address):
        """Packets to this address vanish, until mend()."""
        ip("-n", self.outside, "addr", "del", address + "/32", "dev", "lo")
        self.gone.append(address)

    def mend(self):
        while self.gone:
            ip("-n", self.outside, "addr", "add", self.gone.pop() + "/32",
               "dev", "lo")

    def close(self):
        for server in self.servers:
            if server:
                server.close()
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], check=False,
                           capture_output=True)
