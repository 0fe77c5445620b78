#include "secgroup.h"

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
	struct port_range r = secgroup_range(f);
	uint32_t open = secgroup_count(p, r), all = (uint32_t)r.hi - r.lo + 1;
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
		check_raise(out, closed,
		            STR_FMT " does not let in port %u; open of "
		                    "31000-61000: %u, of %u-%u that tasks "
		                    "get: %u",
		            STR_ARG(who), shut,
		            secgroup_count(
				    p, (struct port_range){ PORT_WINDOW_LO,
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

static void judge_out(const struct facts *f, struct findings *out)
{
	const struct fact_secgroup *s = &f->secgroup;

	if (s->by_groups && !s->by_groups->https_out)
		check_raise(out, FIND_SECGROUP_EGRESS_CLOSED,
		            STR_FMT ": no rule lets TCP 443 out",
		            STR_ARG(s->group_ids));
	if (s->by_acl && !s->by_acl->https_out)
		check_raise(out, FIND_ACL_EGRESS_CLOSED,
		            "no entry lets TCP 443 out");
	if (secgroup_rules_out(s))
		check_raise(out, FIND_EGRESS_RULES_OK, "TCP 443");
	if (secgroup_no_address(f))
		check_raise(out, FIND_NO_PUBLIC_ADDRESS, STR_FMT,
		            STR_ARG(s->default_target));
	else if (secgroup_route_out(s))
		check_raise(out, FIND_ROUTE_OUT_OK, "0.0.0.0/0 to " STR_FMT,
		            STR_ARG(s->default_target));
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
	judge_out(f, out);
}

const struct check check_secgroup = {
	.id = "secgroup",
	.title = "security group, network ACL and routes let traffic through",
	.why = "Load balancers reach tasks on dynamic host ports. Only where "
	       "the role may read the rules (the stock role may not).",
	.needs = FACT_BIT(SECGROUP),
	.also = FACT_BIT(PORTS) | FACT_BIT(DOCKER) | FACT_BIT(IMDS),
	.judge = judge,
};
