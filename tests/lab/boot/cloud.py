"""An instance as EC2 makes it from an image: the disk has cloud-init and no
ecs.config, the rest comes from the metadata service.

Its clock since boot is its own (a time namespace): what counts from there, as
the report card of a boot does, sees a young machine. power_off() and up() are
a reboot: the disk stays, processes, /run and that clock do not."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "instance"))

import instance  # noqa: E402
import lab  # noqa: E402

ROOT = os.path.join(HERE, "root")
OFF_S = 60
FINAL = "/cloud-final.service"
GROUP = "/ecs/probe"
BLOCKS = "systemctl start ecs"
# What the user data may change, and must not change twice.
OURS = ("/etc/ecs", "/etc/probe", "/etc/systemd", "/usr/bin/probe",
        "/usr/libexec", "/usr/lib/systemd/system", "/usr/lib/sysusers.d",
        "/usr/lib/tmpfiles.d", "/var/lib/dpkg/status",
        "/var/lib/dpkg/info/probe.list", "/var/lib/systemd/deb-systemd-helper-"
        "enabled", "/etc/passwd", "/etc/group")


def needs():
    if not os.path.exists("/proc/self/ns/time"):
        return "the kernel has no time namespaces"
    return None


class Cloud(instance.Instance):
    CONSOLE = "read-only"
    ENTER = instance.Instance.ENTER + ("-T",)
    late_s = 0  # what its clock since boot is ahead
    stuck = False  # the boot is to hang where user data BLOCKS

    def before(self):
        """Since boot: nothing, whatever the machine below has been up."""
        with open("/proc/uptime", encoding="ascii") as f:
            off = self.late_s - int(float(f.read().split()[0]))
        return ["unshare", "--time", "--boottime=%d" % off,
                "--monotonic=%d" % off]

    def configure(self):
        super().configure()
        self.put("/etc/machine-id", "")
        os.remove(self.path("/etc/cloud/cloud-init.disabled"))
        shutil.rmtree(self.path("/var/lib/cloud"))
        for folder, _, names in os.walk(ROOT):
            for name in names:
                full = os.path.join(folder, name)
                with open(full, encoding="utf-8") as f:
                    self.put(full[len(ROOT):], f.read())
        # As the package has it, not as an owner: it can be masked.
        unit = "/systemd/system/ecs.service"
        link = "/etc/systemd/system/multi-user.target.wants/ecs.service"
        self.put("/usr/lib" + unit, self.get("/etc" + unit))
        os.remove(self.path("/etc" + unit))
        os.remove(self.path(link))
        os.symlink("/usr/lib" + unit, self.path(link))
        # Debian's waits for multi-user.target, and that for ecs.service, and
        # that for cloud-final: Amazon Linux's does not.
        unit = self.get("/lib/systemd/system" + FINAL)
        self.put("/etc/systemd/system" + FINAL, re.sub(
            r"^(After=.*?) *\bmulti-user\.target\b", r"\1", unit, flags=re.M))

    def is_up(self):
        if self.stuck:
            return BLOCKS in self.run(["ps", "-eo", "args="]).stdout
        return self.is_done()

    def is_done(self):
        """systemd's own word; it says starting as long as a job waits."""
        state = self.systemctl("is-system-running").stdout.strip()
        return state in ("running", "degraded")

    def power_off(self):
        self.systemctl("--no-block", "poweroff")
        try:
            self.nspawn.wait(OFF_S)
        except subprocess.TimeoutExpired:
            raise instance.Broken("poweroff: not within %d s" % OFF_S)
        self.down()

    # -- what is on its disk ------------------------------------------------

    def listing(self):
        """{path: all that can be told of it} of OURS, and the units."""
        out = {}
        for top in OURS:
            for path in [top] + self.below(top):
                out[path] = self.describe(path)
        rows = self.systemctl("list-unit-files", "--no-legend",
                              "--no-pager").stdout.splitlines()
        # What is transient was asked for by --wait, and goes when it is said.
        out.update(("unit " + name, state) for name, state, *_ in
                   map(str.split, rows) if state != "transient")
        return out

    def below(self, top):
        real = self.path(top)
        return sorted(os.path.join(folder, name)[len(real) - len(top):]
                      for folder, dirs, files in os.walk(real)
                      for name in dirs + files)

    def describe(self, path):
        full = self.path(path)
        try:
            st = os.lstat(full)
        except FileNotFoundError:
            return None
        what = ""
        if stat.S_ISLNK(st.st_mode):
            what = os.readlink(full)
        elif stat.S_ISREG(st.st_mode):
            with open(full, "rb") as f:
                what = hashlib.sha256(f.read()).hexdigest()
        when = 0 if stat.S_ISDIR(st.st_mode) else st.st_mtime_ns
        return oct(st.st_mode), st.st_uid, st.st_gid, when, what
