#!/usr/bin/env python3
"""tests/lab/deploy.py - packaging/cloudwatch in moto: the stack is made and what
is in it is read back by boto3.  What moto's stacks leave out goes through its
own call; what moto has no call for, through botocore's knowledge of what the
call takes.  Then ECS's events are held against the rule, and the command of the
document is run.  Ends with `N passed, N failed, N skipped`."""
import json
import os
import re
import subprocess
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
COUNT = {"passed": 0, "failed": 0, "skipped": 0}
CHECKS = 30
try:
    import boto3
    import botocore.stub
    import moto
    import cloud
except ImportError:
    moto = None


def say(name, good, why=""):
    COUNT["passed" if good else "failed"] += 1
    print("%s deploy/%s%s" % ("ok  " if good else "FAIL", name,
                              "" if good else "\n       " + str(why)))


def client(name):
    return boto3.client(name, region_name="us-east-1")


def stack(group):
    with open(cloud.TEMPLATE, encoding="utf-8") as f:
        body = f.read()
    with warnings.catch_warnings():     # of what it leaves out: see below
        warnings.simplefilter("ignore")
        client("cloudformation").create_stack(
            StackName="probe", TemplateBody=body,
            Capabilities=["CAPABILITY_IAM"], Parameters=[
                {"ParameterKey": "AutoScalingGroupName",
                 "ParameterValue": group}])
    return client("cloudformation").describe_stacks(
        StackName="probe")["Stacks"][0]["StackStatus"]


class Made:
    """The resources of a type, as the stack would make them."""

    def __init__(self, group):
        self.doc = cloud.template()
        values = cloud.values_of(self.doc, AutoScalingGroupName=group)
        silent = "FleetSilent" if group else "FleetSilentAtAll"
        values.update({n: n for n in self.doc["Resources"]})
        values.update(HasGroup=bool(group), NoGroup=not group, MakeTopic=True,
                      Topic="arn:aws:sns:us-east-1:123456789012:probe")
        self.values, self.silent = values, silent

    def of(self, kind):
        for name, r in self.doc["Resources"].items():
            if r["Type"] == "AWS::" + kind and \
                    self.values.get(r.get("Condition"), True):
                yield name, cloud.plain(r.get("Properties", {}), self.values)


def taken(service, call, **what):
    """What botocore says of a call's input; moto has not got this call."""
    c = client(service)
    with botocore.stub.Stubber(c) as stub:
        stub.add_response(call, {}, what)
        getattr(c, call)(**what)


def alarms(made):
    cw = client("cloudwatch")
    for name, p in made.of("CloudWatch::Alarm"):
        cw.put_metric_alarm(AlarmName=name, **p)
    rows = cw.describe_alarms()["MetricAlarms"]
    names = {a["AlarmName"] for a in rows}
    say("the alarms", names == {made.silent, "CauseSpreads", "HealFailed",
                                "ManyUnhealthy"}, names)
    say("silence is an alarm", [
        a["TreatMissingData"] for a in rows if "Silent" in a["AlarmName"]] ==
        ["breaching"])
    if made.values["HasGroup"]:
        text = json.dumps(rows, default=str)
        say("held against the group's in-service count",
            "GroupInServiceInstances" in text and '"Value": "web"' in text)
    for name, p in made.of("CloudWatch::CompositeAlarm"):
        taken("cloudwatch", "put_composite_alarm", AlarmName=name, **p)
        asked = set(re.findall(r'ALARM\("(\w+)"\)', p["AlarmRule"]))
        say("the page is of all of them", asked == names and
            p["AlarmActions"] == [made.values["Topic"]], p)


def rest(made):
    """Dashboard, Contributor Insights' rule, saved queries."""
    cw = client("cloudwatch")
    for name, p in made.of("CloudWatch::Dashboard"):
        cw.put_dashboard(DashboardName="probe",
                         DashboardBody=p["DashboardBody"])
        got = cw.get_dashboard(DashboardName="probe")["DashboardBody"]
        say("the dashboard", len(json.loads(got)["widgets"]) > 10 and
            json.loads(got) == json.loads(p["DashboardBody"]))
    for name, p in made.of("CloudWatch::InsightRule"):
        cw.put_insight_rule(RuleName=p["RuleName"], RuleState=p["RuleState"],
                            RuleDefinition=p["RuleBody"])
        got = cw.describe_insight_rules()["InsightRules"][0]
        say("the rule of Contributor Insights", json.loads(
            got["Definition"])["Contribution"]["Keys"] == ["$.cause"], got)
    n = 0
    for name, p in made.of("Logs::QueryDefinition"):
        taken("logs", "put_query_definition", name=p["Name"],
              logGroupNames=p["LogGroupNames"], queryString=p["QueryString"])
        n += 1
    say("%d saved queries" % n, n >= 5)


def heard(events, rule):
    """What becomes of an event: a queue as the rule's target takes it."""
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[
        "QueueArn"])["Attributes"]["QueueArn"]
    events.put_targets(Rule=rule, Targets=[{"Id": "heard", "Arn": arn}])

    def ask(kind, **detail):
        events.put_events(Entries=[{
            "Source": "aws.ecs", "DetailType": kind, "Detail": json.dumps(
                {"ec2InstanceId": "i-0abc1234def567890", **detail})}])
        got = sqs.receive_message(QueueUrl=queue).get("Messages", [])
        for m in got:
            sqs.delete_message(QueueUrl=queue,
                               ReceiptHandle=m["ReceiptHandle"])
        return len(got) == 1
    return ask


def rule():
    """ECS's own word that an instance is impaired, and no other, is heard."""
    events = client("events")
    rules = events.list_rules()["Rules"]
    say("a rule of EventBridge", len(rules) == 1, rules)
    target = events.list_targets_by_rule(Rule=rules[0]["Name"])["Targets"][0]
    say("its target is the document, and what fails is kept",
        ":automation-definition/" in target["Arn"] and
        ":sqs:" in target["DeadLetterConfig"]["Arn"], target)
    template = target["InputTransformer"]["InputTemplate"]
    template = template.replace("<instance>", '"i-0abc1234def567890"')
    say("it is given the instance", json.loads(template) == {
        "InstanceId": ["i-0abc1234def567890"]}, template)
    # moto fills the template in by other rules than EventBridge.
    events.remove_targets(Rule=rules[0]["Name"], Ids=[target["Id"]])
    ask = heard(events, rules[0]["Name"])
    health = "ECS Container Instance Health Change"
    for what, kind, detail, want in (
            ("impaired", health, {"overallStatus": "IMPAIRED"}, True),
            ("well again", health, {"overallStatus": "OK"}, False),
            ("not yet known", health, {"overallStatus": "INITIALIZING"},
             False),
            ("an agent that comes and goes",
             "ECS Container Instance State Change",
             {"status": "ACTIVE", "agentConnected": False}, False)):
        say("the rule: " + what, ask(kind, **detail) is want)


def document():
    ssm = client("ssm")
    name = ssm.list_documents(Filters=[{"Key": "Owner", "Values": ["Self"]}])[
        "DocumentIdentifiers"][0]["Name"]
    got = ssm.get_document(Name=name)
    doc = cloud.yaml.safe_load(got["Content"])
    look, tell, silent = doc["mainSteps"]
    say("the document: a command, then its output to the topic",
        look["action"] == "aws:runCommand" and
        "{{ look.Output }}" in tell["inputs"]["Message"] and
        tell["inputs"]["TopicArn"].startswith("arn:aws:sns:"), doc)
    say("and when the command cannot be run, that is told",
        look["onFailure"] == "step:" + silent["name"] and
        look["nextStep"] == tell["name"] and tell["isEnd"] and
        silent["inputs"]["TopicArn"] == tell["inputs"]["TopicArn"], doc)
    command = look["inputs"]["Parameters"]["commands"][0]
    with tempfile.TemporaryDirectory() as folder:
        for code, want in ((0, 0), (2, 0), (64, 1)):
            with open(folder + "/probe", "w", encoding="utf-8") as f:
                f.write("#!/bin/sh\necho \"said $*\"\nexit %d\n" % code)
            os.chmod(folder + "/probe", 0o755)
            done = subprocess.run(
                ["/bin/sh", "-c", command], capture_output=True, text=True,
                check=False, env={"PATH": folder + ":/bin"})
            say("its command, when probe ends with %d" % code,
                done.stdout == "said --now\n" and
                bool(done.returncode) == bool(want), done)


def identities():
    iam = client("iam")
    policies = iam.list_policies(Scope="Local")["Policies"]
    bodies = [iam.get_policy_version(
        PolicyArn=p["Arn"], VersionId=p["DefaultVersionId"])["PolicyVersion"]
        ["Document"] for p in policies]
    actions = {a for b in bodies for s in b["Statement"] for a in (
        [s["Action"]] if isinstance(s["Action"], str) else s["Action"])}
    say("the instances' policy", {
        "logs:CreateLogStream", "logs:PutLogEvents",
        "cloudwatch:PutMetricData"} <= actions and
        not any("*" in a for a in actions), actions)
    roles = [r["RoleName"] for r in iam.list_roles()["Roles"]]
    inline = [p for r in roles
              for p in iam.list_role_policies(RoleName=r)["PolicyNames"]]
    say("the role of who looks", len(roles) == 1 and "look" in inline,
        (roles, inline))
    topics = client("sns").list_topics()["Topics"]
    key = client("sns").get_topic_attributes(
        TopicArn=topics[0]["TopicArn"])["Attributes"].get("KmsMasterKeyId")
    say("alarms may write to the topic: it has not SNS's own key", not key,
        key)
    queues = client("sqs").list_queues()["QueueUrls"]
    say("a topic and a queue", len(topics) == 1 and len(queues) == 2)


def check(group):
    said = stack(group)
    say("the stack%s" % (" of a group" if group else ""),
        said == "CREATE_COMPLETE", said)
    groups = client("logs").describe_log_groups()["logGroups"]
    say("the log group keeps 30 days",
        [(g["logGroupName"], g.get("retentionInDays")) for g in groups] ==
        [("/ecs/probe", 30)], groups)
    made = Made(group)
    alarms(made)
    if group:
        rest(made)
        rule()
        document()
        identities()


def main():
    if not moto:
        print("skipped: needs moto, boto3 and pyyaml (tests/deps)")
        COUNT["skipped"] = CHECKS
    else:
        os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x")
        for group in ("", "web"):
            with moto.mock_aws():
                check(group)
    print("%(passed)d passed, %(failed)d failed, %(skipped)d skipped" % COUNT)
    return 1 if COUNT["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
