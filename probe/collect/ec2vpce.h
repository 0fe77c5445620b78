/* ec2vpce.h - reads EC2's answers about VPC endpoints. Pure. */
#ifndef PROBE_COLLECT_EC2VPCE_H
#define PROBE_COLLECT_EC2VPCE_H

#include "probe/arena.h"
#include "probe/facts/vpce.h"

/* DescribeVpcEndpoints, into f->row; false: not such a document. */
bool ec2vpce_read(struct arena *a, struct str text, struct fact_vpce *f);
/* DescribeSecurityGroups: which groups let TCP 443 in from me? Sets the entry
 * of each interface endpoint. */
struct ec2vpce_me {
	struct str address; /* IPv4 */
	struct str groups;  /* a line each */
};
bool ec2vpce_entries(struct str text, const struct ec2vpce_me *me,
                     struct fact_vpce *f);
/* Sets narrow and layers by an endpoint's policy (JSON). */
void ec2vpce_policy(struct arena *a, struct str policy, struct vpce_row *row);
/* The last part of "com.amazonaws.REGION.ecr.api", when ECS needs it. */
bool ec2vpce_service(struct str name, struct vpce_row *row);

#endif
