"""The instance's own file system: a tmpfs root with the host's /usr under it
(an overlay, so that a scenario may place files there too) and a fresh /etc,
/var and /run.  Nothing of the host's is written."""
import base64
import os
import shutil
import time

from fake import spec as sp

from . import ns

KEEP_ETC = ("passwd", "group", "nsswitch.conf", "ld.so.cache", "ld.so.conf",
            "ld.so.conf.d", "alternatives", "localtime", "services",
            "protocols", "host.conf", "gai.conf")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
CA_PATHS = ("etc/ssl/certs/ca-certificates.crt",
            "etc/pki/tls/certs/ca-bundle.crt")
OS_RELEASE = """NAME="Amazon Linux"
VERSION="2023"
ID="amzn"
ID_LIKE="fedora"
VERSION_ID="2023"
PRETTY_NAME="Amazon Linux 2023"
VARIANT_ID="ecs"
"""
EMPTY = ("etc", "var/lib/ecs/data", "var/lib/docker", "var/log/ecs",
         "var/cache/ecs", "var/tmp", "run", "tmp", "root", "proc", "sys",
         "dev", "usr", "mnt", "home", "etc/ecs")


def text_file(path, text, mode=0o644, age_s=None):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.islink(path):
        os.unlink(path)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    os.chmod(path, mode)
    if age_s is not None:
        when = time.time() - age_s
        os.utime(path, (when, when))


def usr(root):
    work = os.path.join(root, ".usr")
    for name in ("up", "work"):
        os.makedirs(os.path.join(work, name))
    target = os.path.join(root, "usr")
    try:
        ns.mount("overlay", target, "overlay", 0,
                 "lowerdir=/usr,upperdir=%s/up,workdir=%s/work"
                 % (work, work))
    except OSError:
        ns.bind("/usr", target, readonly=True)
    for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32"):
        source, target = "/" + name, os.path.join(root, name)
        if os.path.islink(source):
            os.symlink(os.readlink(source), target)
        elif os.path.isdir(source):
            os.mkdir(target)
            ns.bind(source, target, readonly=True)


def etc(root, spec, ca_pem):
    base = os.path.join(root, "etc")
    for name in KEEP_ETC:
        source, target = "/etc/" + name, os.path.join(base, name)
        if os.path.isdir(source):
            shutil.copytree(source, target, symlinks=True)
        elif os.path.exists(source):
            shutil.copy2(source, target)
    files = {"hosts": "127.0.0.1 localhost\n%s ip-10-0-1-10\n" % sp.HOST_IP,
             "hostname": "ip-10-0-1-10\n", "os-release": OS_RELEASE,
             "resolv.conf": "nameserver %s\n" % sp.RESOLVER_IP,
             "machine-id": "0" * 31 + "1\n"}
    for name, text in files.items():
        text_file(os.path.join(base, name), text)
    for name in CA_PATHS:
        text_file(os.path.join(root, name), ca_pem)


def dev(root):
    for name in DEVICES + ("kmsg",):
        target = os.path.join(root, "dev", name)
        open(target, "w").close()
        # The host's kernel log is another machine's as far as we care.
        ns.bind("/dev/" + ("null" if name == "kmsg" else name), target)
    os.symlink("/proc/self/fd", os.path.join(root, "dev/fd"))


def disk(root, path, cfg):
    """A file system of its own: size, inodes, fill_pct, ro."""
    target = root + path
    os.makedirs(target, exist_ok=True)
    data = "size=%s" % cfg.get("size", "256m")
    if "inodes" in cfg:
        data += ",nr_inodes=%d" % cfg["inodes"]
    ns.mount("disk", target, "tmpfs", 0, data)
    if cfg.get("fill_pct"):
        stat = os.statvfs(target)
        want = stat.f_blocks * stat.f_frsize * cfg["fill_pct"] // 100
        with open(os.path.join(target, "layer.tar"), "wb") as f:
            try:
                while want > 0:
                    want -= f.write(b"\0" * min(want, 1 << 20))
                f.flush()
            except OSError:
                pass
    for number in range(cfg.get("use_inodes", 0)):
        try:
            open(os.path.join(target, "f%d" % number), "w").close()
        except OSError:
            break
    if cfg.get("ro"):
        ns.mount(None, target, None, ns.MS_REMOUNT | ns.MS_RDONLY, data)


def place(root, path, value):
    target = root + path
    if value is None:
        if os.path.isdir(target) and not os.path.islink(target):
            shutil.rmtree(target)
        elif os.path.lexists(target):
            os.unlink(target)
    elif isinstance(value, str):
        text_file(target, value)
    elif value.get("dir"):
        os.makedirs(target, exist_ok=True)
    elif "link" in value:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.symlink(value["link"], target)
    else:
        text = base64.b64decode(value["base64"]) if "base64" in value \
            else value.get("text", "")
        text_file(target, text,
                  int(value.get("mode", "644"), 8), value.get("age_s"))


def build(spec, ca_pem, binds):
    root = "/mnt" if os.path.isdir("/mnt") else "/tmp"
    ns.mount(None, "/", None, ns.MS_REC | ns.MS_PRIVATE)
    ns.mount("root", root, "tmpfs", 0,
             "mode=755,size=%s" % spec.get("root_size", "2g"))
    for name in EMPTY:
        os.makedirs(os.path.join(root, name), exist_ok=True)
    os.chmod(os.path.join(root, "tmp"), 0o1777)
    os.symlink("../run", os.path.join(root, "var/run"))
    usr(root)
    etc(root, spec, ca_pem)
    dev(root)
    for path, cfg in spec.get("disk", {}).items():
        disk(root, path, cfg)
    for path in binds:
        os.makedirs(root + path, exist_ok=True)
        ns.bind(path, root + path, readonly=True)
    ns.mount("proc", os.path.join(root, "proc"), "proc")
    ns.mount("sysfs", os.path.join(root, "sys"), "sysfs", ns.MS_RDONLY)
    for path, value in spec["files"].items():
        place(root, path, value)
    ns.pivot(root)
