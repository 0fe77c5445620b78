#!/usr/bin/env python3
"""templates.py: what userdata/ holds for other tools, read as they read it:
HCL by a parser of HCL2, with every name that is used declared; SSM's and Image
Builder's documents against what their references ask for; what goes into an API
against botocore's model of it. Ends with "N passed, N failed"."""
import json
import re
import sys

import botocore.session
import botocore.validate
import hcl2
import jsonschema
import yaml

STEP = {"type": "object", "required": ["name", "action", "inputs"],
        "additionalProperties": False,
        "properties": {"name": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
                       "action": {"enum": ["S3Download", "ExecuteBash"]},
                       "timeoutSeconds": {"type": "integer", "minimum": 1},
                       "maxAttempts": {"type": "integer", "minimum": 1},
                       "onFailure": {"enum": ["Abort", "Continue", "Ignore"]},
                       "inputs": {"type": ["object", "array"]}}}
COMPONENT = {
    "type": "object", "required": ["name", "schemaVersion", "phases"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"}, "description": {"type": "string"},
        "schemaVersion": {"const": 1.0},
        "parameters": {"type": "array", "items": {
            "type": "object", "minProperties": 1, "maxProperties": 1,
            "additionalProperties": {
                "type": "object", "required": ["type"],
                "additionalProperties": False,
                "properties": {"type": {"const": "string"}, "default": {},
                               "description": {"type": "string"}}}}},
        "phases": {"type": "array", "minItems": 3, "maxItems": 3, "items": {
            "type": "object", "required": ["name", "steps"],
            "additionalProperties": False,
            "properties": {"name": {"enum": ["build", "validate", "test"]},
                           "steps": {"type": "array", "minItems": 1,
                                     "items": STEP}}}}}}
COMMAND = {
    "type": "object", "required": ["schemaVersion", "mainSteps"],
    "additionalProperties": False,
    "properties": {
        "schemaVersion": {"const": "2.2"}, "description": {"type": "string"},
        "parameters": {"type": "object", "additionalProperties": {
            "type": "object", "required": ["type"],
            "additionalProperties": False,
            "properties": {"type": {"enum": ["String", "StringList"]},
                           "description": {"type": "string"}, "default": {},
                           "allowedValues": {"type": "array"},
                           "allowedPattern": {"type": "string"}}}},
        "mainSteps": {"type": "array", "minItems": 1, "items": {
            "type": "object", "required": ["action", "name", "inputs"],
            "additionalProperties": False,
            "properties": {
                "action": {"const": "aws:runShellScript"},
                "name": {"type": "string", "pattern": "^[A-Za-z0-9_-]+$"},
                "precondition": {"type": "object"},
                "inputs": {
                    "type": "object", "required": ["runCommand"],
                    "additionalProperties": False,
                    "properties": {
                        "timeoutSeconds": {"type": "string"},
                        "runCommand": {"type": "array", "items": {
                            "type": "string"}}}}}}}}}

done = {"passed": 0, "failed": 0}


def row(name, wrong):
    done["failed" if wrong else "passed"] += 1
    if wrong:
        print("FAIL templates: %s\n%s" % (name, wrong))


def schema(name, doc, wanted):
    wrong = [e.message for e in
             jsonschema.Draft7Validator(wanted).iter_errors(doc)]
    row(name, "\n".join(wrong))


def placeholders(name, text, declared):
    used = set(re.findall(r"\{\{ *(\w+) *\}\}", text))
    row(name + ": parameters", "declared, used: %s, %s" % (declared, used)
        if used != set(declared) else "")


def api(name, service, operation, params):
    model = botocore.session.get_session().get_service_model(service)
    shape = model.operation_model(operation).input_shape
    report = botocore.validate.ParamValidator().validate(params, shape)
    row(name, report.generate_report())


def bare(name):
    return name.strip('"')


def hcl(folder, files):
    declared, text = set(), ""
    for f in files:
        source = open("userdata/" + f).read()
        try:
            doc = hcl2.loads(source)
        except Exception as e:  # the parser's own kinds
            return row(f, str(e)[:500])
        row(f, "")
        text += re.sub(r"(?m)^\s*#.*$", "", source)
        for kind in ("variable", "resource", "data", "source"):
            for block in doc.get(kind, []):
                for first, inner in block.items():
                    if kind == "variable":
                        declared.add("var." + bare(first))
                    elif first != "__is_block__":
                        for second in inner:
                            pre = {"data": "data."}.get(kind, "")
                            declared.add(pre + bare(first) + "." + bare(second))
        for block in doc.get("locals", []):
            declared.update("local." + bare(k) for k in block if k[0] != "_")
    used = set(re.findall(r"(?<![\w.])(?:var|local)\.\w+", text))
    used |= set(re.findall(r"(?<![\w.\"/])data\.[\w-]+\.\w+", text))
    used |= set(re.findall(r"(?<![\w.\"/-])aws_\w+\.\w+", text))
    row(folder + ": names that nothing declares",
        " ".join(sorted(used - declared)))
    row(folder + ": variables that nothing uses", " ".join(
        sorted(d for d in declared - used if d.startswith(("var.", "local.")))))
    row(folder + ": uses something", "" if used else "nothing found")


hcl("terraform", ["terraform/main.tf", "terraform/variables.tf"])
hcl("packer", ["probe.pkr.hcl"])

text = open("userdata/imagebuilder.yaml").read()
doc = yaml.safe_load(text)
schema("imagebuilder.yaml", doc, COMPONENT)
row("imagebuilder.yaml: phases", "" if [p["name"] for p in doc["phases"]] ==
    ["build", "validate", "test"] else "not in their order")
placeholders("imagebuilder.yaml", text,
             [k for p in doc["parameters"] for k in p])
api("create-component", "imagebuilder", "CreateComponent", {
    "name": "probe", "platform": "Linux", "semanticVersion": "0.1.0",
    "clientToken": "t", "data": text})

text = open("userdata/ssm-command.yaml").read()
doc = yaml.safe_load(text)
schema("ssm-command.yaml", doc, COMMAND)
placeholders("ssm-command.yaml", text, list(doc["parameters"]))
for name, p in doc["parameters"].items():
    row("default of " + name, "" if p["default"] in p.get(
        "allowedValues", [p["default"]]) and re.search(
            p.get("allowedPattern", ""), p["default"]) else "not allowed")
api("create-document", "ssm", "CreateDocument", {
    "Name": "Probe", "DocumentType": "Command", "DocumentFormat": "YAML",
    "Content": text})
assoc = json.load(open("userdata/ssm-association.json"))
api("ssm-association.json", "ssm", "CreateAssociation", assoc)
for name, values in assoc["Parameters"].items():
    allowed = doc["parameters"].get(name, {}).get("allowedValues", [])
    row("ssm-association.json: " + name,
        "" if set(values) <= set(allowed) else "the document has not that")

print("%(passed)d passed, %(failed)d failed" % done)
sys.exit(1 if done["failed"] else 0)
