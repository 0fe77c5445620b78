/* target.h - what is to be contacted, and how the agent would get there. */
#ifndef PROBE_COLLECT_TARGET_H
#define PROBE_COLLECT_TARGET_H

#include "probe/collect.h"
#include "probe/facts/endpoints.h"

/* A setting as the agent gets it from ecs.config; else from our own
 * environment, which is what the SDKs' tools do. Empty: not set. */
struct str target_setting(struct collect *c, const char *key);

/* Region, suffix, FIPS, dual stack. false: the region is not known. */
bool target_where(struct collect *c, struct fact_endpoints *f,
                  struct aws_where *w);
/* The rows of the first round, into f->row. */
void target_rows(struct collect *c, const struct aws_where *w,
                 struct fact_endpoints *f);
/* One more row; NULL when there is no place, no host, or it is there. */
struct endpoint_row *target_add(struct collect *c, struct fact_endpoints *f,
                                const char *name, enum aws_service s,
                                enum endpoint_kind kind, struct str url);
/* The row of one more API; NULL as target_add() says. */
struct endpoint_row *target_api(struct collect *c, const struct aws_where *w,
                                struct fact_endpoints *f, enum aws_service s);
/* The row of EC2's API alone, for who asks it. */
struct endpoint_row *target_ec2(struct collect *c, const struct aws_where *w,
                                struct fact_endpoints *f);
/* The proxy for a row, as a terminated URL; NULL: none. */
const char *target_proxy(struct collect *c, const struct endpoint_row *row);

/* Whether this host has a default route, when a row has no route. */
void target_route(struct collect *c, struct fact_endpoints *f);

#endif
