"""The processes that hold a world: `aws` (the other side of the wire) and
`instance` (where the program under test runs).  Their namespaces have no
names, so nothing is left behind when they die, and they die with the test.

stdin: one line of JSON to start, then one line per change; stdout: JSON
lines, the request log."""
import codecs
import json
import os
import signal
import socket
import ssl
import sys
import threading
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from fake import (aws, dns, dockerd, imds, introspection, ntp,  # noqa: E402
                  pki, proxy)
from fake import spec as sp  # noqa: E402
from net import ns, root, tasks, walls  # noqa: E402

LOCK = threading.Lock()
for codec in ("idna", "ascii", "latin-1"):
    codecs.lookup(codec)    # now: later Python's own files may be gone


def log(entry):
    entry["t"] = round(time.time(), 4)
    line = (json.dumps(entry) + "\n").encode()
    with LOCK:
        os.write(1, line)


def addresses(spec):
    out = [sp.RESOLVER_IP, sp.RESOLVER_LINK, sp.IMDS_IP, sp.NTP_IP,
           sp.PROXY_IP]
    out += spec["dns"].get("servers", {})
    for row in sp.SERVICES.values():
        out += [row[3], row[4]]
    if "v6" in spec:
        out += [sp.RESOLVER_V6] + [sp.address6_of(lab) for lab in sp.SERVICES]
    return out


def attach_v6(pid, near, name, gateway):
    """The interface's IPv6 side."""
    ns.sh("ip", "address", "add", sp.ROUTER_V6 + "/64", "dev", near, "nodad")
    ns.sh("ip", "address", "add", sp.HOST_V6 + "/64", "dev", name, "nodad",
          pid=pid)
    if gateway:
        ns.sh("ip", "route", "add", "default", "via", sp.ROUTER_V6, "dev",
              name, pid=pid)


def attach(job):
    """Join a process's network namespace to ours with a cable."""
    pid, name = job["pid"], job.get("ifname", "eth0")
    near = "v%d%s" % (pid, name[-1] if name != "eth0" else "")
    ns.sh("ip", "link", "add", near, "type", "veth", "peer", "name", name,
          "netns", str(pid))
    # The router's address is the same on each cable of a subnet.
    router = job.get("router", sp.ROUTER_IP)
    ns.sh("ip", "address", "add", router + "/24", "dev", near)
    # What AWS sends goes out packet by packet, so that a rule sees each one's
    # true length.
    ns.sh("ip", "link", "set", near, "up", "gso_max_segs", "1")
    # Several cables of one subnet: each address on its own.
    v6 = job.get("v6")
    mine = sp.LINK_IP if v6 and v6.get("only") else job.get("ip", sp.HOST_IP)
    ns.sh("ip", "route", "replace", mine + "/32", "dev", near)
    for argv in (("link", "set", "lo", "up"),
                 ("link", "set", name, "address", job["mac"]),
                 ("address", "add", mine + "/24", "dev", name),
                 ("link", "set", name, "up")):
        ns.sh("ip", *argv, pid=pid)
    for ip in (sp.IMDS_IP, sp.NTP_IP, sp.RESOLVER_LINK):
        if job.get("link_local", True):
            ns.sh("ip", "route", "add", ip + "/32", "dev", name, pid=pid)
    if v6 is not None:
        attach_v6(pid, near, name, v6.get("gateway", True))
    if job.get("gateway", True) and not (v6 and v6.get("only")):
        ns.sh("ip", "route", "add", "default", "via", router, pid=pid)
    for line in job.get("routes", []):
        ns.sh("ip", *line.split(), pid=pid)


def changes(spec, extra=None):
    """Serve the control lines until the test closes our stdin or dies."""
    for line in sys.stdin:
        job = json.loads(line)
        try:
            if "set" in job:
                sp.merge(spec, job["set"])
            if "attach" in job:
                attach(job["attach"])
            if "nft" in job:
                ns.sh("nft", "-f", "-", stdin=job["nft"])
            log({"done": job.get("id")})
        except (OSError, RuntimeError, ValueError, KeyError) as e:
            log({"done": job.get("id"), "failed": str(e)})
    os._exit(0)


def aws_side(first):
    spec = first["spec"]
    ns.unshare(ns.NEWNET)
    ns.sh("ip", "link", "set", "lo", "up")
    for ip in addresses(spec):
        ns.sh("ip", "address", "add", ip + "/32", "dev", "lo")
    keys = pki.Pki(first["pki"])
    imds.start(spec, log)
    dns.start(spec, log)
    ntp.start(spec, log)
    proxy.start(spec, log)
    aws.start(spec, keys, log)
    text = walls.ruleset(spec, "vpc")
    if text:
        ns.sh("nft", "-f", "-", stdin=text)
    log({"ready": os.getpid()})
    changes(spec)


def child(spec, name, work):
    """A process of the instance, named as on a real one."""
    pid = os.fork()
    if pid:
        return pid
    ns.die_with_parent()
    ns.set_name(name)
    sys.stdin.close()
    try:
        work(spec)
        threading.Event().wait()
    except Exception:       # the world's log is where it can be seen
        log({"to": name, "op": "died", "why": traceback.format_exc()[-1500:]})
    finally:
        os._exit(1)


def agent(spec):
    introspection.start(spec, log)
    cfg = spec.get("agent") or {}
    if cfg.get("credentials_port", True):
        serve(listen("127.0.0.1", 51679))
    while cfg.get("connected", True):
        try:
            acs(spec)
        except OSError:
            pass
        time.sleep(0.2)


def acs(spec):
    ctx = ssl.create_default_context()
    ctx.check_hostname, ctx.verify_mode = False, ssl.CERT_NONE
    host = sp.host_of(spec, "ecs-a")
    only6 = spec.get("v6", {}).get("only")
    at = sp.address6_of("ecs-a") if only6 else sp.address_of(spec, "ecs-a")
    raw = socket.create_connection((at, 443), 5)
    with ctx.wrap_socket(raw, server_hostname=host) as sock:
        sock.settimeout(None)
        beat = (spec.get("agent") or {}).get("heartbeat_s")
        while beat:     # as often as that, something comes back
            sock.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n"
                         % host.encode())
            if not sock.recv(4096):
                return
            time.sleep(beat)
        while sock.recv(4096):
            pass


def listen(ip, port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((ip, port))
    sock.listen(16)
    agent.kept = getattr(agent, "kept", []) + [sock]
    return sock


def serve(sock):
    """Take each connection and let go of it: a full queue is silence."""
    def work():
        while True:
            sock.accept()[0].close()
    threading.Thread(target=work, daemon=True).start()


def relay(spec):
    """What systemd-resolved is to the programs: it answers, whichever of its
    servers it asks now."""
    dns.start(dict(spec, dns={"state": "ok", "hosts": {}}), log,
              ("127.0.0.53", 53))


def docker(spec):
    os.makedirs("/run", exist_ok=True)
    dockerd.start(spec, log, "/run/docker.sock")


def holder(ports):
    def work(_spec):
        for port in ports:
            listen("0.0.0.0", port)
    return work


def late(work):
    """As work, again and again until the world around it is there."""
    def tries(spec):
        while True:
            try:
                return work(spec)
            except OSError:
                time.sleep(0.05)
    return tries


def outgoing(rows):
    """Connections to AWS from ports of our choice."""
    def work(spec):
        for port, label in rows:
            sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(("0.0.0.0", port))
            sock.connect((sp.address_of(spec, label), 443))
            agent.kept = getattr(agent, "kept", []) + [sock]
        while True:     # the other side lets go of idle ones
            time.sleep(3600)
    return work


def instance_init(first, ready):
    spec = first["spec"]
    ns.die_with_parent()
    socket.sethostname("ip-10-0-1-10")
    root.build(spec, first["ca_pem"], first["binds"])
    ns.sh("ip", "link", "set", "lo", "up")
    if (spec.get("agent") or {}).get("rules", True):
        ns.write_proc("net.ipv4.conf.all.route_localnet", 1)
        for text in walls.ECS_INIT:
            ns.sh("iptables", "-w", "20", *text.split())
    for key, value in spec["sysctl"].items():
        ns.write_proc(key, value)
    for text in spec.get("legacy", []):
        ns.sh("iptables-legacy", "-w", "20", *text.split())
    for side in ("host", "host-in"):
        text = walls.ruleset(spec, side)
        if text:
            ns.sh("nft", "-f", "-", stdin=text)
    for row in spec["listen"]:
        child(spec, row.get("name", "nginx"), holder(row["ports"]))
    if spec.get("outgoing"):
        child(spec, "curl", late(outgoing(spec["outgoing"])))
    if spec["introspection"] is not None:
        pid = child(spec, "agent", agent)
        if spec["docker"] is not None:
            spec["docker"].setdefault("agent_pid", pid)
    tasks.start(spec, child)
    if spec.get("local_dns"):
        child(spec, "systemd-resolve", relay)
    if spec["docker"] is not None:
        child(spec, "dockerd", docker)
    signal.signal(signal.SIGCHLD, reap)
    os.write(ready, b"1")
    os.close(ready)
    changes(spec)


def reap(*_):
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def instance(first):
    ns.unshare(ns.NEWNET | ns.NEWNS | ns.NEWPID | ns.NEWUTS | ns.NEWIPC)
    get, put = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(get)
        instance_init(first, put)
        os._exit(0)
    os.close(put)
    if os.read(get, 1) == b"1":
        log({"ready": pid})
    sys.stdin.close()
    os.waitpid(pid, 0)


def main():
    ns.die_with_parent()
    first = json.loads(sys.stdin.readline())
    if os.getppid() != first["parent"]:
        return
    {"aws": aws_side, "instance": instance}[sys.argv[1]](first)


if __name__ == "__main__":
    main()
