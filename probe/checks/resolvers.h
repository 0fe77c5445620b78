/* resolvers.h - what nameservers, asked one by one, came to; and where they
 * differ. */
#ifndef PROBE_CHECKS_RESOLVERS_H
#define PROBE_CHECKS_RESOLVERS_H

#include "probe/check.h"

enum resolver_state {
	RESOLVER_UNSEEN,
	RESOLVER_ANSWERS, /* with an address, or that there is none */
	RESOLVER_REFUSES, /* an error code, or nobody listens */
	RESOLVER_DEAD
};

static inline bool resolvers_answer(const struct resolver_says *s)
{
	return s->asked && s->code == ERR_NONE &&
	       (s->rcode == 0 || s->rcode == 3 || s->address.n);
}

/* By the best of what it said. */
static inline enum resolver_state
resolvers_state(const struct fact_resolvers *f, const struct resolver *r)
{
	enum resolver_state state = RESOLVER_UNSEEN;

	for (size_t k = 0; k < f->n_names; k++) {
		const struct resolver_says *s = &r->says[k];

		if (resolvers_answer(s))
			return RESOLVER_ANSWERS;
		if (!s->asked)
			continue;
		if (s->code == ERR_TIME || s->code == ERR_UNREACH)
			state = state == RESOLVER_UNSEEN ? RESOLVER_DEAD
			                                 : state;
		else
			state = RESOLVER_REFUSES;
	}
	return state;
}

/* One type answered, the other not. */
static inline bool resolvers_half(const struct fact_resolvers *f,
                                  const struct resolver *r,
                                  const struct resolver_says **which)
{
	for (size_t k = 0; k < f->n_names; k++) {
		*which = &r->says[k];
		if (r->says[k].asked && r->says[k].code == ERR_NONE &&
		    r->says[k].a != r->says[k].aaaa)
			return true;
	}
	return false;
}

static inline int32_t resolvers_slowest(const struct fact_resolvers *f,
                                        const struct resolver *r)
{
	int32_t ms = 0;

	for (size_t k = 0; k < f->n_names; k++)
		if (resolvers_answer(&r->says[k]) && r->says[k].ms > ms)
			ms = r->says[k].ms;
	return ms;
}

static inline size_t resolvers_in_file(const struct fact_resolvers *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		n += f->row[i].place > 0;
	return n;
}

/* The check of the look-ups says it of a first one that never answered. */
static inline bool resolvers_told(const struct fact_endpoints *ep,
                                  const struct resolver *r)
{
	bool later = false;

	for (size_t i = 1; i < ep->n_servers; i++)
		later = later || ep->server[i].answered;
	return later && ep->server[0].asked && !ep->server[0].answered &&
	       str_eq(ep->server[0].server, r->server);
}

static inline void resolvers_raise_refusal(const struct fact_resolvers *f,
                                           const struct resolver *r,
                                           enum finding_id id,
                                           struct findings *out)
{
	const struct resolver_says *s = &r->says[0];
	const char *what = s->code != ERR_NONE ? "nobody listens there"
	                   : s->rcode == 5     ? "REFUSED"
	                   : s->rcode == 2     ? "SERVFAIL"
	                                       : "an error";

	check_raise(out, id,
	            STR_FMT ": %s for " STR_FMT "; another nameserver answers",
	            STR_ARG(r->server), what, STR_ARG(f->name[0]));
	check_name(out, NAME_ADDRESS, r->server);
	check_name(out, NAME_HOST, f->name[0]);
	check_name(out, NAME_VALUE, str_of(what));
}

/* The VPC's resolver answers, and of those in use none does. */
static inline void resolvers_judge_vpc(const struct fact_resolvers *f,
                                       enum finding_id id, struct findings *out)
{
	const struct resolver *vpc = NULL, *used = NULL;

	for (size_t i = 0; i < f->n; i++) {
		const struct resolver *r = &f->row[i];
		enum resolver_state state = resolvers_state(f, r);

		if (resolver_used(r) && state == RESOLVER_ANSWERS)
			return;
		if (resolver_used(r) && !used && state != RESOLVER_UNSEEN)
			used = r;
		if (!resolver_used(r) && r->vpc && !vpc &&
		    state == RESOLVER_ANSWERS)
			vpc = r;
	}
	if (!vpc || !used)
		return;
	check_raise(out, id,
	            "the VPC's own " STR_FMT " answers for " STR_FMT
	            "; " STR_FMT ", which is asked in its place, does not",
	            STR_ARG(vpc->server), STR_ARG(f->name[0]),
	            STR_ARG(used->server));
	check_name(out, NAME_ADDRESS, used->server);
	check_name(out, NAME_WANT, vpc->server);
	check_name(out, NAME_HOST, f->name[0]);
}

static inline const char *resolvers_words(const struct resolver_says *s)
{
	return s->scope == SCOPE_VPC       ? "in this VPC"
	       : s->scope == SCOPE_PRIVATE ? "private"
	       : s->scope == SCOPE_PUBLIC  ? "public"
	       : s->rcode == 3             ? "no such name"
	                                   : "no address";
}

/* Where two differ about name k: the first in use that answers, and a later
 * one in use, or the VPC's own. Of several addresses of one kind each is right.
 * False: all say the same. */
struct resolvers_pair {
	size_t k;
	const struct resolver *one, *other;
};
static inline bool resolvers_differ(const struct fact_resolvers *f,
                                    struct resolvers_pair *out)
{
	for (size_t k = 0; k < f->n_names; k++) {
		const struct resolver *one = NULL;

		for (size_t i = 0; i < f->n; i++) {
			const struct resolver *r = &f->row[i];

			if (!resolvers_answer(&r->says[k]) ||
			    (!resolver_used(r) && !r->vpc))
				continue;
			if (!one && resolver_used(r))
				one = r;
			if (!one || r->says[k].scope == one->says[k].scope)
				continue;
			*out = (struct resolvers_pair){ k, one, r };
			return true;
		}
	}
	return false;
}

static inline void resolvers_raise_pair(const struct fact_resolvers *f,
                                        const struct resolvers_pair *p,
                                        enum finding_id id,
                                        struct findings *out)
{
	const struct resolver_says *x = &p->one->says[p->k];
	const struct resolver_says *y = &p->other->says[p->k];

	check_raise(out, id,
	            STR_FMT ": " STR_FMT " says " STR_FMT "%s%s%s, " STR_FMT
	                    "%s says " STR_FMT "%s%s%s",
	            STR_ARG(f->name[p->k]), STR_ARG(p->one->server),
	            STR_ARG(x->address), x->address.n ? " (" : "",
	            resolvers_words(x), x->address.n ? ")" : "",
	            STR_ARG(p->other->server),
	            p->other->vpc ? " (the VPC's own)" : "",
	            STR_ARG(y->address), y->address.n ? " (" : "",
	            resolvers_words(y), y->address.n ? ")" : "");
	check_name(out, NAME_ADDRESS, p->one->server);
	check_name(out, NAME_WANT, p->other->server);
	check_name(out, NAME_HOST, f->name[p->k]);
	check_name(out, NAME_HAVE, x->address);
	check_name(out, NAME_VALUE, y->address);
}

#endif
