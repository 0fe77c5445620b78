/*
 * Which VPC endpoints there are for what ECS needs, and whether their security
 * groups let this instance in: two questions to EC2, of which the second is
 * asked when the first has an answer. A role that may not ask is the usual case
 * and no fault.
 */
#include "ec2ask.h"
#include "ec2vpce.h"

static struct str endpoints_form(struct collect *c, const struct aws_where *w)
{
	static const char *const names[] = {
		"ecs",  "ecs-agent", "ecs-telemetry", "ecr.api", "ecr.dkr",
		"logs", "s3"
	};
	struct str form =
		arena_str(c->a,
	                  "Action=DescribeVpcEndpoints" EC2_VERSION
	                  "&Filter.1.Name=vpc-id&Filter.1.Value.1=" STR_FMT
	                  "&Filter.2.Name=service-name",
	                  STR_ARG(c->got->imds.vpc));

	/* A star for what stands before the region: "com.amazonaws", and
	 * "cn.com.amazonaws" in China. */
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		form = arena_str(
			c->a, STR_FMT "&Filter.2.Value.%zu=%%2A." STR_FMT ".%s",
			STR_ARG(form), i + 1, STR_ARG(w->region), names[i]);
	return form;
}

/* The groups of all interface endpoints, each once. */
static struct str groups_of(struct collect *c, const struct fact_vpce *f)
{
	struct str out = { "", 0 };
	unsigned n = 0;

	for (size_t i = 0; i < f->n; i++) {
		struct str ids = f->row[i].groups;

		while (ids.n && n < EC2_MAX_GROUPS) {
			struct str id = str_cut(&ids, '\n');

			if (str_has(out, id))
				continue;
			out = arena_str(c->a, STR_FMT "%s" STR_FMT,
			                STR_ARG(out), n ? "\n" : "",
			                STR_ARG(id));
			n++;
		}
	}
	return out;
}

/* The address at which EC2 has just answered: its name is not asked for again.
 */
static struct http_req request(struct collect *c,
                               const struct endpoint_row *row,
                               const struct aws_where *w, struct str form,
                               const char *tag)
{
	const struct fact_secgroup *s = &c->got->secgroup;
	struct http_req q = ec2_request(c, row, w, form, tag);

	if (s->seen.state == SEEN_OK && s->ec2_address.n)
		q.pin = arena_copy(c->a, s->ec2_address).p;
	return q;
}

/* Was EC2 asked, and was there no answer to anything? Then it is not asked
 * again. */
static bool no_word(const struct fact_secgroup *s)
{
	return s->seen.state == SEEN_OK && s->groups == SECGROUP_NO_WORD &&
	       s->acl == SECGROUP_NO_WORD && s->routes == SECGROUP_NO_WORD;
}

static void ask_groups(struct collect *c, const struct endpoint_row *row,
                       const struct aws_where *w, struct fact_vpce *out)
{
	struct ec2vpce_me me = { c->got->imds.private_ip, c->got->imds.groups };
	struct str ids = groups_of(c, out);
	struct http_resp r = { 0 };
	struct http_req q;

	if (!ids.n)
		return;
	q = request(c, row, w, ec2_groups_form(c->a, ids), "endpoint-groups");
	c->h->ops->http(c->h, c->a, &q, 1, &r);
	if (ec2_answer(c->a, &r) == SECGROUP_READ)
		(void)ec2vpce_entries(r.body, &me, out); /* else not known */
}

bool collect_vpce(struct collect *c, struct fact_vpce *out, struct err *e)
{
	const struct fact_imds *m = &c->got->imds;
	struct fact_endpoints f = { 0 };
	struct endpoint_row *row;
	struct http_resp r = { 0 };
	struct http_req q;
	struct aws_where w;

	if (!target_where(c, &f, &w) || !m->cred || !m->vpc.n)
		return err_set(e, ERR_AUTH,
		               m->seen.state == SEEN_ABSENT ? HOST_UNRECORDED
		                                            : 0,
		               "VPC endpoints: no keys to ask with");
	w.region = arena_copy(c->a, w.region);
	row = target_ec2(c, &w, &f);
	if (!row)
		return true;
	if (no_word(&c->got->secgroup)) {
		out->answer = SECGROUP_NO_WORD;
		return true;
	}
	q = request(c, row, &w, endpoints_form(c, &w), "endpoints");
	c->h->ops->http(c->h, c->a, &q, 1, &r);
	if (r.err.os == HOST_UNRECORDED)
		return err_set(e, ERR_NOENT, HOST_UNRECORDED,
		               "VPC endpoints: not recorded");
	out->answer = ec2_answer(c->a, &r);
	if (out->answer == SECGROUP_READ && !ec2vpce_read(c->a, r.body, out)) {
		out->answer = SECGROUP_NO_WORD;
		out->n = 0;
	}
	if (out->answer == SECGROUP_READ)
		ask_groups(c, row, &w, out);
	return true;
}
