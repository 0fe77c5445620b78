#include "ec2xml.h"

#include "probe/xmlpull.h"

enum { WINDOW_FROM = 31000, WINDOW_TO = 61000, ACL_MAX = 128 };

/* ---- security groups: any rule that lets in, lets in */

struct rule {
	struct str proto, from, to, source;
	bool egress;
};

static void open_range(struct secgroup_ports *p, uint64_t from, uint64_t to)
{
	for (uint64_t i = from; i <= to && i < 65536; i++)
		p->open[i / 8] |= (uint8_t)(1u << i % 8);
}

/* TCP, and which ports of it; false: it says nothing of TCP. */
static bool range_of(const struct rule *r, uint64_t *from, uint64_t *to)
{
	*from = 0;
	*to = 65535;
	if (str_eq(r->proto, STR("-1")))
		return true;
	if (!str_eq(r->proto, STR("tcp")) && !str_eq(r->proto, STR("6")))
		return false;
	if (!r->from.n && !r->to.n)
		return true;
	return str_u64(r->from, from) && str_u64(r->to, to) && *to < 65536;
}

static void add_source(struct secgroup_ports *out, struct str source)
{
	for (size_t i = 0; i < out->n_sources; i++)
		if (str_eq(out->source[i], source))
			return;
	if (out->n_sources < SECGROUP_MAX_SOURCES)
		out->source[out->n_sources++] = source;
}

static void apply_rule(const struct rule *r, struct secgroup_ports *out)
{
	uint64_t from, to;

	if (!r->source.n || !range_of(r, &from, &to))
		return;
	if (r->egress) {
		out->https_out = out->https_out || (from <= 443 && to >= 443);
		return;
	}
	open_range(out, from, to);
	if (from <= WINDOW_TO && to >= WINDOW_FROM)
		add_source(out, r->source);
}

static bool is_permissions(struct str name)
{
	return str_eq(name, STR("ipPermissions")) ||
	       str_eq(name, STR("ipPermissionsEgress"));
}

static void group_text(const struct xml *x, struct str text, struct rule *r)
{
	struct str name = x->path[x->depth - 1];

	if (str_eq(name, STR("ipProtocol")))
		r->proto = text;
	else if (str_eq(name, STR("fromPort")))
		r->from = text;
	else if (str_eq(name, STR("toPort")))
		r->to = text;
	else if (str_eq(name, STR("cidrIp")) || str_eq(name, STR("cidrIpv6")) ||
	         str_eq(name, STR("prefixListId")) ||
	         str_eq(name, STR("groupId")))
		r->source = r->source.n ? r->source : text;
}

bool ec2xml_groups(struct str text, struct secgroup_ports *out)
{
	struct xml x = xml_init(text);
	struct rule r = { 0 };
	enum xml_event ev;
	struct str s;
	bool seen = false;

	while ((ev = xml_next(&x, &s)) != XML_END) {
		bool egress = xml_within(&x, STR("ipPermissionsEgress"));
		bool inside = egress || xml_within(&x, STR("ipPermissions"));

		if (ev == XML_OPEN && str_eq(s, STR("securityGroupInfo")))
			seen = true;
		if (!inside)
			continue;
		if (ev == XML_OPEN && str_eq(s, STR("item")) &&
		    is_permissions(x.path[x.depth - 2]))
			r = (struct rule){ .egress = egress };
		else if (ev == XML_TEXT)
			group_text(&x, s, &r);
		else if (ev == XML_CLOSE && str_eq(s, STR("item")) &&
		         is_permissions(x.path[x.depth - 1]))
			apply_rule(&r, out);
	}
	return seen && !x.bad;
}

/* ---- network ACL: entries in the order of their numbers, the first decides */

struct entry {
	struct rule rule;
	uint64_t number;
	bool allow;
};

static void acl_text(const struct xml *x, struct str text, struct entry *en)
{
	struct str name = x->path[x->depth - 1];

	if (str_eq(name, STR("ruleNumber")))
		(void)str_u64(text, &en->number); /* else first: 0 */
	else if (str_eq(name, STR("protocol")))
		en->rule.proto = text;
	else if (str_eq(name, STR("ruleAction")))
		en->allow = str_eq(text, STR("allow"));
	else if (str_eq(name, STR("egress")))
		en->rule.egress = str_eq(text, STR("true"));
	else if (str_eq(name, STR("cidrBlock")))
		en->rule.source = text;
	else if (xml_in(x, STR("portRange"), STR("from")))
		en->rule.from = text;
	else if (xml_in(x, STR("portRange"), STR("to")))
		en->rule.to = text;
}

/* The first entry that speaks of 443 outwards decides. */
static void apply_https(const struct entry *en, uint64_t from, uint64_t to,
                        struct secgroup_ports *out, bool *decided)
{
	if (*decided || from > 443 || to < 443)
		return;
	*decided = true;
	out->https_out = en->allow;
}

/* A deny closes only what it denies to the whole world; a narrower one leaves
 * the port open to somebody. */
static void apply_entry(const struct entry *en, uint8_t *decided,
                        struct secgroup_ports *out, bool *https_decided)
{
	bool world = str_eq(en->rule.source, STR("0.0.0.0/0"));
	uint64_t from, to;

	if (!en->rule.source.n || !range_of(&en->rule, &from, &to))
		return;
	if (!en->allow && !world)
		return;
	if (en->rule.egress) {
		apply_https(en, from, to, out, https_decided);
		return;
	}
	for (uint64_t i = from; i <= to; i++) {
		uint8_t bit = (uint8_t)(1u << i % 8);

		if (en->allow && !(decided[i / 8] & bit))
			out->open[i / 8] |= bit;
		if (world)
			decided[i / 8] |= bit;
	}
	if (en->allow && from <= WINDOW_TO && to >= WINDOW_FROM)
		add_source(out, en->rule.source);
}

bool ec2xml_acl(struct arena *a, struct str text, struct secgroup_ports *out)
{
	struct entry *list = ARENA_ARRAY(a, struct entry, ACL_MAX), en = { 0 };
	uint8_t *decided = ARENA_ARRAY(a, uint8_t, SECGROUP_PORTS_BYTES);
	struct xml x = xml_init(text);
	bool seen = false, https_decided = false;
	enum xml_event ev;
	struct str s;
	size_t n = 0;

	while ((ev = xml_next(&x, &s)) != XML_END) {
		if (!xml_within(&x, STR("entrySet")))
			continue;
		seen = true;
		if (ev == XML_OPEN && xml_in(&x, STR("entrySet"), STR("item")))
			en = (struct entry){ 0 };
		else if (ev == XML_TEXT)
			acl_text(&x, s, &en);
		else if (ev == XML_CLOSE && str_eq(s, STR("item")) &&
		         n < ACL_MAX)
			list[n++] = en;
	}
	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && list[k].number < list[k - 1].number;
		     k--) {
			struct entry t = list[k];

			list[k] = list[k - 1];
			list[k - 1] = t;
		}
	for (size_t i = 0; i < n; i++)
		apply_entry(&list[i], decided, out, &https_decided);
	return seen && !x.bad;
}

/* ---- routes */

struct route {
	struct str to, target;
	bool blackhole;
};

static void route_text(const struct xml *x, struct str text, struct route *r)
{
	struct str name = x->path[x->depth - 1];

	if (str_eq(name, STR("destinationCidrBlock")))
		r->to = text;
	else if (str_eq(name, STR("state")))
		r->blackhole = str_eq(text, STR("blackhole"));
	else if (str_ends(name, STR("Id")) &&
	         !str_eq(name, STR("destinationPrefixListId")) &&
	         !str_eq(name, STR("instanceOwnerId")))
		r->target = text;
}

bool ec2xml_routes(struct str text, struct fact_secgroup *out, bool *found)
{
	struct xml x = xml_init(text);
	struct route r = { { NULL, 0 }, { NULL, 0 }, false };
	enum xml_event ev;
	bool seen = false;
	struct str s;

	while ((ev = xml_next(&x, &s)) != XML_END) {
		if (ev == XML_OPEN && str_eq(s, STR("routeTableSet")))
			seen = true;
		if (ev == XML_TEXT &&
		    xml_in(&x, STR("item"), STR("routeTableId")) &&
		    !out->route_table.n) {
			out->route_table = s;
			*found = true;
		}
		if (!xml_within(&x, STR("routeSet")))
			continue;
		if (ev == XML_OPEN && xml_in(&x, STR("routeSet"), STR("item")))
			r = (struct route){ .blackhole = false };
		else if (ev == XML_TEXT)
			route_text(&x, s, &r);
		else if (ev == XML_CLOSE && str_eq(s, STR("item")) &&
		         str_eq(r.to, STR("0.0.0.0/0"))) {
			out->default_target = r.target;
			out->default_blackhole = r.blackhole;
		}
	}
	return seen && !x.bad;
}
