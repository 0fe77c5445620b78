#include "lookup.h"

#include "outcome.h"
#include "target.h"

/* In AWS's public ranges: only a default route leads there. */
#define FAR_V4 "52.95.110.1"
#define FAR_V6 "2600:1f00::1"

void lookup_ways(struct collect *c, struct fact_endpoints *f)
{
	static const char *const far[2] = { FAR_V4, FAR_V6 };
	struct str set = target_setting(c, "ECS_INSTANCE_IP_COMPATIBILITY");
	struct way w[2];

	c->h->ops->ways(c->h, c->a, far, 2, w);
	f->way4 = w[0].kind;
	f->way6 = w[1].kind;
	f->v6_only = f->way6 == WAY_OPEN && f->way4 > WAY_OPEN;
	if (str_eq_low(set, STR("ipv6")))
		f->v6_only = true;
	else if (str_eq_low(set, STR("ipv4")))
		f->v6_only = false;
}

static void count_tries(struct fact_endpoints *f, const struct dns_result *r)
{
	for (size_t i = 0; i < r->n_tries; i++) {
		const struct dns_try *t = &r->tries[i];
		size_t k = 0;

		if (t->code == ERR_BUSY)
			continue; /* our own means */
		while (k < f->n_servers &&
		       !str_eq(f->server[k].server, t->server))
			k++;
		if (k == ENDPOINTS_MAX_SERVERS)
			continue;
		if (k == f->n_servers)
			f->server[f->n_servers++].server = t->server;
		f->server[k].asked++;
		if (t->code == ERR_TIME)
			f->server[k].silent++;
		else if (t->code != ERR_NONE)
			f->server[k].refused++;
		else if (t->rcode != 0 && t->rcode != 3)
			f->server[k].failed++;
		else
			f->server[k].answered++;
	}
}

static bool is_v6(struct str address)
{
	return str_has(address, STR(":"));
}

/* The first of all, and the first of the other family. */
static void keep_addresses(struct collect *c, struct endpoint_row *row,
                           const struct dns_result *r)
{
	row->address = arena_copy(c->a, r->addr[0]);
	for (size_t i = 1; i < r->n_addr && !row->other.n; i++)
		if (is_v6(r->addr[i]) != is_v6(row->address))
			row->other = arena_copy(c->a, r->addr[i]);
}

static void keep_name(struct collect *c, struct fact_endpoints *f,
                      struct endpoint_row *row, const struct dns_result *r)
{
	count_tries(f, r);
	row->outcome = outcome_of_dns(r);
	row->dns_ms = r->ms;
	for (size_t i = 0; i < r->n_tries && i < ENDPOINTS_MAX_SERVERS; i++)
		row->said[row->n_said++] = (struct endpoint_said){
			.server = r->tries[i].server,
			.code = r->tries[i].code,
			.rcode = r->tries[i].rcode,
			.ms = r->tries[i].ms,
			.a = r->tries[i].a,
			.aaaa = r->tries[i].aaaa,
		};
	row->local_name = r->from_hosts_file;
	if (row->outcome != EP_OK)
		return;
	row->resolved = true;
	keep_addresses(c, row, r);
}

/* An address without a way gives place to one of the other family that has
 * one, as every dialer does. */
static void choose(struct endpoint_row *row, const struct way *first,
                   const struct way *other)
{
	struct str address = row->address;

	row->way = *first;
	if (!other || first->kind <= WAY_OPEN || other->kind != WAY_OPEN)
		return;
	row->address = row->other;
	row->other = address;
	row->way = *other;
}

static void ask_ways(struct collect *c, struct fact_endpoints *f, size_t first)
{
	const char *addrs[2 * ENDPOINTS_MAX];
	struct way *w = ARENA_ARRAY(c->a, struct way, 2 * (f->n + 1));
	size_t n = 0;

	for (size_t i = first; i < f->n; i++) {
		if (!f->row[i].address.n)
			continue;
		addrs[n++] = f->row[i].address.p;
		if (f->row[i].other.n)
			addrs[n++] = f->row[i].other.p;
	}
	if (n == 0)
		return;
	c->h->ops->ways(c->h, c->a, addrs, n, w);
	n = 0;
	for (size_t i = first; i < f->n; i++) {
		struct endpoint_row *row = &f->row[i];
		const struct way *other = row->other.n ? &w[n + 1] : NULL;

		if (!row->address.n)
			continue;
		choose(row, &w[n], other);
		n += other ? 2 : 1;
	}
}

static void place(const struct fact_imds *m, struct endpoint_row *row)
{
	row->is_private = m->vpc_cidrs.n
	                          ? address_in(row->address, m->vpc_cidrs)
	                          : address_private(row->address);
	row->elsewhere = m->vpc_cidrs.n && !row->is_private &&
	                 address_private(row->address);
}

size_t lookup(struct collect *c, struct fact_endpoints *f, size_t first,
              unsigned ms)
{
	const char *names[ENDPOINTS_MAX];
	size_t of[ENDPOINTS_MAX], n = 0, recorded = 0;
	struct dns_result *r;

	for (size_t i = first; i < f->n; i++) {
		struct str self = f->row[i].host;

		f->row[i].outcome = EP_OK;
		if (f->row[i].by_proxy)
			continue;
		if (address_in(self, STR("0.0.0.0/0\n::/0"))) {
			f->row[i].address = self;
			f->row[i].is_private = address_private(self);
			continue;
		}
		names[n] = self.p; /* terminated: see target_add() */
		of[n++] = i;
	}
	if (n) {
		r = ARENA_ARRAY(c->a, struct dns_result, n);
		c->h->ops->resolve(c->h, c->a, names, n, ms, r);
		for (size_t k = 0; k < n; k++) {
			recorded += r[k].err.os != HOST_UNRECORDED;
			keep_name(c, f, &f->row[of[k]], &r[k]);
		}
	}
	ask_ways(c, f, first);
	for (size_t k = 0; k < n; k++)
		if (f->row[of[k]].resolved)
			place(&c->got->imds, &f->row[of[k]]);
	return recorded;
}
