#include "probe/check.h"

static const struct port_range usual = { 32768, 60999 }; /* the kernel's */

static struct port_range range_of(const struct facts *f)
{
	if (f->ports.seen.state == SEEN_OK && f->ports.dynamic.hi)
		return f->ports.dynamic;
	return usual;
}

static uint32_t count_open(const struct secgroup_ports *p, struct port_range r)
{
	uint32_t n = 0;

	for (unsigned i = r.lo; i <= r.hi; i++)
		n += secgroup_open(p, i);
	return n;
}

/* A published port that is shut; 0: none. *used: there are some. */
static uint16_t shut_port(const struct facts *f, const struct secgroup_ports *p,
                          struct port_range r, bool *used)
{
	for (size_t i = 0; i < f->docker.n_ports; i++) {
		const struct docker_port *d = &f->docker.port[i];

		if (d->udp || d->port < r.lo || d->port > r.hi)
			continue;
		*used = true;
		if (!secgroup_open(p, d->port))
			return d->port;
	}
	return 0;
}

static void judge_in(const struct facts *f, const struct secgroup_ports *p,
                     enum finding_id closed, struct str who,
                     struct findings *out)
{
	struct port_range r = range_of(f);
	uint32_t open = count_open(p, r), all = (uint32_t)r.hi - r.lo + 1;
	bool used = f->docker.seen.state != SEEN_OK;
	uint16_t shut = shut_port(f, p, r, &used);

	if (!used || open == all)
		return; /* no task listens there, or all is open */
	if (open && !shut)
		check_raise(out, FIND_SECGROUP_RANGE_PARTLY,
		            STR_FMT " lets in %u of the %u ports %u-%u that "
		                    "tasks get",
		            STR_ARG(who), open, all, r.lo, r.hi);
	else if (shut)
		check_raise(
			out, closed,
			STR_FMT " does not let in port %u; open of "
				"31000-61000: %u, of %u-%u that tasks "
				"get: %u",
			STR_ARG(who), shut,
			count_open(p, (struct port_range){ PORT_WINDOW_LO,
		                                           PORT_WINDOW_HI }),
			r.lo, r.hi, open);
	else
		check_raise(out, closed,
		            STR_FMT " lets in none of the ports %u-%u that "
		                    "tasks get (window 31000-61000)",
		            STR_ARG(who), r.lo, r.hi);
	check_name(out, NAME_GROUP, who);
	check_namef(out, NAME_PORT, "%u-%u", r.lo, r.hi);
}

static void judge_out(const struct fact_secgroup *s, struct findings *out)
{
	if (s->by_groups && !s->by_groups->https_out)
		check_raise(out, FIND_SECGROUP_EGRESS_CLOSED,
		            STR_FMT ": no rule lets TCP 443 out",
		            STR_ARG(s->group_ids));
	if (s->by_acl && !s->by_acl->https_out)
		check_raise(out, FIND_ACL_EGRESS_CLOSED,
		            "no entry lets TCP 443 out");
	if (s->routes != SECGROUP_READ || !s->route_table.n)
		return;
	if (!s->default_target.n)
		check_raise(out, FIND_ROUTE_MISSING,
		            STR_FMT " has no route for 0.0.0.0/0",
		            STR_ARG(s->route_table));
	else if (s->default_blackhole)
		check_raise(out, FIND_ROUTE_BLACKHOLE,
		            STR_FMT " sends 0.0.0.0/0 to " STR_FMT
		                    ", which is gone",
		            STR_ARG(s->route_table),
		            STR_ARG(s->default_target));
	if (!s->default_target.n || s->default_blackhole)
		check_name(out, NAME_RESOURCE, s->route_table);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_secgroup *s = &f->secgroup;

	(void)lim;
	if (s->by_groups)
		judge_in(f, s->by_groups, FIND_SECGROUP_RANGE_CLOSED,
		         s->group_ids, out);
	if (s->by_acl)
		judge_in(f, s->by_acl, FIND_ACL_RANGE_CLOSED,
		         STR("the network ACL"), out);
	judge_out(s, out);
}

const struct check check_secgroup = {
	.id = "secgroup",
	.title = "security group, network ACL and routes let traffic through",
	.why = "Load balancers reach tasks on dynamic host ports. Only where "
	       "the role may read the rules (the stock role may not).",
	.needs = FACT_BIT(SECGROUP),
	.also = FACT_BIT(PORTS) | FACT_BIT(DOCKER),
	.judge = judge,
};
