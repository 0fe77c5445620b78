"""probe as a service on the lab's instance: installed by `make install`, run
by systemd as its own user with its helper, and what it says and does, read
from the journal and from its ledger."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time

from instance import Broken

TREE = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
PREFIX = "/usr/local"
CONF = "/etc/probe/probe.conf"
LEDGER = "/var/lib/probe/ledger.jsonl"
VOLUME = "/var/cache/ecs"
START_S = 30

# Everything as by default, but in seconds: a fault is to be done with in
# twenty of them. Looks count as one when less than five seconds apart, so
# the least time to confirm is that.
SHORT = {
    "heal": "on",
    "fleet": "1",
    "interval": "3s",
    "network-interval": "10s",
    "raise-after": "1s",
    "raise-count": "1",
    "clear-after": "1s",
    "heal-confirm": "2",
    "heal-confirm-window": "2m",
    "heal-cool-down": "0s",
    "heal-grace-boot": "0s",
    "heal-grace-start": "5s",
    "heal-max": "12",
    "heal-window": "1m",
    "heal-verify": "40s",
    "limits": "control_silent_s=12,control_fresh_s=8,control_young_s=2",
}


def text(conf):
    return "".join("%s = %s\n" % row for row in conf.items())


class Daemon:
    def __init__(self, lab):
        self.lab, self.box = lab, lab.box
        self.since = 0.0

    # -- put there ----------------------------------------------------------

    def install(self):
        """As a package does it: files, users, folders, preset."""
        to = tempfile.mkdtemp()
        try:
            subprocess.run(
                ["make", "-s", "-C", TREE, "DESTDIR=" + to,
                 "PREFIX=" + PREFIX, "install"],
                check=True, capture_output=True, timeout=600)
            for folder, _, names in os.walk(to):
                for name in names:
                    full = os.path.join(folder, name)
                    with open(full, "rb") as f:
                        self.box.put(full[len(to):], f.read(),
                                     os.stat(full).st_mode & 0o777)
        finally:
            shutil.rmtree(to)
        if self.lab.probe:
            with open(self.lab.probe, "rb") as f:
                self.box.put(PREFIX + "/bin/probe", f.read(), 0o755)
        self.box.put("/dev/console", "")  # which nspawn has not
        self.volume()
        self.box.inside("systemd-sysusers")
        self.box.inside("systemd-tmpfiles", "--create",
                        "/usr/lib/tmpfiles.d/probe.conf")
        self.box.systemctl("daemon-reload")
        self.box.inside("systemctl", "preset", "probe-helper.socket",
                        "probe.service")

    def volume(self):
        """What many have: a volume that is there when probe starts, which its
        unit sees read-only."""
        if self.box.run(["mountpoint", "-q", VOLUME]).returncode:
            self.box.inside("sh", "-c", 'cp -a "$0" /run/was && mount -t '
                            'tmpfs -o mode=755 lab "$0" && cp -a /run/was/. '
                            '"$0" && rm -r /run/was', VOLUME)

    def configure(self, **more):
        self.box.put(CONF, text(dict(SHORT, **more)))

    def start(self):
        self.box.inside("systemctl", "start", "probe-helper.socket")
        r = self.box.systemctl("start", "probe.service", timeout=90)
        if r.returncode:
            raise Broken("probe.service does not start: %s\n%s" % (
                r.stderr, self.journal()))

    def stop(self):
        self.box.systemctl("stop", "probe.service")

    def pid(self):
        return int(self.box.show("probe.service", "MainPID")["MainPID"])

    # -- what it says -------------------------------------------------------

    def mark(self):
        """From here on events() are new ones."""
        self.since = time.time()

    def journal(self, lines=30):
        out = self.box.run(["journalctl", "-u", "probe.service", "-n",
                            str(lines), "-o", "short-precise", "--no-pager",
                            "--no-hostname"]).stdout
        return re.sub(r"^\w+ \d+ ([\d:.]{12})\d* \S+:", r"\1", out,
                      flags=re.M)

    def events(self, name=None):
        """[(when, {key: value})]: lines of the journal since mark()."""
        out = self.box.run(
            ["journalctl", "-u", "probe.service", "-o", "json", "--no-pager",
             "--output-fields=MESSAGE", "--since=@%d" % int(self.since)],
            timeout=30).stdout
        found = []
        for line in out.splitlines():
            row = json.loads(line)
            when = int(row["__REALTIME_TIMESTAMP"]) / 1e6
            said = fields(row.get("MESSAGE") or "")
            if when >= self.since and said.get("event") and \
                    name in (None, said["event"]):
                found.append((when, said))
        return found

    def wait_event(self, ready, limit_s, what):
        """The first event for which ready(said), with its time."""
        until = time.monotonic() + limit_s
        while True:
            for when, said in self.events():
                if ready(said):
                    return when, said
            if time.monotonic() > until:
                raise Broken("%s: not within %d s\n%s" % (
                    what, limit_s, self.journal(12)))
            time.sleep(0.2)

    def ledger(self):
        """Its lines as dicts; a line that is none raises."""
        return [json.loads(line) for line in
                self.box.get(LEDGER).splitlines()]

    def acts(self):
        """What systemd was really asked for, by its own word: the jobs that
        started ecs.service since mark()."""
        out = self.box.run(
            ["journalctl", "-o", "json", "--no-pager", "_PID=1",
             "UNIT=ecs.service", "--output-fields=MESSAGE,JOB_TYPE",
             "--since=@%d" % int(self.since)], timeout=30).stdout
        rows = [json.loads(line) for line in out.splitlines()]
        return [(int(r["__REALTIME_TIMESTAMP"]) / 1e6, r["JOB_TYPE"])
                for r in rows if r.get("JOB_TYPE") and
                r["MESSAGE"].startswith("Starting") and
                int(r["__REALTIME_TIMESTAMP"]) / 1e6 >= self.since]


def fields(line):
    """key=value and key="va\\"lue" of one line."""
    return {k: v[1:-1].replace('\\"', '"') if v.startswith('"') else v
            for k, v in re.findall(r'([a-z_]+)=("(?:\\.|[^"])*"|\S*)', line)}
