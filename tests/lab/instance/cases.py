"""The scenarios: how each fault is made, how the instance shows it, what
the verdict must be, and what a restart of the agent really does.

Row: id, title, make(lab), which returns once the fault shows, then what is
expected (a tuple holds all that are right): class, restart.helps, exit code,
cause. `clean` drops saved state when healing, `undo` takes back what heal()
does not know of, `before` goes in front of the command, `also` looks at the
instance after the program has run. `tried` False: the restart is not tried
for real, because it blocks or because the fault is a task's.
"""

import json
import os
import signal
import time

from instance import Broken
from lab import AGENT_LOG, CONFIG, GOOD_CONFIG

SICK, WARN, WELL = 2, 1, 0
TASK_ID = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
ARN = "arn:aws:ecs:ap-northeast-2:111122223333:task/web-prod/" + TASK_ID
UNIT = "/etc/systemd/system/ecs.service"
WANTS = "/etc/systemd/system/multi-user.target.wants/ecs.service"
ROWS = []


class Row:
    def __init__(self, ident, title, make, cls, helps, code, cause=(),
                 clean=False, undo=None, tried=True, also=None, before=()):
        self.id, self.title, self.make = ident, title, make
        self.cls, self.code = cls, many(code)
        self.helps = many(helps) if helps else ()
        self.cause, self.clean, self.undo = cause, clean, undo
        self.tried, self.also, self.before = tried, also, before


def many(x):
    return x if isinstance(x, tuple) else (x,)


def case(ident, title, cls, helps, code, **kw):
    def add(make):
        ROWS.append(Row(ident, title, make, cls, helps, code, **kw))
        return make
    return add


def need(truth, what):
    if not truth:
        raise Broken(what)


def mem_total_mib():
    with open("/proc/meminfo") as f:
        return int(f.readline().split()[1]) // 1024


# -- credentials and policy ---------------------------------------------------

@case("S1", "no instance profile", ("credentials",), "no", SICK, clean=True,
      cause=("no-instance-profile",))
def no_role(lab):
    lab.world.change({"imds": {"role": "none", "info": "none"}})
    lab.fresh_start()
    lab.wait_log(AGENT_LOG, "no EC2 IMDS role found")
    lab.wait_exit(1)
    lab.wait_state(ActiveState="active")


@case("S6", "RegisterContainerInstance denied", ("iam-denied",), "no", SICK,
      clean=True, cause=("registration-denied",))
def denied(lab):
    lab.world.change({"aws": {"allow": [
        a for a in lab.world.spec["aws"]["allow"] if
        a != "ecs:RegisterContainerInstance"]}})
    lab.fresh_start()
    lab.wait_log(AGENT_LOG, "is not authorized to perform: "
                 "ecs:RegisterContainerInstance")
    lab.wait_exit(1)


def cloud_init(lab, source):
    lab.box.put("/var/lib/cloud/data/result.json", json.dumps(
        {"v1": {"datasource": source, "errors": []}}, indent=1) + "\n")


# -- the cluster --------------------------------------------------------------

@case("S2.missing", "ECS_CLUSTER missing: joined default",
      ("cluster-config",), "no", (WARN, SICK), clean=True,
      cause=("cluster-key-missing",))
def no_cluster(lab):
    lab.fresh_start("ECS_ENABLE_TASK_ENI=false\n")
    lab.wait_registered("default")


@case("S2.typo", "ECS_CLUSTR instead of ECS_CLUSTER: joined default",
      ("cluster-config",), "no", (WARN, SICK), clean=True,
      cause=("cluster-key-near-miss",))
def near_miss(lab):
    lab.fresh_start("ECS_CLUSTR=web-prod\n")
    lab.wait_registered("default")


@case("S2.late", "ecs.config written after the agent started",
      ("cluster-config", "state-corrupt"), ("no", "worse"), (WARN, SICK),
      clean=True,
      cause=("cluster-changed-late",))
def late(lab):
    lab.fresh_start("")
    lab.wait_registered("default")
    time.sleep(1.1)  # the file's time must be a later second
    lab.box.put(CONFIG, GOOD_CONFIG)


@case("S2.none", "cloud-init found no data source: user data did not run",
      ("cluster-config",), "no", SICK, clean=True,
      undo=lambda lab: cloud_init(lab, "DataSourceEc2Local"),
      cause=("user-data-did-not-run",))
def no_user_data(lab):
    cloud_init(lab, "DataSourceNone")
    lab.fresh_start("")
    lab.wait_log(AGENT_LOG, "Cloud-init failure detected")
    lab.wait_state(ActiveState="failed", ExecMainStatus="5")


@case("S2.saved", "saved state of another cluster: exit 5",
      ("state-corrupt", "cluster-config"), "no", SICK, clean=True,
      cause=("saved-cluster-mismatch",))
def mismatch(lab):
    lab.fresh_start("")
    lab.wait_registered("default")
    lab.box.put(CONFIG, GOOD_CONFIG)
    lab.mark()
    lab.start_ecs()
    lab.wait_log(AGENT_LOG, "Data mismatch; saved cluster 'default' does not "
                 "match configured cluster 'web-prod'")
    lab.wait_state(ActiveState="failed", Result="exit-code",
                   ExecMainStatus="5")


# -- a dead agent -------------------------------------------------------------

@case("S4.exit0", "agent ended with 0: unit inactive", ("agent-crash",),
      "yes", SICK,
      cause=("agent-exited-clean",))
def exit_0(lab):
    lab.mark()
    lab.inside(["docker", "kill", "-s", "TERM", "ecs-agent"])
    lab.wait_exit(0)
    lab.wait_state(ActiveState="inactive", Result="success",
                   ExecMainStatus="0")


@case("S4.exit5", "the named cluster does not exist: exit 5, unit failed",
      ("cluster-config",), "no", SICK, clean=True,
      cause=("cluster-unknown-to-ecs",))
def exit_5(lab):
    lab.fresh_start("ECS_CLUSTER=web-prdo\n")
    lab.wait_log(AGENT_LOG, "ClientException: Cluster not found.")
    lab.wait_exit(5)
    lab.wait_state(ActiveState="failed", ExecMainStatus="5")


@case("S4.rm", "agent ended and its container removed", ("agent-crash",),
      "yes", SICK,
      cause=("agent-exited-clean",))
def removed(lab):
    exit_0(lab)
    lab.inside(["docker", "rm", "-f", "ecs-agent"])


@case("S4.restart", "somebody ran `docker restart ecs-agent`",
      ("agent-crash",), "yes", SICK,
      cause=("agent-exited-clean",))
def docker_restart(lab):
    lab.mark()
    lab.box.run(["docker", "restart", "ecs-agent"])
    lab.wait_exit(0)
    lab.wait_state(ActiveState="inactive", Result="success")


@case("S4.hung", "agent process stopped (SIGSTOP)",
      ("agent-crash", "agent-disconnected"), "yes", SICK,
      cause=("agent-hung",))
def agent_hung(lab):
    pid = lab.inside(["docker", "top", "ecs-agent", "-eo", "pid,comm"])
    pids = [row.split()[0] for row in pid.splitlines()[1:]
            if "docker-init" not in row]
    lab.inside(["kill", "-STOP"] + pids)
    need(not lab.metadata(), "a stopped agent answers")


@case("OP.stop", "a person stopped ecs", ("agent-crash", "other"), "yes",
      SICK,
      cause=("agent-stopped-by-operator",))
def stopped(lab):
    lab.stop_ecs()
    lab.wait_state(ActiveState="inactive", UnitFileState="enabled")


# -- not installed ------------------------------------------------------------

def undo_unit(lab):
    lab.inside(["mv", "/root/ecs.service", UNIT])
    lab.inside(["ln", "-sf", "../ecs.service", WANTS])


@case("S8.unit", "ecs unit not installed", ("agent-crash", "other"), "no",
      SICK, undo=undo_unit,
      cause=("agent-not-installed",))
def no_unit(lab):
    lab.stop_ecs()
    lab.inside(["docker", "rm", "-f", "ecs-agent"])
    lab.inside(["mv", UNIT, "/root/ecs.service"])
    lab.inside(["rm", WANTS])
    lab.box.systemctl("daemon-reload")
    need(lab.state()["LoadState"] == "not-found", "the unit is still there")


def docker_files(lab, take):
    pairs = [("/usr/sbin/dockerd", "/root/dockerd"),
             ("/usr/bin/docker", "/root/docker"),
             ("/lib/systemd/system/docker.service", "/root/docker.service"),
             ("/lib/systemd/system/docker.socket", "/root/docker.socket"),
             ("/etc/init.d/docker", "/root/docker.init")]
    for there, away in pairs:
        lab.inside(["mv", there, away] if take else ["mv", away, there])
    lab.box.systemctl("daemon-reload")


@case("S8.docker", "docker not installed", ("docker-down",), "no", SICK,
      undo=lambda lab: docker_files(lab, False),
      cause=("docker-not-installed",))
def no_docker(lab):
    lab.box.systemctl("stop", "docker.socket", "docker")
    docker_files(lab, True)
    need(not lab.box.active("docker"), "docker is still there")


@case("S8.disabled", "ecs disabled and never started",
      ("agent-crash", "other"), "yes", SICK,
      undo=lambda lab: lab.inside(["systemctl", "enable", "ecs"]),
      cause=("agent-unit-disabled",))
def disabled(lab):
    lab.inside(["systemctl", "disable", "--now", "ecs"])
    lab.inside(["docker", "rm", "-f", "ecs-agent"])
    lab.box.run(["sh", "-c", "rm -f /var/log/ecs/*"])
    lab.wait_state(ActiveState="inactive", UnitFileState="disabled")


# -- docker -------------------------------------------------------------------

@case("D.stop", "docker stopped", ("docker-down",), "yes", SICK,
      cause=("docker-stopped",))
def docker_stopped(lab):
    lab.box.systemctl("stop", "docker.socket", "docker")
    lab.wait_state(ActiveState="inactive")


def still_down(lab):
    return [] if not lab.box.active("docker") else ["probe started docker"]


@case("D.socket", "docker stopped, its socket still armed",
      ("docker-down",), "yes", SICK, also=still_down,
      cause=("docker-stopped",))
def docker_socket(lab):
    lab.box.systemctl("stop", "docker")
    lab.wait_state(ActiveState="inactive")
    need(lab.box.active("docker.socket"), "the socket is not armed")


@case("D.bounce", "docker stopped and started: ecs stays down",
      ("agent-crash",), "yes", SICK,
      cause=("agent-exited-clean",))
def docker_bounced(lab):
    lab.box.systemctl("stop", "docker.socket", "docker")
    lab.inside(["systemctl", "start", "docker.socket", "docker"])
    lab.wait_state(ActiveState="inactive")


def dockerd(lab, sig):
    pid = lab.box.show("docker", "MainPID")["MainPID"]
    lab.inside(["kill", "-" + signal.Signals(sig).name[3:], pid])


@case("D.hung", "dockerd hangs (SIGSTOP)", ("docker-hung",), "no", SICK,
      undo=lambda lab: dockerd(lab, signal.SIGCONT), tried=False,
      cause=("docker-hung",))
def docker_hung(lab):
    dockerd(lab, signal.SIGSTOP)
    need(lab.registered(), "the agent should still answer")


def no_task_failed(lab):
    """What a task met has no line that says it is over: the twin is the
    instance on which no task failed."""
    lab.box.run(["truncate", "-s", "0", AGENT_LOG])


# -- memory -------------------------------------------------------------------

@case("S9.refused", "466 MiB offered, a task of 500 MiB refused",
      ("memory",), "no", WARN, clean=True, tried=False,
      undo=no_task_failed, cause=("task-memory-too-large",))
def little_memory(lab):
    lab.fresh_start(GOOD_CONFIG + "ECS_RESERVED_MEMORY=%d\n" %
                    (mem_total_mib() - 466))
    lab.wait_log(AGENT_LOG, "remainingMemory=466")
    lab.wait_registered()
    lab.say(("info", 'msg="Resources not consumed, enough resources not '
             'available" taskArn="%s" resources=[MEMORY]' % ARN))


@case("S9.above", "more memory reserved than the host has",
      ("memory", "cluster-config"), "no", SICK, clean=True,
      cause=("reserved-memory-exceeds-host",))
def too_much_reserved(lab):
    lab.fresh_start(GOOD_CONFIG + "ECS_RESERVED_MEMORY=%d\n" %
                    (mem_total_mib() + 1000))
    lab.wait_log(AGENT_LOG, "reserved memory is higher than available memory")
    lab.wait_exit(1)


# -- tasks --------------------------------------------------------------------

@case("S11", "env file refused by S3 (403)", ("env-file",), "no",
      (WARN, SICK), tried=False, clean=True, undo=no_task_failed,
      cause=("envfile-denied",))
def env_file(lab):
    why = ("unable to download env file with key prod.env from bucket "
           "web-prod-config, error: operation error S3: GetObject, https "
           "response error StatusCode: 403, RequestID: 4442587FB7D0A2F9, "
           "HostID: lab, api error AccessDenied: Access Denied")
    lab.say(
        ("info", 'msg="Error transitioning resource" error="%s" '
         'failedStatus="CREATED" resource="envfile_web" task="%s"' %
         (why, TASK_ID)),
        ("error", 'msg="Failed to create task resource" task="%s" '
         'resource="envfile_web" error="%s"' % (TASK_ID, why)),
        ("info", 'msg="Setting terminal reason for task" task="%s" '
         'reason="%s"' % (TASK_ID, why)))


@case("S13", "an essential container ended well", ("healthy",), None, WELL,
      tried=False)
def normal_exit(lab):
    lab.inside(lab.task_argv(3, "web:7", "-c", "print('done')"))
    lab.box.wait(lambda: "Exited (0)" in lab.box.run(
        ["docker", "ps", "-a", "--filter", "name=ecs-web-7-app-3"]).stdout,
        10, "the task's end")
    lab.say(
        ("info", 'msg="Essential container stopped; recording task stopped '
         'time" container="app" task="%s"' % TASK_ID),
        ("info", 'msg="Container change also resulted in task change" '
         'container="app" task="%s" desiredStatus="STOPPED" '
         'knownStatus="STOPPED"' % TASK_ID),
        ("info", 'msg="Sending state change to ECS" eventType="task" '
         'eventData="TaskChange: [%s -> STOPPED, Known Sent: RUNNING, '
         'Reason: Essential container in task exited]"' % ARN))


@case("USER", "asked by somebody who is not root", ("healthy",), None,
      (WELL, 3), tried=False,
      before=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
def not_root(lab):
    need(lab.registered(), "the agent should answer")


def by_id(word):
    return [r for r in ROWS if not word or r.id == word or
            r.id.split(".")[0] == word]


def can_run(row):
    """Why this machine cannot make the fault, or None."""
    if row.id.startswith("S9") and not 600 < mem_total_mib() < 64000:
        return "ECS_RESERVED_MEMORY is capped at 65535 MiB"
    return None if os.geteuid() == 0 else "needs root"
