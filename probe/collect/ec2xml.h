/* ec2xml.h - reads three of EC2's answers. Pure. false: not such a document. */
#ifndef PROBE_COLLECT_EC2XML_H
#define PROBE_COLLECT_EC2XML_H

#include "probe/arena.h"
#include "probe/facts/secgroup.h"

bool ec2xml_groups(struct str text, struct secgroup_ports *out);
bool ec2xml_acl(struct arena *a, struct str text, struct secgroup_ports *out);
/* *found: a route table was in it (else ask for the VPC's main one). */
bool ec2xml_routes(struct str text, struct fact_secgroup *out, bool *found);

#endif
