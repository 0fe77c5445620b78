/* good.c - what is kept of a look, from facts and two files. */
#include "probe/keep.h"

#include "probe/text.h"
#include "probe/when.h"

#define TEXT_EACH 200
#define VALUE_EACH 80
#define SAVE_EVERY_MS (60 * 60 * 1000)

static void put(struct good *g, enum good_id id, struct arena *a, struct str v)
{
	if (v.n)
		g->s[id] = text_clean(a, v, TEXT_EACH);
}

/* Lines as one text, sorted as they come. */
static void put_lines(struct good *g, enum good_id id, struct arena *a,
                      struct str lines)
{
	struct buf b = buf_init(a, TEXT_EACH * 2);

	while (lines.n) {
		struct str line = str_trim(str_cut(&lines, '\n'));

		if (line.n)
			(void)buf_fmt(&b, "%s" STR_FMT, b.n ? ", " : "",
			              STR_ARG(line));
	}
	put(g, id, a, buf_str(&b));
}

/* ---- routes and resolver */

static bool hex32(struct str s, uint32_t *out)
{
	uint32_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = str_low(s.p[i]);
		bool digit = c >= '0' && c <= '9';

		if (!digit && (c < 'a' || c > 'f'))
			return false;
		v = v << 4 | (uint32_t)(digit ? c - '0' : c - 'a' + 10);
	}
	*out = v;
	return s.n == 8;
}

/* /proc/net/route writes the bytes of an address in the host's order; every
 * machine of ECS is little-endian. */
static struct str dotted(struct arena *a, uint32_t v)
{
	return arena_str(a, "%u.%u.%u.%u", v & 255, v >> 8 & 255, v >> 16 & 255,
	                 v >> 24);
}

static unsigned bits(uint32_t mask)
{
	unsigned n = 0;

	for (; mask; mask &= mask - 1)
		n++;
	return n;
}

static void route_line(struct str line, struct arena *a, struct buf *b)
{
	struct str dev = str_cut(&line, '\t'), f[7];
	uint32_t to, via, mask;

	for (size_t i = 0; i < 7; i++)
		f[i] = str_cut(&line, '\t');
	if (!hex32(f[0], &to) || !hex32(f[1], &via) ||
	    !hex32(str_trim(f[6]), &mask))
		return;
	/* Bridges and interfaces of tasks come and go. */
	if (!via && (to & 0xffff) != (169 | 254 << 8))
		return;
	(void)buf_fmt(b, "%s%s/%u", b->n ? ", " : "", dotted(a, to).p,
	              bits(mask));
	if (via)
		(void)buf_fmt(b, " via %s", dotted(a, via).p);
	(void)buf_fmt(b, " " STR_FMT, STR_ARG(dev));
}

static void routes(struct good *g, struct host *h, struct arena *a)
{
	struct buf b = buf_init(a, 4 * TEXT_EACH);
	struct str text;
	struct err e;

	if (!h->ops->read(h, a, "/proc/net/route", 65536, &text, &e))
		return;
	(void)str_cut(&text, '\n');
	while (text.n)
		route_line(str_cut(&text, '\n'), a, &b);
	put(g, GOOD_ROUTES, a, b.n ? buf_str(&b) : STR("none"));
}

static void resolver(struct good *g, struct host *h, struct arena *a)
{
	struct buf b = buf_init(a, 4 * TEXT_EACH);
	struct str text;
	struct err e;

	if (!h->ops->read(h, a, "/etc/resolv.conf", 65536, &text, &e))
		return;
	while (text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));

		if (line.n && line.p[0] != '#' && line.p[0] != ';')
			(void)buf_fmt(&b, "%s" STR_FMT, b.n ? "; " : "",
			              STR_ARG(line));
	}
	put(g, GOOD_RESOLVER, a, b.n ? buf_str(&b) : STR("empty"));
}

/* ---- facts */

static void from_imds(struct good *g, const struct facts *f, struct arena *a)
{
	if (f->imds.seen.state != SEEN_OK || !f->imds.documents)
		return;
	put(g, GOOD_AMI, a, f->imds.image_id);
	put(g, GOOD_INSTANCE_TYPE, a, f->imds.type);
	put(g, GOOD_ROLE, a,
	    f->imds.iam.list_status == 404 ? STR("none") : f->imds.iam.role);
	put(g, GOOD_SUBNET, a, f->imds.subnet);
	put_lines(g, GOOD_GROUPS, a, f->imds.groups);
}

static void from_host(struct good *g, const struct facts *f, struct arena *a)
{
	if (f->ident.seen.state == SEEN_OK) {
		put(g, GOOD_KERNEL, a, f->ident.kernel);
		put(g, GOOD_OS, a, f->ident.os_name);
		put(g, GOOD_ECS_INIT, a, f->ident.ecs_init);
	}
	if (f->agent.seen.state == SEEN_OK) {
		put(g, GOOD_AGENT, a, f->agent.version);
		put(g, GOOD_CLUSTER, a, f->agent.cluster);
	}
	if (f->docker.seen.state == SEEN_OK)
		put(g, GOOD_DOCKER, a, f->docker.version);
}

static void put_range(struct good *g, enum good_id id, struct arena *a,
                      struct port_range r)
{
	if (r.hi)
		put(g, id, a, arena_str(a, "%u-%u", r.lo, r.hi));
}

static void from_ports(struct good *g, const struct facts *f, struct arena *a)
{
	if (f->ports.seen.state != SEEN_OK)
		return;
	put_range(g, GOOD_PORTS, a, f->ports.dynamic);
	put_range(g, GOOD_KERNEL_PORTS, a, f->ports.kernel);
	put(g, GOOD_RESERVED_PORTS, a,
	    f->ports.kernel_reserved.n ? f->ports.kernel_reserved
	                               : STR("none"));
}

static void from_config(struct good *g, const struct facts *f, struct arena *a)
{
	const struct fact_config *c = &f->config;

	if (c->seen.state != SEEN_OK)
		return;
	g->has_config = true;
	for (size_t i = 0; i < c->n_entries && g->n_keys < GOOD_KEYS; i++) {
		const struct config_entry *e = &c->entry[i];

		g->key[g->n_keys++] = (struct good_key){
			.key = text_clean(a, e->key, 64),
			/* What nobody knows may be anything. */
			.value = e->known ? text_clean(a, e->value, VALUE_EACH)
			                  : (struct str){ "", 0 },
			.mark = (uint16_t)(e->hash ^ e->hash >> 16 ^
			                   e->hash >> 32 ^ e->hash >> 48),
		};
	}
}

void good_take(struct host *h, const struct pass *p, struct arena *a,
               struct good *out)
{
	const struct facts *f = p->facts;

	*out = (struct good){ .at_ms = f->now_ms };
	from_imds(out, f, a);
	from_host(out, f, a);
	from_ports(out, f, a);
	from_config(out, f, a);
	routes(out, h, a);
	resolver(out, h, a);
}

/* ---- the file */

bool good_load(const struct store *state, struct arena *a, struct good *out,
               struct err *e)
{
	struct str text;

	if (!store_load(state, a, GOOD_NAME, GOOD_MAX_BYTES, &text, e))
		return e->code == ERR_NOENT
		               ? err_set(e, ERR_NOENT, 0,
		                         "no look that found nothing was "
		                         "kept yet: does `probe daemon` run?")
		               : false;
	return good_parse(text, a, out, e);
}

/* What this look could not see stays as it was. */
static void carry(const struct store *state, struct arena *a, struct good *g)
{
	struct good *was = ARENA_NEW(a, struct good);
	struct err e;

	if (!good_load(state, a, was, &e))
		return;
	for (unsigned i = 0; i < GOOD_COUNT; i++)
		if (!g->s[i].n)
			g->s[i] = was->s[i];
	if (!g->has_config && was->has_config) {
		g->has_config = true;
		g->n_keys = was->n_keys;
		memcpy(g->key, was->key, sizeof(g->key));
	}
}

static uint64_t hash_of(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

static uint64_t good_hash(const struct good *g, struct arena *a)
{
	struct good *timeless = ARENA_NEW(a, struct good);
	struct buf b = buf_init(a, GOOD_MAX_BYTES);

	*timeless = *g;
	timeless->at_ms = 0;
	good_json(timeless, &b);
	return hash_of(buf_str(&b));
}

bool keep_good(const struct store *state, struct host *h, const struct pass *p,
               struct good_mark *mark, int64_t mono_ms, struct arena *a,
               struct err *e)
{
	size_t before = a->used;
	struct good *g = ARENA_NEW(a, struct good);
	bool due, ok = true;
	uint64_t hash;
	struct buf b;

	good_take(h, p, a, g);
	hash = good_hash(g, a);
	due = !mark->any || hash != mark->hash ||
	      mono_ms - mark->saved_ms >= SAVE_EVERY_MS;
	if (due) {
		carry(state, a, g);
		b = buf_init(a, GOOD_MAX_BYTES);
		good_json(g, &b);
		ok = store_save(state, GOOD_NAME, buf_str(&b), 0640, e);
	}
	if (due && ok)
		*mark = (struct good_mark){ true, hash, mono_ms };
	a->used = before;
	return ok;
}
