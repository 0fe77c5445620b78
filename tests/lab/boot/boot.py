"""The user data of userdata/make on a machine that boots: real systemd, real
cloud-init, a real package out of the fake S3.

usage: boot.py [--only ID] [-v] PROBE

Each row boots a disk of its own; -v prints its console. What must be whole
afterwards is looked at by the row, and of each that the boot came to its end:
no job waits, the agent started after cloud-init and is in its cluster. Ends
with one line: N passed, N failed, N skipped."""

import argparse
import glob
import json
import os
import signal
import subprocess
import sys
import time
import traceback

import cloud
from cloud import instance, lab

import scenarios
import bake
from bench import BEAT_S, BUCKET, DONE, SAYS, TREE, Bench, answer, beats, \
    completed, configured, differs, failed_units, first_told, installed, \
    nothing, told, untold
from fake import spec as sp

LIMIT_S = 600


class Row:
    def __init__(self, ident, title, make, also, needs=lambda: None):
        self.id, self.title, self.make, self.also = ident, title, make, also
        self.needs = needs


# -- rows ---------------------------------------------------------------------

def well(bench):
    return completed(bench) + failed_units(bench) + configured(bench) + \
        installed(bench) + told(bench, DONE) + answer(bench)


def also_well(bench):
    wrong = well(bench) + first_told(bench) + beats(bench)
    wrong += untold(bench, "CRLF", "closing boundary")
    size = len(bench.world.spec["imds"]["user_data"].encode())
    scenarios.say("", "%d bytes of user data; %s" % (size, bench.card))
    return wrong + again(bench)


def again(bench):
    """Whatever runs once more changes nothing."""
    box = bench.box
    before = box.listing()
    box.power_off()
    box.up()
    wrong = completed(bench) + failed_units(bench) + untold(bench, SAYS)
    wrong += differs(before, box.listing(), "the second boot")
    r = box.run(["/var/lib/cloud/instance/scripts/probe.sh"])
    if r.returncode or DONE not in r.stdout:
        wrong.append("the script once more: %s%s" % (r.stdout, r.stderr))
    wrong += differs(before, box.listing(), "the script once more")
    box.inside("cloud-init", "clean", "--logs")
    box.power_off()
    box.up()
    wrong += completed(bench) + told(bench, DONE) + answer(bench)
    return wrong + differs(before, box.listing(), "all user data once more")


def make_unreachable(bench):
    bench.launch(bench.user_data())
    bench.world.cut(sp.address_of(bench.world.spec, "s3"))


def make_wrong_sum(bench):
    """The right name, and one byte is another."""
    bench.launch(bench.user_data())
    objects = bench.world.spec["aws"]["buckets"][BUCKET]["objects"]
    objects[bench.package] = bench.bytes[:-1] + bytes([bench.bytes[-1] ^ 1])


def make_wrong_key(bench):
    bench.launch(bench.user_data())
    objects = bench.world.spec["aws"]["buckets"][BUCKET]["objects"]
    objects[bench.package + ".sig"] = bench.sign("other", os.path.join(
        TREE, "build/dist", bench.package))


def refused(*words):
    """Nothing of probe's, and the agent works all the same."""
    return lambda bench: completed(bench) + failed_units(bench) + \
        configured(bench) + nothing(bench) + told(bench, *words) + \
        untold(bench, DONE)


def make_unclosed(bench):
    text = bench.user_data()
    end = text.rindex("--==probe==--")
    bench.launch(text[:end])


def make_cut(bench):
    """Where somebody's limit was: in the midst of the script."""
    text = bench.user_data()
    bench.launch(text[:text.index("# install FILE")])


def also_cut(bench):
    """Nothing is done, not by halves either: ecs.config is not written."""
    box = bench.box
    wrong = completed(bench, "default")
    wrong += failed_units(bench, ("cloud-final.service",)) + nothing(bench)
    if os.path.lexists(box.path(lab.CONFIG)):
        wrong.append("ecs.config is there")
    return wrong + told(bench, "probe.sh: ",
                        "Failed to run module scripts-user")


PART = """
--==probe==
Content-Type: text/x-shellscript
Content-Disposition: attachment; filename="z.sh"

#!/bin/sh
%s
"""
OLD = "# by hand\r\nECS_CLUSTER=old\r\nECS_LOGLEVEL=info\n\n" \
    "ECS_CLUSTER=older\nECS_RESERVED_MEMORY=64"
MERGED = "# by hand\nECS_CLUSTER=web-prod\nECS_LOGLEVEL=info\n\n" \
    "ECS_RESERVED_MEMORY=64\n"


def also_there(bench):
    return completed(bench) + failed_units(bench) + \
        configured(bench, MERGED, 0o640) + installed(bench) + \
        told(bench, SAYS + "ecs.config is written", DONE) + answer(bench)


def make_there(bench):
    bench.launch(bench.user_data(), {lab.CONFIG: (OLD, 0o640)})


def make_deadlock(bench):
    """What our script must not do, in a part of somebody else's: a start that
    waits for the agent's, which waits for cloud-init. 11 minutes ago."""
    text = bench.user_data("--wait", "0")
    part = PART % cloud.BLOCKS
    bench.launch(text.replace("\n--==probe==--", part + "\n--==probe==--"))
    bench.box.late_s, bench.box.stuck = 660, True


def also_deadlock(bench):
    """probe, which ran before, has the reason; freed, the boot goes on."""
    box = bench.box
    box.wait(lambda: box.active("probe"), BEAT_S, "probe.service")
    wrong = installed(bench)
    if box.is_done():
        wrong.append("there is no deadlock")
    doc = json.loads(box.run(["probe", "--now", "--format", "json"]).stdout)
    got = doc["verdict"]["cause"], doc["verdict"]["restart"]["helps"]
    if got != ("cloud-init-deadlock", "worse"):
        wrong.append("%s: %s" % (got, scenarios.digest(doc)))
    box.run(["pkill", "-fx", cloud.BLOCKS])
    box.wait(box.is_done, instance.BOOT_S, "the boot's end")
    return wrong + completed(bench) + failed_units(
        bench, ("cloud-final.service",))


ROWS = [
    Row("well", "installed, healthy; twice and again changes nothing",
        lambda b: b.launch(b.user_data()), also_well),
    Row("unreachable", "packets to S3 vanish", make_unreachable,
        refused("cannot be had")),
    Row("checksum", "another file under the name", make_wrong_sum,
        refused("has another SHA-256 than")),
    Row("signature", "signed by somebody else", make_wrong_key,
        refused("is not signed as it has to be")),
    Row("unclosed", "no closing boundary", make_unclosed,
        lambda b: well(b) + told(b, "no closing boundary")),
    Row("cut", "cut off in the midst of the script", make_cut, also_cut),
    Row("crlf", "CRLF, as an editor leaves it",
        lambda b: b.launch(b.user_data().replace("\n", "\r\n")),
        lambda b: well(b) + told(b, "CRLF line ends")),
    Row("deadlock", "a part that waits for the agent", make_deadlock,
        also_deadlock),
    Row("packer", "an image by probe.pkr.hcl, and an instance of it",
        bake.make_packer, bake.also_packer, bake.needs),
    Row("builder", "an image by imagebuilder.yaml, and an instance of it",
        bake.make_builder, bake.also_builder, bake.needs),
    Row("there", "an ecs.config that is there", make_there, also_there),
]


def run_row(bench, row, verbose):
    began = time.monotonic()
    why = row.needs()
    if why:
        scenarios.Count.skipped += 1
        scenarios.say("skipped", row.id, why)
        return
    row.make(bench)
    try:
        bench.box.start()
        wrong = row.also(bench)
    except (instance.Broken, subprocess.SubprocessError, OSError) as e:
        traceback.print_exc()
        wrong = ["%s: %s" % (type(e).__name__, e)]
    if wrong and bench.box.pid:
        wrong += bench.box.console(4000).splitlines() + bench.box.run(
            ["journalctl", "-u", "probe", "-n", "12", "-o", "cat",
             "--no-pager"]).stdout.splitlines()
    if verbose:
        print(bench.box.console(1 << 20))
    scenarios.report("%s %s (boot %.1f s)" % (row.id, row.title,
                                              bench.box.boot_s), wrong,
                     time.monotonic() - began)
    bench.world.mend()


def packages():
    """The deb of this tree, as a release has it."""
    subprocess.run(["make", "-s", "-C", TREE, "deb"], check=True,
                   capture_output=True, timeout=600)
    found = glob.glob(os.path.join(TREE, "build/dist/probe_*_amd64.deb"))
    return found[0]


def all_rows(args):
    cache = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.join(
        os.path.expanduser("~"), ".cache"), "probe-lab")
    why = instance.needs() or cloud.needs()
    if why:
        raise instance.CannotRun(why)
    package = packages()
    lock = scenarios.turn()
    root = scenarios.build()  # has a limit of its own
    signal.alarm(LIMIT_S)
    instance.sweep()
    instance.own_mounts()
    bench = Bench(root, cache, args.probe, package)
    try:
        with bench:
            for row in chosen(args):
                run_row(bench, row, args.verbose)
    finally:
        bench.__exit__()
        scenarios.leftovers(bench)
        lock.close()


def chosen(args):
    return [r for r in ROWS if args.only in ("", r.id)]


def main():
    p = argparse.ArgumentParser(prog="run")
    p.add_argument("--only", default="", choices=[r.id for r in ROWS])
    p.add_argument("-v", action="store_true", dest="verbose")
    p.add_argument("probe")
    args = p.parse_args()
    for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP,
                signal.SIGALRM):
        signal.signal(sig, scenarios.stop)
    count = scenarios.Count
    try:
        all_rows(args)
    except instance.CannotRun as e:
        count.skipped += len(chosen(args))
        scenarios.say("skipped", "boot", str(e))
    except (instance.Broken, subprocess.SubprocessError, OSError):
        count.failed += 1
        scenarios.say("FAILED", "boot")
        traceback.print_exc()
    print("%d passed, %d failed, %d skipped" %
          (count.passed, count.failed, count.skipped))
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
