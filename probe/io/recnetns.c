/*
 * A look from inside a network namespace as lines. The child of netns.c speaks
 * this to its parent too, so what is recorded is what was heard.
 *
 *   shared                                 our own namespace: nothing asked
 *   own-conf                               its resolv.conf could be read
 *   server<TAB>ADDR                        a nameserver
 *   if<TAB>NAME<TAB>MTU<TAB>up|down<TAB>ADDR/BITS<TAB>MAC (may be missing)
 *   route<TAB>v4|v6                        there is a default route
 *   name<TAB>NAME<TAB>PORT<TAB>CODE<TAB>RCODE<TAB>MS
 *   try<TAB>ADDR<TAB>OUTCOME<TAB>MS        of the name above
 */
#include <stdio.h>

#include "rec.h"

#define TEXT_MAX_NETNS 16384u

static const char *const outcomes[NETNS_OUTCOMES] = {
	[NETNS_FAILED] = "failed",   [NETNS_CONNECTED] = "connected",
	[NETNS_REFUSED] = "refused", [NETNS_RESET] = "reset",
	[NETNS_SILENT] = "silent",   [NETNS_UNREACHABLE] = "unreachable",
};

struct rec_path rec_netns(int64_t pid)
{
	char name[24];

	(void)snprintf(name, sizeof(name), "%lld", (long long)pid);
	return rec_named("netns", name);
}

static bool outcome_of(struct str word, enum netns_outcome *out)
{
	for (unsigned i = 0; i < NETNS_OUTCOMES; i++)
		if (str_eq(word, str_of(outcomes[i]))) {
			*out = (enum netns_outcome)i;
			return true;
		}
	return false;
}

static void put_answer(struct buf *b, const struct netns_answer *w)
{
	(void)buf_fmt(b, "name\t" STR_FMT "\t%u\t%s\t%d\t%d\n",
	              STR_ARG(w->name), w->port, err_name(w->dns), w->rcode,
	              (int)w->dns_ms);
	for (size_t i = 0; i < w->n_tries; i++)
		(void)buf_fmt(b, "try\t" STR_FMT "\t%s\t%d\n",
		              STR_ARG(w->tries[i].addr),
		              outcomes[w->tries[i].outcome],
		              (int)w->tries[i].ms);
}

struct str rec_put_netns(struct arena *a, const struct netns_result *r)
{
	struct buf b = buf_init(a, TEXT_MAX_NETNS - 1);

	if (r->shared)
		(void)buf_add(&b, STR("shared\n"));
	if (r->own_conf)
		(void)buf_add(&b, STR("own-conf\n"));
	for (size_t i = 0; i < r->n_servers; i++)
		(void)buf_fmt(&b, "server\t" STR_FMT "\n",
		              STR_ARG(r->server[i]));
	for (size_t i = 0; i < r->n_ifs; i++)
		(void)buf_fmt(
			&b,
			"if\t" STR_FMT "\t%u\t%s\t" STR_FMT "%s" STR_FMT "\n",
			STR_ARG(r->ifs[i].name), (unsigned)r->ifs[i].mtu,
			r->ifs[i].up ? "up" : "down", STR_ARG(r->ifs[i].addr),
			r->ifs[i].mac.n ? "\t" : "", STR_ARG(r->ifs[i].mac));
	if (r->route4)
		(void)buf_add(&b, STR("route\tv4\n"));
	if (r->route6)
		(void)buf_add(&b, STR("route\tv6\n"));
	for (size_t i = 0; i < r->n; i++)
		put_answer(&b, &r->answer[i]);
	return buf_str(&b);
}

static uint64_t number(struct str *rest, uint64_t max)
{
	uint64_t v = 0;

	if (!str_u64(str_trim(str_cut(rest, '\t')), &v) || v > max)
		v = 0;
	return v;
}

static bool get_name(struct str line, struct netns_result *r)
{
	struct netns_answer *w;
	struct str code;

	if (r->n == NETNS_MAX_TARGETS)
		return false;
	w = &r->answer[r->n++];
	w->name = str_cut(&line, '\t');
	w->port = (uint16_t)number(&line, UINT16_MAX);
	code = str_cut(&line, '\t');
	w->dns = err_code_of(code.p, code.n);
	w->rcode = (int)number(&line, 15);
	w->dns_ms = (int32_t)number(&line, INT32_MAX);
	return w->name.n > 0;
}

static bool get_try(struct str line, struct netns_result *r)
{
	struct netns_answer *w = r->n ? &r->answer[r->n - 1] : NULL;
	struct netns_try *t;
	struct str word;

	if (!w || w->n_tries == NETNS_MAX_TRIES)
		return false;
	t = &w->tries[w->n_tries++];
	t->addr = str_cut(&line, '\t');
	word = str_cut(&line, '\t');
	t->ms = (int32_t)number(&line, INT32_MAX);
	return outcome_of(word, &t->outcome) && t->addr.n > 0;
}

/* It becomes part of a path: six pairs of digits, small letters. */
static bool is_mac(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (i % 3 == 2 ? s.p[i] != ':'
		               : !((s.p[i] >= '0' && s.p[i] <= '9') ||
		                   (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == 17;
}

static bool get_if(struct str line, struct netns_result *r)
{
	struct netns_if *i;

	if (r->n_ifs == NETNS_MAX_IFS)
		return false;
	i = &r->ifs[r->n_ifs++];
	i->name = str_cut(&line, '\t');
	i->mtu = (uint32_t)number(&line, UINT32_MAX);
	i->up = str_eq(str_cut(&line, '\t'), STR("up"));
	i->addr = str_cut(&line, '\t');
	i->mac = str_cut(&line, '\t');
	return i->name.n > 0 && (!i->mac.n || is_mac(i->mac));
}

static bool is_text(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ' && line.p[i] != '\t')
			return false;
	return true;
}

static bool get_line(struct str line, struct netns_result *r)
{
	bool text = is_text(line);
	struct str key = str_cut(&line, '\t');

	if (!text)
		return false;
	if (str_eq(key, STR("name")))
		return get_name(line, r);
	if (str_eq(key, STR("try")))
		return get_try(line, r);
	if (str_eq(key, STR("if")))
		return get_if(line, r);
	if (str_eq(key, STR("server")) && r->n_servers < DNS_MAX_SERVERS)
		r->server[r->n_servers++] = line;
	else if (str_eq(key, STR("route")) && str_eq(line, STR("v4")))
		r->route4 = true;
	else if (str_eq(key, STR("route")) && str_eq(line, STR("v6")))
		r->route6 = true;
	else if (str_eq(key, STR("own-conf")))
		r->own_conf = true;
	else if (str_eq(key, STR("shared")))
		r->shared = true;
	else
		return key.n == 0;
	return true;
}

bool rec_get_netns(struct str text, struct arena *a, struct netns_result *r)
{
	*r = (struct netns_result){ 0 };
	r->answer = ARENA_ARRAY(a, struct netns_answer, NETNS_MAX_TARGETS);
	while (text.n)
		if (!get_line(str_cut(&text, '\n'), r))
			return false;
	return true;
}

/* ---- a knock on a port of our own */

struct rec_path rec_knock(uint16_t port)
{
	char name[8];

	(void)snprintf(name, sizeof(name), "%u", port);
	return rec_named("knock", name);
}

struct str rec_put_knock(struct arena *a, const struct knock *k)
{
	return arena_str(a, STR_FMT " " STR_FMT " %s %d\n", STR_ARG(k->from),
	                 STR_ARG(k->to), outcomes[k->outcome], (int)k->ms);
}

bool rec_get_knock(struct str text, struct knock *k)
{
	uint64_t ms;

	text = str_trim(text);
	k->from = str_cut(&text, ' ');
	k->to = str_cut(&text, ' ');
	if (!outcome_of(str_cut(&text, ' '), &k->outcome) ||
	    !str_u64(text, &ms) || ms > INT32_MAX)
		return false;
	k->ms = (int32_t)ms;
	return k->from.n && k->to.n;
}
