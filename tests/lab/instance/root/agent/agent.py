"""A stand-in for the ECS agent, 1.105.1 in its words and in how it fails.

Exit codes: 0 told to stop, 1 try again, 5 nothing to try. For the lab alone:
SIGRTMIN+N ends it with code N (0 to 9), SIGRTMIN+10 makes its connections to
the control plane fall silent. SIGUSR1 is the agent's own: stacks to its log.
"""

import http.client
import json
import os
import signal
import sys
import time
import traceback

import aws
import log as logs
import serve
import state

OK, RETRY, TERMINAL = 0, 1, 5
DB = "/data/agent.db"
CLOUD_INIT = "/var/lib/cloud/data/result.json"
TRANSIENT = ("ThrottlingException", "ServerException",
             "LimitExceededException", "ServiceUnavailableException")
PERMANENT = ("ClientException", "InvalidParameterException")
REGISTER_S, REGISTER_MAX_S = 3.0, 192.0


class Exit(Exception):
    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Config:
    """The keys that this stand-in obeys, checked as the agent checks them."""

    def __init__(self, log):
        env = os.environ.get
        self.cluster = env("ECS_CLUSTER", "").strip()
        self.endpoint = env("ECS_BACKEND_HOST", "").strip() or None
        self.region = env("AWS_DEFAULT_REGION", "").strip()
        self.reserved_mib = self.reserved(log)
        self.attributes = self.hash(log, "ECS_INSTANCE_ATTRIBUTES")
        if not self.region:
            self.region = self.infer_region(log)

    @staticmethod
    def reserved(log):
        text = os.environ.get("ECS_RESERVED_MEMORY", "")
        if not text:
            return 0
        if not text.isdigit() or int(text) > 65535:
            log.warn('Invalid format for "ECS_RESERVED_MEMORY" environment '
                     "variable; expected unsigned integer. err "
                     'strconv.ParseUint: parsing "%s": invalid syntax' % text,
                     module="parse.go")
            return 0
        return int(text)

    @staticmethod
    def hash(log, name):
        text = os.environ.get(name, "")
        if not text:
            return {}
        try:
            found = json.loads(text)
            if isinstance(found, dict) and all(
                    isinstance(v, str) for v in found.values()):
                return found
            why = "json: cannot unmarshal into Go value of type string"
        except ValueError:
            why = "invalid character '%s' looking for beginning of value" % \
                text[0]
        log.error("Invalid format for %s. Expected a json hash: %s" %
                  (name, why), module="parse.go")
        log.critical("Error loading config: " + why, module="agent.go")
        raise Exit(RETRY)

    @staticmethod
    def infer_region(log):
        try:
            return json.loads(aws.metadata(
                "dynamic/instance-identity/document",
                "GetInstanceIdentityDocument"))["region"]
        except (aws.Failed, ValueError, KeyError) as e:
            log.critical("Unable to communicate with EC2 Metadata service to "
                         "infer region: %s" % e, module="config.go")
        log.critical("Configuration key not set, key: AWSRegion",
                     module="config.go")
        log.critical("Error loading config: Missing required fields: "
                     "AWSRegion", module="agent.go")
        raise Exit(RETRY)


class Agent:
    def __init__(self, log):
        self.log, self.saved = log, {}

    def run(self):
        self.note_credentials()
        self.log.info("Starting Amazon ECS Agent", version=serve.VERSION,
                      commit=serve.HASH)
        self.log.info("Loading configuration")
        self.cfg = Config(self.log)
        self.need_cloud_init()
        self.need_docker()
        self.load_state()
        domain = self.read_imds("meta-data/services/domain", "amazonaws.com")
        self.ecs = aws.Ecs(self.cfg.region, domain, self.cfg.endpoint)
        resources = self.resources()
        arn = self.register(resources)
        self.save_state(arn)
        self.log.info("Beginning Polling for updates", module="agent.go")
        serve.listen(self.log, self.cluster, arn)
        for kind in ("ACS", "TCS"):
            serve.Channel(self.log, self.ecs, kind, arn,
                          self.cluster).start()
        while True:
            time.sleep(3600)

    def note_credentials(self):
        where = "instance_credentials_provider.go"
        try:
            provider, _ = aws.credentials()
            self.log.info("Successfully got ECS instance credentials from "
                          "provider: " + provider, module=where)
        except aws.Failed as e:
            self.log.error(
                "Error getting ECS instance credentials from credentials "
                "chain: no valid providers in chain\nEnvConfigCredentials: "
                "static credentials are empty\nSharedConfigCredentials: "
                "failed to get shared config profile, default\n"
                "EC2RoleProvider: %s" % e, module=where)

    def read_imds(self, path, default=""):
        try:
            return aws.metadata(path).strip()
        except aws.Failed:
            return default

    def need_cloud_init(self):
        try:
            with open(CLOUD_INIT) as f:
                source = json.load(f)["v1"].get("datasource") or ""
        except FileNotFoundError:
            self.log.info("cloud-init result file not found")
            return
        except (ValueError, KeyError):
            return
        if "DataSourceNone" in source and self.read_imds("user-data"):
            self.log.critical("Cloud-init failure detected: datasource is "
                              "DataSourceNone but user data exists. Refusing "
                              "to start with potentially incorrect config",
                              module="agent.go")
            raise Exit(TERMINAL)
        self.log.info("cloud-init check passed")

    def need_docker(self):
        try:
            serve.docker("/_ping", timeout=60)
        except (OSError, http.client.HTTPException) as e:
            self.log.error("Docker SDK client unable to ping Docker daemon. "
                           "Ensure Docker is running: " + aws.go_error(e),
                           module="docker_client.go")
            self.log.critical("Error creating Docker client",
                              error=aws.go_error(e))
            raise Exit(RETRY)

    # -- saved state --------------------------------------------------------

    def load_state(self):
        self.log.info("Loading state!", module="state_manager.go")
        self.log.info("Event stream ContainerChange start listening...",
                      module="eventstream.go")
        self.instance_id = self.read_imds("meta-data/instance-id")
        try:
            self.saved = state.load(DB)
        except ValueError as e:
            self.log.critical("Error loading previously saved state: failed "
                              "to load previous data from BoltDB: %s" % e,
                              module="agent.go")
            raise Exit(TERMINAL)
        old = self.saved.get("ec2-instance-id", "")
        if old and self.instance_id and old != self.instance_id:
            self.log.warn("Data mismatch; saved InstanceID '%s' does not "
                          "match current InstanceID '%s'. Overwriting old "
                          "datafile" % (old, self.instance_id),
                          module="agent.go")
            self.saved = {}
        self.cluster = self.cfg.cluster or "default"
        if not self.saved:
            return
        was = self.saved.get("cluster-name", "")
        if was != self.cluster:
            text = ("Data mismatch; saved cluster '%s' does not match "
                    "configured cluster '%s'. Perhaps you want to delete the "
                    "configured checkpoint file?" % (was, self.cluster))
            self.log.critical("Error restoring cluster", error=text)
            self.log.critical("Unable to initialize new task engine: " + text,
                              module="agent.go")
            raise Exit(TERMINAL)
        self.log.info("Cluster was successfully restored", cluster=was)
        self.log.info("Restored from checkpoint file", cluster=was,
                      containerInstanceARN=self.saved.get(
                          "container-instance-arn", ""))

    def save_state(self, arn):
        state.save(DB, {
            "agent-version": serve.VERSION, "cluster-name": self.cluster,
            "availability-zone": self.read_imds(
                "meta-data/placement/availability-zone"),
            "container-instance-arn": arn,
            "ec2-instance-id": self.instance_id,
            "task-manifest-seq-num": "0"})

    # -- registration -------------------------------------------------------

    def resources(self):
        with open("/proc/meminfo") as f:
            total = int(f.readline().split()[1]) // 1024
        left = total - self.cfg.reserved_mib
        if left < 0:
            self.log.critical(
                "Unable to fetch host resources", error="reserved memory is "
                "higher than available memory on the host, total memory: %d, "
                "reserved: %d" % (total, self.cfg.reserved_mib))
            raise Exit(RETRY)
        self.log.info("Remaining memory", remainingMemory=left)
        ports = ["22", "2375", "2376", "51678", "51679"]
        return [
            {"name": "CPU", "type": "INTEGER",
             "integerValue": 1024 * (os.cpu_count() or 1)},
            {"name": "MEMORY", "type": "INTEGER", "integerValue": left},
            {"name": "PORTS", "type": "STRINGSET", "stringSetValue": ports},
            {"name": "PORTS_UDP", "type": "STRINGSET", "stringSetValue": []}]

    def register(self, resources):
        again = self.saved.get("container-instance-arn")
        if not again:
            self.log.info("Registering Instance with ECS")
        given = {
            "cluster": self.cluster, "totalResources": resources,
            "instanceIdentityDocument": self.read_imds(
                "dynamic/instance-identity/document"),
            "versionInfo": {"agentVersion": serve.VERSION,
                            "agentHash": "*" + serve.HASH}}
        if again:
            given["containerInstanceArn"] = again
        else:
            given["attributes"] = [{"name": k, "value": v} for k, v in
                                   self.cfg.attributes.items()]
        try:
            arn = self.call_register(given)
        except aws.Failed as e:
            self.give_up(e, "re-" if again else "")
        self.log.info("Registered container instance with cluster!")
        if not again:
            self.log.info("Instance registration completed successfully",
                          instanceArn=arn, cluster=self.cluster)
        return arn

    def call_register(self, given):
        pause, made = REGISTER_S, False
        while True:
            try:
                return self.ecs.call("RegisterContainerInstance", given)[
                    "containerInstance"]["containerInstanceArn"]
            except aws.Failed as e:
                if not self.cfg.cluster and not made and \
                        "Cluster not found" in str(e):
                    self.create_default()
                    made = True
                    continue
                self.log.error("Unable to register as a container instance "
                               "with ECS", error=str(e))
                if e.code not in TRANSIENT:
                    self.log.error(
                        "Received terminal error from "
                        "RegisterContainerInstance call, exiting",
                        error=str(e))
                    raise
                self.log.error(
                    "Received non-terminal error from "
                    "RegisterContainerInstance call, retrying with "
                    "exponential backoff", error=str(e))
                time.sleep(pause)
                pause = min(pause * 2, REGISTER_MAX_S)

    def create_default(self):
        try:
            self.ecs.call("CreateCluster", {"clusterName": "default"})
        except aws.Failed as e:
            self.log.critical("Could not create cluster", error=str(e))
            raise

    def give_up(self, e, re):
        self.log.error("Error %sregistering container instance" % re,
                       error=str(e))
        if e.code in PERMANENT:
            what = "client performing invalid action" \
                if e.code == "ClientException" else "an invalid parameter"
            self.log.critical("Instance %sregistration attempt with %s" %
                              (re, what), error=str(e))
            self.log.critical("Agent will terminally exit, unable to "
                              "register container instance",
                              exitCode=TERMINAL)
            raise Exit(TERMINAL)
        raise Exit(RETRY)


def healthcheck():
    c = http.client.HTTPConnection("localhost", 51678, timeout=25)
    try:
        c.request("HEAD", "/v1/metadata")
        c.getresponse()
        return 0
    except OSError as e:
        print("health check [HEAD http://localhost:51678/v1/metadata] failed "
              "with error: %s" % e, file=sys.stderr)
        return 1


def main(argv):
    if "--healthcheck" in argv[1:]:
        return healthcheck()
    log = logs.from_env()

    def stop(*_):
        log.info("Agent received termination signal: terminated",
                 module="termination_handler.go")
        os._exit(OK)

    def dump(*_):
        stacks = ["".join(traceback.format_stack(f)) for f in
                  sys._current_frames().values()]
        log.info("====== STACKTRACE ======\n" + "\n".join(stacks) +
                 "====== /STACKTRACE ======", module="debug_handler.go")

    signal.signal(signal.SIGUSR1, dump)
    for code in range(10):
        signal.signal(signal.SIGRTMIN + code,
                      lambda *_, code=code: os._exit(code))
    signal.signal(signal.SIGRTMIN + 10, lambda *_: serve.SILENT.set())
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        Agent(log).run()
    except Exit as e:
        return e.code
    return RETRY
