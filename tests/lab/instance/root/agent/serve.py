"""What the agent opens once it is registered: introspection on 51678, task
metadata on 51679, and one connection each to ACS and TCS."""

import datetime
import http.client
import http.server
import json
import random
import socket
import threading
import time
import urllib.parse

import aws

VERSION, HASH = "1.105.1", "a8b3e7d3"
BEAT_S = 5
SILENT = threading.Event()  # the lab's: connections stay open and mute
BACKOFF_S = (0.25, 120.0)
COMMANDS = {"AvailableCommands": ["/v1/metadata", "/v1/tasks", "/license"]}
TASK = "com.amazonaws.ecs."


class UnixHttp(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def docker(path, timeout=5):
    c = UnixHttp("/var/run/docker.sock", timeout)
    try:
        c.request("GET", path)
        return c.getresponse().read().decode()
    finally:
        c.close()


def tasks():
    """The tasks on this host, from the labels of their containers."""
    want = urllib.parse.quote(json.dumps({"label": [TASK + "task-arn"]}))
    found = {}
    for box in json.loads(docker("/containers/json?filters=" + want)):
        label = box["Labels"]
        arn = label[TASK + "task-arn"]
        task = found.setdefault(arn, {
            "Arn": arn, "DesiredStatus": "RUNNING", "KnownStatus": "RUNNING",
            "Family": label.get(TASK + "task-definition-family", ""),
            "Version": label.get(TASK + "task-definition-version", ""),
            "Containers": []})
        task["Containers"].append({
            "DockerId": box["Id"], "DockerName": box["Names"][0].strip("/"),
            "Name": label.get(TASK + "container-name", ""),
            "Image": box["Image"], "ImageID": box["ImageID"],
            "Ports": [{"ContainerPort": p["PrivatePort"],
                       "Protocol": p["Type"], "HostPort": p["PublicPort"]}
                      for p in box["Ports"] if p.get("PublicPort")]})
    return {"Tasks": list(found.values())}


class Quiet(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class Introspection(Quiet):
    def do_GET(self):
        path = self.path.partition("?")[0]
        if path == "/v1/metadata":
            self.reply(200, {
                "Cluster": self.server.cluster,
                "ContainerInstanceArn": self.server.arn,
                "Version": "Amazon ECS Agent - v%s (*%s)" % (VERSION, HASH)})
        elif path == "/v1/tasks":
            self.reply(200, tasks())
        else:
            self.reply(200, COMMANDS)

    do_HEAD = do_POST = do_GET


class TaskMetadata(Quiet):
    def do_GET(self):
        now = datetime.datetime.now(datetime.timezone.utc)
        with open("/log/audit.log", "a") as f:
            f.write('%s 400 %s:%d "%s" "%s" - \n' % (
                now.strftime("%Y-%m-%dT%H:%M:%SZ"), *self.client_address[:2],
                "/v2/credentials", self.headers.get("User-Agent", "")))
        self.reply(400, {"code": "InvalidIdInRequest", "message":
                         "CredentialsV2Request: Credentials not found",
                         "HTTPErrorCode": 400})

    do_HEAD = do_GET


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self):
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        # The base class would look its own name up in DNS.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()[:2]


class Server6(Server):
    address_family = socket.AF_INET6


def listen(log, cluster, arn):
    """Both servers; a port that is taken is logged and tried again."""
    def run(kind, address, handler, blame):
        while True:
            try:
                s = kind(address, handler)
                break
            except OSError as e:
                log.error("%s listen tcp %s:%d: bind: %s" % (
                    blame, *address[:2], (e.strerror or str(e)).lower()),
                    module="introspection_server_setup.go")
                time.sleep(1)
        s.cluster, s.arn = cluster, arn
        s.serve_forever()

    v6 = socket.has_ipv6 and can_v6()
    for args in ((Server6 if v6 else Server, ("::" if v6 else "", 51678),
                  Introspection, "Error running introspection endpoint:"),
                 (Server, ("127.0.0.1", 51679), TaskMetadata,
                  "Error running task api:")):
        threading.Thread(target=run, args=args, daemon=True).start()


def can_v6():
    try:
        socket.socket(socket.AF_INET6).close()
        return True
    except OSError:
        return False


class Channel:
    """A session with ACS or TCS: TLS, a signed request, then a beat every
    few seconds. The lab's fake speaks HTTP there and no websocket, so any
    answer of the service stands for the upgrade."""

    def __init__(self, log, ecs, kind, arn, cluster):
        self.log, self.ecs, self.kind = log, ecs, kind
        self.arn, self.cluster = arn, cluster

    def start(self):
        threading.Thread(target=self.loop, daemon=True).start()

    def loop(self):
        pause = BACKOFF_S[0]
        while True:
            try:
                doc = self.ecs.call("DiscoverPollEndpoint", {
                    "cluster": self.cluster, "containerInstance": self.arn})
                key = "endpoint" if self.kind == "ACS" else \
                    "telemetryEndpoint"
                self.session(doc[key])
                pause = BACKOFF_S[0]
            except aws.Failed as e:
                self.log.error("%s: Unable to discover poll endpoint" %
                               ("ACS" if self.kind == "ACS" else "tcs"),
                               error=str(e), containerInstanceARN=self.arn)
            except (OSError, http.client.HTTPException) as e:
                self.log.error(
                    "Failed to connect to ACS" if self.kind == "ACS" else
                    "Error connecting to TCS", containerInstanceARN=self.arn,
                    error="websocket client: unable to dial: " +
                    aws.go_error(e))
            time.sleep(pause * (1 + random.random() / 5))
            pause = min(pause * 1.5, BACKOFF_S[1])

    def session(self, url):
        host = url.split("://")[-1].strip("/")
        target = "/ws?agentHash=%s&agentVersion=%s" % (HASH, VERSION)
        self.log.info("Establishing a Websocket connection",
                      url="https://%s/ws" % host)
        c = http.client.HTTPSConnection(host, timeout=30,
                                        context=self.ecs.tls)
        try:
            self.beat(c, host, target)
            self.log.info("Connected to %s endpoint" % self.kind,
                          containerInstanceARN=self.arn)
            while True:
                time.sleep(BEAT_S)
                while SILENT.is_set():
                    time.sleep(BEAT_S)
                self.beat(c, host, target)
        finally:
            c.close()

    def beat(self, c, host, target):
        _, keys = aws.credentials()
        c.request("GET", target, headers=aws.sign(
            keys, self.ecs.region, host, "GET", target, b"", {}))
        r = c.getresponse()
        r.read()
        if r.status >= 500 or not r.getheader("x-amzn-RequestId"):
            raise http.client.HTTPException("websocket: bad handshake")
