#include "reach.h"

static void judge_servers(const struct fact_endpoints *f, struct findings *out)
{
	bool later = false;

	for (size_t i = 1; i < f->n_servers; i++)
		later = later || f->server[i].answered;
	if (f->n_servers && !f->server[0].answered && f->server[0].asked &&
	    later) {
		check_raise(out, FIND_DNS_FIRST_DEAD,
		            "nameserver " STR_FMT
		            " does not answer, a later one does",
		            STR_ARG(f->server[0].server));
		check_name(out, NAME_ADDRESS, f->server[0].server);
	}
}

static bool wrong_peer(enum endpoint_outcome o)
{
	return reach_silent(o) || o == EP_TCP_REFUSED || o == EP_NO_ROUTE ||
	       o == EP_TLS_UNTRUSTED || o == EP_TLS_NAME;
}

/* A private address that is not this VPC's is somebody's zone; one that works
 * is an endpoint of a VPC next door. */
static void judge_private(const struct facts *f, struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;

	for (size_t i = 0; i < ep->n; i++) {
		const struct endpoint_row *r = &ep->row[i];

		if (!r->elsewhere || !wrong_peer(r->outcome))
			continue;
		check_raise(out, FIND_DNS_PRIVATE_ELSEWHERE,
		            STR_FMT " is " STR_FMT
		                    ", outside of this VPC's addresses: %s",
		            STR_ARG(r->host), STR_ARG(r->address),
		            reach_words(r->outcome));
		reach_names(out, ep, r);
		if (f->imds.seen.state == SEEN_OK)
			check_name(out, NAME_VALUE, f->imds.vpc);
		return;
	}
}

static void name_servers(const struct fact_endpoints *f, struct findings *out)
{
	if (f->n_servers)
		check_name(out, NAME_ADDRESS, f->server[0].server);
	check_name(out, NAME_REGION, f->region);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	uint32_t asked = 0, fine = 0, silent = 0, failed = 0;

	(void)lim;
	for (size_t i = 0; i < ep->n; i++) {
		const struct endpoint_row *r = &ep->row[i];

		if (r->by_proxy || r->dns_ms < 0)
			continue;
		asked++;
		fine += r->resolved && !r->local_name;
		silent += r->outcome == EP_DNS_SILENT;
		failed += r->outcome == EP_NAME_FAILED;
	}
	if (asked && !fine && silent) {
		check_raise(out, FIND_DNS_DEAD,
		            "%u names asked for, no nameserver answers" STR_FMT
		                    STR_FMT,
		            asked, STR_ARG(ep->n_servers ? STR(": ") : STR("")),
		            STR_ARG(ep->server[0].server));
		name_servers(ep, out);
	} else if (asked && !fine && failed) {
		check_raise(out, FIND_DNS_BROKEN,
		            "%u names asked for, every one fails (SERVFAIL or "
		            "refused)",
		            asked);
		name_servers(ep, out);
	} else if (fine) {
		check_raise(out, FIND_DNS_OK, "%u of %u names", fine, asked);
	}
	judge_servers(ep, out);
	judge_private(f, out);
}

const struct check check_dns = {
	.id = "dns",
	.title = "the names of AWS's services resolve",
	.why = "Without its resolver the agent reaches nothing. Every "
	       "nameserver of /etc/resolv.conf is asked, as a dead first one "
	       "costs the agent's dial budget even when the second answers.",
	.needs = FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS),
	.judge = judge,
};
