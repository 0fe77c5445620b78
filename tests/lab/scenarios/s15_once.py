"""A pass asks nobody twice for the same thing."""
import collections
import json

from . import add

# What differs from one request to the next by nature.
VARIES = ("t", "sni", "peer", "client")


def once(_world, result):
    asked = collections.Counter(
        json.dumps({k: v for k, v in row.items() if k not in VARIES},
                   sort_keys=True) for row in result.requests)
    if len(asked) < 20:
        return ["only %d requests were seen" % len(asked)]
    return ["asked %d times: %s" % (n, row[:160])
            for row, n in asked.items() if n > 1]


add("well-asked-once", "nothing is wrong: every service, name and file of the "
    "metadata is asked for once", lambda spec: None, ["healthy"], codes=[0],
    check=once)
