#!/usr/bin/env python3
"""tests/lab/picture.py [--keep FILE] - the dashboard of packaging/cloudwatch
with the data of the scripted day (tests/lab/day.py leaves it in build/lab),
drawn as build/lab/dashboard.png: titles, metrics, statistics, periods, queries
and places are those of its JSON.  Each widget must have data, each fault of the
day must be in what is drawn, each saved query must find something, and each
alarm must be in ALARM when it should and only then.  Ends with `N passed, N
failed, N skipped`."""
import datetime
import json
import os
import shutil
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
LAB = os.path.join(HERE, "..", "..", "build", "lab")
COUNT = {"passed": 0, "failed": 0, "skipped": 0}
try:
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.dates as mdates
    import matplotlib.pyplot as plt
    from PIL import Image
    import cloud
    import insights
except ImportError as missing:
    plt, WHY = None, missing

UNIT_IN = 0.70          # a unit of the grid of 24
DPI = 95
SMALL, CELL = 8, 7.8
PERIOD_S = 300


def say(name, good, why=""):
    COUNT["passed" if good else "failed"] += 1
    print("%s picture/%s%s" % ("ok  " if good else "FAIL", name,
                               "" if good else "\n       " + str(why)))


def clock(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)


class Picture:
    def __init__(self, name, body, begin, end):
        self.begin, self.end, self.texts = begin, end, []
        self.rows = max(w["y"] + w["height"] for w in body["widgets"]) + 1
        self.fig = plt.figure(figsize=(24 * UNIT_IN, self.rows * UNIT_IN),
                              facecolor="#eef0f3")
        self.write(self.fig.text, 0.012, 1 - 0.4 / self.rows,
                   "%s    %s to %s UTC" % (
                       name, clock(begin).strftime("%Y-%m-%d %H:%M"),
                       clock(end).strftime("%Y-%m-%d %H:%M")),
                   va="center", fontsize=13, weight="bold")

    def write(self, how, x, y, text, **more):
        self.texts.append(text)
        return how(x, y, text, **more)

    def axes(self, w, left, right, top, bottom):
        """In units from the widget's edges; its card is drawn below."""
        def frac(x, y, width, height):
            return (x / 24, 1 - (y + height) / self.rows, width / 24,
                    height / self.rows)
        x, y = w["x"], w["y"] + 1
        card = self.fig.add_axes(frac(x + .08, y + .08, w["width"] - .16,
                                      w["height"] - .16))
        card.set(xticks=[], yticks=[])
        for side in card.spines.values():
            side.set_color("#d5d9de")
        self.write(card.text, 0.18 / w["width"], 1 - 0.42 / w["height"],
                   w["properties"]["title"], transform=card.transAxes,
                   va="center", fontsize=9.5, weight="bold")
        return self.fig.add_axes(frac(
            x + left, y + top, w["width"] - left - right,
            w["height"] - top - bottom))

    # -- a graph
    def graph(self, w, rows):
        p = w["properties"]
        lines = 1 + (len(rows) - 1) // 3
        ax = self.axes(w, 1.0, 0.4, 0.9, 0.8 + 0.36 * lines)
        if p.get("stacked"):
            self.stack(ax, rows)
        else:
            for label, data, more in rows:
                self.line(ax, label, data, more.get("color"))
        for mark in p.get("annotations", {}).get("horizontal", []):
            ax.axhline(mark["value"], color="#d62728", lw=1, ls="--")
            self.write(ax.text, clock(self.end), mark["value"],
                       mark["label"], ha="right", va="bottom",
                       fontsize=SMALL, color="#d62728")
        side = p.get("yAxis", {}).get("left", {})
        low, high = ax.get_ylim()
        ax.set_ylim(side.get("min", low), side.get("max", max(high, 1) * 1.1))
        ax.set_xlim(clock(self.begin), clock(self.end))
        ax.xaxis.set_major_formatter(mdates.DateFormatter("%H:%M"))
        ax.yaxis.set_major_formatter(thousands)
        ax.tick_params(labelsize=SMALL, length=2)
        ax.grid(color="#e6e8eb", lw=0.6)
        ax.set_axisbelow(True)
        for name in ("top", "right"):
            ax.spines[name].set_visible(False)
        self.texts += [label for label, _, _ in rows]
        ax.legend(loc="upper left", bbox_to_anchor=(-0.06, -0.10), ncol=3,
                  fontsize=SMALL, frameon=False, borderaxespad=0,
                  handlelength=1.2, columnspacing=1.2, labelspacing=0.3)

    def line(self, ax, label, data, color):
        """Broken where a period has nothing; a lone value is a dot."""
        times, values = [], []
        for t in sorted(data):
            if times and t - times[-1] > PERIOD_S * 1.5:
                times.append(t - PERIOD_S)
                values.append(float("nan"))
            times.append(t)
            values.append(data[t])
        lone = len(data) < 30
        ax.plot([clock(t) for t in times], values, lw=1.4, label=label,
                color=color, marker="o" if lone else None, ms=4.5)

    def stack(self, ax, rows):
        times = range(int(self.begin) // PERIOD_S * PERIOD_S, int(self.end),
                      PERIOD_S)
        base = [0] * len(times)
        colors = plt.get_cmap("tab20").colors
        colors = colors[0::2] + colors[1::2]
        for i, (label, data, more) in enumerate(rows):
            values = [data.get(t, 0) for t in times]
            ax.bar([clock(t + PERIOD_S / 2) for t in times], values,
                   PERIOD_S / 86400, base, label=label, linewidth=0.4,
                   color=more.get("color", colors[i % 20]),
                   edgecolor=colors[i % 20])
            base = [a + b for a, b in zip(base, values)]

    # -- a table
    def table(self, w, columns, rows):
        ax = self.axes(w, 0.3, 0.3, 0.75, 0.2)
        ax.axis("off")
        wide, high = w["width"] - 0.6, w["height"] - 0.95
        cells = [[shown(c, v) for c, v in zip(columns, row)] for row in rows]
        room = int(wide * UNIT_IN * 72 / (CELL * 0.602))
        widths = fit([max([len(c)] + [len(r[i]) for r in cells]) + 2
                      for i, c in enumerate(columns)], room)
        step = 0.27
        most = int(high / step) - 1
        if len(cells) > most:
            left = len(cells) - most + 1
            cells = cells[:most - 1] + [["and %d more" % left] +
                                        [""] * (len(columns) - 1)]
        for i, row in enumerate([columns] + cells):
            parts = [c if len(c) < n else c[:n - 2] + "~"
                     for c, n in zip(row, widths)]
            self.texts.append(" ".join(p for p in parts if p))
            ax.text(0, 1 - (i + .5) * step / high,
                    "".join(p.ljust(n) for p, n in zip(parts, widths)),
                    family="monospace", fontsize=CELL, va="center",
                    weight="bold" if i == 0 else "normal", parse_math=False,
                    transform=ax.transAxes)
            if i == 0:
                ax.plot([0, 1], [1 - step / high] * 2, color="#9aa1a9",
                        lw=0.6, transform=ax.transAxes)
        ax.set(xlim=(0, 1), ylim=(0, 1))

    def save(self, path):
        self.fig.savefig(path + ".new.png", dpi=DPI)
        # Few colours are a third of the bytes.
        with Image.open(path + ".new.png") as im:
            im.convert("RGB").quantize(256, kmeans=2).save(path, optimize=True)
        os.unlink(path + ".new.png")
        plt.close(self.fig)


def thousands(value, _=None):
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return "%g%s" % (value / size, letter)
    return "%g" % value


def fit(widths, room):
    """The widest give way first; what is left over is for all."""
    widths = list(widths)
    while sum(widths) > room:
        widths[widths.index(max(widths))] -= 1
    more = min((room - sum(widths)) // len(widths), 8)
    return [n + more for n in widths]


def shown(column, value):
    if value is None:
        return "-"
    if column == "@timestamp":
        return clock(value / 1000).strftime("%m-%d %H:%M:%S")
    return "%g" % value if isinstance(value, float) else str(value)


def draw(body, day, path):
    events = [(at, json.loads(m)) for _, at, m in day["events"]]
    metrics = cloud.extract(m for _, _, m in day["events"])
    begin, end = day["from"] / 1000, day["to"] / 1000
    events = [e for e in events if begin <= e[0] / 1000 <= end + PERIOD_S]
    pic = Picture("probe", body, begin, end)
    for w in body["widgets"]:
        p = w["properties"]
        try:
            if w["type"] == "metric":
                pic.graph(w, cloud.widget_series(metrics, p, begin, end))
            elif w["type"] == "log":
                columns, rows = insights.ask(p["query"], events)
                if not rows:
                    raise cloud.Unknown("it finds nothing")
                pic.table(w, columns, rows)
            else:
                raise cloud.Unknown("a widget of type " + w["type"])
            say("widget: " + p["title"], True)
        except cloud.Unknown as e:
            say("widget: " + p["title"], False, e)
    pic.save(path)
    return pic, events, metrics


def queries(doc, events):
    for name, r in doc["Resources"].items():
        if r["Type"] != "AWS::Logs::QueryDefinition":
            continue
        try:
            _, rows = insights.ask(r["Properties"]["QueryString"], events)
            say("query: " + name, rows, "it finds nothing")
        except cloud.Unknown as e:
            say("query: " + name, False, e)


def alarms(doc, values, day, events, metrics):
    """In ALARM while it should be, give or take what its periods take."""
    begin, end = day["from"] / 1000, day["to"] / 1000
    group = ("AWS/AutoScaling", "GroupInServiceInstances",
             (("AutoScalingGroupName", values["AutoScalingGroupName"]),))
    metrics = {**metrics, group: [
        (t, day["fleet"]) for t in range(int(begin), int(end), PERIOD_S)]}
    rules = {}
    for r in doc["Resources"].values():
        if r["Type"] == "AWS::CloudWatch::InsightRule":
            p = cloud.plain(r["Properties"], values)
            rules[p["RuleName"]] = cloud.rule_metric(
                json.loads(p["RuleBody"]), events)
    for name, r in doc["Resources"].items():
        if r["Type"] != "AWS::CloudWatch::Alarm":
            continue
        p = cloud.plain(r["Properties"], values)
        want = day["alarms"].get(name)
        rows = cloud.alarm_series(p, metrics, rules, begin, end)
        got = cloud.breaches(p, rows, begin, end)
        slack = PERIOD_S * (int(p["EvaluationPeriods"]) + 1)
        good = bool(got) == bool(want) and all(
            want[0] / 1000 - slack <= t <= want[1] / 1000 + slack
            for t in got)
        say("alarm: " + name, good, "in ALARM at %s, not %s" % (
            [str(clock(t)) for t in got[:3]], want))
        if p["TreatMissingData"] == "breaching":
            say("alarm: %s, and nobody sends" % name,
                cloud.breaches(p, {}, begin, end), "it is quiet")


def tries(body, day):
    """What must be noticed: a metric and a field that nothing has."""
    text = json.dumps(body)
    for old, new in (('"Unhealthy"', '"Unhealthyy"'),
                     ('MetricName=\\"Raised', 'MetricName=\\"Rised'),
                     ("send_why", "sent_why")):
        changed, bad = json.loads(text.replace(old, new)), 0
        metrics = cloud.extract(m for _, _, m in day["events"])
        events = [(at, json.loads(m)) for _, at, m in day["events"]]
        for w in changed["widgets"]:
            try:
                if w["type"] == "metric":
                    cloud.widget_series(metrics, w["properties"],
                                        day["from"] / 1000, day["to"] / 1000)
                else:
                    insights.ask(w["properties"]["query"], events)
            except cloud.Unknown:
                bad += 1
        say("noticed: " + new, old in text and bad == 1, bad)


def main():
    found = [p for p in ("day-moto.json", "day-ours.json")
             if os.path.exists(os.path.join(LAB, p))]
    if not plt:
        print("skipped: needs matplotlib and pyyaml (tests/deps): %s" % WHY)
        COUNT["skipped"] = 1
    elif not found:
        say("the day's data", False, "tests/lab/day.py makes it")
    else:
        with open(os.path.join(LAB, found[0]), encoding="utf-8") as f:
            day = json.load(f)
        doc = cloud.template()
        values = cloud.values_of(doc, AutoScalingGroupName="web")
        body = json.loads(cloud.plain(
            doc["Resources"]["Dashboard"]["Properties"]["DashboardBody"],
            values))
        path = os.path.join(LAB, "dashboard.png")
        pic, events, metrics = draw(body, day, path)
        for fault, text in day["faults"].items():
            say("shows: " + fault, any(text in t for t in pic.texts),
                "nothing drawn says %s" % text)
        queries(doc, events)
        alarms(doc, values, day, events, metrics)
        tries(body, day)
        if sys.argv[1:2] == ["--keep"]:
            shutil.copy(path, sys.argv[2])
        print("#    %s: %d bytes" % (os.path.relpath(path),
                                     os.path.getsize(path)))
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
