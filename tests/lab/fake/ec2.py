"""EC2's Describe calls, answered from spec["aws"]["ec2"]:
  groups     {id: {"in": [rule], "out": [rule]}}   rule = [proto, lo, hi, cidr]
  acl        [[number, proto, "allow"|"deny", egress, cidr, lo, hi]]
  routes     [[destination, target]]          target "blackhole:ID" is one
  endpoints  [{"service": "ecs", "type": Interface | Gateway, "dns": bool,
             "state", "groups": [..], "tables": [..], "policy": {..}}]"""
import json

OPEN = {"Version": "2008-10-17", "Statement": [{
    "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}

XMLNS = "http://ec2.amazonaws.com/doc/2016-11-15/"
PERMIT_ALL = [["-1", None, None, "0.0.0.0/0"]]
DEFAULT = {
    "groups": {},
    "acl": [[100, "-1", "allow", False, "0.0.0.0/0", None, None],
            [100, "-1", "allow", True, "0.0.0.0/0", None, None]],
    "routes": [["10.0.0.0/16", "local"], ["0.0.0.0/0", "nat-0123456789ab"]],
    "endpoints": [],
}


def item(inner):
    return "<item>%s</item>" % inner


def tag(name, value):
    return "" if value is None else "<%s>%s</%s>" % (name, value, name)


def rule_xml(rule):
    proto, low, high, source = rule
    body = tag("ipProtocol", proto) + tag("fromPort", low) + \
        tag("toPort", high)
    if source.startswith("sg-"):
        body += "<groups>%s</groups><ipRanges/>" % item(
            tag("groupId", source))
    else:
        body += "<groups/><ipRanges>%s</ipRanges>" % item(
            tag("cidrIp", source))
    return item(body + "<ipv6Ranges/><prefixListIds/>")


def groups(spec, data, cfg):
    want = [v for k, v in data.items() if k.startswith("GroupId.")]
    want = want or spec["instance"]["groups"]
    out = ""
    for name in want:
        group = cfg["groups"].get(name, {})
        out += item(
            tag("ownerId", spec["account"]) + tag("groupId", name) +
            tag("groupName", "ecs-hosts") +
            tag("vpcId", spec["instance"]["vpc"]) +
            "<ipPermissions>%s</ipPermissions>" % "".join(
                map(rule_xml, group.get("in", []))) +
            "<ipPermissionsEgress>%s</ipPermissionsEgress>" % "".join(
                map(rule_xml, group.get("out", PERMIT_ALL))))
    return "<securityGroupInfo>%s</securityGroupInfo>" % out


def acls(spec, data, cfg):
    rows = list(cfg["acl"])
    for egress in (False, True):
        rows.append([32767, "-1", "deny", egress, "0.0.0.0/0", None, None])
    entries = ""
    for number, proto, action, egress, cidr, low, high in rows:
        body = tag("ruleNumber", number) + tag("protocol", proto) + \
            tag("ruleAction", action) + \
            tag("egress", "true" if egress else "false") + \
            tag("cidrBlock", cidr)
        if low is not None:
            body += "<portRange>%s</portRange>" % (
                tag("from", low) + tag("to", high))
        entries += item(body)
    return "<networkAclSet>%s</networkAclSet>" % item(
        tag("networkAclId", "acl-0123456789abcdef0") +
        tag("vpcId", spec["instance"]["vpc"]) +
        tag("default", "false") + "<entrySet>%s</entrySet>" % entries)


def target_xml(target):
    if target.startswith("blackhole:"):
        return target_name(target[10:]) + tag("state", "blackhole")
    return target_name(target) + tag("state", "active")


def target_name(target):
    for prefix, name in (("nat-", "natGatewayId"), ("tgw-",
                         "transitGatewayId"), ("eni-", "networkInterfaceId")):
        if target.startswith(prefix):
            return tag(name, target)
    return tag("gatewayId", target)


def routes(spec, data, cfg):
    by_subnet = "association.subnet-id" in data.values()
    if by_subnet and cfg.get("main_table"):
        return "<routeTableSet/>"
    out = ""
    for dest, target in cfg["routes"]:
        name = "destinationPrefixListId" if dest.startswith("pl-") \
            else "destinationCidrBlock"
        out += item(tag(name, dest) + target_xml(target))
    return "<routeTableSet>%s</routeTableSet>" % item(
        tag("routeTableId", "rtb-0123456789abcdef0") +
        tag("vpcId", spec["instance"]["vpc"]) +
        "<routeSet>%s</routeSet><associationSet/>" % out)


def items(name, values):
    return "<%s>%s</%s>" % (name, "".join(map(item, values)), name)


def escaped(text):
    return text.replace("&", "&amp;").replace('"', "&quot;")


def endpoint(spec, number, row):
    kind = row.get("type", "Interface")
    out = (tag("vpcEndpointId", row.get("id", "vpce-%017x" % (number + 1))) +
           tag("vpcEndpointType", kind) +
           tag("vpcId", spec["instance"]["vpc"]) +
           tag("serviceName", "com.amazonaws.%s.%s" % (spec["region"],
                                                       row["service"])) +
           tag("state", row.get("state", "available")) +
           tag("policyDocument", escaped(json.dumps(row.get("policy",
                                                            OPEN)))) +
           items("routeTableIdSet", row.get("tables", [])))
    if kind == "Interface":
        out += items("subnetIdSet", [spec["instance"]["subnet"]]) + items(
            "groupSet", [tag("groupId", g) + tag("groupName", "endpoints")
                         for g in row.get("groups", ["sg-0e0d0c0b0a090807"])])
    return item(out + tag("privateDnsEnabled", "true" if row.get(
        "dns", kind == "Interface") else "false") +
        "<networkInterfaceIdSet/><dnsEntrySet/><tagSet/>")


def endpoints(spec, data, cfg):
    return "<vpcEndpointSet>%s</vpcEndpointSet>" % "".join(
        endpoint(spec, i, row) for i, row in enumerate(cfg["endpoints"]))


def tags(spec, data, cfg):
    return "<tagSet/>"


OPS = {"ec2:DescribeSecurityGroups": groups, "ec2:DescribeNetworkAcls": acls,
       "ec2:DescribeRouteTables": routes, "ec2:DescribeTags": tags,
       "ec2:DescribeVpcEndpoints": endpoints}


def answer(spec, action, data, rid):
    cfg = dict(DEFAULT)
    cfg.update(spec["aws"].get("ec2", {}))
    name = action.split(":")[1]
    return ('<?xml version="1.0" encoding="UTF-8"?>\n<%sResponse xmlns="%s">'
            "<requestId>%s</requestId>%s</%sResponse>" % (
                name, XMLNS, rid, OPS[action](spec, data, cfg), name))
