"""The agent's log: one logfmt line an event, to the file and to stdout."""

import datetime
import json
import os
import sys
import threading

LEVELS = ("debug", "info", "warn", "error", "critical")


class Log:
    def __init__(self, path, level="info"):
        self.path, self.lock = path, threading.Lock()
        self.least = LEVELS.index(level) if level in LEVELS else 1

    def line(self, level, msg, module=None, **fields):
        if LEVELS.index(level) < self.least:
            return
        now = datetime.datetime.now(datetime.timezone.utc)
        out = "level=%s time=%s msg=%s" % (
            level, now.strftime("%Y-%m-%dT%H:%M:%SZ"), quote(msg))
        for key, value in fields.items():
            out += " %s=%s" % (key, quote(value) if isinstance(value, str)
                               else value)
        if module:
            out += " module=" + module
        with self.lock:
            print(out, flush=True)
            if self.path:
                self.write(out)

    def write(self, out):
        try:
            with open(self.path, "a", encoding="utf-8") as f:
                f.write(out + "\n")
        except OSError as e:
            print(e, file=sys.stderr)

    def info(self, msg, **kw):
        self.line("info", msg, **kw)

    def warn(self, msg, **kw):
        self.line("warn", msg, **kw)

    def error(self, msg, **kw):
        self.line("error", msg, **kw)

    def critical(self, msg, **kw):
        self.line("critical", msg, **kw)


def quote(text):
    return json.dumps(text, ensure_ascii=False)


def from_env():
    level = os.environ.get("ECS_LOGLEVEL") or "info"
    path = os.environ.get("ECS_LOGFILE")
    if os.environ.get("ECS_LOG_DRIVER"):
        path = None
    return Log(path, level)
