"""The agent's process is well, and ECS does not hear from it."""
from . import add

# A heartbeat of the lab comes five times a second, not every minute or two:
# the limits go down with it, and the counters are the kernel's own.
FAST = ("--now", "--format", "json", "--limit",
        "control_young_s=0,control_silent_s=2,control_fresh_s=1")


def agent(**more):
    def world(spec):
        spec["agent"] = dict(more)
    return world


def finds(name, *words):
    def check(_world, result):
        rows = [f for f in result.json["findings"] if f["id"] == name]
        if not rows:
            return ["no finding " + name]
        return ["%s does not say %r: %s" % (name, w, rows) for w in words
                if w not in str(rows)]
    return check


add("agent-silent-socket", "ECS shows agentConnected false; the process runs, "
    "its socket is established, and a firewall with state has forgotten it",
    agent(heartbeat_s=0.2, silent_s=3), ["agent-disconnected"],
    ["agent-silent-disconnect"], helps=["yes"],
    check=finds("CONTROL_SILENT", "process fine", "silent for"),
    twin=agent(heartbeat_s=0.2), argv=FAST)
add("agent-idle-socket", "the same from ECS: nothing is sent either way, no "
    "packet is lost that could be counted", agent(silent_s=3),
    ["agent-disconnected"], ["agent-silent-disconnect"], helps=["yes"],
    check=finds("CONTROL_SILENT", "process fine"),
    twin=agent(heartbeat_s=0.2), argv=FAST)
add("agent-no-socket", "the agent runs and answers on 51678, and has no "
    "connection to the control plane", agent(connected=False),
    ["agent-disconnected"], ["agent-no-control-socket"], helps=["yes"],
    check=finds("CONTROL_NO_SOCKET", "no socket to the control plane"),
    twin=agent(heartbeat_s=0.2), argv=FAST)
