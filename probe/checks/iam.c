#include "reach.h"

static enum finding_id denied_id(const struct aws_denial *d)
{
	if (str_has(d->wall, STR("VPC endpoint")))
		return FIND_ECS_DENIED_ENDPOINT;
	if (str_has(d->wall, STR("service control")) ||
	    str_has(d->wall, STR("resource control")))
		return FIND_ECS_DENIED_SCP;
	if (str_has(d->wall, STR("boundary")))
		return FIND_ECS_DENIED_BOUNDARY;
	if (str_has(d->wall, STR("session")))
		return FIND_ECS_DENIED_SESSION;
	return d->explicit_deny ? FIND_ECS_DENIED_EXPLICIT : FIND_ECS_DENIED;
}

static enum finding_id id_of(const struct endpoint_row *r)
{
	switch (r->outcome) {
	case EP_DENIED:
		return denied_id(&r->denial);
	case EP_BAD_KEY:
	case EP_EXPIRED:
	case EP_BAD_SIGNATURE:
		return FIND_ECS_BAD_TOKEN;
	default:
		return FIND_NONE;
	}
}

static void name_denial(struct findings *out, const struct facts *f,
                        const struct endpoint_row *r)
{
	const struct aws_denial *d = &r->denial;

	check_name(out, NAME_ACTION,
	           d->action.n ? d->action : STR("ecs:DiscoverPollEndpoint"));
	check_name(out, NAME_PRINCIPAL, d->principal);
	if (f->imds.seen.state == SEEN_OK)
		check_name(out, NAME_ROLE, f->imds.iam.role);
	check_name(out, NAME_RESOURCE, d->resource);
	check_name(out, NAME_WALL, d->wall);
	check_name(out, NAME_HOST, r->host);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct endpoint_row *r = reach_row(&f->endpoints, SVC_ECS);
	enum finding_id id = r ? id_of(r) : FIND_NONE;

	(void)lim;
	if (r && r->signed_ && r->outcome == EP_OK) {
		check_raise(out, FIND_IAM_OK, "ecs:DiscoverPollEndpoint");
		return;
	}
	if (id == FIND_NONE)
		return;
	if (r->denial.action.n)
		check_raise(out, id,
		            STR_FMT " is denied to " STR_FMT "%s" STR_FMT "%s",
		            STR_ARG(r->denial.action),
		            STR_ARG(r->denial.principal),
		            !r->denial.wall.n         ? ""
		            : r->denial.explicit_deny ? ": explicit deny, "
		                                      : ": no ",
		            STR_ARG(r->denial.wall),
		            !r->denial.wall.n || r->denial.explicit_deny
		                    ? ""
		                    : " allows it");
	else
		check_raise(out, id, STR_FMT " answers " STR_FMT ": " STR_FMT,
		            STR_ARG(r->host), STR_ARG(r->error_code),
		            STR_ARG(r->error_message));
	name_denial(out, f, r);
}

const struct check check_iam = {
	.id = "iam",
	.title = "the role may do what the agent asks for",
	.why = "The agent's calls are allowed by the role's policies and by "
	       "all that stands above them: permissions boundary, session, "
	       "VPC endpoint and service control policies. The message of a "
	       "refusal tells which of them it was.",
	.needs = FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS),
	.judge = judge,
};
