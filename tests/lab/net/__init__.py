"""Small worlds of network namespaces for the program under test.

    with World(spec) as w:
        r = w.run(["build/probe", "--now", "--format", "json"])
        r.code, r.out, r.err, r.wall_s, r.requests

A world has an `instance` (own network, files, processes) and the AWS side
of its wire.  `AwsSide` alone serves another kind of instance, such as a
systemd-nspawn container: attach() it to any process's network."""
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time

from fake import pki, spec as sp

from . import tasks

HERE = os.path.dirname(os.path.abspath(__file__))
REPO = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
START_S = 60        # 0.3 s on an idle machine
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def why_not():
    """Why a world cannot be built here, or None."""
    if os.geteuid() != 0:
        return "needs root"
    for tool in ("ip", "iptables", "nft", "nsenter", "openssl"):
        if not any(os.access(os.path.join(d, tool), os.X_OK)
                   for d in PATH.split(":")):
            return "needs " + tool
    return None


class Result:
    def __init__(self, code, out, err, wall_s, requests):
        self.code, self.out, self.err = code, out, err
        self.wall_s, self.requests = wall_s, requests

    @property
    def json(self):
        return json.loads(self.out)


class Keeper:
    """One of keeper.py's processes, and what it reports."""

    def __init__(self, role, first, log):
        first["parent"] = os.getpid()
        self.log, self.answers, self.count = log, queue.Queue(), 0
        self.proc = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "keeper.py"), role],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
            env={"PATH": PATH, "LANG": "C.UTF-8",
                 "LAB_MARK": os.environ.get("LAB_MARK", "")})
        self.proc.stdin.write(json.dumps(first) + "\n")
        self.proc.stdin.flush()
        threading.Thread(target=self.read, daemon=True).start()
        self.pid = self.wait("ready")

    def read(self):
        for line in self.proc.stdout:
            entry = json.loads(line)
            if "ready" in entry or "done" in entry:
                self.answers.put(entry)
            else:
                self.log.append(entry)
        self.answers.put({})

    def wait(self, word):
        try:
            entry = self.answers.get(timeout=START_S)
        except queue.Empty:
            entry = {}
        if word not in entry or "failed" in entry:
            why = entry.get("failed")
            if not why:
                self.proc.kill()
                why = self.proc.stderr.read()
            raise RuntimeError("the world did not start: " + why[-800:])
        return entry[word]

    def tell(self, **job):
        self.count += 1
        job["id"] = self.count
        self.proc.stdin.write(json.dumps(job) + "\n")
        self.proc.stdin.flush()
        return self.wait("done")

    def close(self):
        self.proc.kill()
        self.proc.wait()
        for stream in (self.proc.stdin, self.proc.stdout, self.proc.stderr):
            try:
                stream.close()
            except OSError:
                pass


def pki_folder():
    """Certificates are slow to make: keep them from world to world."""
    return os.environ.get("LAB_PKI") or os.path.join(REPO, "build", "lab-pki")


class AwsSide:
    def __init__(self, spec, log=None):
        self.spec, self.log = spec, [] if log is None else log
        self.folder = pki_folder()
        self.keeper = None
        keys = pki.Pki(self.folder)
        self.ca_pem = keys.ca_pem
        for label in sp.SERVICES:
            keys.leaf(sp.host_of(spec, label))

    def start(self):
        self.keeper = Keeper("aws", {"spec": self.spec, "pki": self.folder},
                             self.log)
        return self

    def attach(self, pid, ifname="eth0", ip=sp.HOST_IP, gateway=True,
               router=sp.ROUTER_IP, mac=None, **more):
        """Give the network of process `pid` an interface into this world.
        more: v6, routes (lines for ip), link_local; see keeper.attach()."""
        self.keeper.tell(attach={
            "pid": pid, "ifname": ifname, "ip": ip, "gateway": gateway,
            "router": router, "mac": mac or self.spec["instance"]["mac"],
            **more})

    def set(self, change):
        self.keeper.tell(set=change)

    def nft(self, text):
        self.keeper.tell(nft=text)

    def close(self):
        if self.keeper:
            self.keeper.close()
            self.keeper = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()


class World:
    def __init__(self, spec, binds=()):
        self.spec, self.log = spec, []
        self.binds = sorted({REPO, *map(os.path.abspath, binds)})
        self.aws = self.inside = None

    def __enter__(self):
        try:
            self.aws = AwsSide(self.spec, self.log).start()
            self.inside = Keeper("instance", {
                "spec": self.spec, "ca_pem": self.aws.ca_pem,
                "binds": self.binds}, self.log)
            self.aws.attach(self.inside.pid,
                            gateway=self.spec.get("gateway", True),
                            v6=self.spec.get("v6"),
                            routes=self.spec.get("routes", []))
            for row in self.spec.get("interfaces", []):
                self.aws.attach(self.inside.pid, link_local=False, **row)
            tasks.attach(self)
        except BaseException:
            self.close()
            raise
        self.settle()
        cfg = self.spec.get("agent") or {}
        if cfg.get("heartbeat_s") or cfg.get("silent_s"):
            self.connected(cfg.get("silent_s"))
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for part in (self.inside, self.aws):
            if part:
                part.close()
        self.inside = self.aws = None

    def settle(self):
        """Wait until the instance's own servers listen and what goes out of
        it has arrived, whether or not the other side let go of it since."""
        gone_out = {"%04X" % port for port, _ in self.spec.get("outgoing", [])}
        listen = {"%04X" % port for row in self.spec["listen"]
                  for port in row["ports"]}
        if (self.spec["introspection"] or {"state": "refused"}).get(
                "state") != "refused":
            listen.add("C9DE")      # 51678
        end = time.monotonic() + START_S
        while time.monotonic() < end:
            table = self.read("/proc/net/tcp", own=True)
            socket_up = self.spec["docker"] is None or \
                os.path.exists(self.path("/run/docker.sock"))
            if socket_up and listen <= set(re.findall(
                    r":([0-9A-F]{4}) 00000000:0000 0A", table)) and \
                    gone_out <= set(re.findall(
                        r":([0-9A-F]{4}) [0-9A-F]{8}:01BB 0[18]", table)):
                return
            time.sleep(0.01)
        raise RuntimeError("the instance's servers or connections did not "
                           "come up")

    def connected(self, silent_s):
        """Wait for the agent's connection to the control plane. silent_s: what
        it carries vanishes then, other packets pass; until the kernel counts
        so many seconds since the last data."""
        acs = sp.address_of(self.spec, "ecs-a")
        pid = self.children()["agent"]
        enter = ["nsenter", "-t", str(pid), "-n"]
        cut, end = None, time.monotonic() + START_S
        while time.monotonic() < end:
            out = subprocess.run(
                enter + ["ss", "-Htin", "state", "established", "dst",
                         acs + ":443"], capture_output=True, text=True,
                check=True).stdout
            near = re.search(r"\d+\s+\d+\s+[\d.]+:(\d+)\s", out)
            age = re.search(r"lastrcv:(\d+)", out)
            if near and not silent_s:
                return
            if near and not cut:
                cut = near[1]
                self.aws.nft(
                    "table ip silence {\n\tchain in {\n\t\ttype filter hook "
                    "input priority 0;\n\t\tip daddr %s tcp sport %s drop\n"
                    "\t}\n\tchain out {\n\t\ttype filter hook output "
                    "priority 0;\n\t\tip saddr %s tcp dport %s drop\n\t}\n"
                    "}\n" % (acs, cut, acs, cut))
            if cut and age and int(age[1]) >= silent_s * 1000:
                return
            time.sleep(0.05)
        raise RuntimeError("the agent's connection did not go silent")

    def children(self):
        """The instance's processes by name, as numbers out here."""
        out = {}
        pid = self.inside.pid
        with open("/proc/%d/task/%d/children" % (pid, pid),
                  encoding="ascii") as f:
            for child in f.read().split():
                with open("/proc/%s/comm" % child, encoding="ascii") as c:
                    out[c.read().strip()] = int(child)
        return out

    def processes(self):
        """[(number out here, its parent, name)] of all in the instance."""
        home = os.readlink("/proc/%d/ns/pid" % self.inside.pid)
        out = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                if os.readlink("/proc/%s/ns/pid" % pid) != home:
                    continue
                with open("/proc/%s/stat" % pid, encoding="utf-8") as f:
                    head, _, tail = f.read().rpartition(")")
            except OSError:
                continue
            out.append((int(pid), int(tail.split()[1]),
                        head.partition("(")[2]))
        return sorted(out)

    def traces(self):
        """What a program could leave behind: processes (zombies too),
        network namespaces, mounts of the instance and of its tasks."""
        rows = self.processes()
        nets, mounts = set(), []
        for pid, _, _ in rows:
            try:
                nets.add(os.readlink("/proc/%d/ns/net" % pid))
                with open("/proc/%d/mountinfo" % pid, encoding="utf-8") as f:
                    mounts.append(f.read())
            except OSError:
                pass
        return {"processes": rows, "networks": sorted(nets),
                "mounts": mounts}

    def path(self, inside):
        """Where a file of the instance can be read from out here."""
        return "/proc/%d/root%s" % (self.inside.pid, inside)

    def read(self, inside, own=False):
        path = "/proc/%d/net/tcp" % self.inside.pid if own \
            else self.path(inside)
        with open(path, encoding="utf-8", errors="replace") as f:
            return f.read()

    def set(self, change):
        """Change the world while it runs."""
        sp.merge(self.spec, change)
        self.aws.set(change)
        self.inside.tell(set=change)

    def command(self, argv, env=None, user=None):
        argv = list(argv)
        if "/" in argv[0]:
            argv[0] = os.path.abspath(argv[0])
        clean = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8",
                 "TERM": "dumb", **self.spec.get("env", {}), **(env or {})}
        enter = ["nsenter", "-t", str(self.inside.pid), "-m", "-n", "-p",
                 "-u", "-i"]
        if user is not None:
            enter += ["-S", str(user), "-G", str(user)]
        return enter + ["env", "-i"] + [
            "%s=%s" % kv for kv in clean.items()] + argv

    def run(self, argv, timeout_s=60, env=None, user=None, stdin=None):
        first = len(self.log)
        begin = time.monotonic()
        try:
            done = subprocess.run(
                self.command(argv, env, user), input=stdin or "",
                capture_output=True, text=True, timeout=timeout_s,
                errors="replace", check=False)
            code, out, err = done.returncode, done.stdout, done.stderr
        except subprocess.TimeoutExpired as e:
            code, out = 124, (e.stdout or b"").decode(errors="replace")
            err = "lab: no end after %d s" % timeout_s
        wall = time.monotonic() - begin
        time.sleep(0.02)        # the log's last lines are on their way
        return Result(code, out, err, wall, self.log[first:])
