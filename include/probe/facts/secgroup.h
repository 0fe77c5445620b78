/*
 * facts/secgroup.h - what this instance's security groups, its subnet's network
 * ACL and its route table let through. Only when the role may read them; the
 * stock role may not.
 */
#ifndef PROBE_FACTS_SECGROUP_H
#define PROBE_FACTS_SECGROUP_H

#include "probe/seen.h"

enum secgroup_answer {
	SECGROUP_NOT_ASKED, /* no keys, region or interface to ask with */
	SECGROUP_READ,
	SECGROUP_DENIED,  /* the role may not: quiet */
	SECGROUP_NO_WORD, /* EC2 could not be reached, or said another thing */
};

#define SECGROUP_MAX_SOURCES 4
#define SECGROUP_PORTS_BYTES (65536 / 8)

/* Which TCP ports may come in, from anywhere at all. */
struct secgroup_ports {
	uint8_t open[SECGROUP_PORTS_BYTES];
	struct str source[SECGROUP_MAX_SOURCES]; /* of rules in 31000-61000 */
	size_t n_sources;
	bool https_out; /* TCP 443 may leave, to anywhere at all */
};

struct fact_secgroup {
	struct seen seen;
	enum secgroup_answer groups, acl, routes;
	struct str ec2_address; /* of EC2's API; empty: no answer, or a proxy */
	struct str group_ids;   /* a line each */
	const struct secgroup_ports *by_groups, *by_acl; /* when READ */
	bool main_table; /* the subnet uses the VPC's main one */
	struct str route_table;
	struct str default_target; /* of 0.0.0.0/0; empty: there is none */
	bool default_blackhole;
};

/* Is the port open? */
static inline bool secgroup_open(const struct secgroup_ports *p, unsigned port)
{
	return p->open[port / 8] & (1u << port % 8);
}

#endif
