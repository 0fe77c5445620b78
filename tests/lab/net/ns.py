"""The few Linux calls that Python 3.11 does not have."""
import ctypes
import os
import signal
import subprocess

LIBC = ctypes.CDLL(None, use_errno=True)
NEWNS, NEWUTS, NEWIPC = 0x20000, 0x4000000, 0x8000000
NEWPID, NEWNET = 0x20000000, 0x40000000
MS_RDONLY, MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = \
    1, 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_NAME = 1, 15


def checked(result, what):
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, "%s: %s" % (what, os.strerror(number)))


def unshare(flags):
    checked(LIBC.unshare(flags), "unshare")


def mount(source, target, kind=None, flags=0, data=None):
    def text(value):
        return None if value is None else os.fsencode(value)
    checked(LIBC.mount(text(source), text(target), text(kind),
                       ctypes.c_ulong(flags), text(data)),
            "mount " + target)


def bind(source, target, readonly=False, recursive=False):
    flags = MS_BIND | (MS_REC if recursive else 0)
    mount(source, target, None, flags)
    if readonly:
        mount(None, target, None, MS_BIND | MS_REMOUNT | MS_RDONLY)


def pivot(root):
    old = os.path.join(root, ".old")
    os.makedirs(old, exist_ok=True)
    checked(LIBC.pivot_root(os.fsencode(root), os.fsencode(old)),
            "pivot_root")
    os.chdir("/")
    checked(LIBC.umount2(b"/.old", MNT_DETACH), "umount")
    os.rmdir("/.old")


def die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def set_name(name):
    LIBC.prctl(PR_SET_NAME, name.encode()[:15] + b"\0", 0, 0, 0)


def sh(*argv, stdin=None, pid=None):
    """Run a fixed program; with `pid`, in that process's network."""
    if pid:
        argv = ("nsenter", "-t", str(pid), "-n", *argv)
    done = subprocess.run(argv, input=stdin, capture_output=True, text=True,
                          timeout=60, check=False)
    if done.returncode:
        raise RuntimeError("%s: %s" % (" ".join(argv), done.stderr.strip()))
    return done.stdout


def write_proc(path, value):
    with open("/proc/sys/" + path.replace(".", "/"), "w",
              encoding="ascii") as f:
        f.write(str(value))
