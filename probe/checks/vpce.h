/* vpce.h - the VPC endpoint of a service, and what is wrong with it. */
#ifndef PROBE_CHECKS_VPCE_H
#define PROBE_CHECKS_VPCE_H

#include "reach.h"

static inline const struct vpce_row *vpce_of(const struct fact_vpce *f,
                                             enum aws_service s, bool gateway)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->row[i].service == s && f->row[i].gateway == gateway)
			return &f->row[i];
	return NULL;
}

enum vpce_fault {
	VPCE_NO_FAULT,
	VPCE_STATE,
	VPCE_DNS_OFF,
	VPCE_GROUP,
	VPCE_MISSING,
};

/* Only silence is of an endpoint's making, and only where no proxy is. */
static inline enum vpce_fault vpce_fault(const struct fact_vpce *f,
                                         enum aws_service s,
                                         const struct endpoint_row *to)
{
	const struct vpce_row *r = vpce_of(f, s, false);

	if (!to || to->by_proxy || to->overridden || !reach_silent(to->outcome))
		return VPCE_NO_FAULT;
	/* A public address behind no endpoint, in a VPC that has one for ECS:
	 * nobody meant these packets to leave. */
	if (!r)
		return !to->is_private && !to->elsewhere &&
		                       vpce_of(f, SVC_ECS, false)
		               ? VPCE_MISSING
		               : VPCE_NO_FAULT;
	if (!str_eq(r->state, STR("available")))
		return VPCE_STATE;
	if (!to->is_private)
		return r->private_dns ? VPCE_NO_FAULT : VPCE_DNS_OFF;
	return r->entry == VPCE_ENTRY_CLOSED ? VPCE_GROUP : VPCE_NO_FAULT;
}

#endif
