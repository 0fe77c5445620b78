"""What CloudWatch makes of log events, as far as packaging/cloudwatch asks for
it: metrics out of EMF, a widget's metrics and SEARCH expressions, an alarm's
expression, a Contributor Insights rule, and queries of Logs Insights.  What is
not understood, and a name that nothing has, is an error: Unknown."""
import json
import os
import re

import yaml

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPLATE = os.path.join(HERE, "..", "..", "packaging", "cloudwatch",
                        "probe.yaml")
DEFAULT_PERIOD = 300


class Unknown(Exception):
    pass


# ---- the template

class Loader(yaml.SafeLoader):
    pass


def tag(loader, suffix, node):
    key = "Ref" if suffix == "Ref" else "Fn::" + suffix
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    return {key: value}


Loader.add_multi_constructor("!", tag)


def template():
    with open(TEMPLATE, encoding="utf-8") as f:
        return yaml.load(f, Loader)


def values_of(doc, **more):
    """What the names of the template stand for."""
    out = {k: p.get("Default") for k, p in doc["Parameters"].items()}
    out.update({"AWS::Region": "us-east-1", "AWS::Partition": "aws",
                "AWS::AccountId": "123456789012", "AWS::StackName": "probe",
                "InstancesByCause.RuleName": "probe-instances-by-cause",
                **more})
    return out


def plain(node, values):
    """Ref and Fn::Sub, put in."""
    if isinstance(node, dict):
        if list(node) == ["Ref"]:
            return values[node["Ref"]]
        if list(node) == ["Fn::Sub"]:
            text, more = node["Fn::Sub"], {}
            if isinstance(text, list):
                text, more = text
            names = {**values, **{k: plain(v, values)
                                  for k, v in more.items()}}
            return re.sub(r"\$\{([\w:.]+)\}", lambda m: str(names[m[1]]),
                          text)
        if list(node) == ["Fn::If"]:
            yes, a, b = node["Fn::If"]
            return plain(a if values[yes] else b, values)
        return {k: plain(v, values) for k, v in node.items()}
    if isinstance(node, list):
        return [plain(v, values) for v in node]
    return node


# ---- metrics

def extract(events):
    """{(namespace, name, ((dimension, value), ...)): [(seconds, value)]}"""
    out = {}
    for message in events:
        doc = json.loads(message)
        head = doc.get("_aws", {})
        for d in head.get("CloudWatchMetrics", []):
            for dims in d["Dimensions"]:
                where = tuple(sorted((k, doc[k]) for k in dims))
                for m in d["Metrics"]:
                    out.setdefault((d["Namespace"], m["Name"], where),
                                   []).append((head["Timestamp"] / 1000,
                                               doc[m["Name"]]))
    return out


def statistic(values, stat):
    if stat == "Sum":
        return sum(values)
    if stat == "Average":
        return sum(values) / len(values)
    if stat == "Minimum":
        return min(values)
    if stat == "Maximum":
        return max(values)
    if stat == "SampleCount":
        return len(values)
    if re.fullmatch(r"p\d+(\.\d+)?", stat):
        return percentile(values, float(stat[1:]))
    raise Unknown("statistic " + stat)


def percentile(values, p):
    values = sorted(values)
    at = (len(values) - 1) * p / 100
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (at - low)


def series(points, stat, period, begin, end):
    """{start of a period: value} of those that have data."""
    held = {}
    for when, value in points:
        if begin <= when < end:
            held.setdefault(int(when // period * period), []).append(value)
    return {t: statistic(v, stat) for t, v in sorted(held.items())}


SEARCH = re.compile(r"SEARCH\('\{([\w,/]+)\} MetricName=\"(\w+)\"', "
                    r"'(\w+)', (\d+)\)")


def search(metrics, text, begin, end):
    match = SEARCH.fullmatch(text)
    if not match:
        raise Unknown("expression " + text)
    space, *dims = match[1].split(",")
    found = []
    for (ns, name, where), points in sorted(metrics.items()):
        if (ns, name) == (space, match[2]) and \
                sorted(k for k, _ in where) == sorted(dims):
            rows = series(points, match[3], int(match[4]), begin, end)
            label = " ".join(v for k, v in where if k != "ClusterName")
            if rows:
                found.append((label or match[2], rows))
    if not found:
        raise Unknown("no metric %s {%s}" % (match[2], match[1]))
    return found


def widget_series(metrics, properties, begin, end):
    """[(label, {time: value}, options)] of a metric widget."""
    out = []
    for row in properties["metrics"]:
        more = row[-1] if isinstance(row[-1], dict) else {}
        row = [x for x in row if isinstance(x, str)]
        if "expression" in more:
            total = re.fullmatch(r"SUM\((.*)\)", more["expression"])
            found = search(metrics, total[1] if total else more["expression"],
                           begin, end)
            if total:
                times = sorted({t for _, r in found for t in r})
                found = [(more.get("label", "SUM"), {
                    t: sum(r.get(t, 0) for _, r in found) for t in times})]
            elif more.get("label"):
                found = [(more["label"], found[0][1])] if len(found) == 1 \
                    else [(more["label"] + " " + n, r) for n, r in found]
        else:
            where = tuple(sorted(zip(row[2::2], row[3::2])))
            points = metrics.get((row[0], row[1], where))
            rows = points and series(
                points, more.get("stat", properties.get("stat", "Average")),
                more.get("period", properties.get("period", DEFAULT_PERIOD)),
                begin, end)
            if not rows:
                raise Unknown("no metric %s %s" % (row[1], where))
            found = [(more.get("label", row[1]), rows)]
        out += [(label, rows, more) for label, rows in found]
    return out


# ---- alarms

def fill(times, known, how):
    """FILL of metric math: REPEAT, or a number."""
    out, last = [], None
    for t in times:
        last = known.get(t, last)
        out.append(known.get(t, last if how == "REPEAT" else how))
    return out


def difference(times, left, right):
    return {t: a - b for t, a, b in zip(times, left, right)
            if a is not None and b is not None}


MATH = re.compile(r"FILL\((\w+), (\w+)\) - FILL\((\w+), (\w+)\)")


def alarm_series(alarm, metrics, rules, begin, end):
    """{time: value} of what an alarm looks at."""
    if "MetricName" in alarm:
        key = (alarm["Namespace"], alarm["MetricName"], tuple(sorted(
            (d["Name"], d["Value"]) for d in alarm.get("Dimensions", []))))
        if key not in metrics:
            raise Unknown("no metric %s" % (key,))
        return series(metrics[key], alarm["Statistic"], alarm["Period"],
                      begin, end)
    known, text = {}, None
    for m in alarm["Metrics"]:
        if m.get("ReturnData", True):
            text, period = m["Expression"], m.get("Period", DEFAULT_PERIOD)
        else:
            known[m["Id"]] = alarm_series(
                {**m["MetricStat"]["Metric"], "Period":
                 m["MetricStat"]["Period"], "Statistic":
                 m["MetricStat"]["Stat"]}, metrics, rules, begin, end)
    rule = re.fullmatch(r"INSIGHT_RULE_METRIC\('([\w-]+)', "
                        r"'MaxContributorValue'\)", text)
    if rule:
        return rules[rule[1]](period)
    math = MATH.fullmatch(text)
    if not math:
        raise Unknown("expression " + text)
    times = range(int(begin // period * period), int(end), period)

    def side(name, how):
        return fill(times, known[name], how if how == "REPEAT" else int(how))
    return difference(times, side(math[1], math[2]), side(math[3], math[4]))


def breaches(alarm, rows, begin, end):
    """The times at which it is in ALARM."""
    period = alarm.get("Period") or DEFAULT_PERIOD
    limit, missing = float(alarm["Threshold"]), alarm["TreatMissingData"]
    over = {"GreaterThanThreshold": lambda v: v > limit,
            "GreaterThanOrEqualToThreshold": lambda v: v >= limit,
            "LessThanThreshold": lambda v: v < limit,
            }[alarm["ComparisonOperator"]]
    out, seen = [], []
    for t in range(int(begin // period * period), int(end), period):
        seen.append(over(rows[t]) if t in rows else missing == "breaching")
        seen = seen[-int(alarm["EvaluationPeriods"]):]
        if sum(seen) >= int(alarm.get("DatapointsToAlarm",
                                      alarm["EvaluationPeriods"])):
            out.append(t)
    return out


def rule_metric(body, events):
    """MaxContributorValue of a Contributor Insights rule that counts."""
    if body["AggregateOn"] != "Count":
        raise Unknown("AggregateOn " + body["AggregateOn"])

    def name(path):
        return path[2:] if path.startswith("$.") else path

    def rows(period):
        counts = {}
        for at, doc in events:
            if all(doc.get(name(f["Match"])) in f["In"]
                   for f in body["Contribution"]["Filters"]):
                key = tuple(doc.get(name(k))
                            for k in body["Contribution"]["Keys"])
                held = counts.setdefault(at // 1000 // period * period, {})
                held[key] = held.get(key, 0) + 1
        return {t: max(c.values()) for t, c in counts.items()}
    return rows
