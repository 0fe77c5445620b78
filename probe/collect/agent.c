#include "probe/collect.h"
#include "probe/json.h"

enum { ASK_MS = 2000 };

/* "Amazon ECS Agent - v1.105.1 (*a8b3e7d3)" */
static struct str version_of(struct str text)
{
	size_t at = str_find(text, STR(" - v"));

	if (at != SIZE_MAX)
		text = str_skip(text, at + 4);
	return str_cut(&text, ' ');
}

/* Any unknown path of the agent answers 200, and so may anything else that
 * sits on the port: only these three members make it the agent. */
static void read_body(struct collect *c, struct fact_agent *out,
                      struct str body)
{
	struct json j;
	struct err e;
	int version, arn;

	out->answer = AGENT_ODD;
	if (!json_parse(c->a, body, 256, &j, &e))
		return;
	version = json_get(&j, 0, "Version");
	arn = json_get(&j, 0, "ContainerInstanceArn");
	if (json_type(&j, version) != JSON_STRING ||
	    json_type(&j, arn) == JSON_ABSENT)
		return;
	out->version = version_of(json_str(&j, version, c->a));
	out->cluster = json_str(&j, json_get(&j, 0, "Cluster"), c->a);
	out->arn = json_str(&j, arn, c->a);
	out->answer =
		out->arn.n && out->cluster.n ? AGENT_ANSWERS : AGENT_NO_ARN;
}

bool collect_agent(struct collect *c, struct fact_agent *out, struct err *e)
{
	const struct http_req q[2] = {
		{ .url = "http://127.0.0.1:51678/v1/metadata",
		  .timeout_ms = collect_left_ms(c, ASK_MS),
		  .max_bytes = 65536 },
		/* Connects and says nothing: a request would be logged. */
		{ .url = "http://127.0.0.1:51679/",
		  .timeout_ms = collect_left_ms(c, ASK_MS),
		  .max_bytes = 1024,
		  .tls_only = true },
	};
	struct http_resp r[2];

	c->h->ops->http(c->h, c->a, q, 2, r);
	out->port_51679 = r[1].err.code == ERR_NONE;
	out->why_51679 = r[1].err.code;
	out->status = r[0].status;
	out->ms = r[0].http_ms;
	out->why = r[0].err.code;
	switch (r[0].err.code) {
	case ERR_NONE:
		if (r[0].status == 200)
			read_body(c, out, r[0].body);
		else
			out->answer = AGENT_ODD;
		return true;
	/* No answer is an observation, not a failure to observe. */
	case ERR_REFUSED:
	case ERR_TIME:
	case ERR_RESET:
	case ERR_UNREACH:
		return true;
	case ERR_FORM:
	case ERR_LIMIT:
		out->answer = AGENT_ODD;
		return true;
	default:
		*e = r[0].err;
		return err_wrap(e, "agent introspection");
	}
}
