"""Images made by the commands of userdata/'s own files, run on a builder in
the lab, and an instance that is started from what they leave on its disk."""

import os
import time

from bench import BEAT_S, CONFIG, DONE, TREE, answer, completed, configured, \
    failed_units, first_told, installed, told
from cloud import instance, lab

try:
    import hcl2
    import yaml
except ImportError:
    hcl2 = None

# The commands say rpm, and this system is Debian. The rpm starts nothing.
RPM = """#!/bin/sh
[ "$1" = -U ] || exit 64
printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d
chmod 755 /usr/sbin/policy-rc.d
dpkg -i "$2"
rc=$?
rm -f /usr/sbin/policy-rc.d
exit $rc
"""
NEXT = "i-0def5678abc901234"


def needs():
    return None if hcl2 else "python3-hcl2 or yaml is not installed"


def read(name):
    with open(os.path.join(TREE, "userdata", name), encoding="utf-8") as f:
        return f.read()


def run(bench, commands, what):
    """As one script with set -e, which is what both tools make of them."""
    r = bench.box.run(["sh", "-eu", "-c", "\n".join(commands)], timeout=200)
    return [] if r.returncode == 0 else ["%s: exit %d: %s%s" % (
        what, r.returncode, r.stdout, r.stderr)]


def builder(bench, user_data):
    bench.launch(user_data, {"/usr/bin/rpm": (RPM, 0o755)})


def deliver(bench):
    bench.box.put("/tmp/probe.rpm", bench.bytes)


def image(bench):
    """Another instance of the disk that the builder leaves: it is installed,
    and is an instance of its own in every way."""
    box, world = bench.box, bench.world
    before = box.get("/etc/machine-id")
    box.power_off()
    world.forget()
    world.change({"instance": {"id": NEXT}, "imds": {
        "user_data": bench.user_data("--package", "", "--sha256", "0" * 64)}})
    world.spec["aws"]["log_groups"]["/ecs/probe"].clear()
    box.up()
    wrong = completed(bench) + failed_units(bench) + configured(bench) + \
        installed(bench) + told(bench, DONE) + answer(bench) + \
        first_told(bench)
    if before.strip() or len(box.get("/etc/machine-id").strip()) != 32:
        wrong.append("machine-id: %r, then %r" % (
            before, box.get("/etc/machine-id")))
    box.wait(lambda: bench.records("start"), BEAT_S, "a record")
    if [r["instance"] for r in bench.records("start")] != [NEXT]:
        wrong.append("records: %s" % bench.records("start"))
    return wrong


# -- Packer -------------------------------------------------------------------

def packer():
    """(user data of the builder, what its shell provisioners run)"""
    doc = hcl2.loads(read("probe.pkr.hcl"))
    source = unquoted(doc["source"][0])["amazon-ebs"]["ecs"]
    shells = [unquoted(p)["shell"] for p in doc["build"][0]["provisioner"]
              if "shell" in unquoted(p)]
    return text(source["user_data"]), [[text(c) for c in s["inline"]]
                                       for s in shells]


def unquoted(node):
    """The names of blocks, which newer parsers leave in quotes."""
    if isinstance(node, dict):
        return {k.strip('"'): unquoted(v) for k, v in node.items()}
    return node


def text(value):
    if value.startswith('"') and value.endswith('"'):
        value = value[1:-1]
    return value.replace("\\n", "\n")


def make_packer(bench):
    builder(bench, packer()[0])


def also_packer(bench):
    """The builder must not register; then provision, and boot the image."""
    wrong = failed_units(bench)
    if bench.world.seen(op="ecs:RegisterContainerInstance"):
        wrong.append("the builder registered itself")
    deliver(bench)
    for commands in packer()[1]:
        wrong += run(bench, commands, "a provisioner")
    return wrong or image(bench)


# -- EC2 Image Builder --------------------------------------------------------

def phase(name):
    doc = yaml.safe_load(read("imagebuilder.yaml"))
    steps = [s for p in doc["phases"] if p["name"] == name
             for s in p["steps"]]
    return [s["inputs"]["commands"] for s in steps
            if s["action"] == "ExecuteBash"]


def make_builder(bench):
    """Its builder starts as any instance does, the agent as well."""
    builder(bench, "#!/bin/sh\n")


def also_builder(bench):
    wrong = completed(bench, "default")
    deliver(bench)
    for name in ("build", "validate"):
        for commands in phase(name):
            wrong += run(bench, [c.replace("{{ Sha256 }}", bench.sum())
                                 for c in commands], name)
    wrong = wrong or image(bench)
    if wrong:
        return wrong
    for commands in phase("test"):
        wrong += run(bench, commands, "test")
    return wrong
