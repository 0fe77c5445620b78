#include "reach.h"

static const struct reach_ids acs = {
	.name = FIND_ACS_DNS_FAILED,
	.silent = FIND_ACS_SILENT,
	.refused = FIND_ACS_REFUSED,
	.tls = FIND_ACS_TLS_FAILED,
};
static const struct reach_ids tcs = {
	.name = FIND_TCS_DNS_FAILED,
	.silent = FIND_TCS_SILENT,
	.refused = FIND_TCS_REFUSED,
	.tls = FIND_TCS_TLS_FAILED,
};

/* ECS by an address of the VPC, its companions by a public one. */
static void judge_half(const struct fact_endpoints *f,
                       const struct endpoint_row *ecs,
                       const struct endpoint_row *other, struct findings *out)
{
	if (!ecs || !other || !ecs->is_private || other->is_private ||
	    !reach_silent(other->outcome))
		return;
	check_raise(out, FIND_ENDPOINTS_HALF_PRIVATE,
	            STR_FMT " is in this VPC (" STR_FMT "), " STR_FMT
	                    " is public (" STR_FMT ") and silent",
	            STR_ARG(ecs->host), STR_ARG(ecs->address),
	            STR_ARG(other->host), STR_ARG(other->address));
	reach_names(out, f, other);
	check_name(out, NAME_VALUE, str_of(other->name));
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	const struct endpoint_row *a = reach_row(ep, SVC_ACS);
	const struct endpoint_row *t = reach_row(ep, SVC_TCS);
	const struct endpoint_row *ecs = reach_row(ep, SVC_ECS);

	(void)lim;
	(void)reach_judge(out, ep, a, &acs);
	(void)reach_judge(out, ep, t, &tcs);
	judge_half(ep, ecs, a && reach_silent(a->outcome) ? a : t, out);
	if (a && a->outcome == EP_OK)
		check_raise(out, FIND_ACS_OK, STR_FMT, STR_ARG(a->host));
}

const struct check check_ecs_agent_api = {
	.id = "ecs_agent_api",
	.title = "the agent's control and telemetry channels can be reached",
	.why = "Tasks are sent to the agent over a channel of its own, whose "
	       "host DiscoverPollEndpoint names. An instance whose VPC has an "
	       "endpoint for ecs only registers and is then disconnected. "
	       "Telemetry alone costs metrics, not tasks.",
	.needs = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
