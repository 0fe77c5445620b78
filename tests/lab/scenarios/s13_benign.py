"""S13: a scheduled task ends, as it should."""
from fake import hostfiles as hf

from . import add

TASK = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def ended(spec):
    spec["docker"] = {"state": "ok", "tasks": [{
        "name": "ecs-nightly-3-job", "image": "report:12", "state": "exited",
        "exit_code": 0,
        "labels": {"com.amazonaws.ecs.cluster": "web-prod"}}]}
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + hf.line(
        120, "info", "Essential container in task exited", task=TASK,
        container="job") + hf.line(
            119, "info", "Sending state change to ECS", eventType="task",
            eventData="TaskChange: [arn:aws:ecs:ap-northeast-2:111122223333:"
            "task/web-prod/%s -> STOPPED]" % TASK) + hf.line(
            60, "warn", "Closing connection") + hf.connected(58)


add("S13-normal-exit", "'Essential container in task exited'", ended,
    ["healthy"], codes=[0], helps=["no"])


def noisy(spec):
    """The lines of a good start that look like faults."""
    spec["imds"]["user_data"] = None
    spec["files"][hf.AGENT_LOG] = hf.line(
        4000, "warn", "Unable to fetch user data: operation error ec2imds: "
        "GetUserData, http response error StatusCode: 404, request to EC2 "
        "IMDS failed", module="config.go") + hf.well_log(
            spec, 3990) + hf.line(
            3980, "error", "error adding /managed-agents/serviceconnect to "
            "fsnotify watcher, error: no such file or directory") + hf.line(
            900, "error", "Skipping emitting event for container due to "
            "error", error="create container state change event api: status "
            "not recognized by ECS: CREATED") + hf.connected(600)


add("S13-noise", "errors in the log of a well agent", noisy, ["healthy"],
    codes=[0])


def says_blind(world, result):
    """As nobody, Docker's socket cannot be opened: that must be said."""
    unseen = result.json["unknown"]
    return [] if any("docker" in u["check"] for u in unseen) else [
        "what could not be seen is not said: %s" % unseen]


add("not-root", "an operator without sudo looks at a well instance",
    lambda spec: None, ["healthy"], codes=[0, 3], check=says_blind,
    user=65534, twin_codes=(0, 3))
