"""The metadata service and what it says of the instance's life."""
import time

from fake import imds as fake_imds

from . import add

LIVE = ["no", "worse", "unknown"]       # a registered agent still runs


def imds(state="ok", **more):
    def sick(spec):
        spec["imds"].update(state=state, **more)
    return sick


add("imds-disabled", "HttpEndpoint=disabled", imds("disabled"), ["imds"],
    ["imds-disabled"], helps=LIVE)
add("imds-refused", "a host firewall refuses 169.254.169.254",
    imds("refused"), ["imds"], ["imds-unreachable"], helps=LIVE)
add("imds-hang", "the metadata service never answers", imds("hang"),
    ["imds"], ["imds-unreachable"], helps=LIVE)
add("imds-hop-limit", "the token's reply never arrives, GET says 401",
    imds("put-hang"), ["imds"], ["imds-hop-limit"], helps=LIVE)
add("imds-hop-limit-v1", "the token's reply never arrives, GET works",
    imds("put-hang-v1"), ["imds"], ["imds-token-lost"], codes=[1],
    helps=LIVE)
add("imds-throttled", "503 for everything", imds("throttled"), ["imds"],
    ["imds-busy"], codes=[1, 2], helps=LIVE)
add("imds-slow", "each answer takes 0.4 s", imds("ok", slow_ms=400),
    ["imds"], ["imds-busy"], codes=[1], helps=LIVE)
add("imds-html", "something else answers on 169.254.169.254", imds("html"),
    ["imds", "proxy"], helps=LIVE)
add("imds-huge", "4 MiB where a word is expected", imds("huge"),
    ["imds"], ["imds-unreachable"], helps=LIVE)
add("imds-required", "IMDSv2 is mandatory, as it should be",
    imds("required"), ["healthy"], codes=[0])


def firewall(spec):
    spec["walls"] = [{"side": "host", "to": ["imds"], "act": "drop"}]


add("imds-host-firewall", "the host's own rules drop 169.254.169.254",
    firewall, ["imds"], ["imds-unreachable"], helps=LIVE)


def spot(spec):
    when = fake_imds.iso(time.time() + 110)
    spec["imds"].update(life_cycle="spot", spot={"action": "terminate",
                                                 "time": when})


add("spot-interruption", "the instance will be gone in two minutes", spot,
    ["other"], ["spot-interruption"], codes=[1, 2], helps=LIVE,
    twin=imds("ok", life_cycle="spot"))


add("credentials-late", "the keys expire in 90 s and no new ones came",
    imds("ok", credentials="soon"), ["credentials"], ["credentials-late"],
    codes=[1, 2], helps=LIVE)
