#include "reach.h"

static const struct reach_ids ids = {
	.name = FIND_ECS_DNS_FAILED,
	.silent = FIND_ECS_SILENT,
	.refused = FIND_ECS_REFUSED,
	.tls = FIND_ECS_TLS_FAILED,
	.trouble = FIND_ECS_SERVER_ERROR,
};

static enum finding_id id_of(const struct endpoint_row *r)
{
	switch (r->outcome) {
	case EP_TLS_UNTRUSTED:
		return FIND_ECS_TLS_UNTRUSTED;
	case EP_TLS_NAME:
		return FIND_ECS_TLS_NAME;
	case EP_TLS_EXPIRED:
		return FIND_ECS_TLS_EXPIRED;
	case EP_STRANGER:
		return FIND_ECS_NO_REQUEST_ID;
	case EP_SKEWED:
		return FIND_ECS_CLOCK;
	case EP_THROTTLED:
		return FIND_ECS_THROTTLED;
	case EP_REJECTED:
		return str_has(r->error_message, STR("Cluster not found"))
		               ? FIND_ECS_NO_SUCH_CLUSTER
		               : FIND_ECS_REJECTED;
	case EP_TCP_SILENT:
	case EP_TLS_SILENT:
		return r->is_private ? FIND_ECS_ENDPOINT_SILENT
		                     : FIND_ECS_SILENT;
	case EP_NOT_ASKED:
	case EP_FAILED:
		return FIND_ECS_UNSEEN;
	default:
		return reach_id(r->outcome, &ids);
	}
}

static void judge_row(const struct facts *f, const struct endpoint_row *r,
                      struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	enum finding_id id = id_of(r);

	if (r->outcome == EP_OK) {
		check_raise(out, FIND_ECS_API_OK, STR_FMT, STR_ARG(r->host));
		return;
	}
	if (id == FIND_NONE)
		return; /* the proxy's check speaks, or the role's */
	if (r->error_code.n) {
		check_raise(out, id, STR_FMT " answers " STR_FMT ": " STR_FMT,
		            STR_ARG(r->host), STR_ARG(r->error_code),
		            STR_ARG(r->error_message));
		reach_names(out, ep, r);
		if (f->config.seen.state == SEEN_OK)
			check_name(out, NAME_CLUSTER, f->config.cluster);
	} else {
		reach_raise(out, id, ep, r);
	}
}

/* Every service but S3, which may have a gateway of its own. */
static void judge_all_silent(const struct facts *f, struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	uint32_t silent = 0;

	for (size_t i = 0; i < ep->n; i++) {
		const struct endpoint_row *r = &ep->row[i];

		if (r->service == SVC_S3 || r->is_private || r->by_proxy ||
		    r->outcome == EP_NOT_ASKED)
			continue;
		if (!reach_silent(r->outcome))
			return;
		silent++;
	}
	if (silent < 2)
		return;
	check_raise(out, FIND_ALL_SILENT, "%u services, none answers%s", silent,
	            reach_out_words(f));
	reach_names(out, ep, reach_row(ep, SVC_ECS));
	if (f->imds.seen.state == SEEN_OK)
		check_name(out, NAME_VALUE, f->imds.subnet);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct endpoint_row *r = reach_row(&f->endpoints, SVC_ECS);

	(void)lim;
	if (!f->endpoints.region.n)
		check_raise(out, FIND_REGION_UNKNOWN,
		            "neither ecs.config nor metadata tells one");
	if (!r)
		return;
	judge_row(f, r, out);
	if (reach_silent(r->outcome) && !r->is_private)
		judge_all_silent(f, out);
}

const struct check check_ecs_api = {
	.id = "ecs_api",
	.title = "the ECS API answers this instance's role",
	.why = "The agent registers and finds its control channel by the ECS "
	       "API. The same call, DiscoverPollEndpoint, is made here with "
	       "the instance's own role; each step to it is judged apart.",
	.needs = FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS) | FACT_BIT(CONFIG),
	.core = true,
	.judge = judge,
};
