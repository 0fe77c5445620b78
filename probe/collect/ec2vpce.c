#include "ec2vpce.h"

#include "probe/json.h"
#include "probe/xmlpull.h"

enum { POLICY_TOKENS = 1024, MAX_GROUPS = 16 };

bool ec2vpce_service(struct str name, struct vpce_row *row)
{
	static const struct {
		struct str tail;
		enum aws_service service;
	} known[] = {
		{ STR_INIT("ecs"), SVC_ECS },
		{ STR_INIT("ecs-agent"), SVC_ACS },
		{ STR_INIT("ecs-telemetry"), SVC_TCS },
		{ STR_INIT("ecr.api"), SVC_ECR },
		{ STR_INIT("ecr.dkr"), SVC_ECR_DKR },
		{ STR_INIT("logs"), SVC_LOGS },
		{ STR_INIT("s3"), SVC_S3 },
	};
	size_t at = str_find(name, STR("com.amazonaws."));
	struct str tail;

	if (at == SIZE_MAX)
		return false;
	tail = str_skip(name, at + 14);
	(void)str_cut(&tail, '.'); /* the region */
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (str_eq(tail, known[i].tail)) {
			row->name = known[i].tail;
			row->service = known[i].service;
			return true;
		}
	return false;
}

/* ---- policies */

/* "*", or a list or an object that holds it. */
static bool any(const struct json *j, int node)
{
	if (json_type(j, node) == JSON_STRING)
		return str_eq(json_raw(j, node), STR("*"));
	if (json_type(j, node) == JSON_OBJECT)
		return any(j, json_get(j, node, "AWS"));
	for (int i = json_first(j, node); i >= 0; i = json_next(j, i))
		if (json_type(j, i) == JSON_STRING &&
		    str_eq(json_raw(j, i), STR("*")))
			return true;
	return false;
}

/* What one statement adds. A condition may be about who asks, which ECS passes,
 * or about whose bucket it is, which ECR's does not. */
static void statement(const struct json *j, int s, struct vpce_row *row,
                      bool *open)
{
	int condition = json_get(j, s, "Condition");
	struct str text = json_raw(j, json_get(j, s, "Resource"));

	if (!str_eq(json_raw(j, json_get(j, s, "Effect")), STR("Allow"))) {
		row->narrow = true;
		return;
	}
	row->layers = row->layers ||
	              str_has(text, STR("-starport-layer-bucket")) ||
	              ((any(j, json_get(j, s, "Resource")) ||
	                str_has(text, STR(":s3:::*"))) &&
	               !str_has(json_raw(j, condition), STR("aws:Resource")));
	*open = *open ||
	        (any(j, json_get(j, s, "Action")) &&
	         any(j, json_get(j, s, "Principal")) &&
	         any(j, json_get(j, s, "Resource")) && condition == JSON_NONE);
}

void ec2vpce_policy(struct arena *a, struct str policy, struct vpce_row *row)
{
	const size_t mark = a->used;
	bool open = false;
	struct json j;
	struct err e;
	int list;

	/* This service knows none; or nothing is held against what cannot be
	 * read. */
	if (!policy.n || !json_parse(a, policy, POLICY_TOKENS, &j, &e))
		return;
	list = json_get(&j, 0, "Statement");
	if (json_type(&j, list) == JSON_OBJECT)
		statement(&j, list, row, &open);
	else
		for (int s = json_first(&j, list); s >= 0; s = json_next(&j, s))
			statement(&j, s, row, &open);
	row->narrow = row->narrow || !open;
	a->used = mark; /* the tokens */
}

/* ---- endpoints */

static void line(struct arena *a, struct str *to, struct str s)
{
	if (to->n < 1024 && s.n < 64)
		*to = arena_str(a, STR_FMT "%s" STR_FMT, STR_ARG(*to),
		                to->n ? "\n" : "", STR_ARG(s));
}

static void take_text(struct arena *a, const struct xml *x, struct str text,
                      struct vpce_row *row, struct str *service)
{
	struct str name = x->path[x->depth - 1];

	if (str_eq(name, STR("vpcEndpointId")))
		row->id = text;
	else if (str_eq(name, STR("vpcEndpointType")))
		row->gateway = str_eq(text, STR("Gateway"));
	else if (str_eq(name, STR("serviceName")))
		*service = text;
	else if (str_eq(name, STR("state")))
		row->state = text;
	else if (str_eq(name, STR("privateDnsEnabled")))
		row->private_dns = str_eq(text, STR("true"));
	else if (str_eq(name, STR("policyDocument")))
		ec2vpce_policy(a, xml_plain(a, text), row);
	else if (xml_in(x, STR("routeTableIdSet"), STR("item")))
		line(a, &row->tables, text);
	else if (xml_within(x, STR("groupSet")) && str_eq(name, STR("groupId")))
		line(a, &row->groups, text);
}

bool ec2vpce_read(struct arena *a, struct str text, struct fact_vpce *f)
{
	struct xml x = xml_init(text);
	struct vpce_row row = { .gateway = false };
	struct str s, service = { NULL, 0 };
	enum xml_event ev;
	bool seen = false;

	f->row = ARENA_ARRAY(a, struct vpce_row, VPCE_MAX);
	while ((ev = xml_next(&x, &s)) != XML_END) {
		bool edge = x.depth &&
		            str_eq(x.path[x.depth - 1], STR("vpcEndpointSet"));

		if (ev == XML_OPEN && str_eq(s, STR("vpcEndpointSet")))
			seen = true;
		if (!xml_within(&x, STR("vpcEndpointSet")))
			continue;
		if (ev == XML_OPEN &&
		    xml_in(&x, STR("vpcEndpointSet"), STR("item"))) {
			row = (struct vpce_row){ .gateway = false };
			service = (struct str){ NULL, 0 };
		} else if (ev == XML_TEXT) {
			take_text(a, &x, s, &row, &service);
		} else if (ev == XML_CLOSE && edge && str_eq(s, STR("item")) &&
		           f->n < VPCE_MAX && ec2vpce_service(service, &row)) {
			f->row[f->n++] = row;
		}
	}
	return seen && !x.bad;
}

/* ---- who may come in */

struct group {
	struct str id;
	bool open, maybe; /* maybe: a rule names a prefix list */
};

struct rule {
	struct str proto, from, to;
	bool me, maybe;
};

static bool listed(struct str lines, struct str one)
{
	while (lines.n)
		if (str_eq(str_trim(str_cut(&lines, '\n')), one))
			return true;
	return false;
}

static void rule_text(const struct xml *x, struct str text,
                      const struct ec2vpce_me *me, struct rule *r)
{
	struct str name = x->path[x->depth - 1];

	if (str_eq(name, STR("ipProtocol")))
		r->proto = text;
	else if (str_eq(name, STR("fromPort")))
		r->from = text;
	else if (str_eq(name, STR("toPort")))
		r->to = text;
	else if (str_eq(name, STR("cidrIp")))
		r->me = r->me || address_in(me->address, text);
	else if (str_eq(name, STR("groupId")))
		r->me = r->me || listed(me->groups, text);
	else if (str_eq(name, STR("prefixListId")))
		r->maybe = true;
}

static bool https(const struct rule *r)
{
	uint64_t from = 0, to = 0;

	if (str_eq(r->proto, STR("-1")))
		return true;
	return (str_eq(r->proto, STR("tcp")) || str_eq(r->proto, STR("6"))) &&
	       str_u64(r->from, &from) && str_u64(r->to, &to) && from <= 443 &&
	       to >= 443;
}

struct reading {
	const struct ec2vpce_me *me;
	struct group *g;
	size_t n;
	struct rule r;
};

static bool parent_is(const struct xml *x, unsigned up, struct str name)
{
	return x->depth > up && str_eq(x->path[x->depth - 1 - up], name);
}

static void group_event(const struct xml *x, enum xml_event ev, struct str s,
                        struct reading *k)
{
	if (ev == XML_OPEN && xml_in(x, STR("securityGroupInfo"), STR("item")))
		k->g[k->n++] = (struct group){ .open = false };
	else if (ev == XML_TEXT && k->n && parent_is(x, 0, STR("groupId")) &&
	         parent_is(x, 2, STR("securityGroupInfo")))
		k->g[k->n - 1].id = s;
}

static void rule_event(const struct xml *x, enum xml_event ev, struct str s,
                       struct reading *k)
{
	struct group *g = &k->g[k->n - 1];

	if (ev == XML_OPEN && xml_in(x, STR("ipPermissions"), STR("item"))) {
		k->r = (struct rule){ .me = false };
	} else if (ev == XML_TEXT) {
		rule_text(x, s, k->me, &k->r);
	} else if (ev == XML_CLOSE && str_eq(s, STR("item")) &&
	           parent_is(x, 0, STR("ipPermissions")) && https(&k->r)) {
		g->open = g->open || k->r.me;
		g->maybe = g->maybe || k->r.maybe;
	}
}

/* Groups are items of securityGroupInfo, rules those of ipPermissions. */
static size_t read_groups(struct xml *x, const struct ec2vpce_me *me,
                          struct group *g)
{
	struct reading k = { .me = me, .g = g };
	enum xml_event ev;
	struct str s;

	while ((ev = xml_next(x, &s)) != XML_END) {
		if (k.n == MAX_GROUPS && ev == XML_OPEN &&
		    xml_in(x, STR("securityGroupInfo"), STR("item")))
			break; /* no more was asked for */
		if (!xml_within(x, STR("ipPermissions")))
			group_event(x, ev, s, &k);
		else if (k.n)
			rule_event(x, ev, s, &k);
	}
	return k.n;
}

static enum vpce_entry entry_of(const struct vpce_row *row,
                                const struct group *g, size_t n)
{
	struct str ids = row->groups;
	bool all = ids.n != 0;

	while (ids.n) {
		struct str id = str_cut(&ids, '\n');
		bool known = false;

		for (size_t i = 0; i < n; i++) {
			if (!str_eq(g[i].id, id))
				continue;
			if (g[i].open)
				return VPCE_ENTRY_OPEN;
			known = !g[i].maybe;
		}
		all = all && known;
	}
	return all ? VPCE_ENTRY_CLOSED : VPCE_ENTRY_UNKNOWN;
}

bool ec2vpce_entries(struct str text, const struct ec2vpce_me *me,
                     struct fact_vpce *f)
{
	struct group g[MAX_GROUPS] = { 0 };
	struct xml x = xml_init(text);
	size_t n = read_groups(&x, me, g);

	if (x.bad || !me->address.n)
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!f->row[i].gateway)
			f->row[i].entry = entry_of(&f->row[i], g, n);
	return true;
}
