"""Planted secrets: none of them may come out of the program, in any format,
nor lie in a recording."""
import os
import subprocess

import net
import scenarios
from fake import hostfiles as hf

DOCKER_AUTH = "CANARYdockerauthpassword0001"
CONFIG_KEY = "CANARYconfigsecretkey0002xxxxxxxxxxxxxxx"
PROXY_PASSWORD = "CANARYproxypassword0003"
IMDS_SECRET = "CANARYimdssecretaccesskey0004xxxxxxxxxxx"
IMDS_SESSION = "CANARYimdssessiontoken0005"
IMDS_TOKEN = "CANARYimdsv2token0006"
CONTAINER_ENV = "CANARYcontainerenvironment0007"
LOG_URL = "CANARYlogproxypassword0008"
AGENT_ENV = "CANARYagentenvironment0009"
SECRETS = (DOCKER_AUTH, CONFIG_KEY, PROXY_PASSWORD, IMDS_SECRET, IMDS_SESSION,
           IMDS_TOKEN, CONTAINER_ENV, LOG_URL, AGENT_ENV)
RUNS = (["--now"], ["--now", "-v"], ["--now", "--format", "json"],
        ["--now", "--format", "json", "-v"], ["--now", "--format", "nagios"])
TESTS = len(RUNS) + 2


def plant(spec):
    spec["keys"].update(secret=IMDS_SECRET, token=IMDS_SESSION + "A" * 200)
    spec["imds"]["token_prefix"] = IMDS_TOKEN
    spec["proxy"] = {"state": "ok"}
    spec["files"][hf.CONFIG]["text"] += (
        "ECS_ENGINE_AUTH_TYPE=docker\n"
        'ECS_ENGINE_AUTH_DATA={"https://index.docker.io/v1/":{"username":"u",'
        '"password":"%s","email":"e@example.net"}}\n'
        "AWS_ACCESS_KEY_ID=AKIALABCONFIG0000001\n"
        "AWS_SECRET_ACCESS_KEY=%s\n"
        "HTTP_PROXY=http://user:%s@10.0.1.30:3128\n"
        "https_proxy=http://user:%s@10.0.1.30:3128\n"
        "NO_PROXY=169.254.169.254,169.254.170.2,/var/run/docker.sock\n"
        % (DOCKER_AUTH, CONFIG_KEY, PROXY_PASSWORD, PROXY_PASSWORD))
    spec["docker"] = {"state": "ok", "containers": [
        {"name": "ecs-agent", "image": "amazon/amazon-ecs-agent:latest",
         "network": "host", "health": "healthy", "env": [
             "ECS_CLUSTER=" + spec["cluster"],
             "ECS_ENGINE_AUTH_DATA={\"x\":{\"password\":\"%s\"}}" % AGENT_ENV,
             "AWS_SECRET_ACCESS_KEY=" + CONFIG_KEY]},
        {"name": "ecs-web-7-app", "image": "nginx:1.25",
         "env": ["DB_PASSWORD=" + CONTAINER_ENV]}]}
    spec["files"][hf.AGENT_LOG] = hf.well_log(spec) + hf.line(
        60, "error", "Error connecting to ACS: proxyconnect tcp: dial "
        "http://user:%s@10.0.1.30:3128: i/o timeout" % LOG_URL)
    return spec


def found_in(text):
    return [s for s in SECRETS if s in text]


def recording(world, program):
    """(failed texts, number of files read)"""
    folder = "/tmp/recording"
    result = world.run(program + ["record", folder])
    bad = found_in(result.out + result.err)
    outside, count = world.path(folder), 0
    for base, _, names in os.walk(outside):
        for name in names:
            path = os.path.join(base, name)
            count += 1
            bad += found_in(name)
            if os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as f:
                    bad += ["%s in %s" % (s, path[len(outside):])
                            for s in found_in(f.read())]
    if count < 10:
        bad.append("only %d files were recorded: %s" % (
            count, (result.err or result.out)[-200:]))
    return bad


def used(world):
    """The planted keys must have been on the wire, or we proved nothing."""
    signed = [r for r in world.log if r.get("verified")]
    tokens = [r for r in world.log if r["to"] == "imds" and r.get("v2")]
    bad = []
    if not signed:
        bad.append("nothing was signed with the planted keys")
    if not tokens:
        bad.append("the planted token was not used")
    return bad


def run(program):
    """(passed, failed)"""
    passed = failed = 0

    def say(name, bad):
        nonlocal passed, failed
        print("%s canary/%s%s" % ("FAIL" if bad else "ok  ", name,
                                  "".join("\n       " + b for b in bad)))
        passed, failed = passed + (not bad), failed + bool(bad)
    try:
        with net.World(plant(scenarios.instance()),
                       binds=[os.path.dirname(program[0])]) as world:
            for argv in RUNS:
                result = world.run(program + argv)
                bad = found_in(result.out + result.err)
                if len(result.out) < 20:
                    bad.append("no output: " + result.err[-200:])
                say(" ".join(argv).replace("--", ""), bad)
            say("recording", recording(world, program))
            say("the keys were used", used(world))
    except (RuntimeError, OSError, subprocess.SubprocessError) as e:
        say("world", [str(e)])
    return passed, failed
