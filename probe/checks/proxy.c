#include "reach.h"

static enum finding_id id_of(enum endpoint_outcome o)
{
	switch (o) {
	case EP_PROXY_REFUSED:
		return FIND_PROXY_REFUSED;
	case EP_PROXY_SILENT:
		return FIND_PROXY_SILENT;
	case EP_PROXY_NAME:
		return FIND_PROXY_DNS_FAILED;
	case EP_PROXY_DENIES:
		return FIND_PROXY_DENIES;
	default:
		return FIND_NONE;
	}
}

static const char *words(const struct endpoint_row *r)
{
	switch (r->outcome) {
	case EP_PROXY_REFUSED:
		return "refuses connections";
	case EP_PROXY_SILENT:
		return "does not answer";
	case EP_PROXY_NAME:
		return "has a name that does not resolve";
	default:
		return r->proxy_status == 407
		               ? "answers CONNECT with 407: it wants a login"
		       : r->proxy_status == 403
		               ? "answers CONNECT with 403: it does not allow "
		                 "this host"
		               : "answers CONNECT with a refusal";
	}
}

/* A page where AWS's answer is expected; ECS's has a finding of its own. */
static void judge_strangers(const struct fact_endpoints *f,
                            struct findings *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->outcome != EP_STRANGER || r->service == SVC_ECS)
			continue;
		check_raise(out, FIND_STRANGER_ANSWERS,
		            STR_FMT " answers %d, and it is not AWS",
		            STR_ARG(r->host), r->http_status);
		reach_names(out, f, r);
		return;
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;

	(void)lim;
	judge_strangers(ep, out);
	for (size_t i = 0; i < ep->n; i++) {
		const struct endpoint_row *r = &ep->row[i];
		enum finding_id id = id_of(r->outcome);

		if (id == FIND_NONE)
			continue;
		check_raise(out, id, STR_FMT " %s (asked for " STR_FMT ")",
		            STR_ARG(ep->proxy), words(r), STR_ARG(r->host));
		check_name(out, NAME_ADDRESS, ep->proxy);
		check_name(out, NAME_HOST, r->host);
		return;
	}
}

const struct check check_proxy = {
	.id = "proxy",
	.title = "the proxy of ecs.config lets the agent through",
	.why = "HTTP_PROXY and HTTPS_PROXY in ecs.config send the agent's "
	       "calls through a proxy. One that is dead, refuses, or answers "
	       "in AWS's place looks like an outage of AWS.",
	.needs = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
