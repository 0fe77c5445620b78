/*
 * Three questions to EC2, side by side, signed with the instance's role: its
 * security groups, its subnet's network ACL, its route table. A role that may
 * not ask is the usual case and no fault.
 */
#include "ec2ask.h"
#include "ec2xml.h"

static struct str filter_form(struct arena *a, const char *action,
                              const char *filter, struct str value)
{
	return arena_str(a,
	                 "Action=%s" EC2_VERSION
	                 "&Filter.1.Name=%s&Filter.1.Value.1=" STR_FMT,
	                 action, filter, STR_ARG(value));
}

static void keep(struct arena *a, const struct http_resp *r,
                 struct fact_secgroup *out, bool *found)
{
	struct secgroup_ports *g = ARENA_NEW(a, struct secgroup_ports);
	struct secgroup_ports *n = ARENA_NEW(a, struct secgroup_ports);

	out->groups = ec2_answer(a, &r[0]);
	if (out->groups == SECGROUP_READ && ec2xml_groups(r[0].body, g))
		out->by_groups = g;
	else if (out->groups == SECGROUP_READ)
		out->groups = SECGROUP_NO_WORD;
	out->acl = ec2_answer(a, &r[1]);
	if (out->acl == SECGROUP_READ && ec2xml_acl(a, r[1].body, n))
		out->by_acl = n;
	else if (out->acl == SECGROUP_READ)
		out->acl = SECGROUP_NO_WORD;
	out->routes = ec2_answer(a, &r[2]);
	if (out->routes == SECGROUP_READ &&
	    !ec2xml_routes(r[2].body, out, found))
		out->routes = SECGROUP_NO_WORD;
}

/* A subnet without a table of its own uses the VPC's main one. */
static void ask_main_table(struct collect *c, struct endpoint_row *row,
                           const struct aws_where *w, struct fact_secgroup *out)
{
	struct str form = arena_str(
		c->a, STR_FMT "&Filter.2.Name=vpc-id&Filter.2.Value.1=" STR_FMT,
		STR_ARG(filter_form(c->a, "DescribeRouteTables",
	                            "association.main", STR("true"))),
		STR_ARG(c->got->imds.vpc));
	struct http_req q = ec2_request(c, row, w, form, "main");
	struct http_resp r = { 0 };

	c->h->ops->http(c->h, c->a, &q, 1, &r);
	out->routes = ec2_answer(c->a, &r);
	out->main_table = true;
	if (out->routes == SECGROUP_READ &&
	    !ec2xml_routes(r.body, out, &(bool){ false }))
		out->routes = SECGROUP_NO_WORD;
}

bool collect_secgroup(struct collect *c, struct fact_secgroup *out,
                      struct err *e)
{
	const struct fact_imds *m = &c->got->imds;
	struct fact_endpoints f = { 0 };
	struct aws_where w;
	struct endpoint_row *row;
	struct http_req q[3];
	struct http_resp r[3] = { 0 };
	bool found = false;

	if (!target_where(c, &f, &w) || !m->cred || !m->groups.n ||
	    !m->subnet.n)
		return err_set(e, ERR_AUTH,
		               m->seen.state == SEEN_ABSENT ? HOST_UNRECORDED
		                                            : 0,
		               "security groups: no keys to ask with");
	w.region = arena_copy(c->a, w.region);
	out->group_ids = m->groups;
	row = target_ec2(c, &w, &f);
	if (!row)
		return true;
	q[0] = ec2_request(c, row, &w, ec2_groups_form(c->a, m->groups),
	                   "groups");
	q[1] = ec2_request(c, row, &w,
	                   filter_form(c->a, "DescribeNetworkAcls",
	                               "association.subnet-id", m->subnet),
	                   "acl");
	q[2] = ec2_request(c, row, &w,
	                   filter_form(c->a, "DescribeRouteTables",
	                               "association.subnet-id", m->subnet),
	                   "routes");
	c->h->ops->http(c->h, c->a, q, 3, r);
	if (r[0].err.os == HOST_UNRECORDED && r[1].err.os == HOST_UNRECORDED)
		return err_set(e, ERR_NOENT, HOST_UNRECORDED,
		               "security groups: not recorded");
	keep(c->a, r, out, &found);
	for (size_t i = 0; i < 3; i++)
		if (r[i].err.code == ERR_NONE && !row->by_proxy)
			out->ec2_address = r[i].address;
	if (out->routes == SECGROUP_READ && !found)
		ask_main_table(c, row, &w, out);
	return true;
}
