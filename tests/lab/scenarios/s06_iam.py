"""S6: the role lacks the container-instance policy, or something above it
refuses."""
from fake import errors, hostfiles as hf, spec as sp

from . import add

ACTION = "ecs:RegisterContainerInstance"


def refused(wall, resource="*"):
    def sick(spec):
        hf.down(spec)
        spec["aws"]["faults"] = [{"host": "ecs", "op": "*", "fault": "denied",
                                  "wall": wall, "resource": resource}]
        text = "AccessDeniedException: " + errors.denied(
            sp.role_arn(spec), ACTION, wall, resource)
        spec["files"][hf.AGENT_LOG] = hf.loop(
            lambda age: hf.credentials_ok(age) + hf.register_failed(age,
                                                                    text))
    return sick


def granted(spec):
    text = "AccessDeniedException: " + errors.denied(sp.role_arn(spec),
                                                     ACTION)
    spec["files"][hf.AGENT_LOG] = hf.loop(
        lambda age: hf.register_failed(age, text),
        (7200, 7100)) + hf.well_log(spec, 6000)


for name, wall, cause in (
        ("S6-no-policy", "identity", "identity"),
        ("S6-boundary", "boundary", "boundary"),
        ("S6-scp", "scp", "organization"),
        ("S6-endpoint-policy", "vpce", "endpoint-policy"),
        ("S6-session", "session", "session"),
        ("S6-explicit-deny", "deny-identity", "explicit")):
    add(name, "AccessDeniedException: User: ... is not authorized to "
        "perform: ecs:RegisterContainerInstance (%s)" % wall, refused(wall),
        ["iam-denied"], ["iam-denied-" + cause],
        twin=granted if wall == "identity" else None,
        says=["ecsInstanceRole"])


def poll_only(spec):
    """Registered long ago; the poll endpoint is refused now."""
    spec["aws"]["allow"] = [a for a in sp.STOCK
                            if a != "ecs:DiscoverPollEndpoint"]
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + hf.cannot_poll(
        60, "AccessDeniedException: " + errors.denied(
            sp.role_arn(spec), "ecs:DiscoverPollEndpoint"))


add("S6-poll-denied", "a policy was narrowed: the running agent cannot "
    "discover its endpoint", poll_only, ["iam-denied"],
    ["iam-denied-identity"],
    helps=["no", "worse", "unknown"], says=["ecs:DiscoverPollEndpoint"])
