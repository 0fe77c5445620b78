"""S9: the instance offers less memory than the task wants."""
from fake import hostfiles as hf

from . import add

TASK = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def refused(spec):
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec).replace(
        "remainingMemory=3885", "remainingMemory=466") + hf.line(
            300, "error", "Not enough memory for the task: 500 MiB wanted, "
            "466 MiB registered", task=TASK) + hf.line(
            299, "info", "Host resources not available; task queued",
            task=TASK, error="unable to place a task because no container "
            "instance met all of its requirements. The closest matching "
            "container-instance has insufficient memory available.")


add("S9-memory", "service does not deploy; instance offers 466 MiB, task "
    "wants 500 MiB", refused, ["memory"], codes=[1, 2])


def reserved(spec):
    hf.down(spec, 1)
    spec["files"][hf.CONFIG]["text"] += "ECS_RESERVED_MEMORY=65000\n"
    spec["files"][hf.AGENT_LOG] = hf.loop(
        lambda age: hf.credentials_ok(age) + hf.line(
            age, "critical", "Unable to fetch host resources", error="api "
            "register-container-instance: reserved memory is higher than "
            "available memory on the host, total memory: 3885, reserved: "
            "65000"))


add("reserved-memory", "ECS_RESERVED_MEMORY is more than there is",
    reserved, ["memory", "cluster-config"])
