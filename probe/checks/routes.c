#include "reach.h"

static const char *kind_words(enum way_kind k)
{
	return k == WAY_BLACKHOLE  ? "blackhole"
	       : k == WAY_PROHIBIT ? "prohibit"
	                           : "unreachable";
}

static bool is_v6(struct str address)
{
	return str_has(address, STR(":"));
}

/* No route, of no table. That the whole family has none is another matter. */
static void judge_none(const struct fact_endpoints *f,
                       const struct endpoint_row *r, struct findings *out)
{
	bool v6 = is_v6(r->address);

	if (!v6 && f->v6_only)
		check_raise(out, FIND_NAME_WITHOUT_AAAA,
		            STR_FMT " has the address " STR_FMT
		                    " and none of IPv6; this host has IPv6 "
		                    "alone",
		            STR_ARG(r->host), STR_ARG(r->address));
	else if (!v6 && f->default_route == ROUTE_NONE)
		return;
	else
		check_raise(out, FIND_HOST_ROUTE_NONE,
		            STR_FMT " (" STR_FMT "): this host has no route "
		                    "for it%s",
		            STR_ARG(r->host), STR_ARG(r->address),
		            v6 ? ", IPv4 was not offered" : "");
	reach_names(out, f, r);
}

static void judge_closed(const struct fact_endpoints *f, struct findings *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->by_proxy || r->way.kind <= WAY_OPEN ||
		    r->outcome != EP_NO_ROUTE)
			continue;
		if (r->way.kind == WAY_NONE) {
			judge_none(f, r, out);
			return;
		}
		check_raise(out, FIND_HOST_ROUTE_REJECTS,
		            STR_FMT " (" STR_FMT "): this host's own routing "
		                    "table says %s",
		            STR_ARG(r->host), STR_ARG(r->address),
		            kind_words(r->way.kind));
		reach_names(out, f, r);
		check_name(out, NAME_VALUE, str_of(kind_words(r->way.kind)));
		return;
	}
}

/* Packets that leave by another interface carry its address; what comes back,
 * or is let out, follows the rules of that one. */
static void judge_other(const struct facts *all, struct findings *out)
{
	const struct fact_endpoints *f = &all->endpoints;
	const struct fact_imds *m = &all->imds;

	if (m->seen.state != SEEN_OK || !m->private_ip.n)
		return;
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->by_proxy || r->way.kind != WAY_OPEN || r->way.local ||
		    r->outcome != EP_TCP_SILENT || !r->way.source.n ||
		    is_v6(r->way.source) ||
		    str_eq(r->way.source, m->private_ip))
			continue;
		check_raise(out, FIND_ROUTE_OTHER_INTERFACE,
		            "packets to " STR_FMT " (" STR_FMT
		            ") leave by " STR_FMT " with " STR_FMT
		            "; the primary interface has " STR_FMT,
		            STR_ARG(r->host), STR_ARG(r->address),
		            STR_ARG(r->way.device), STR_ARG(r->way.source),
		            STR_ARG(m->private_ip));
		reach_names(out, f, r);
		check_name(out, NAME_HAVE, r->way.source);
		check_name(out, NAME_WANT, m->private_ip);
		check_name(out, NAME_VALUE, r->way.device);
		return;
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	judge_closed(&f->endpoints, out);
	judge_other(f, out);
}

const struct check check_routes = {
	.id = "routes",
	.title = "this host has a route for each address that it needs",
	.why = "The kernel is asked how it would send to each address, IPv4 "
	       "and IPv6: by which interface, with which source, or that it "
	       "would not. So a missing route is told from silence, and an "
	       "extra interface that takes the packets is seen.",
	.needs = FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS),
	.judge = judge,
};
