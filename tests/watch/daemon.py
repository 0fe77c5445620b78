"""A real `probe daemon` in a world of the lab: its log lines, what it tells
the service manager, the files it keeps, and the Docker beside it."""
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LAB = os.path.join(HERE, "..", "lab")
sys.path.insert(0, LAB)
import net  # noqa: E402
import scenarios  # noqa: E402
from fake import spec as sp  # noqa: E402


class Heard:
    """Lines as they come, each with its time; wait() has a deadline."""

    def __init__(self):
        self.rows, self.more = [], threading.Condition()

    def add(self, text):
        with self.more:
            self.rows.append((time.monotonic(), text))
            self.more.notify_all()

    def wait(self, pattern, within_s, since=0):
        """The first match at or behind row `since`: (row, time), or None."""
        end = time.monotonic() + within_s
        with self.more:
            at = since
            while True:
                while at < len(self.rows):
                    when, text = self.rows[at]
                    if re.search(pattern, text):
                        return at, when
                    at += 1
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self.more.wait(left)

    def count(self):
        with self.more:
            return len(self.rows)

    def text(self):
        with self.more:
            return "\n".join(t for _, t in self.rows)


class Daemon:
    """prefix: what runs it (prlimit ...); user: its number."""

    def __init__(self, place, probe, conf=None, prefix=(), user=None,
                 watchdog_s=0):
        self.place, self.lines, self.told = place, Heard(), Heard()
        self.conf = os.path.join(place.folder, "probe.conf")
        self.settings = {"run-dir": "/run/probe", "state-dir":
                         "/var/lib/probe", "interval": "2s", **(conf or {})}
        self.write(self.settings)
        self.told_at = os.path.join(place.folder, "notify")
        if os.path.exists(self.told_at):
            os.unlink(self.told_at)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(self.told_at)
        os.chmod(self.told_at, 0o777)
        env = {"NOTIFY_SOCKET": self.told_at}
        if watchdog_s:
            env["WATCHDOG_USEC"] = str(watchdog_s * 1000000)
        self.began = time.monotonic()
        self.proc = subprocess.Popen(
            place.world.command([*prefix, os.path.abspath(probe), "daemon",
                                 "--conf", self.conf], env=env, user=user),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, text=True, errors="replace")
        for work in (self.read, self.listen):
            threading.Thread(target=work, daemon=True).start()

    def write(self, settings):
        with open(self.conf, "w", encoding="utf-8") as f:
            f.writelines("%s = %s\n" % kv for kv in settings.items())

    def read(self):
        for line in self.proc.stderr:
            self.lines.add(line.rstrip("\n"))
        self.lines.add("(end)")

    def listen(self):
        while True:
            try:
                for line in self.notify.recv(65536).decode().splitlines():
                    self.told.add(line)
            except OSError:
                return

    @property
    def pid(self):
        """Out here. What it leaves to run by itself (its helper, when it is
        root) has init for its parent; it has nsenter, or what runs it."""
        init = self.place.world.inside.pid
        for pid, parent, name in self.place.world.processes():
            if name == "probe" and parent != init:
                return pid
        return None

    def kill(self, number):
        os.kill(self.pid, number)

    def state(self):
        """What SIGUSR1 leaves."""
        since = self.lines.count()
        self.kill(signal.SIGUSR1)
        if not self.lines.wait(r"event=state ", 3, since):
            return {}
        return json.loads(self.place.world.read("/run/probe/state.json"))

    def end(self):
        """Seconds that SIGTERM took."""
        begin = time.monotonic()
        if self.proc.poll() is None and self.pid:
            self.kill(signal.SIGTERM)
        try:
            self.proc.wait(5)
        except subprocess.TimeoutExpired:
            self.proc.kill()
        self.notify.close()
        return time.monotonic() - begin


def log_group(spec):
    """What the stack of packaging/cloudwatch makes: without it each record is
    offered again and again."""
    spec["aws"]["log_groups"] = {"/ecs/probe": {}}


class Place:
    """A world, with a Docker of its own that can be killed and come back."""

    def __init__(self, change=None):
        self.spec = scenarios.instance()
        self.docker_spec = None
        if change:
            change(self.spec)
        self.folder = tempfile.mkdtemp(prefix="probe-watch-")
        os.chmod(self.folder, 0o755)
        self.docker = None

    def __enter__(self):
        self.outer = dict(self.spec, docker=None)
        self.world = net.World(self.outer, binds=[self.folder]).__enter__()
        self.docker_spec = json.loads(json.dumps(self.spec))
        agent = self.world.children().get("agent")
        if agent:
            with open("/proc/%d/status" % agent, encoding="ascii") as f:
                inside = re.search(r"NSpid:.*\t(\d+)", f.read()).group(1)
            self.docker_spec["docker"]["agent_pid"] = int(inside)
        self.start_docker()
        return self

    def __exit__(self, *_):
        if self.docker:
            self.docker.kill()
            self.docker.wait()
        self.world.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def set_docker(self, change):
        sp.merge(self.docker_spec, {"docker": change})
        path = os.path.join(self.folder, "docker.json")
        with open(path + ".new", "w", encoding="utf-8") as f:
            json.dump(self.docker_spec, f)
        os.rename(path + ".new", path)

    def agent_container(self, state, code=0):
        """The agent's container stops, or runs again."""
        self.set_docker({"containers": [{
            "name": "ecs-agent", "image": "amazon/amazon-ecs-agent:latest",
            "state": state, "exit_code": code, "network": "host",
            "pid": self.docker_spec["docker"].get("agent_pid", 1),
            "health": "healthy"}]})

    def start_docker(self):
        """Out here: a socket is where its name is, and Python may be in a
        folder that the world has not."""
        self.set_docker({})
        path = self.world.path("/run/docker.sock")
        self.docker = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "docker_side.py"),
             os.path.join(self.folder, "docker.json"), path],
            stdin=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not os.path.exists(path) and time.monotonic() < end:
            time.sleep(0.01)

    def stop_docker(self):
        self.docker.kill()
        self.docker.wait()
        self.docker = None
        os.unlink(self.world.path("/run/docker.sock"))

    def stop_agent(self, code=1):
        os.kill(self.world.children()["agent"], signal.SIGKILL)
        self.agent_container("exited", code)
