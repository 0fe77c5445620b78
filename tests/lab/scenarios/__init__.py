"""Scenarios: one sick world each, what must be said of it, and its healthy
twin.  Files here hold rows; tests/lab/run runs them."""
import importlib
import pkgutil

from fake import hostfiles, spec as sp

ALL = {}

# Where the inside cannot be surer: the least, and why.
UNSURE = {
    "S3-endpoint-group":
        (0.7, "the endpoint's group, or the instance's own rules"),
    "S3-no-nat": (0.65, "rules that drop all look the same from inside"),
    "S3-no-nat-s3-gateway":
        (0.75, "rules that let out S3 alone look the same"),
    "S7-nobody-listens": (0.7, "the container may be about to listen"),
    "S7-range-leaves-window": (0.75, "the group may open more than usual"),
    "credentials-late": (0.6, "EC2 may renew them in the last minutes"),
    "dates-false": (0.7, "a cache, or an AWS service with a wrong clock"),
    "dns-first-slow": (0.75, "the server may be slow this once"),
    "ecs-500": (0.75, "one service's errors: it may be this account's"),
    "ecs-half": (0.75, "the reply may have been cut on the way"),
    "extra-interface": (0.7, "the way out may be missing for both interfaces"),
    "imds-slow": (0.7, "who asks it that often is not seen"),
    "imds-throttled": (0.7, "who asks it that often is not seen"),
    "no-path-or-rules": (0.65, "as S3-no-nat"),
    "targets-60-silent": (0.65, "as S3-no-nat"),
    "task-cut-off": (0.65, "its subnet's route, or its security groups"),
    "v6-only-silent": (0.65, "as S3-no-nat"),
    "vpce-dns-off-unread": (0.75, "EC2 may not be asked"),
    "vpce-group-closed-unread": (0.7, "EC2 may not be asked"),
    "vpce-pending-unread": (0.7, "EC2 may not be asked"),
}


def instance():
    """A well instance with its files."""
    return hostfiles.well(sp.healthy())


class Scenario:
    """name       what to call it
    saw        what the operator saw
    sick       function(spec) that makes a well instance ill
    twin       function(spec): the same history, cured; None: nothing done
    classes    accepted verdict.class
    causes     accepted verdict.cause; empty: any
    helps      accepted verdict.restart.helps
    codes      accepted exit codes
    says       texts that the verdict (JSON) must hold
    silent     texts that the output must not hold
    user       run as this number instead of root
    argv       arguments for the program, after its name
    check      function(world, result) -> list of complaints"""

    def __init__(self, name, saw, sick, classes, causes=(), helps=("no",),
                 codes=(2,), twin=None, says=(), silent=(),
                 argv=("--now", "--format", "json"), check=None,
                 twin_codes=(0,), user=None):
        self.name, self.saw, self.sick, self.twin = name, saw, sick, twin
        self.classes, self.causes, self.helps = classes, causes, helps
        self.codes, self.says, self.silent = codes, says, silent
        self.argv, self.check, self.twin_codes = argv, check, twin_codes
        self.user = user
        self.sure = UNSURE.get(name, (0.8, ""))[0]

    def worlds(self):
        """[(name, spec, is sick)]"""
        out = []
        for word, change in (("sick", self.sick), ("twin", self.twin)):
            spec = instance()
            if change:
                change(spec)
            out.append((word, spec))
        return out


def add(*args, **kwargs):
    scenario = Scenario(*args, **kwargs)
    if scenario.name in ALL:
        raise ValueError("two scenarios are called " + scenario.name)
    ALL[scenario.name] = scenario


def load():
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(__name__ + "." + module.name)
    return ALL
