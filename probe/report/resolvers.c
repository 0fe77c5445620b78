/* What each nameserver said, in JSON and in the tables of -v. */
#include "endpoints.h"

#include "probe/text.h"

enum { NAME_MAX_SHOWN = 120 };

static const struct fact_resolvers *seen(const struct pass *p)
{
	return p && p->facts && p->facts->resolvers.seen.state == SEEN_OK
	               ? &p->facts->resolvers
	               : NULL;
}

static const char *role(const struct resolver *r)
{
	return r->place ? "resolv.conf" : r->upstream ? "upstream" : "vpc";
}

/* "ok", "NXDOMAIN", "TIME": what it came to. */
static const char *outcome(const struct resolver_says *s)
{
	static const char *const rcodes[] = {
		"ok", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"
	};

	if (s->code == ERR_TIME)
		return "silent";
	if (s->code != ERR_NONE)
		return err_name(s->code);
	return s->rcode >= 0 && s->rcode < 6 ? rcodes[s->rcode] : "error";
}

static const char *scope(enum resolver_scope s)
{
	static const char *const words[] = { "none", "vpc", "private",
		                             "public" };

	return words[s];
}

static void one(struct jsonw *w, const struct resolver *r, struct str name,
                const struct resolver_says *s, struct arena *a)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "server", text_clean(a, r->server, NAME_MAX_SHOWN));
	jsonw_str(w, "role", str_of(role(r)));
	jsonw_bool(w, "vpc", r->vpc);
	jsonw_str(w, "name", text_clean(a, name, NAME_MAX_SHOWN));
	jsonw_str(w, "outcome", str_of(outcome(s)));
	jsonw_bool(w, "a", s->a);
	jsonw_bool(w, "aaaa", s->aaaa);
	jsonw_int(w, "ms", s->ms);
	if (s->address.n)
		jsonw_str(w, "address",
		          text_clean(a, s->address, NAME_MAX_SHOWN));
	else
		jsonw_null(w, "address");
	jsonw_str(w, "scope", str_of(scope(s->scope)));
	jsonw_end(w);
}

void resolvers_json(struct jsonw *w, const struct pass *p, struct arena *a)
{
	const struct fact_resolvers *f = seen(p);

	if (!f || !f->n_names)
		return;
	jsonw_arr(w, "resolvers");
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->n_names; k++)
			if (f->row[i].says[k].asked)
				one(w, &f->row[i], f->name[k],
				    &f->row[i].says[k], a);
	jsonw_arr_end(w);
}

static void line(struct lines *l, const struct resolver *r, struct str name,
                 const struct resolver_says *s)
{
	const char *types = s->a && s->aaaa ? "A+AAAA"
	                    : s->a          ? "A"
	                    : s->aaaa       ? "AAAA"
	                                    : "-";
	const char *head =
		arena_str(l->a, "  %-15.*s %-11s %-8s %-6s %5d  ",
	                  STR_ARG(r->server), role(r), outcome(s), types, s->ms)
			.p;

	lines_text(
		l, head,
		arena_str(l->a, STR_FMT " " STR_FMT "%s%s%s",
	                  STR_ARG(text_clean(l->a, name, NAME_MAX_SHOWN)),
	                  STR_ARG(text_clean(l->a, s->address, NAME_MAX_SHOWN)),
	                  s->address.n ? " (" : "",
	                  s->address.n ? scope(s->scope) : "",
	                  s->address.n ? ")" : ""),
		0);
}

void resolvers_text(struct lines *l, const struct pass *p)
{
	const struct fact_resolvers *f = seen(p);

	if (!f || !f->n_names)
		return;
	lines_text(l, "", STR(" "), 1);
	lines_text(l, "", STR("Nameservers (types answered, ms):"), 1);
	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->n_names; k++)
			if (f->row[i].says[k].asked)
				line(l, &f->row[i], f->name[k],
				     &f->row[i].says[k]);
}
