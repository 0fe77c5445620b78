#!/usr/bin/env python3
"""The second opinion: moto, with its own signature checking switched on.

    tests/lab/moto_check.py [build/probe]

moto_server runs on loopback; a role is made in it and assumed, its keys are
served by our IMDS, and `probe --now` is pointed at moto by the SDKs' own
AWS_ENDPOINT_URL_* variables.  A relay in between notes what moto said to
each signed request.  moto is taken from this Python or from $LAB_VENV;
without it all is skipped and counted."""
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
from fake import httpd, imds, spec as sp  # noqa: E402
from net import ns  # noqa: E402

try:
    import botocore.session
    import botocore.config
    import botocore.exceptions
    import moto
except ImportError:
    moto = None

CHECKS = 5
SETUP_CALLS = 5
REGION = "us-east-1"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"},
    "Action": "sts:AssumeRole"}]})
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Action": "*", "Resource": "*"}]})
BAD = ("SignatureDoesNotMatch", "InvalidClientTokenId",
       "UnrecognizedClient", "IncompleteSignature", "InvalidSignature",
       "InvalidAccessKeyId", "AuthFailure", "InvalidToken")
COUNT = {"passed": 0, "failed": 0, "skipped": 0}


def say(name, good, why=""):
    COUNT["passed" if good else "failed"] += 1
    print("%s moto/%s%s" % ("ok  " if good else "FAIL", name,
                            "" if good else "\n       " + str(why)))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_moto(port):
    program = os.path.join(os.path.dirname(sys.executable), "moto_server")
    if not os.path.exists(program):
        program = shutil.which("moto_server")
    env = dict(os.environ, INITIAL_NO_AUTH_ACTION_COUNT=str(SETUP_CALLS),
               AWS_DEFAULT_REGION=REGION)
    proc = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)], env=env,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        preexec_fn=ns.die_with_parent)
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return proc
        except OSError:
            time.sleep(0.1)
    proc.kill()
    raise RuntimeError("moto_server did not start")


def client(service, port, keys):
    return botocore.session.get_session().create_client(
        service, region_name=REGION, endpoint_url="http://127.0.0.1:%d" % port,
        aws_access_key_id=keys[0], aws_secret_access_key=keys[1],
        aws_session_token=keys[2], config=botocore.config.Config(
            retries={"max_attempts": 0}, s3={"addressing_style": "path"}))


def prepare(port):
    """Exactly SETUP_CALLS requests; the keys of the assumed role."""
    none = ("setup", "setup", None)
    iam, sts = client("iam", port, none), client("sts", port, none)
    role = iam.create_role(RoleName="ecsInstanceRole",
                           AssumeRolePolicyDocument=TRUST)["Role"]
    iam.put_role_policy(RoleName="ecsInstanceRole", PolicyName="all",
                        PolicyDocument=ALLOW)
    client("ecs", port, none).create_cluster(clusterName="web-prod")
    client("s3", port, none).create_bucket(Bucket="web-prod-config")
    made = sts.assume_role(RoleArn=role["Arn"],
                           RoleSessionName="i-0abc1234def567890")
    keys = made["Credentials"]
    return keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]


class Relay:
    """Passes requests on as they came, and notes moto's answers."""

    def __init__(self, port, seen):
        self.port, self.seen = port, seen
        self.server = httpd.Server(self.handle, ("127.0.0.1", 0)).start()

    def handle(self, req, sni=None):
        up = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        up.putrequest(req.method, req.target, skip_host=True,
                      skip_accept_encoding=True)
        for name, value in req.headers:
            up.putheader(name, value)
        up.endheaders(req.body)
        got = up.getresponse()
        body = got.read()
        auth = req.get("authorization")
        if auth:
            self.seen.append({
                "service": auth.split("/")[3], "status": got.status,
                "op": req.get("x-amz-target") or req.target,
                "body": body[:400].decode("latin-1")})
        keep = {k: v for k, v in got.getheaders() if k.lower() not in
                ("transfer-encoding", "connection", "content-length")}
        if req.method == "HEAD":
            keep["Content-Length"] = got.getheader("content-length") or "0"
        return httpd.Reply(got.status, body, keep)


def world(keys):
    spec = sp.healthy()
    spec["region"] = REGION
    spec["account"] = "123456789012"
    spec["instance"]["az"] = REGION + "a"
    spec["keys"] = dict(zip(("id", "secret", "token"), keys))
    return imds.start(spec, lambda entry: None, ("127.0.0.1", 0))


def refused(rows):
    return [r for r in rows if any(b in r["body"] for b in BAD)]


def check(program, port):
    keys = prepare(port)
    seen = []
    relays = {name: Relay(port, seen)
              for name in ("ECS", "STS", "S3", "ECR", "LOGS", "EC2")}
    # A wrong signature must be refused here, else the rest proves nothing.
    try:
        client("sts", relays["STS"].server.port,
               (keys[0], "wrong" * 8, keys[2])).get_caller_identity()
        said = "accepted"
    except botocore.exceptions.ClientError as e:
        said = e.response["Error"]["Code"]
    say("refuses a wrong signature", said == "SignatureDoesNotMatch", said)
    seen.clear()
    server = world(keys)
    env = {"PATH": os.environ.get("PATH", "/usr/bin"), "HOME": "/tmp",
           "AWS_EC2_METADATA_SERVICE_ENDPOINT":
               "http://127.0.0.1:%d" % server.port}
    for name, relay in relays.items():
        env["AWS_ENDPOINT_URL_" + name] = "http://127.0.0.1:%d" % \
            relay.server.port
    done = subprocess.run([program, "--now", "--format", "json"], env=env,
                          capture_output=True, text=True, timeout=60,
                          check=False)
    try:
        json.loads(done.stdout)["verdict"]
        say("probe finished", True)
    except (ValueError, KeyError):
        say("probe finished", False, done.stderr[-300:])
    for service in ("ecs", "sts"):
        rows = [r for r in seen if r["service"] == service]
        say("signed requests of " + service, bool(rows), "none came")
    bad = refused(seen)
    say("accepts all %d signatures" % len(seen), seen and not bad,
        bad or "none came")
    for row in seen:
        print("#    %s %s -> %d" % (row["service"], row["op"], row["status"]))


def main():
    venv = os.environ.get("LAB_VENV")
    if not moto and venv and not os.environ.get("LAB_IN_VENV"):
        os.environ["LAB_IN_VENV"] = "1"
        os.execv(os.path.join(venv, "bin", "python"),
                 ["python", os.path.abspath(__file__)] + sys.argv[1:])
    program = os.path.abspath(sys.argv[1] if len(sys.argv) > 1
                              else "build/probe")
    if not moto:
        print("skipped: needs moto[server] (LAB_VENV=a venv that has it)")
        COUNT["skipped"] = CHECKS
    elif not os.access(program, os.X_OK):
        print("no program %s: build it first" % program, file=sys.stderr)
        return 64
    else:
        port = free_port()
        proc = start_moto(port)
        try:
            check(program, port)
        finally:
            proc.kill()
            proc.wait()
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
