#include "probe/firewall.h"
#include "probe/json.h"

enum { NFT_MAX_VALUES = 8000 };

struct nft {
	struct fw *fw;
	const struct json *j;
};

static bool is(const struct nft *n, int node, const char *text)
{
	return str_eq(json_raw(n->j, node), str_of(text));
}

/* "ip filter" and its kind are what iptables made; iptables-save shows them. */
static bool iptables_made(const struct nft *n, int obj)
{
	int table = json_get(n->j, obj, "table"),
	    family = json_get(n->j, obj, "family");

	return (is(n, family, "ip") || is(n, family, "ip6")) &&
	       (is(n, table, "filter") || is(n, table, "nat") ||
	        is(n, table, "mangle") || is(n, table, "raw") ||
	        is(n, table, "security"));
}

/* Families are kept apart by putting them into the table's name. */
static struct str table_of(const struct nft *n, int obj)
{
	return arena_str(n->fw->a, STR_FMT " " STR_FMT,
	                 STR_ARG(json_raw(n->j, json_get(n->j, obj, "family"))),
	                 STR_ARG(json_raw(n->j, json_get(n->j, obj, "table"))));
}

static void chain(const struct nft *n, int obj)
{
	struct str name = json_raw(n->j, json_get(n->j, obj, "name"));
	struct fw_chain *c;
	int64_t prio = 0;
	uint16_t i;

	if (is(n, json_get(n->j, obj, "family"), "ip6") ||
	    iptables_made(n, obj))
		return;
	i = fw_chain(n->fw, table_of(n, obj), name);
	if (i == FW_MAX_CHAINS)
		return;
	c = &n->fw->chains[i];
	c->input = is(n, json_get(n->j, obj, "hook"), "input") &&
	           is(n, json_get(n->j, obj, "type"), "filter");
	c->drops = is(n, json_get(n->j, obj, "policy"), "drop");
	if (str_i64(json_raw(n->j, json_get(n->j, obj, "prio")), &prio))
		c->priority = (int)prio;
}

static void add_port(const struct nft *n, struct fw_rule *r, int node)
{
	int range = json_get(n->j, node, "range");
	uint64_t lo, hi;
	bool ok;

	if (range >= 0)
		ok = json_u64(n->j, json_at(n->j, range, 0), &lo) &&
		     json_u64(n->j, json_at(n->j, range, 1), &hi);
	else
		ok = json_u64(n->j, node, &lo) && json_u64(n->j, node, &hi);
	if (!ok || hi > UINT16_MAX || r->n_ports == FW_MAX_RANGES) {
		r->conditional = true;
		return;
	}
	r->ports[r->n_ports++] =
		(struct fw_ports){ (uint16_t)lo, (uint16_t)hi };
}

static void dport(const struct nft *n, struct fw_rule *r, int right)
{
	int set = json_get(n->j, right, "set");

	if (set < 0)
		add_port(n, r, right);
	for (int v = json_first(n->j, set); v >= 0; v = json_next(n->j, v))
		add_port(n, r, v);
}

static void payload(const struct nft *n, struct fw_rule *r, int left, int right,
                    bool negated)
{
	int proto = json_get(n->j, left, "protocol");

	if (!is(n, json_get(n->j, left, "field"), "dport")) {
		r->conditional = true; /* saddr, daddr, ... */
		return;
	}
	r->never |= is(n, proto, "udp") || is(n, proto, "sctp");
	r->ports_not = negated;
	dport(n, r, right);
}

static void meta(const struct nft *n, struct fw_rule *r, int left, int right,
                 bool negated)
{
	int key = json_get(n->j, left, "key");

	if (is(n, key, "iifname") || is(n, key, "iif"))
		r->never |=
			is(n, right, "lo") != negated
				? is(n, right, "lo")
				: negated == str_starts(json_raw(n->j, right),
		                                        STR("e"));
	else if (is(n, key, "l4proto"))
		r->never |= is(n, right, "tcp") == negated &&
		            json_type(n->j, right) == JSON_STRING;
	else if (is(n, key, "nfproto"))
		r->never |= is(n, right, "ipv6") != negated;
	else
		r->conditional = true;
}

/* {"match": {"op": "==", "left": {...}, "right": ...}} */
static void match(const struct nft *n, struct fw_rule *r, int m)
{
	int left = json_get(n->j, m, "left"),
	    right = json_get(n->j, m, "right");
	bool negated = is(n, json_get(n->j, m, "op"), "!=");
	int pay = json_get(n->j, left, "payload");
	int met = json_get(n->j, left, "meta");
	int ct = json_get(n->j, left, "ct");

	if (pay >= 0)
		payload(n, r, pay, right, negated);
	else if (met >= 0)
		meta(n, r, met, right, negated);
	else if (ct >= 0 && is(n, json_get(n->j, ct, "key"), "state"))
		r->never |=
			str_has(json_raw(n->j, right), STR("new")) == negated;
	else
		r->conditional = true;
}

static void verdict(const struct nft *n, struct fw_rule *r, struct str table,
                    int key)
{
	int jump = json_value(n->j, key);

	if (is(n, key, "accept"))
		r->target = FW_ACCEPT;
	else if (is(n, key, "drop"))
		r->target = FW_DROP;
	else if (is(n, key, "reject"))
		r->target = FW_REJECT;
	else if (is(n, key, "return"))
		r->target = FW_RETURN;
	else if (is(n, key, "jump") || is(n, key, "goto")) {
		r->target = FW_JUMP;
		r->jump = fw_chain(
			n->fw, table,
			json_raw(n->j, json_get(n->j, jump, "target")));
	} else if (is(n, key, "limit") || is(n, key, "vmap") ||
	           is(n, key, "xt"))
		r->conditional = true;
}

static void rule(const struct nft *n, int obj)
{
	struct str table = table_of(n, obj);
	int exprs = json_get(n->j, obj, "expr");
	struct fw_rule r = { .target = FW_NEXT };

	if (is(n, json_get(n->j, obj, "family"), "ip6") ||
	    iptables_made(n, obj))
		return;
	r.chain = fw_chain(n->fw, table,
	                   json_raw(n->j, json_get(n->j, obj, "chain")));
	r.text = arena_str(
		n->fw->a, "nft " STR_FMT " " STR_FMT " handle " STR_FMT,
		STR_ARG(table),
		STR_ARG(json_raw(n->j, json_get(n->j, obj, "chain"))),
		STR_ARG(json_raw(n->j, json_get(n->j, obj, "handle"))));
	for (int x = json_first(n->j, exprs); x >= 0; x = json_next(n->j, x)) {
		int key = json_first(n->j, x);

		if (is(n, key, "match"))
			match(n, &r, json_value(n->j, key));
		else
			verdict(n, &r, table, key);
	}
	fw_rule(n->fw, &r);
}

bool fw_add_nft(struct fw *fw, struct str text, struct err *e)
{
	struct json j;
	struct nft n = { fw, &j };
	int list;

	if (!json_parse(fw->a, text, NFT_MAX_VALUES, &j, e))
		return err_wrap(e, "nft ruleset");
	list = json_get(&j, 0, "nftables");
	for (int o = json_first(&j, list); o >= 0; o = json_next(&j, o)) {
		int c = json_get(&j, o, "chain"), r = json_get(&j, o, "rule");

		if (c >= 0)
			chain(&n, c);
		if (r >= 0)
			rule(&n, r);
	}
	return true;
}
