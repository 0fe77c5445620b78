"""Docker's API on its socket, for the faults that a real dockerd cannot be
made to show easily.

spec["docker"]: null, or state ok | hang (nothing answers) | wedged (ping
does, lists and inspects do not) | too-old | too-new | 500 | html,
containers [..] (default: a running ecs-agent), tasks [..] beside it (a row
may have digests [..], image_id, moved: its tag names another image), stuck [ids whose inspect
hangs], info {..}, api, min_api, version."""
import hashlib
import json
import re
import time
from urllib.parse import parse_qs

from .httpd import Hang, Reply, Server

ZERO = "0001-01-01T00:00:00Z"


def iso(when):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000000Z", time.gmtime(when))


def config_env(spec):
    """What ecs-init makes of ecs.config: each line with a `=`, as it is."""
    config = spec["files"].get("/etc/ecs/ecs.config") or ""
    if isinstance(config, dict):
        config = config.get("text", "")
    return [line.strip() for line in config.splitlines() if "=" in line]


def agent(spec):
    return {
        "name": "ecs-agent", "image": "amazon/amazon-ecs-agent:latest",
        "state": "running", "network": "host",
        "pid": (spec["docker"] or {}).get("agent_pid", 1),
        "labels": {},
        "env": config_env(spec) + ["ECS_DATADIR=/data",
                                   "ECS_LOGFILE=/log/ecs-agent.log"],
        "health": "healthy"}


def expand(spec, row):
    """A container of the spec with all that the API shows of it."""
    out = {"state": "running", "exit_code": 0, "oom": False, "env": [],
           "labels": {}, "ports": [], "network": "bridge", "restarts": 0,
           "pid": 1, "error": "", "started": time.time() - 3600,
           "finished": None}
    out.update(row)
    if "started_ago" in row:
        out["started"] = time.time() - row["started_ago"]
    if row["name"] == "ecs-agent" and "env" not in row:
        out["env"] = agent(spec)["env"]
    out["id"] = row.get("id") or hashlib.sha256(
        row["name"].encode()).hexdigest()
    out["image_id"] = row.get("image_id") or "sha256:" + hashlib.sha256(
        row["image"].encode()).hexdigest()
    if out["state"] != "running":
        out["pid"] = 0
        out["finished"] = out["finished"] or time.time() - 60
    return out


def containers(spec):
    cfg = spec["docker"] or {}
    rows = cfg.get("containers")
    if rows is None:
        rows = [agent(spec)] + cfg.get("tasks", [])
    return [expand(spec, row) for row in rows]


def port_rows(c):
    out = []
    for host, inner, proto in c["ports"]:
        for ip in ("0.0.0.0", "::"):
            row = {"PrivatePort": inner, "Type": proto}
            if host:
                row.update({"IP": ip, "PublicPort": host})
            out.append(row)
    return out


def summary(c):
    words = {"running": "Up About an hour", "exited": "Exited (%d) 1 minute "
             "ago" % c["exit_code"], "created": "Created"}
    status = words.get(c["state"], c["state"])
    if c.get("health") and c["state"] == "running":
        status += " (%s)" % c["health"]
    return {"Id": c["id"], "Names": ["/" + c["name"]],
            "Image": c["image_id"] if c.get("moved") else c["image"],
            "ImageID": c["image_id"], "Command": "/agent",
            "Created": int(c["started"]), "Ports": port_rows(c),
            "Labels": c["labels"], "State": c["state"], "Status": status,
            "HostConfig": {"NetworkMode": c["network"]},
            "NetworkSettings": {"Networks": {}}, "Mounts": []}


def inspect(c):
    state = {"Status": c["state"], "Running": c["state"] == "running",
             "Paused": False, "Restarting": c["state"] == "restarting",
             "OOMKilled": c["oom"], "Dead": c["state"] == "dead",
             "Pid": c["pid"], "ExitCode": c["exit_code"],
             "Error": c["error"], "StartedAt": iso(c["started"]),
             "FinishedAt": iso(c["finished"]) if c["finished"] else ZERO}
    if c.get("health"):
        state["Health"] = {"Status": c["health"], "FailingStreak": 0,
                           "Log": []}
    ports = {"%d/%s" % (inner, proto): [{"HostIp": "0.0.0.0",
                                         "HostPort": str(host)}]
             for host, inner, proto in c["ports"] if host}
    return {"Id": c["id"], "Created": iso(c["started"]), "Path": "/agent",
            "Name": "/" + c["name"], "Image": c["image_id"], "State": state,
            "RestartCount": c["restarts"],
            "HostConfig": {"NetworkMode": c["network"], "Memory": 0,
                           "RestartPolicy": {"Name": ""},
                           "PortBindings": ports},
            "Config": {"Image": c["image"], "Env": c["env"],
                       "Labels": c["labels"]},
            "NetworkSettings": {"Ports": ports}}


def image(c):
    """What /images/ID/json says of a container's image."""
    name = c["image"].split("@")[0]
    if ":" in name.rsplit("/", 1)[-1]:
        name = name.rsplit(":", 1)[0]
    return {"Id": c["image_id"], "RepoTags": [] if c.get("moved")
            else [c["image"]],
            "RepoDigests": ["%s@%s" % (name, d)
                            for d in c.get("digests", [])],
            "Created": c.get("built") or iso(time.time() - 12 * 86400),
            "Architecture": "amd64", "Os": "linux", "Size": 1}


class Dockerd:
    def __init__(self, spec, log):
        self.spec, self.log = spec, log

    def versions(self, cfg):
        state = cfg.get("state")
        if state == "too-old":
            return "1.12", "1.12"
        if state == "too-new":
            return "1.90", "1.80"
        return cfg.get("api", "1.44"), cfg.get("min_api", "1.24")

    def handle(self, req, sni=None):
        cfg = self.spec["docker"] or {}
        state = cfg.get("state", "ok")
        self.log({"to": "docker", "op": req.method + " " + req.target,
                  "state": state})
        if state == "hang":
            raise Hang()
        if state == "html":
            return Reply(200, "<html></html>", ctype="text/html")
        top, low = self.versions(cfg)
        path, asked = req.path, None
        match = re.match(r"^/v(\d+\.\d+)(/.*)$", path)
        if match:
            asked, path = match.groups()
        if path == "/_ping":
            return Reply(200, "OK", {"Api-Version": top,
                                     "Server": "Docker/25.0.16 (linux)"},
                         "text/plain")
        if state == "wedged" and path != "/version":
            raise Hang()
        if state == "500":
            return self.say(500, "server error")
        if asked and number(asked) < number(low):
            return self.say(400, "client version %s is too old. Minimum "
                            "supported API version is %s, please upgrade "
                            "your client to a newer version" % (asked, low))
        if asked and number(asked) > number(top):
            return self.say(400, "client version %s is too new. Maximum "
                            "supported API version is %s" % (asked, top))
        return self.route(path, req, cfg, top, low)

    def say(self, status, text):
        return Reply(status, json.dumps({"message": text}),
                     ctype="application/json")

    def json(self, value):
        return Reply(200, json.dumps(value), ctype="application/json")

    def route(self, path, req, cfg, top, low):
        if path == "/version":
            return self.json({
                "Version": cfg.get("version", "25.0.16"), "ApiVersion": top,
                "MinAPIVersion": low, "Os": "linux", "Arch": "amd64",
                "KernelVersion": "6.1.0", "GoVersion": "go1.22"})
        rows = containers(self.spec)
        if path == "/info":
            out = {"ID": "LAB", "Containers": len(rows), "Images": 3,
                   "ContainersRunning": sum(c["state"] == "running"
                                            for c in rows),
                   "Driver": "overlay2", "DockerRootDir": "/var/lib/docker",
                   "CgroupVersion": "2", "LiveRestoreEnabled": False,
                   "Warnings": [], "ServerVersion": "25.0.16",
                   "MemTotal": 4076072960, "NCPU": 2}
            out.update(cfg.get("info", {}))
            return self.json(out)
        if path == "/containers/json":
            return self.json([summary(c) for c in self.chosen(rows, req)])
        if path == "/images/json":
            return self.json([])
        match = re.match(r"^/containers/([^/]+)/json$", path)
        if match:
            for c in rows:
                if match.group(1) in (c["name"], c["id"], c["id"][:12]):
                    if c["name"] in cfg.get("stuck", []):
                        raise Hang()
                    return self.json(inspect(c))
            return self.say(404, "No such container: " + match.group(1))
        match = re.match(r"^/images/(sha256:[0-9a-f]+)/json$", path)
        for c in rows:
            if match and c["image_id"] == match.group(1):
                return self.json(image(c))
        if match:
            return self.say(404, "No such image: " + match.group(1))
        return self.say(404, "page not found")

    def chosen(self, rows, req):
        args = parse_qs(req.query)
        if args.get("all", ["0"])[0] not in ("1", "true", "True"):
            rows = [c for c in rows if c["state"] == "running"]
        want = json.loads(args.get("filters", ["{}"])[0])
        for kind, values in want.items():
            if isinstance(values, dict):
                values = list(values)
            rows = [c for c in rows if any(matches(c, kind, v)
                                           for v in values)]
        return rows


def matches(c, kind, value):
    if kind == "name":
        return value.strip("^/$") in c["name"]
    if kind == "label":
        key, eq, text = value.partition("=")
        return key in c["labels"] and (not eq or c["labels"][key] == text)
    if kind == "status":
        return c["state"] == value
    if kind == "id":
        return c["id"].startswith(value)
    return True


def number(text):
    return tuple(int(p) for p in text.split("."))


def start(spec, log, path="/var/run/docker.sock"):
    if spec["docker"] is None:
        return None
    return Server(Dockerd(spec, log).handle, unix=path, mode=0o660).start()
