"""The agent's introspection port.

spec["introspection"]: null, or state ok | hang | html | null-arn | 500 |
refused, cluster (another one), tasks [..], version."""
import json

from . import spec as sp
from .httpd import Hang, Reply, Server

COMMANDS = '{"AvailableCommands":["/v1/metadata","/v1/tasks","/license"]}'


class Introspection:
    def __init__(self, spec, log):
        self.spec, self.log = spec, log

    def metadata(self, cfg):
        cluster = cfg.get("cluster", self.spec["cluster"])
        arn = sp.container_instance_arn(self.spec, cluster)
        if cfg.get("state") == "null-arn":
            arn = None
        return {"Cluster": cluster, "ContainerInstanceArn": arn,
                "Version": "Amazon ECS Agent - v%s (*a8b3e7d3)"
                % cfg.get("version", "1.105.1")}

    def handle(self, req, sni=None):
        cfg = self.spec["introspection"] or {}
        state = cfg.get("state", "ok")
        self.log({"to": "introspection", "op": req.target, "state": state})
        if state == "hang":
            raise Hang()
        if state == "html":
            return Reply(200, "<html><body>It works!</body></html>",
                         ctype="text/html")
        if state == "500":
            return Reply(500, "")
        kind = "application/json"
        if req.path == "/v1/metadata":
            return Reply(200, json.dumps(self.metadata(cfg)), ctype=kind)
        if req.path != "/v1/tasks":
            return Reply(200, COMMANDS, ctype=kind)
        tasks = cfg.get("tasks", [])
        if not req.query:
            return Reply(200, json.dumps({"Tasks": tasks}), ctype=kind)
        if "&" in req.query:
            return Reply(400, "")
        for task in tasks:
            ids = [task["Arn"]] + [c["DockerId"] for c in task["Containers"]]
            if any(i in req.query for i in ids):
                return Reply(200, json.dumps(task), ctype=kind)
        return Reply(404, json.dumps({"Arn": "", "Containers": None}),
                     ctype=kind)


def start(spec, log, address=("0.0.0.0", 51678)):
    cfg = spec["introspection"]
    if cfg is None or cfg.get("state") == "refused":
        return None
    return Server(Introspection(spec, log).handle, address).start()
