"""A container instance: real systemd and dockerd in systemd-nspawn.

Instance(...) boots the root that `build` made under an overlay, so that each
boot starts clean, in a network namespace of the caller. Everything lives in
a mount namespace of this process and dies with it; only the empty control
groups are left to remove, which stop() does.
"""

import ctypes
import glob
import os
import shutil
import signal
import subprocess
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
CLONE_NEWNS = 0x00020000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
BOOT_S = 90  # 3 s on an idle machine
CGROUPS = "/sys/fs/cgroup"


class CannotRun(Exception):
    """This machine cannot host an instance: a reason to skip."""


class Broken(Exception):
    """The instance did not do what it must: a reason to fail."""


def sh(*argv, **kw):
    return subprocess.run(argv, check=True, capture_output=True, text=True,
                          **kw).stdout


def own_mounts():
    """Mounts made from here on are ours alone and die with us."""
    if LIBC.unshare(CLONE_NEWNS):
        raise CannotRun("unshare: " + os.strerror(ctypes.get_errno()))
    sh("mount", "--make-rprivate", "/")


def needs():
    """Why no instance can run here, or None."""
    if os.geteuid():
        return "needs root"
    for tool in ("systemd-nspawn", "ip", "nsenter", "mount"):
        if not shutil.which(tool):
            return tool + " is not installed"
    with open("/proc/filesystems") as f:
        if "overlay" not in f.read():
            return "the kernel has no overlayfs"
    return None


def hierarchies():
    """Every writable control group hierarchy of this machine."""
    with open("/proc/self/mounts") as f:
        rows = [line.split() for line in f]
    return [r[1] for r in rows if r[2] in ("cgroup", "cgroup2") and
            r[1].startswith(CGROUPS)]


class Cgroups:
    """One group in each hierarchy; all that the instance makes is below."""

    def __init__(self):
        self.dirs = []

    def make(self, name):
        for top in hierarchies():
            path = os.path.join(top, name)
            os.mkdir(path)
            self.dirs.append(path)
            for knob in ("cpuset.cpus", "cpuset.mems"):
                self.inherit(top, path, knob)

    @staticmethod
    def inherit(top, path, knob):
        try:
            with open(os.path.join(top, knob)) as f:
                value = f.read().strip()
            with open(os.path.join(path, knob), "w") as f:
                f.write(value)
            with open(os.path.join(path, "cgroup.clone_children"), "w") as f:
                f.write("1")
        except OSError:
            pass  # not the cpuset hierarchy, or version 2

    def enter(self):
        for path in self.dirs:
            with open(os.path.join(path, "cgroup.procs"), "w") as f:
                f.write("0")

    def pids(self):
        found = set()
        for path in self.dirs:
            for folder, _, _ in os.walk(path):
                try:
                    with open(os.path.join(folder, "cgroup.procs")) as f:
                        found.update(int(p) for p in f.read().split())
                except OSError:
                    pass
        found.discard(0)  # of another namespace; to kill it were suicide
        return found

    def empty(self):
        deadline = time.monotonic() + 5
        while self.pids() and time.monotonic() < deadline:
            for pid in self.pids():
                kill(pid)
            time.sleep(0.05)

    def remove(self):
        left = []
        for path in self.dirs:
            for folder, _, _ in os.walk(path, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError as e:
                    left.append("%s: %s" % (folder, e.strerror))
        self.dirs = []
        return left


class Instance:
    """with Instance(root, netns=..., ...) as box: box.run([...])"""
    CONSOLE = "pipe"
    ENTER = ("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w")

    def __init__(self, root, netns, nameserver=None, ca=None, files=None):
        # Now: another tree's build may turn the links to layers of its own.
        self.lower = ":".join(os.path.realpath(os.path.join(root, layer))
                              for layer in ("files", "base"))
        self.netns = netns
        self.nameserver, self.ca, self.files = nameserver, ca, files or {}
        self.left = []
        self.name = "probe-lab-%d" % os.getpid()
        self.work = self.nspawn = self.groups = self.pid = None
        self.boot_s = 0.0

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *exc):
        self.stop()

    # -- life ---------------------------------------------------------------

    def start(self):
        self.mount()
        self.configure()
        self.up()

    def up(self):
        """One boot of what is on the disk."""
        began = time.monotonic()
        self.groups = Cgroups()
        self.groups.make(self.name)
        self.spawn()
        self.find_init()
        self.wait(self.is_up, BOOT_S, "multi-user.target")
        self.wait(lambda: self.active("docker"), BOOT_S, "docker active")
        self.boot_s = time.monotonic() - began

    def mount(self):
        self.work = tempfile.mkdtemp(prefix=self.name + "-")
        sh("mount", "-t", "tmpfs", "-o", "mode=755", "lab", self.work)
        for d in ("upper", "work", "top"):
            os.mkdir(os.path.join(self.work, d))
        self.top = os.path.join(self.work, "top")
        sh("mount", "-t", "overlay", "-o",
           "lowerdir=%s,upperdir=%s/upper,workdir=%s/work" %
           (self.lower, self.work, self.work), "lab", self.top)

    def configure(self):
        self.put("/etc/machine-id", os.urandom(16).hex() + "\n")
        self.put("/etc/hostname", "ip-10-0-0-10\n")
        self.put("/etc/hosts", "127.0.0.1 localhost\n")
        for path, text in self.files.items():
            self.put(path, *(text if isinstance(text, tuple) else (text,)))
        self.put("/etc/resolv.conf", "nameserver %s\noptions timeout:1 "
                 "attempts:2\n" % self.nameserver if self.nameserver else "")
        if self.ca:
            bundle = self.top + "/etc/ssl/certs/ca-certificates.crt"
            with open(self.ca) as f, open(bundle, "a") as out:
                out.write(f.read())

    def spawn(self):
        def child():
            LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            self.groups.enter()

        env = dict(os.environ, SYSTEMD_SECCOMP="0",
                   SYSTEMD_NSPAWN_API_VFS_WRITABLE="network")
        self.log = open(os.path.join(self.work, "console"), "w+")
        self.nspawn = subprocess.Popen(
            self.before() + [
             "systemd-nspawn", "-q", "-D", self.top, "--boot",
             "--register=no", "--keep-unit", "--capability=all",
             "--network-namespace-path=" + self.netns, "--resolv-conf=off",
             "--timezone=off", "--link-journal=no",
             "--console=" + self.CONSOLE,
             "--bind=/dev/null:/dev/kmsg", "--machine=" + self.name],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
            env=env, preexec_fn=child)

    def before(self):
        """What stands in front of systemd-nspawn's command line."""
        return []

    def console(self, last=2000):
        self.log.flush()
        with open(self.log.name, errors="replace") as f:
            return f.read()[-last:]

    def find_init(self):
        """nspawn's child that is process 1 inside."""
        def look():
            if self.nspawn.poll() is not None:
                raise CannotRun("systemd-nspawn: " +
                                " ".join(self.console().split()))
            for pid in children(self.nspawn.pid):
                if is_init(pid):
                    self.pid = pid
                    return True
            return False
        self.wait(look, BOOT_S, "process 1")

    def down(self):
        """Kill; every process inside dies with process 1."""
        if self.nspawn and self.nspawn.poll() is None:
            for pid in children(self.nspawn.pid):
                kill(pid)
            try:
                self.nspawn.wait(5)
            except subprocess.TimeoutExpired:
                self.nspawn.kill()
                self.nspawn.wait(5)
        self.nspawn = self.pid = None
        if self.groups:
            self.groups.empty()
            self.left += self.groups.remove()
            self.groups = None

    def stop(self):
        """And unmount: what was on its disk is gone."""
        self.down()
        if self.work:
            for path in (getattr(self, "top", None), self.work):
                if path and os.path.ismount(path):
                    subprocess.run(["umount", "-l", path], check=False)
            shutil.rmtree(self.work, ignore_errors=True)
            self.work = None

    # -- use ----------------------------------------------------------------

    def wait(self, ready, limit_s, what):
        deadline = time.monotonic() + limit_s
        while not ready():
            if time.monotonic() > deadline:
                raise Broken("%s: not within %d s" % (what, limit_s))
            time.sleep(0.1)

    def enter(self, argv):
        return ["nsenter", "-t", str(self.pid), *self.ENTER, "--", *argv]

    def run(self, argv, timeout=60, env=None):
        """What argv says and how it ends, inside; never raises on failure."""
        inside = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
                  "LANG": "C.UTF-8"}
        inside.update(env or {})
        return subprocess.run(self.enter(argv), capture_output=True,
                              text=True, timeout=timeout, env=inside,
                              errors="replace", stdin=subprocess.DEVNULL)

    def inside(self, *argv):
        r = self.run(argv)
        if r.returncode:
            raise subprocess.CalledProcessError(r.returncode, argv, r.stdout,
                                                r.stderr)
        return r.stdout

    def path(self, inside):
        """Where the host sees a path of the instance."""
        if self.pid:
            return "/proc/%d/root%s" % (self.pid, inside)
        return self.top + inside

    def put(self, path, text, mode=0o644):
        full = self.path(path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
        os.chmod(full, mode)

    def get(self, path):
        try:
            with open(self.path(path), errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def systemctl(self, *args, timeout=60):
        return self.run(("systemctl",) + args, timeout=timeout)

    def active(self, unit):
        return self.systemctl("is-active", unit).stdout.strip() == "active"

    def show(self, unit, *names):
        """The named properties of a unit, as a dict."""
        out = self.systemctl("show", unit, "-p", ",".join(names)).stdout
        return dict(line.split("=", 1) for line in out.splitlines() if
                    "=" in line)

    def is_up(self):
        return self.active("multi-user.target")


def sweep():
    """Remove what an instance left whose owner was killed outright."""
    def stale(path):
        owner = os.path.basename(path).split("-")[2]
        return not os.path.exists("/proc/" + owner)

    groups = Cgroups()
    groups.dirs = [d for top in hierarchies() for d in
                   glob.glob(top + "/probe-lab-*") if stale(d)]
    groups.empty()
    groups.remove()
    for path in glob.glob("/run/netns/probe-lab-*"):
        if stale(path):
            subprocess.run(["ip", "netns", "del", os.path.basename(path)],
                           check=False, capture_output=True)
    for path in glob.glob(tempfile.gettempdir() + "/probe-lab-*"):
        if stale(path):
            shutil.rmtree(path, ignore_errors=True)


def kill(pid, sig=signal.SIGKILL):
    try:
        os.kill(pid, sig)
    except ProcessLookupError:
        pass


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
            return [int(p) for p in f.read().split()]
    except OSError:
        return []


def is_init(pid):
    try:
        with open("/proc/%d/status" % pid) as f:
            rows = [r for r in f if r.startswith("NSpid:")]
        with open("/proc/%d/comm" % pid) as f:
            comm = f.read().strip()
    except OSError:
        return False
    return bool(rows) and rows[0].split()[-1] == "1" and comm == "systemd"
