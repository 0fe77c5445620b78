"""The files of an instance: ecs.config, and logs as the agent and ecs-init
write them, dated back from now."""
import base64
import importlib.util
import json
import os
import tempfile
import time

from . import spec as sp

AGENT_LOG = "/var/log/ecs/ecs-agent.log"
INIT_LOG = "/var/log/ecs/ecs-init.log"
CONFIG = "/etc/ecs/ecs.config"
DB = "/var/lib/ecs/data/agent.db"
BOLT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(
    __file__))), "instance", "root", "agent", "state.py")
MINUTE, HOUR, DAY = 60, 3600, 86400


def stamp(age_s):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(
        time.time() - age_s))


def line(age_s, level, msg, **fields):
    """One logfmt line of the agent."""
    out = "level=%s time=%s msg=%s" % (level, stamp(age_s), json.dumps(msg))
    for key, value in fields.items():
        out += " %s=%s" % (key, json.dumps(value) if isinstance(value, str)
                           else value)
    return out + "\n"


def init(age_s, level, msg):
    """One line of ecs-init."""
    return "level=%s time=%s msg=%s\n" % (level, stamp(age_s),
                                          json.dumps(msg))


def began(age_s):
    return (line(age_s, "info", "Loading configuration") +
            line(age_s, "info", "Starting Amazon ECS Agent",
                 version="1.105.1", commit="a8b3e7d3"))


def credentials_ok(age_s):
    return line(age_s, "info", "Successfully got ECS instance credentials "
                "from provider: EC2RoleProvider")


def registering(age_s):
    return (line(age_s, "info", "Registering Instance with ECS") +
            line(age_s, "info", "Remaining memory", remainingMemory=3885))


def registered(spec, age_s, cluster=None):
    cluster = cluster or spec["cluster"]
    return (line(age_s, "info", "Registered container instance with cluster!")
            + line(age_s, "info", "Instance registration completed "
                   "successfully", cluster=cluster,
                   instanceArn=sp.container_instance_arn(spec, cluster)) +
            line(age_s, "info", "Beginning Polling for updates",
                 module="agent.go"))


def connected(age_s):
    return (line(age_s, "info", "Connected to ACS endpoint",
                 module="acs_handler.go") +
            line(age_s - 1, "info", "Connected to TCS endpoint",
                 module="handler.go"))


def well_log(spec, age_s=3 * HOUR, cluster=None):
    """A good start, and the planned reconnects up to now."""
    out = began(age_s) + credentials_ok(age_s) + registering(age_s) + \
        registered(spec, age_s - 1, cluster) + connected(age_s - 2)
    while age_s > 40 * MINUTE:
        age_s -= 32 * MINUTE
        out += line(age_s, "warn", "Closing connection") + connected(age_s)
    return out


def lost_acs(spec, error, since=7200):
    """Connected until `since` seconds ago, failing from then on."""
    out = began(4 * HOUR) + credentials_ok(4 * HOUR) + registering(
        4 * HOUR) + registered(spec, 4 * HOUR - 1) + connected(since + 1800)
    for age in range(since, 0, -119):
        out += line(age, "error", "Failed to connect to ACS", error=error)
    return out


def cannot_poll(age_s, error):
    return line(age_s, "error", "ACS: Unable to discover poll endpoint",
                error=error)


def register_failed(age_s, error):
    return (registering(age_s) +
            line(age_s - 1, "error", "Unable to register as a container "
                 "instance with ECS", error=error) +
            line(age_s - 1, "error", "Received terminal error from "
                 "RegisterContainerInstance call, exiting", error=error) +
            line(age_s - 1, "error", "Error registering container instance",
                 error=error))


def loop(error_lines, ages=(600, 420, 240, 60)):
    """The agent tried and failed at each of these ages."""
    return "".join(began(age) + error_lines(age) for age in ages)


def init_start(age_s):
    return "".join(init(age_s, "info", m) for m in (
        "pre-start", "start", "No existing agent container to remove.",
        "Starting Amazon Elastic Container Service Agent"))


def init_loop(code=1, ages=(600, 420, 240, 60)):
    out = init_start(ages[0] + 1)
    for age in ages:
        out += init(age - 2, "info", "Agent exited with code %d" % code)
        if code == 5:
            return out + init(age - 2, "error", "agent exited with terminal "
                              "exit code: 5")
        out += init(age - 2, "warn", "ECS Agent failed to start, retrying in "
                    "4.235010051s") + init(
                        age - 3, "info",
                        "Starting Amazon Elastic Container Service Agent")
    return out


def saved(spec, cluster=None, instance=None):
    """agent.db as a registered agent leaves it: a real bbolt file."""
    loader = importlib.util.spec_from_file_location("agent_state", BOLT)
    module = importlib.util.module_from_spec(loader)
    loader.loader.exec_module(module)
    cluster = cluster or spec["cluster"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "agent.db")
        module.save(path, {
            "agent-version": "1.105.1", "cluster-name": cluster,
            "availability-zone": spec["instance"]["az"],
            "container-instance-arn": sp.container_instance_arn(spec,
                                                                cluster),
            "ec2-instance-id": instance or spec["instance"]["id"]})
        with open(path, "rb") as f:
            data = f.read()
    return {"base64": base64.b64encode(data).decode(), "mode": "600",
            "age_s": 60}


def well(spec):
    """Give a well instance its files."""
    files = spec["files"]
    files[CONFIG] = {"text": "ECS_CLUSTER=%s\n" % spec["cluster"],
                     "age_s": 2 * DAY}
    files[AGENT_LOG] = well_log(spec)
    files[INIT_LOG] = init_start(3 * HOUR + 2)
    files[DB] = saved(spec)
    files["/var/cache/ecs/state"] = {"text": "1", "age_s": 2 * DAY}
    files["/usr/libexec/amazon-ecs-init"] = {"text": "#!/bin/sh\n",
                                             "mode": "755", "age_s": DAY * 20}
    return spec


def down(spec, code=1, state="exited"):
    """The agent does not stay up: its container is gone again and again."""
    spec["introspection"] = None
    spec["files"][DB] = None        # it is written after a registration
    row = {"name": "ecs-agent", "image": "amazon/amazon-ecs-agent:latest",
           "state": state, "exit_code": code, "network": "host"}
    if state == "running":
        row["health"] = "unhealthy"
    spec["docker"] = {"state": "ok", "containers": [row]}
    spec["files"][INIT_LOG] = init_loop(code)
