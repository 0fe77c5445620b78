#include "vpce.h"

/* These words choose the steps of a fix: {wall}. */
static const char *const fault_text[] = {
	[VPCE_STATE] = "is not available",
	[VPCE_DNS_OFF] = "has private DNS off",
	[VPCE_GROUP] = "has no security group that lets TCP 443 in from here",
	[VPCE_MISSING] = "is missing",
};

static const struct {
	enum aws_service service;
	const char *name;
	bool control; /* without it the agent is not connected */
} services[] = {
	{ SVC_ECS, "ecs", true },
	{ SVC_ACS, "ecs-agent", true },
	{ SVC_TCS, "ecs-telemetry", false },
	{ SVC_ECR, "ecr.api", false },
	{ SVC_ECR_DKR, "ecr.dkr", false },
	{ SVC_LOGS, "logs", false },
};

static enum finding_id id_of(enum vpce_fault what, bool control)
{
	if (!control)
		return FIND_VPCE_SIDE_FAULT;
	return what == VPCE_STATE     ? FIND_VPCE_NOT_AVAILABLE
	       : what == VPCE_DNS_OFF ? FIND_VPCE_DNS_OFF
	       : what == VPCE_GROUP   ? FIND_VPCE_GROUP_CLOSED
	                              : FIND_VPCE_MISSING;
}

static void judge_service(const struct facts *f, size_t i, struct findings *out)
{
	enum aws_service s = services[i].service;
	const struct endpoint_row *to = reach_row(&f->endpoints, s);
	const struct vpce_row *r = vpce_of(&f->vpce, s, false);
	enum vpce_fault what = vpce_fault(&f->vpce, s, to);
	struct str groups, own;

	if (what == VPCE_NO_FAULT)
		return;
	check_raise(out, id_of(what, services[i].control),
	            "the endpoint for %s%s" STR_FMT " %s; " STR_FMT " (" STR_FMT
	            ") is silent",
	            services[i].name, r ? ", " : "",
	            STR_ARG(r ? r->id : STR("")), fault_text[what],
	            STR_ARG(to->host), STR_ARG(to->address));
	check_name(out, NAME_VALUE, str_of(services[i].name));
	check_name(out, NAME_WALL, str_of(fault_text[what]));
	if (r) {
		groups = r->groups;
		check_name(out, NAME_ENDPOINT, r->id);
		check_name(out, NAME_GROUP, str_cut(&groups, '\n'));
	}
	if (f->imds.seen.state == SEEN_OK) {
		own = f->imds.groups;
		check_name(out, NAME_HAVE, str_trim(str_cut(&own, '\n')));
		check_name(out, NAME_SUBNET, f->imds.subnet);
	}
}

static bool in_table(const struct vpce_row *r, struct str table)
{
	struct str lines = r->tables;

	while (lines.n)
		if (str_eq(str_cut(&lines, '\n'), table))
			return true;
	return false;
}

static void judge_gateway(const struct facts *f, struct findings *out)
{
	const struct endpoint_row *to = reach_row(&f->endpoints, SVC_S3);
	const struct vpce_row *r = vpce_of(&f->vpce, SVC_S3, true);
	const struct fact_secgroup *s = &f->secgroup;

	if (!r || !to || to->by_proxy || !reach_silent(to->outcome) ||
	    s->seen.state != SEEN_OK || s->routes != SECGROUP_READ ||
	    !s->route_table.n || in_table(r, s->route_table))
		return;
	check_raise(out, FIND_VPCE_S3_NOT_ROUTED,
	            STR_FMT " is there, " STR_FMT
	                    " of this subnet does not lead to it",
	            STR_ARG(r->id), STR_ARG(s->route_table));
	check_name(out, NAME_ENDPOINT, r->id);
	check_name(out, NAME_RESOURCE, s->route_table);
	check_name(out, NAME_HOST, to->host);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	if (f->vpce.answer != SECGROUP_READ)
		return;
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++)
		judge_service(f, i, out);
	judge_gateway(f, out);
}

const struct check check_vpc_endpoints = {
	.id = "vpc_endpoints",
	.title = "VPC endpoints are such that ECS can be reached by them",
	.why = "In a subnet without NAT each service needs an endpoint of its "
	       "own, with private DNS, and a security group that lets this "
	       "instance in; S3's gateway must stand in the subnet's route "
	       "table. Judged where a service is silent, and only where the "
	       "role may read them (the stock role may not).",
	.needs = FACT_BIT(VPCE) | FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS) | FACT_BIT(SECGROUP),
	.judge = judge,
};
