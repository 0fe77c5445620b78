"""S9: the instance offers less memory than the task wants."""
from fake import hostfiles as hf

from . import add

TASK = ("arn:aws:ecs:ap-northeast-2:111122223333:task/web-prod/"
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0")


def total_mib():
    with open("/proc/meminfo", encoding="ascii") as f:
        return int(f.readline().split()[1]) // 1024


def waiting(spec):
    return hf.line(300, "info", "Resources not consumed, enough resources "
                   "not available", taskArn=TASK, resources="[MEMORY]")


def refused(spec):
    """What is reserved leaves 466 MiB; a task wants 500."""
    kept = total_mib() - 466
    spec["files"][hf.CONFIG]["text"] += "ECS_RESERVED_MEMORY=%d\n" % kept
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec).replace(
        "remainingMemory=3885", "remainingMemory=466") + waiting(spec)


add("S9-memory", "service does not deploy; instance offers 466 MiB, task "
    "wants 500 MiB", refused, ["memory"], codes=[1, 2], says=["466"])


def reserved(spec):
    """More is reserved than there is: it cannot register."""
    hf.down(spec, 1)
    total, kept = total_mib(), min(65535, total_mib() + 4096)
    spec["files"][hf.CONFIG]["text"] += "ECS_RESERVED_MEMORY=%d\n" % kept
    spec["files"][hf.AGENT_LOG] = hf.loop(
        lambda age: hf.credentials_ok(age) + hf.registering(age) + hf.line(
            age, "error", "Error registering container instance", error="api "
            "register-container-instance: reserved memory is higher than "
            "available memory on the host, total memory: %d, reserved: %d"
            % (total, kept)))


add("reserved-memory", "ECS_RESERVED_MEMORY is more than there is",
    reserved, ["memory"],
    ["reserved-memory-exceeds-host"], says=["ECS_RESERVED_MEMORY"])
