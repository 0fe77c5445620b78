"""reader.py ADDRESS REGION ID SECRET TOKEN STREAM - what boto3 reads of a
stream of /ecs/probe: a line each, [time, message].  Run in the network of the
instance; the address is the fake's."""
import json
import sys

import boto3
import botocore.config
import urllib3

urllib3.disable_warnings()      # its certificate is of a name
address, region, key, secret, token, stream = sys.argv[1:]
logs = boto3.client(
    "logs", region_name=region, endpoint_url="https://" + address,
    verify=False, aws_access_key_id=key, aws_secret_access_key=secret,
    aws_session_token=token,
    config=botocore.config.Config(retries={"max_attempts": 5}))
at = None
while True:
    more = {"nextToken": at} if at else {}
    try:
        page = logs.get_log_events(
            logGroupName="/ecs/probe", logStreamName=stream,
            startFromHead=True, **more)
    except logs.exceptions.ResourceNotFoundException:
        break
    if page["nextForwardToken"] == at:
        break
    at = page["nextForwardToken"]
    for e in page["events"]:
        print(json.dumps([e["timestamp"], e["message"]]))
