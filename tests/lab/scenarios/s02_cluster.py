"""S2: the instance registers in `default`, or nowhere."""
from fake import hostfiles as hf

from . import add


def in_default(spec):
    spec["introspection"] = {"state": "ok", "cluster": "default"}
    spec["aws"]["clusters"] = ["default"]
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec, cluster="default")
    spec["files"][hf.DB] = hf.saved(spec, "default")


def missing(spec):
    in_default(spec)
    spec["files"][hf.CONFIG] = {"text": "ECS_LOGLEVEL=info\n",
                                "age_s": 2 * hf.DAY}


add("S2-cluster-missing", "'Registration completed successfully ... in "
    "cluster default'", missing, ["cluster-config"],
    ["cluster-key-missing"], codes=[1, 2],
    says=["ECS_CLUSTER"])


def misspelt(spec):
    in_default(spec)
    spec["files"][hf.CONFIG] = {"text": "ECS_CLUSTR=web-prod\n",
                                "age_s": 2 * hf.DAY}


add("S2-cluster-misspelt", "the key is there, nearly", misspelt,
    ["cluster-config"],
    ["cluster-key-near-miss"], codes=[1, 2],
    says=["ECS_CLUSTR", "ECS_CLUSTER"])


def spaced(spec):
    in_default(spec)
    spec["files"][hf.CONFIG] = {"text": "ECS_CLUSTER = web-prod\n",
                                "age_s": 2 * hf.DAY}


add("S2-cluster-spaces", "spaces around the equals sign", spaced,
    ["cluster-config"],
    ["cluster-key-near-miss"], codes=[1, 2], says=["ECS_CLUSTER"])


def late(spec):
    in_default(spec)
    spec["docker"] = {"state": "ok", "containers": [{
        "name": "ecs-agent", "image": "amazon/amazon-ecs-agent:latest",
        "network": "host", "health": "healthy", "env": []}]}
    spec["files"][hf.CONFIG] = {"text": "ECS_CLUSTER=web-prod\n",
                                "age_s": 600}


add("S2-written-late", "ecs.config is right, but was written after the "
    "agent had started", late, ["cluster-config", "state-corrupt"],
    ["cluster-changed-late"],
    codes=[1, 2], helps=["no", "worse"], says=["default"])


def no_user_data(spec):
    in_default(spec)
    spec["files"][hf.CONFIG] = None
    spec["imds"]["user_data"] = None


add("S2-no-user-data", "the template lost its user data; there is no "
    "ecs.config", no_user_data, ["cluster-config"],
    ["cluster-key-missing"], codes=[1, 2],
    says=["ECS_CLUSTER"])


MISMATCH = ("Data mismatch; saved cluster 'default' does not match "
            "configured cluster 'web-prod'. Perhaps you want to delete the "
            "configured checkpoint file?")


def saved(spec):
    """The key was corrected, the saved state still says default."""
    hf.down(spec, 5)
    spec["files"][hf.DB] = hf.saved(spec, "default")
    spec["files"][hf.AGENT_LOG] = hf.began(60) + hf.line(
        60, "critical", "Error restoring cluster", error=MISMATCH,
        previousCluster="default", configuredCluster="web-prod") + hf.line(
            60, "critical", "Unable to initialize new task engine: "
            + MISMATCH, module="agent.go")
    spec["files"][hf.CONFIG]["age_s"] = 600


add("S2-saved-state", "the name was corrected and the agent restarted; now "
    "it exits with 5", saved, ["state-corrupt"],
    ["saved-cluster-mismatch"], says=["default", "web-prod"])


def not_found(spec):
    """The cluster that is asked for does not exist."""
    hf.down(spec, 5)
    spec["aws"]["clusters"] = []
    spec["cluster"] = "web-prd"
    spec["files"][hf.CONFIG]["text"] = "ECS_CLUSTER=web-prd\n"
    spec["files"][hf.AGENT_LOG] = hf.began(60) + hf.register_failed(
        60, "ClientException: Cluster not found.") + hf.line(
            59, "critical", "Agent will terminally exit, unable to register "
            "container instance with cluster web-prd")


add("cluster-not-found", "'Cluster not found.'", not_found,
    ["cluster-config"], says=["web-prd"])
