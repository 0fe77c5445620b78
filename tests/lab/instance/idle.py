"""What it costs to be there: the daemon on a healthy instance with its default
settings, beside monit set up to watch the same things as far as it can, in the
same minutes on the same machine. CPU is that of the process and of what it
started, for probe with all that its helper did; wake-ups are voluntary context switches of
all its threads; memory is resident."""

import json
import os
import time

from daemon import Daemon
from instance import Broken

MONIT = """set daemon 30
set log syslog
set pidfile /run/monit.pid
set idfile /run/monit.id
set statefile /run/monit.state
set httpd unixsocket /run/monit.sock allow localhost
check system instance
  if memory usage > 97% then alert
check process dockerd with pidfile /run/docker.pid
check process ecs-init matching "amazon-ecs-init"
check process agent matching "/agent"
check host agent-api with address 127.0.0.1
  if failed port 51678 protocol http request "/v1/metadata" then alert
check filesystem root with path /
  if space usage > 95% then alert
check file ecs-config with path /etc/ecs/ecs.config
  if changed checksum then alert
check file agent-log with path /var/log/ecs/ecs-agent.log
  if content = "level=critical" then alert
"""
UNIT = """[Service]
ExecStart=/usr/bin/monit -I -c /run/monitrc
"""
HZ = os.sysconf("SC_CLK_TCK")
SETTLE_S = 20
CPU_PCT, WAKES, RSS_KIB = 0.1, 1.0, 10 * 1024
WARM_S = 60  # the start's own looks, which ask AWS, are not idling


def ticks(box, pid):
    """utime, stime, and those of children that were waited for."""
    text = box.get("/proc/%d/stat" % pid).rsplit(")", 1)[1].split()
    return [int(x) for x in text[11:15]]


class Watched:
    """One of the two: its process and its unit."""

    def __init__(self, box, unit):
        self.box, self.unit = box, unit

    def pid(self):
        return int(self.box.show(self.unit, "MainPID")["MainPID"])

    def cpu_s(self):
        """Its own, and its children's that have ended."""
        return sum(ticks(self.box, self.pid())) / HZ

    def rss_kib(self):
        for line in self.box.get("/proc/%d/status" % self.pid()).splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise Broken(self.unit + " is gone")

    def woken(self):
        total = 0
        pid = self.pid()
        for tid in self.box.inside("ls", "/proc/%d/task" % pid).split():
            text = self.box.get("/proc/%d/task/%s/status" % (pid, tid))
            for line in text.splitlines():
                if line.startswith("voluntary_ctxt_switches:"):
                    total += int(line.split()[1])
        return total


class Probe(Watched):
    def cpu_s(self):
        """With all that ended under systemd meanwhile: its helper's words,
        which it starts for each, and what those ran."""
        return super().cpu_s() + sum(ticks(self.box, 1)[2:]) / HZ

    def woken(self):
        """Its own word: threads of a look have ended by now."""
        old = self.box.get("/run/probe/state.json")
        self.box.inside("systemctl", "kill", "-s", "USR1", self.unit)
        self.box.wait(lambda: self.box.get("/run/probe/state.json") not in
                      ("", old), 10, "state.json")
        return json.loads(self.box.get("/run/probe/state.json"))["wakeups"]

    def descriptors(self):
        return len(self.box.inside("ls", "/proc/%d/fd" % self.pid()).split())


def start(lab):
    box, d = lab.box, Daemon(lab)
    d.install()
    box.put("/run/monitrc", MONIT, 0o600)
    box.put("/run/systemd/system/watched-monit.service", UNIT)
    box.systemctl("daemon-reload")
    d.start()
    box.inside("systemctl", "start", "watched-monit.service")
    return Probe(box, "probe.service"), Watched(box, "watched-monit.service")


def run(lab, seconds, report, say):
    both = start(lab)
    time.sleep(min(WARM_S, max(SETTLE_S, seconds // 2)))
    before = [(w.cpu_s(), w.woken(), time.monotonic()) for w in both]
    fds, rss = both[0].descriptors(), both[0].rss_kib()
    time.sleep(seconds / 2)
    half = both[0].rss_kib()  # by now all was looked at, and sent, once
    time.sleep(seconds / 2)
    wrong, rows = [], []
    for w, (cpu, woken, at) in zip(both, before):
        took = time.monotonic() - at
        rows.append(((w.cpu_s() - cpu) / took * 100,
                     (w.woken() - woken) / took, w.rss_kib()))
        say("figures", "%-22s CPU %.3f %% of a core, %.2f wake-ups a second, "
            "%d KiB resident, over %d s" % ((w.unit,) + rows[-1] + (took,)))
    cpu, wakes, kib = rows[0]
    if kib > RSS_KIB:
        wrong.append("%d KiB resident, at most %d" % (kib, RSS_KIB))
    if kib > rss + 512 or kib > half + 256:
        wrong.append("grew from %d, %d to %d KiB" % (rss, half, kib))
    if both[0].descriptors() > fds + 2:
        wrong.append("%d descriptors more" % (both[0].descriptors() - fds))
    if cpu <= 0 or rows[1][0] <= 0:
        wrong.append("no CPU was counted: %s" % rows)
    if seconds >= 300:  # shorter, the looks that ask AWS weigh too much
        if cpu > CPU_PCT:
            wrong.append("%.3f %% CPU, at most %.1f" % (cpu, CPU_PCT))
        if wakes > WAKES:
            wrong.append("%.2f wake-ups a second, at most 1" % wakes)
    report("IDLE a healthy instance, default settings", wrong, seconds)
