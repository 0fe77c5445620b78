"""The clock's witnesses: which of them is wrong."""
from . import add

LIVE = ["no", "worse", "unknown"]       # a registered agent still runs


def world(**aws):
    def sick(spec):
        spec["aws"].update(aws)
    return sick


def ntp(**more):
    def sick(spec):
        spec["ntp"].update(more)
    return sick


def finds(name, *words):
    def check(_world, result):
        rows = [f for f in result.json["findings"] if f["id"] == name]
        if not rows:
            return ["no finding " + name]
        return ["%s does not say %r: %s" % (name, w, rows) for w in words
                if w not in str(rows)]
    return check


add("clock-runs-away", "the clock is right after each boot and minutes off "
    "hours later: nothing disciplines it", world(clock_offset_s=100,
                                                 clock_drift_ppm=20000),
    ["clock"], ["clock-runs-away"], helps=LIVE, codes=[1], says=["an hour"],
    check=finds("CLOCK_RUNS_AWAY", "falls behind", "five minutes at"),
    twin=world(clock_drift_ppm=1))
add("time-service-false", "chronyd was led to a stranger at the time "
    "service's address", ntp(off_s=400), ["clock"], ["time-service-false"],
    helps=LIVE, codes=[1], says=["169.254.169.123"], twin=ntp(off_s=1))
add("time-service-silent", "UDP 123 is dropped; AWS's answers agree with the "
    "clock: not a fault by itself", ntp(state="silent"), ["healthy"],
    codes=[0], check=finds("TIME_SERVICE_SILENT", "no answer"))
add("time-service-unset", "the time service says that it has no time itself",
    ntp(state="unset"), ["healthy"], codes=[0],
    check=finds("TIME_SERVICE_SILENT", "stratum 16"))
add("dates-false", "a cache in the path gives AWS's answers of ten minutes "
    "ago; signatures are good", world(dates_off_s=-600), ["proxy"],
    ["dates-false"], helps=LIVE, codes=[1], twin=world(dates_off_s=-2))
