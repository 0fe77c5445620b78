/* secgroup.h - small questions to what EC2 said. */
#ifndef PROBE_CHECKS_SECGROUP_H
#define PROBE_CHECKS_SECGROUP_H

#include "probe/check.h"

/* The ports that tasks get; the kernel's own range when that is not known. */
static inline struct port_range secgroup_range(const struct facts *f)
{
	if (f->ports.seen.state == SEEN_OK && f->ports.dynamic.hi)
		return f->ports.dynamic;
	return (struct port_range){ 32768, 60999 };
}

static inline uint32_t secgroup_count(const struct secgroup_ports *p,
                                      struct port_range r)
{
	uint32_t n = 0;

	for (unsigned i = r.lo; i <= r.hi; i++)
		n += secgroup_open(p, i);
	return n;
}

/* The subnet's default route was read, and leads somewhere. */
static inline bool secgroup_route_out(const struct fact_secgroup *s)
{
	return s->routes == SECGROUP_READ && s->default_target.n &&
	       !s->default_blackhole;
}

/* An internet gateway serves public addresses alone. */
static inline bool secgroup_no_address(const struct facts *f)
{
	return secgroup_route_out(&f->secgroup) &&
	       str_starts(f->secgroup.default_target, STR("igw-")) &&
	       f->imds.seen.state == SEEN_OK && f->imds.documents &&
	       !f->imds.public_ip.n;
}

/* Both kinds of rules were read, and both let HTTPS out. */
static inline bool secgroup_rules_out(const struct fact_secgroup *s)
{
	return s->by_groups && s->by_groups->https_out && s->by_acl &&
	       s->by_acl->https_out;
}

#endif
