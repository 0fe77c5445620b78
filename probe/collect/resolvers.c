/*
 * Each nameserver by itself: those of resolv.conf, those behind
 * systemd-resolved, and the VPC's own, which may be none of them. The names are
 * the endpoints'; what their look-up showed of a server is taken from there.
 */
#include "probe/collect.h"
#include "probe/partition.h"
#include "probe/resolvconf.h"

enum { CONF_BYTES = 32 * 1024, ASK_MS = 1500 };

#define RESOLVED_CONF "/run/systemd/resolve/resolv.conf"
#define VPC_RESOLVER "169.254.169.253"
#define VPC_RESOLVER_V6 "fd00:ec2::253"

static struct resolver *add(struct collect *c, struct fact_resolvers *f,
                            struct str server)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->row[i].server, server))
			return &f->row[i];
	if (f->n == RESOLVERS_MAX)
		return NULL;
	f->row[f->n].server = arena_copy(c->a, server);
	return &f->row[f->n++];
}

static bool is_resolved(struct str server)
{
	return str_eq(server, STR("127.0.0.53")) ||
	       str_eq(server, STR("127.0.0.54"));
}

static void add_upstreams(struct collect *c, struct fact_resolvers *f)
{
	struct resolvconf conf;
	struct err e = { 0 };
	struct str text;

	if (!c->h->ops->read(c->h, c->a, RESOLVED_CONF, CONF_BYTES, &text, &e))
		return;
	resolvconf_read(text, &conf);
	for (size_t i = 0; i < conf.n; i++) {
		struct resolver *r = add(c, f, conf.server[i]);

		if (r)
			r->upstream = true;
	}
}

static void add_vpc(struct collect *c, struct fact_resolvers *f)
{
	struct str cidrs = c->got->imds.vpc_cidrs;
	struct resolver *r;
	char text[16];

	/* The first is the VPC's primary one. */
	if (!c->got->endpoints.v6_only &&
	    resolvconf_above(str_trim(str_cut(&cidrs, '\n')), 2, text)) {
		r = add(c, f, str_of(text));
		if (r)
			r->vpc = true;
	}
	if (!c->got->imds.vpc_cidrs.n)
		return;
	r = add(c, f,
	        c->got->endpoints.v6_only ? STR(VPC_RESOLVER_V6)
	                                  : STR(VPC_RESOLVER));
	if (r)
		r->vpc = true;
}

static bool servers(struct collect *c, struct fact_resolvers *f, struct err *e)
{
	struct resolvconf conf;
	struct str text;

	if (!c->h->ops->read(c->h, c->a, "/etc/resolv.conf", CONF_BYTES, &text,
	                     e)) {
		if (e->code != ERR_NOENT || e->os == HOST_UNRECORDED)
			return err_wrap(e, "nameservers");
		text = STR("");
	}
	resolvconf_read(text, &conf);
	f->timeout_s = conf.timeout_s;
	f->rotate = conf.rotate;
	if (conf.n == 0)
		conf.server[conf.n++] = STR("127.0.0.1");
	for (size_t i = 0; i < conf.n; i++) {
		struct resolver *r = add(c, f, conf.server[i]);

		if (r && !r->place)
			r->place = (unsigned)i + 1;
		f->relayed = f->relayed || is_resolved(conf.server[i]);
	}
	if (f->relayed)
		add_upstreams(c, f);
	add_vpc(c, f);
	return true;
}

/* The ECS API's name, and the first that fails, or S3's; behind a proxy the
 * proxy's own. */
static void names(struct collect *c, const struct endpoint_row **of,
                  struct fact_resolvers *f)
{
	const struct fact_endpoints *ep = &c->got->endpoints;
	struct str proxy = url_host(ep->proxy);

	for (int turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < ep->n; i++) {
			const struct endpoint_row *r = &ep->row[i];
			bool fits = turn == 0   ? r->service == SVC_ECS
			            : turn == 1 ? !r->resolved
			                        : r->service == SVC_S3;

			if (f->n_names == RESOLVERS_NAMES || !fits ||
			    r->n_said == 0 || r->local_name ||
			    (f->n_names && of[0] == r))
				continue;
			of[f->n_names] = r;
			f->name[f->n_names++] = r->host;
		}
	if (f->n_names == 0 && proxy.n &&
	    !address_in(proxy, STR("0.0.0.0/0\n::/0")))
		f->name[f->n_names++] = arena_copy(c->a, proxy);
}

static enum resolver_scope scope_of(const struct fact_imds *m, struct str addr)
{
	if (!addr.n)
		return SCOPE_NONE;
	if (m->vpc_cidrs.n && address_in(addr, m->vpc_cidrs))
		return SCOPE_VPC;
	return address_private(addr) ? SCOPE_PRIVATE : SCOPE_PUBLIC;
}

/* What the endpoints' look-up shows of a server; false when it was not asked,
 * or left before both types were answered. */
static bool known(const struct collect *c, const struct endpoint_row *row,
                  struct str server, struct resolver_says *out)
{
	for (size_t i = 0; row && i < row->n_said; i++) {
		const struct endpoint_said *s = &row->said[i];
		bool half = s->code == ERR_NONE && s->rcode == 0 &&
		            !(s->a && s->aaaa);

		if (!str_eq(s->server, server) || half)
			continue;
		*out = (struct resolver_says){ .asked = true,
			                       .code = s->code,
			                       .rcode = s->rcode,
			                       .ms = s->ms,
			                       .a = s->a,
			                       .aaaa = s->aaaa };
		if (s->code == ERR_NONE && s->rcode == 0 && row->resolved) {
			out->address = row->address;
			out->scope = scope_of(&c->got->imds, out->address);
		}
		return true;
	}
	return false;
}

static void keep(const struct collect *c, const struct dns_result *r,
                 struct resolver_says *out)
{
	const struct dns_try *t = &r->tries[0];

	if (r->err.os == HOST_UNRECORDED || r->n_tries == 0)
		return;
	*out = (struct resolver_says){ .asked = true,
		                       .code = t->code,
		                       .rcode = t->rcode,
		                       .ms = t->ms,
		                       .a = t->a,
		                       .aaaa = t->aaaa };
	if (r->n_addr) {
		out->address = r->addr[0];
		out->scope = scope_of(&c->got->imds, r->addr[0]);
	}
}

static void ask(struct collect *c, const struct endpoint_row *const *of,
                struct fact_resolvers *f)
{
	struct resolver_says *to[DNS_MAX_ASKS];
	struct dns_ask q[DNS_MAX_ASKS];
	struct dns_result *r;
	size_t n = 0;

	for (size_t i = 0; i < f->n; i++)
		for (size_t k = 0; k < f->n_names; k++) {
			struct resolver *row = &f->row[i];

			if (known(c, of[k], row->server, &row->says[k]))
				continue;
			to[n] = &row->says[k];
			q[n++] =
				(struct dns_ask){ row->server.p, f->name[k].p };
		}
	if (n == 0)
		return;
	r = ARENA_ARRAY(c->a, struct dns_result, n);
	c->h->ops->ask(c->h, c->a, q, n, collect_left_ms(c, ASK_MS), r);
	for (size_t i = 0; i < n; i++)
		keep(c, &r[i], to[i]);
}

bool collect_resolvers(struct collect *c, struct fact_resolvers *out,
                       struct err *e)
{
	const struct endpoint_row *of[RESOLVERS_NAMES] = { NULL };

	out->row = ARENA_ARRAY(c->a, struct resolver, RESOLVERS_MAX);
	if (c->got->endpoints.seen.state != SEEN_OK) {
		*e = c->got->endpoints.seen.why;
		return err_wrap(e, "nameservers");
	}
	if (!servers(c, out, e))
		return false;
	names(c, of, out);
	ask(c, of, out);
	return true;
}
