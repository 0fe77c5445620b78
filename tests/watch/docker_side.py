#!/usr/bin/env python3
"""docker_side.py SPEC SOCKET - Docker's API as SPEC (JSON) says, read anew
whenever it changes; /events tells what became of the agent's container."""
import json
import os
import signal
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "lab"))
from fake import dockerd, httpd  # noqa: E402


class Live(dockerd.Dockerd):
    def __init__(self, path):
        super().__init__({}, lambda entry: None)
        self.path, self.stamp = path, None
        self.refresh()

    def refresh(self):
        info = os.stat(self.path)
        if (info.st_mtime_ns, info.st_ino) != self.stamp:
            with open(self.path, encoding="utf-8") as f:
                self.spec = json.load(f)
            self.stamp = (info.st_mtime_ns, info.st_ino)

    def handle(self, req, sni=None):
        self.refresh()
        if req.path == "/events":
            raise httpd.Follow(self.follow)
        return super().handle(req, sni)

    def agent(self):
        self.refresh()
        rows = [c for c in dockerd.containers(self.spec)
                if c["name"] == "ecs-agent"]
        return rows[0] if rows else {"state": "none", "exit_code": 0}

    def follow(self, conn):
        was = self.agent()["state"]
        conn.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                     b"Connection: close\r\n\r\n")
        while True:
            time.sleep(0.01)
            now = self.agent()
            if now["state"] == was:
                continue
            was = now["state"]
            action = "start" if was == "running" else "die"
            conn.sendall(json.dumps({
                "status": action, "Type": "container", "Action": action,
                "Actor": {"ID": now.get("id", ""), "Attributes": {
                    "exitCode": str(now["exit_code"]),
                    "image": "amazon/amazon-ecs-agent:latest",
                    "name": "ecs-agent"}},
                "time": int(time.time())}).encode() + b"\n")


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    spec, path = sys.argv[1:]
    httpd.Server(Live(spec).handle, unix=path, mode=0o660).serve()


main()
