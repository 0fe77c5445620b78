"""What a scenario is, for people: made from its row, so that it cannot say
another thing than the lab does.  WALLS.md is the overview, kept by
`tests/lab/run --write-doc` and compared by `--all`."""
import json
import os
import re
import textwrap

import net
import scenarios
from net import walls

HERE = os.path.dirname(os.path.abspath(__file__))
OVERVIEW = os.path.join(HERE, "WALLS.md")
CAUSES = os.path.join(net.REPO, "include", "probe", "causes.def")
NETWORK = ("network-timeout", "network-refused", "network-dns", "proxy",
           "tls", "clock", "ports", "imds", "agent-disconnected")
WALLS_MIN = 24
HEAD = """# The walls

One row a scenario that this folder makes for real: what an operator sees, the
cause that the program must name first, and how sure it must be. Written by
`tests/lab/run --write-doc`. `tests/lab/run --show NAME` says how one is made
and how to tell by hand; `tests/lab/run NAME` tries it and its healthy twin.

| name | what the operator sees | class | cause | sure |
|---|---|---|---|---|
"""


def causes():
    """Of causes.def: {id as in reports: (title, what would disprove it)}."""
    with open(CAUSES, encoding="utf-8") as f:
        rows = f.read().split("\nCAUSE(")[1:]
    out = {}
    for row in rows:
        name = re.match(r"\w+", row)[0].lower().replace("_", "-")
        words = re.findall(r'"((?:[^"\\]|\\.)*)"', row)
        if len(words) >= 3:
            out[name] = (words[0], words[2].replace('\\"', '"'))
    return out


def differs(well, sick, path=""):
    """[(where, what it is now)] of two specs."""
    out = []
    for key in sorted(set(well) | set(sick)):
        a, b = well.get(key), sick.get(key)
        where = path + "." + key if path else key
        if a == b:
            continue
        if isinstance(a, dict) and isinstance(b, dict) and key != "files":
            out += differs(a, b, where)
        elif key == "files":
            out += [("file " + name, (b or {}).get(name))
                    for name in sorted(set(a or {}) | set(b or {}))
                    if plain((a or {}).get(name)) !=
                    plain((b or {}).get(name))]
        else:
            out.append((where, b))
    return out


def plain(text):
    """Without the times of log lines, which are those of the making."""
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "", text) \
        if isinstance(text, str) else text


def made(spec):
    """How the world is made ill: rulesets as nft gets them, and settings."""
    out = []
    for side, where in (("vpc", "between the instance and AWS"),
                        ("host", "on the instance, outward"),
                        ("host-in", "on the instance, inward")):
        text = walls.ruleset(spec, side).strip()
        if text:
            out.append("nft -f - (%s):\n%s" % (where, textwrap.indent(
                text, "    ")))
    out += ["iptables-legacy " + rule for rule in spec.get("legacy", [])]
    if spec.get("gateway", True) is False:
        out.append("ip route del default")
    for key, value in differs(scenarios.instance(), spec):
        if key in ("walls", "legacy", "gateway"):
            continue
        text = value if isinstance(value, str) else json.dumps(value)
        if key.startswith("file ") and isinstance(value, str):
            text = "\n" + textwrap.indent(
                "\n".join(value.strip().splitlines()[-6:]), "    ")
        out.append("%s: %s" % (key, text[:600]))
    return out


def tell(scenario):
    known = causes()
    spec = dict(scenario.worlds())["sick"]
    lines = ["%s: %s" % (scenario.name, scenario.saw), "",
             "How it is made:"]
    lines += [textwrap.indent(row, "  ") for row in made(spec)] or \
        ["  by the row's own hand: see the scenario"]
    lines += ["", "What the program must say (class %s, exit %s):" % (
        " or ".join(scenario.classes), " or ".join(map(str,
                                                       scenario.codes)))]
    for name in scenario.causes or ("any cause",):
        lines.append("  %s: %s" % (name, known.get(name, ("", ""))[0]))
    why = scenarios.UNSURE.get(scenario.name)
    lines.append("  at least %.0f %% sure%s" % (
        scenario.sure * 100, ": " + why[1] if why else ""))
    lines += ["", "How to tell by hand: it is not this when"]
    lines += ["  " + known[name][1] for name in scenario.causes
              if name in known] or ["  nothing is wrong here"]
    lines += ["", "A shell inside: tests/lab/run --show %s -- bash"
              % scenario.name]
    return "\n".join(lines)


def overview():
    rows = []
    for name, s in sorted(scenarios.load().items()):
        sure = "-" if "healthy" in s.classes and len(s.classes) == 1 else \
            "%.2f" % s.sure
        rows.append("| %s | %s | %s | %s | %s |" % (
            name, s.saw.replace("|", "\\|"), "/".join(s.classes),
            "/".join(s.causes) or "-", sure))
    return HEAD + "\n".join(rows) + "\n"


def complaints():
    """Is the overview that of the rows, and does no wall take another's
    verdict?"""
    bad = []
    try:
        with open(OVERVIEW, encoding="utf-8") as f:
            if f.read() != overview():
                bad.append("WALLS.md is not of these rows: tests/lab/run "
                           "--write-doc")
    except OSError as e:
        bad.append(str(e))
    own = {}
    for name, s in sorted(scenarios.load().items()):
        if len(s.causes) > 1:
            bad.append("%s takes more than one cause: %s" % (
                name, ", ".join(s.causes)))
        if set(s.classes) & set(NETWORK):
            for cause in s.causes:
                own.setdefault(cause, []).append(name)
    if len(own) < WALLS_MIN:
        bad.append("only %d walls" % len(own))
    return bad, own
