#!/usr/bin/env python3
"""tests/lab/deploy.py - packaging/cloudwatch in moto: the stack is made, its
alarms, log group, rule and dashboard are read back by boto3.  What moto's stacks
leave out goes through its own call.  Ends with `N passed, N failed, N
skipped`."""
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TEMPLATE = os.path.join(HERE, "..", "..", "packaging", "cloudwatch",
                        "probe.yaml")
COUNT = {"passed": 0, "failed": 0, "skipped": 0}
try:
    import boto3
    import moto
    from cfnlint.decode import decode
except ImportError:
    moto = None


def say(name, good, why=""):
    COUNT["passed" if good else "failed"] += 1
    print("%s deploy/%s%s" % ("ok  " if good else "FAIL", name,
                              "" if good else "\n       " + str(why)))


def client(name):
    return boto3.client(name, region_name="eu-west-1")


def stack(group):
    with open(TEMPLATE, encoding="utf-8") as f:
        body = f.read()
    client("cloudformation").create_stack(
        StackName="probe", TemplateBody=body,
        Capabilities=["CAPABILITY_IAM"], Parameters=[
            {"ParameterKey": "AutoScalingGroupName", "ParameterValue": group}])
    return client("cloudformation").describe_stacks(
        StackName="probe")["Stacks"][0]["StackStatus"]


def dashboard():
    """moto's stacks make no dashboards: by its own call."""
    template, _ = decode(TEMPLATE)
    body = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]
    values = {"AWS::Region": "eu-west-1", "Namespace": "Probe",
              "LogGroupName": "/ecs/probe"}
    body = re.sub(r"\$\{([\w:]+)\}", lambda m: values[m[1]], body["Fn::Sub"])
    client("cloudwatch").put_dashboard(DashboardName="probe",
                                       DashboardBody=body)
    got = client("cloudwatch").get_dashboard(DashboardName="probe")
    return json.loads(got["DashboardBody"]) == json.loads(body)


def plain(node, values):
    """What CloudFormation makes of Ref and Fn::Sub."""
    if isinstance(node, dict):
        if list(node) == ["Ref"]:
            return values[node["Ref"]]
        if list(node) == ["Fn::Sub"]:
            return re.sub(r"\$\{([\w:.]+)\}", lambda m: values[m[1]],
                          node["Fn::Sub"])
        return {k: plain(v, values) for k, v in node.items()}
    if isinstance(node, list):
        return [plain(v, values) for v in node]
    return node


def alarms(group):
    """Nor alarms: each by its own call, as the stack would make it."""
    template, _ = decode(TEMPLATE)
    template = json.loads(json.dumps(template, default=str))
    values = {k: p.get("Default") for k, p in template["Parameters"].items()}
    values.update({"AutoScalingGroupName": group,
                   "InstancesByCause.RuleName": "probe-instances-by-cause"})
    for name, r in template["Resources"].items():
        other = "NoGroup" if group else "HasGroup"
        if r["Type"] != "AWS::CloudWatch::Alarm" or \
                r.get("Condition") == other:
            continue
        p = plain(r["Properties"], values)
        client("cloudwatch").put_metric_alarm(AlarmName=name, **p)
    return client("cloudwatch").describe_alarms()["MetricAlarms"]


def check(group):
    said = stack(group)
    say("the stack%s" % (" of a group" if group else ""),
        said == "CREATE_COMPLETE", said)
    groups = client("logs").describe_log_groups()["logGroups"]
    say("the log group keeps 30 days",
        [(g["logGroupName"], g.get("retentionInDays")) for g in groups] ==
        [("/ecs/probe", 30)], groups)
    made = alarms(group)
    names = " ".join(a["AlarmName"] for a in made)
    want = ["CauseSpreads", "HealFailed", "ManyUnhealthy",
            "FleetSilent" + ("" if group else "AtAll")]
    say("the alarms", len(made) == 4 and all(w in names for w in want),
        names)
    silent = [a["TreatMissingData"] for a in made
              if "FleetSilent" in a["AlarmName"]]
    say("silence is an alarm", silent == ["breaching"], silent)
    rules = client("events").list_rules()["Rules"]
    say("the rule", len(rules) == 1 and "aws.ecs" in rules[0]["EventPattern"],
        rules)
    say("the dashboard", dashboard())


def main():
    if not moto:
        print("skipped: needs moto, boto3 and cfn-lint (tests/deps)")
        COUNT["skipped"] = 12
    else:
        os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
        for group in ("", "web"):
            with moto.mock_aws():
                check(group)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
