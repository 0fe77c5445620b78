#!/usr/bin/env python3
"""loggen.py MIB PER_MILLE OUT - a log of that size, mixed in shape.

PER_MILLE of its records are warnings and errors; the rest is what a busy agent
writes at info. The same numbers give the same bytes.
"""
import random
import sys

INFO = [
    ("Handling container change event", 'task="{t}" container="web" runtimeID="{h}" status="RUNNING"'),
    ("Managed task at steady state", 'task="{t}" knownStatus="RUNNING"'),
    ("Sending state change to ECS", 'eventType="task" eventData="TaskChange: [arn:aws:ecs:us-east-1:123456789012:task/web-prod/{t} -> RUNNING, Known Sent: NONE, PullStartedAt: 2026-11-21 04:16:16.478690604 +0000 UTC m=+1.377933662]"'),
    ("Begin building map of eligible unused images for deletion", ""),
    ("No eligible images for deletion for this cleanup cycle", ""),
    ("Container change also resulted in task change", 'task="{t}" container="web" runtimeID="{h}" desiredStatus="RUNNING" knownStatus="RUNNING"'),
    ("TCS Websocket connection closed for a valid reason", ""),
    ("Connected to TCS endpoint", ""),
    ("Start streaming metrics for container", 'runtimeID="{h}"'),
    ("Establishing a Websocket connection", 'url="https://ecs-t-1.us-east-1.amazonaws.com/ws?agentHash=0e7482df&agentVersion=1.70.0&cluster=web-prod&containerInstance=arn%3Aaws%3Aecs%3Aus-east-1%3A123456789012%3Acontainer-instance%2Fweb-prod%2F{t}&dockerVersion=20.10.25"'),
    ("Processing ACS payload message", 'messageID="{t}" version="7"'),
    ("Recording start time for image pull", 'task="{t}" container="web" image="nginx:1.25"'),
]
BAD = [
    ("warn", "Error getting cpu stats, err: No data in the queue", ""),
    ("warn", "Error encountered processing metrics stream from docker, this may affect cloudwatch metric accuracy: DockerGoClient: Unable to retrieve stats for container {h}: context canceled", ""),
    ("error", "Skipping emitting event for container due to error", 'task="{t}" container="web" error="create container state change event api: status not recognized by ECS: NONE"'),
    ("error", "Error transitioning container", 'task="{t}" container="web" runtimeID="{h}" nextState="CREATED" error="Could not transition to created; timed out after waiting 4m0s"'),
    ("error", "DockerGoClient: failed to pull image 123456789012.dkr.ecr.us-east-1.amazonaws.com/web:{n}: [CannotPullContainerError] Error response from daemon: Get https://123456789012.dkr.ecr.us-east-1.amazonaws.com/v2/web/manifests/{n}: no basic auth credentials", ""),
    ("error", "Failed to connect to ACS", 'error="websocket client: unable to dial ecs-a-1.us-east-1.amazonaws.com response: : dial tcp 10.0.{n}.9:443: i/o timeout"'),
    ("warn", "Task {t} in state {n} of something that no row of any table knows about", ""),
]


def line(shape, level, clock, msg, fields):
    time = "2026-11-21T%02d:%02d:%02dZ" % (clock // 3600 % 24, clock // 60 % 60, clock % 60)
    if shape == 0:
        tail = " " + fields if fields else " module=handler.go"
        return f'level={level} time={time} msg="{msg}"{tail}\n'
    if shape == 1:
        text = (msg + " " + fields).replace("\\", "\\\\").replace('"', '\\"')
        return f'{{"level":"{level}","time":"{time}","msg":"{text}"}}\n'
    return f"{time} [{level.upper()}] {msg} {fields}\n"


def main():
    mib, per_mille, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    rnd = random.Random(mib * 1000 + per_mille)
    block = []
    size = 0
    for i in range(60000):
        t = "%032x" % rnd.getrandbits(128)
        h = "%064x" % rnd.getrandbits(256)
        n = rnd.randrange(1, 250)
        # In records, not in draws: the share is exact for any PER_MILLE.
        if i * per_mille // 1000 != (i + 1) * per_mille // 1000:
            level, msg, fields = rnd.choice(BAD)
        else:
            level = "info"
            msg, fields = rnd.choice(INFO)
        shape = rnd.choice((0, 0, 0, 1, 1, 2))
        s = line(shape, level, i // 7, msg.format(t=t, h=h, n=n), fields.format(t=t, h=h, n=n))
        block.append(s.encode())
        size += len(block[-1])
    data = b"".join(block)
    left = mib << 20
    with open(out, "wb") as f:
        while left >= len(data):
            f.write(data)
            left -= len(data)
        whole = data[:data.rfind(b"\n", 0, left) + 1]
        f.write(whole + b"\n" * (left - len(whole)))


main()
