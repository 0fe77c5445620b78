"""Two ends for a scripted day: moto, and our own fake.  Each checks signatures
and lets the stock role's permissions through alone; the `admin` is who looks
on.  Wire stands before either: it cuts, throttles, refuses keys, and looks at
CloudWatch Logs' limits."""
import json
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from fake import aws, errors, httpd, spec as sp  # noqa: E402
import moto_check as mc  # noqa: E402

HOUR = 3600000
STOCK = [a for a in sp.STOCK if not a.startswith("sts:")]


def policy(actions):
    return json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Resource": "*", "Action": actions}]})


class Wire(mc.Relay):
    """once: [(part of an operation's name, what happens to it)], each used up
    by one call; expired: key ids that are not taken any more."""

    def __init__(self, port):
        self.down, self.once, self.expired = False, [], set()
        self.over, self.denied, self.calls = [], [], 0
        super().__init__(port, [])

    def now_or_never(self, op):
        for row in self.once:
            if row[0] in op:
                self.once.remove(row)
                return row[1]
        return None

    def handle(self, req, sni=None):
        self.calls += 1
        if self.down:
            raise httpd.Reset()
        op = req.get("x-amz-target").rsplit(".", 1)[-1]
        what = self.now_or_never(op)
        key = req.get("authorization").partition("Credential=")[2]
        if key.split("/")[0] in self.expired:
            what = "ExpiredTokenException"
        if what == "reset":
            raise httpd.Reset()
        if what and what != "cut":
            return errors.error("json", what, "Rate exceeded" if "Throttl"
                                in what else "The security token included in "
                                "the request is expired")
        if op == "PutLogEvents":
            self.limits(json.loads(req.body))
        reply = super().handle(req, sni)
        if reply.status == 403 or b"AccessDenied" in reply.body:
            self.denied.append(reply.body[:300])
        if what == "cut":       # it was taken, and nobody was told
            raise httpd.Reset()
        return reply

    def limits(self, data):
        events = data["logEvents"]
        size = sum(len(e["message"].encode()) + 26 for e in events)
        stamps = [e["timestamp"] for e in events]
        now = time.time() * 1000
        for wrong, what in (
                (size > 1048576, "%d bytes" % size),
                (len(events) > 10000, "%d events" % len(events)),
                (stamps != sorted(stamps), "out of order"),
                (stamps[-1] - stamps[0] > 24 * HOUR, "more than a day"),
                (stamps[0] < now - 14 * 24 * HOUR, "too old"),
                (stamps[-1] > now + 2 * HOUR, "too new"),
                (any(len(e["message"].encode()) > 2048 for e in events),
                 "2 KiB")):
            if wrong:
                self.over.append(what)


class Moto:
    """moto_server.  Its roles have exactly the calls that its keys take."""
    name = "moto"
    SETUP = 8

    def __init__(self):
        mc.SETUP_CALLS = self.SETUP
        self.port = mc.free_port()
        self.proc = mc.start_moto(self.port)
        none = ("setup", "setup", None)
        self.iam = mc.client("iam", self.port, none)
        self.sts = mc.client("sts", self.port, none)
        self.arn = {}
        for name, text in (("ecsInstanceRole", policy(STOCK)),
                           ("admin", mc.ALLOW)):
            self.arn[name] = self.iam.create_role(
                RoleName=name,
                AssumeRolePolicyDocument=mc.TRUST)["Role"]["Arn"]
            self.iam.put_role_policy(RoleName=name, PolicyName="p",
                                     PolicyDocument=text)
        self.next = [self.assume("ecsInstanceRole") for _ in range(3)]
        self.admin_keys = self.assume("admin")
        self.admin = mc.client("logs", self.port, (
            self.admin_keys["id"], self.admin_keys["secret"],
            self.admin_keys["token"]))
        self.keys = {}
        self.rotate()

    def assume(self, role):
        made = self.sts.assume_role(RoleArn=self.arn[role],
                                    RoleSessionName=role)["Credentials"]
        return {"id": made["AccessKeyId"], "secret": made["SecretAccessKey"],
                "token": made["SessionToken"]}

    def allow(self, text):
        """The instance's role has this policy, and no other."""
        mc.client("iam", self.port, (
            self.admin_keys["id"], self.admin_keys["secret"],
            self.admin_keys["token"])).put_role_policy(
                RoleName="ecsInstanceRole", PolicyName="p",
                PolicyDocument=text)

    def rotate(self):
        """The instance has other keys from now on; the id of the old ones."""
        old = self.keys.get("id")
        self.keys.update(self.next.pop(0))
        return old

    def close(self):
        self.proc.kill()
        self.proc.wait()


class Ours:
    """The fake of this folder."""
    name = "ours"

    def __init__(self):
        self.spec = sp.healthy()
        self.spec["region"] = mc.REGION
        self.spec["aws"].update(allow=STOCK)
        self.spec["admin"] = {"id": "LABADMIN",
                              "secret": "admin", "token": "admin"}
        self.rows, self.serial = [], 0
        self.front = aws.Front(self.spec, None, self.rows.append)
        self.server = httpd.Server(self.front.handler("logs"),
                                   ("127.0.0.1", 0)).start()
        self.port = self.server.port
        self.admin = mc.client("logs", self.port, tuple(
            self.spec["admin"].values()))
        self.keys = self.spec["keys"]

    def rotate(self):
        old = self.keys["id"]
        self.serial += 1
        self.keys.update(id="ASIALABKEY%010d" % (self.serial + 1),
                         secret="lab/%040d" % self.serial,
                         token="another/+=" + "B" * 300)
        return old

    def fault(self, *rows):
        self.spec["aws"]["faults"][:] = rows

    def close(self):
        self.server.close()
