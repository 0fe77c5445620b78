"""The bench on which the scenarios run: a world, an instance in it with two
running tasks, and the program under test, asked what it thinks."""

import json
import os
import secrets
import time

import instance
import world

PROBE = "/usr/local/bin/probe"
CONFIG = "/etc/ecs/ecs.config"
GOOD_CONFIG = "ECS_CLUSTER=web-prod\n"
AGENT_LOG = "/var/log/ecs/ecs-agent.log"
INIT_LOG = "/var/log/ecs/ecs-init.log"
DB = "/var/lib/ecs/data/agent.db"
READY_S = 60  # 2 s on an idle machine
PROBE_S = 30
DEADLINE_S = 10  # of --now, when no other is given
TASK = "com.amazonaws.ecs."

# Asks the agent what it has registered; prints nothing when it is silent.
ASK = """import http.client
c = http.client.HTTPConnection("127.0.0.1", 51678, timeout=1)
try:
    c.request("GET", "/v1/metadata")
    print(c.getresponse().read().decode())
except OSError:
    pass
"""


class Lab:
    def __init__(self, root, cache, probe):
        self.probe = probe
        self.world = world.World(cache)
        self.box = instance.Instance(
            root, self.world.netns, nameserver=world.sp.RESOLVER_IP,
            ca=self.world.ca, files={CONFIG: GOOD_CONFIG})
        self.task_pids, self.marks = [], {}

    def __enter__(self):
        self.world.__enter__()
        try:
            self.boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def boot(self):
        """Start, or start again from nothing."""
        self.box.stop()
        self.world.reset()
        self.marks = {}
        self.box.start()
        if self.probe:
            with open(self.probe, "rb") as f:
                self.box.put(PROBE, f.read(), 0o755)
        self.wait_registered()
        self.start_tasks()

    def __exit__(self, *exc):
        self.box.stop()
        self.world.close()

    # -- the agent ----------------------------------------------------------

    def metadata(self):
        out = self.box.run(["python3", "-c", ASK]).stdout.strip()
        return json.loads(out) if out else {}

    def registered(self, cluster="web-prod"):
        return self.metadata().get("Cluster") == cluster

    def wait_registered(self, cluster="web-prod"):
        self.box.wait(lambda: self.registered(cluster), READY_S,
                      "agent registered in " + cluster)
        self.wait_log(AGENT_LOG, "Connected to ACS endpoint")

    def mark(self):
        """From here on wait_log and wrote look at new lines only."""
        self.marks = {p: len(self.box.get(p)) for p in (AGENT_LOG, INIT_LOG)}

    def wrote(self, path):
        text = self.box.get(path)
        at = self.marks.get(path, 0)
        return text[at if at <= len(text) else 0:]

    def wait_log(self, path, text, limit_s=READY_S):
        self.box.wait(lambda: text in self.wrote(path), limit_s,
                      "%s in %s" % (text, path))

    def wait_exit(self, code):
        self.wait_log(INIT_LOG, "Agent exited with code %d" % code)

    def state(self, unit="ecs"):
        return self.box.show(unit, "ActiveState", "Result",
                             "ExecMainStatus", "UnitFileState", "LoadState")

    def wait_state(self, **want):
        def same():
            now = self.state()
            return all(now.get(k) == v for k, v in want.items())
        self.box.wait(same, READY_S, "ecs.service %s" % want)

    def stop_ecs(self):
        self.box.systemctl("stop", "ecs")

    def start_ecs(self):
        self.box.systemctl("reset-failed", "ecs")
        self.box.systemctl("restart", "ecs")

    def forget_state(self):
        """As an instance that has never been registered."""
        self.stop_ecs()
        self.box.run(["rm", "-f", DB])

    def fresh_start(self, config=None):
        """Boot anew, as far as the agent can tell, with this ecs.config."""
        self.forget_state()
        if config is not None:
            self.box.put(CONFIG, config)
        self.mark()
        self.start_ecs()

    def say(self, *lines):
        """The agent's own words about a task that ACS would have sent."""
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        path = self.box.path(AGENT_LOG)
        with open(path, "a", encoding="utf-8") as f:
            for level, rest in lines:
                f.write("level=%s time=%s %s\n" % (level, now, rest))

    # -- tasks --------------------------------------------------------------

    def task_argv(self, n, *more):
        arn = "arn:aws:ecs:%s:%s:task/web-prod/%032x" % (
            self.world.spec["region"], self.world.spec["account"], n)
        argv = ["docker", "run", "-d", "--stop-timeout", "1", "--name",
                "ecs-web-7-app-%d" % n]
        for key, value in (("task-arn", arn), ("container-name", "app"),
                           ("cluster", "web-prod"),
                           ("task-definition-family", "web"),
                           ("task-definition-version", "7")):
            argv += ["--label", "%s%s=%s" % (TASK, key, value)]
        return argv + ["-v", "/usr:/usr:ro", "--entrypoint",
                       "/usr/bin/python3"] + list(more)

    def start_tasks(self):
        self.box.run(["docker", "tag", "amazon/amazon-ecs-agent:latest",
                      "web:7"])
        self.box.run(["sh", "-c", "docker ps -aq --filter label=%stask-arn |"
                      " xargs -r docker rm -f" % TASK])
        serve = ["web:7", "-m", "http.server", "--directory", "/tmp"]
        self.inside(self.task_argv(1, "-p", "32768:8080", *serve, "8080"))
        self.inside(self.task_argv(2, "--network", "host", *serve, "8081"))
        self.task_pids = self.inside(
            ["docker", "inspect", "-f", "{{.State.Pid}}", "ecs-web-7-app-1",
             "ecs-web-7-app-2"]).split()

    def inside(self, argv):
        r = self.box.run(argv)
        if r.returncode:
            raise instance.Broken("%s: %s" % (argv[:2], r.stderr.strip()))
        return r.stdout

    def tasks_alive(self):
        """(pid, start time) of each task's process that still lives."""
        out = []
        for pid in self.task_pids:
            text = self.box.get("/proc/%s/stat" % pid)
            if text:
                out.append((pid, text.rsplit(")", 1)[1].split()[19]))
        return out

    # -- the program under test ---------------------------------------------

    def ask(self, before_it=()):
        """(verdict dict, exit code, what else went wrong); `before_it` goes
        in front of the command."""
        wrong, tag = [], secrets.token_hex(8)
        before = self.tasks_alive()
        self.world.forget()
        began = time.monotonic()
        r = self.box.run([*before_it, PROBE, "--now", "--format", "json"],
                         timeout=PROBE_S, env={"LAB_RUN": tag})
        took = time.monotonic() - began
        if self.tasks_alive() != before:
            wrong.append("a task's process changed during the run")
        for pid, name in self.carrying("LAB_RUN=" + tag):
            wrong.append("left behind: process %d (%s)" % (pid, name))
        for call in self.world.seen(verified=False):
            wrong.append("a signature was refused: %s: %s" %
                         (call["op"], call["why"]))
        for name in ("secret", "token"):
            if self.world.spec["keys"][name][:24] in r.stdout + r.stderr:
                wrong.append("the output shows the %s of the keys" % name)
        try:
            doc = json.loads(r.stdout)
        except ValueError:
            return {}, r.returncode, wrong + [
                "no JSON on stdout: %r %r" % (r.stdout[:200], r.stderr[:500])]
        self.last = doc
        # Its own clock is strict; ours also counts what a busy machine adds.
        own = doc["cost"]["wall_ms"] / 1000
        if own > DEADLINE_S + 0.5 or took > DEADLINE_S + 2:
            wrong.append("answered after %.1f s, %.1f s" % (own, took))
        return doc, r.returncode, wrong

    def carrying(self, text):
        """Processes of the instance with this in their environment."""
        found = []
        for pid in self.box.groups.pids() | set(map(int, filter(
                str.isdigit, os.listdir("/proc")))):
            try:
                with open("/proc/%d/environ" % pid, "rb") as f:
                    if text.encode() not in f.read():
                        continue
                with open("/proc/%d/comm" % pid) as f:
                    found.append((pid, f.read().strip()))
            except OSError:
                pass
        return found

    # -- back to well -------------------------------------------------------

    def heal(self, clean):
        """Undo everything; `clean` drops the agent's saved state too."""
        self.world.reset()
        box = self.box
        box.put(CONFIG, GOOD_CONFIG)
        box.systemctl("daemon-reload")
        if not box.active("docker"):
            box.systemctl("reset-failed", "docker", "docker.socket")
            box.systemctl("start", "docker.socket", "docker")
            box.wait(lambda: box.active("docker"), READY_S, "docker active")
        if clean:
            self.forget_state()
        if clean or not self.registered():
            self.mark()
            self.start_ecs()
        self.wait_registered()
        if len(self.tasks_alive()) != 2:
            self.start_tasks()

    def restart_cures(self):
        """What `systemctl restart ecs` alone does, tried: the truth about
        restart.helps. The agent must come back in its right cluster."""
        self.mark()
        if self.box.systemctl("--no-block", "restart", "ecs").returncode:
            return False
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            new = self.wrote(AGENT_LOG)
            if "Connected to ACS endpoint" in new:
                return self.registered()
            if self.fails_again():
                return False
            time.sleep(0.2)
        return False

    def fails_again(self):
        """The restarted agent ended too, or its unit did not start."""
        text = self.wrote(INIT_LOG)
        at = text.find("Starting Amazon Elastic Container Service Agent")
        if at >= 0 and "Agent exited with code" in text[at:]:
            return True
        return self.box.show("ecs", "SubState")["SubState"] == "auto-restart"
