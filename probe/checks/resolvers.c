#include "resolvers.h"

/* Is that one of those in use that answer? */
static bool another_answers(const struct fact_resolvers *f, size_t but)
{
	for (size_t i = 0; i < f->n; i++)
		if (i != but && resolver_used(&f->row[i]) &&
		    resolvers_state(f, &f->row[i]) == RESOLVER_ANSWERS)
			return true;
	return false;
}

/* What a dead one costs: a reader waits for each in the order of the file. */
static void raise_dead(const struct fact_resolvers *f, const struct resolver *r,
                       struct findings *out)
{
	if (!r->place)
		check_raise(out, FIND_DNS_SERVER_DEAD,
		            STR_FMT ", which systemd-resolved asks, does not "
		                    "answer; look-ups stall when it is its "
		                    "turn",
		            STR_ARG(r->server));
	else if (f->rotate)
		check_raise(out, FIND_DNS_SERVER_DEAD,
		            STR_FMT " (number %u of resolv.conf, with rotate) "
		                    "does not answer: one look-up in %zu takes "
		                    "%u s longer",
		            STR_ARG(r->server), r->place, resolvers_in_file(f),
		            f->timeout_s);
	else if (r->place == 1)
		check_raise(out, FIND_DNS_SERVER_DEAD,
		            STR_FMT " (the first of resolv.conf) does not "
		                    "answer: every name takes %u s longer",
		            STR_ARG(r->server), f->timeout_s);
	else
		check_raise(out, FIND_DNS_SERVER_DEAD,
		            STR_FMT " (number %u of resolv.conf) does not "
		                    "answer: no reserve when the one before it "
		                    "fails, and a name then takes %u s longer",
		            STR_ARG(r->server), r->place, f->timeout_s);
	check_name(out, NAME_ADDRESS, r->server);
	check_name(out, NAME_HOST, f->name[0]);
}

static void judge_one(const struct fact_resolvers *f, const struct limits *lim,
                      const struct resolver *r, struct findings *out)
{
	const struct resolver_says *s = &r->says[0];

	if (resolvers_half(f, r, &s))
		check_raise(out, FIND_DNS_HALF_ANSWERED,
		            STR_FMT " answers for %s and %s for %s of " STR_FMT,
		            STR_ARG(r->server), s->a ? "A" : "AAAA",
		            s->rcode ? "fails"
		                     : "is silent (a look-up waits for it)",
		            s->a ? "AAAA" : "A", STR_ARG(f->name[s - r->says]));
	else if (resolvers_slowest(f, r) > lim->dns_slow_ms)
		check_raise(out, FIND_DNS_SERVER_SLOW,
		            STR_FMT " takes %d ms for a name (limit %lld)",
		            STR_ARG(r->server), resolvers_slowest(f, r),
		            (long long)lim->dns_slow_ms);
	else
		return;
	check_name(out, NAME_ADDRESS, r->server);
}

static void judge_used(const struct facts *all, const struct limits *lim,
                       struct findings *out)
{
	const struct fact_resolvers *f = &all->resolvers;

	for (size_t i = 0; i < f->n; i++) {
		const struct resolver *r = &f->row[i];
		enum resolver_state state = resolvers_state(f, r);

		if (!resolver_used(r))
			continue;
		if (state == RESOLVER_DEAD && another_answers(f, i) &&
		    !resolvers_told(&all->endpoints, r))
			raise_dead(f, r, out);
		else if (state == RESOLVER_REFUSES && another_answers(f, i))
			resolvers_raise_refusal(f, r, FIND_DNS_SERVER_REFUSES,
			                        out);
		else if (state == RESOLVER_ANSWERS)
			judge_one(f, lim, r, out);
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	struct resolvers_pair p;

	if (f->resolvers.n_names == 0)
		return;
	judge_used(f, lim, out);
	resolvers_judge_vpc(&f->resolvers, FIND_DNS_VPC_ANSWERS, out);
	if (resolvers_differ(&f->resolvers, &p))
		resolvers_raise_pair(&f->resolvers, &p,
		                     resolver_used(p.other)
		                             ? FIND_DNS_SERVERS_DISAGREE
		                             : FIND_DNS_VPC_BYPASSED,
		                     out);
}

const struct check check_resolvers = {
	.id = "resolvers",
	.title = "each nameserver answers, and all say the same",
	.why = "A dead nameserver costs each look-up seconds, or only those "
	       "that begin with it; one that says another thing sends the "
	       "agent elsewhere by chance. Those of resolv.conf, those behind "
	       "systemd-resolved and the VPC's own are asked one by one.",
	.needs = FACT_BIT(RESOLVERS) | FACT_BIT(ENDPOINTS),
	.judge = judge,
};
