/*
 * facts/vpce.h - the VPC endpoints of this instance's VPC for the services that
 * ECS needs. Only when the role may read them; the stock role may not.
 */
#ifndef PROBE_FACTS_VPCE_H
#define PROBE_FACTS_VPCE_H

#include "probe/facts/secgroup.h"
#include "probe/partition.h"
#include "probe/seen.h"

enum vpce_entry {
	VPCE_ENTRY_UNKNOWN, /* its groups could not be read, or name a list */
	VPCE_ENTRY_OPEN,    /* they let TCP 443 in from this instance */
	VPCE_ENTRY_CLOSED,
};

struct vpce_row {
	struct str id, name; /* "vpce-0ab...", "ecs-agent" */
	enum aws_service service;
	bool gateway, private_dns;
	struct str state;  /* "available" */
	struct str tables; /* of a gateway, a line each */
	struct str groups; /* of an interface, a line each */
	enum vpce_entry entry;
	bool narrow; /* its policy is not the open default */
	bool layers; /* ... and lets, it seems, ECR's layer bucket by */
};

#define VPCE_MAX 16

struct fact_vpce {
	struct seen seen;
	enum secgroup_answer answer;
	struct vpce_row *row;
	size_t n;
};

#endif
