#include "ec2ask.h"

enum { ANSWER_MS = 3000, ANSWER_BYTES = 128 * 1024 };

struct str ec2_groups_form(struct arena *a, struct str ids)
{
	struct str form = STR("Action=DescribeSecurityGroups" EC2_VERSION);

	for (unsigned i = 1; ids.n && i <= EC2_MAX_GROUPS; i++) {
		struct str id = str_trim(str_cut(&ids, '\n'));

		form = arena_str(a, STR_FMT "&GroupId.%u=" STR_FMT,
		                 STR_ARG(form), i, STR_ARG(id));
	}
	return form;
}

enum secgroup_answer ec2_answer(struct arena *a, const struct http_resp *r)
{
	struct aws_error e;

	if (r->err.code != ERR_NONE)
		return SECGROUP_NO_WORD;
	if (r->status == 200)
		return SECGROUP_READ;
	e = aws_error_read(a, r->error_type, r->body);
	return aws_error_kind(&e, r->status) == AWS_ERR_DENIED
	               ? SECGROUP_DENIED
	               : SECGROUP_NO_WORD;
}

struct http_req ec2_request(struct collect *c, const struct endpoint_row *row,
                            const struct aws_where *w, struct str form,
                            const char *tag)
{
	static const char *const headers[] = {
		"Content-Type: application/x-www-form-urlencoded; "
		"charset=utf-8",
	};

	return (struct http_req){
		.method = "POST",
		.url = row->url.p,
		.headers = headers,
		.n_headers = 1,
		.body = form,
		.sign = c->got->imds.cred,
		.service = "ec2",
		.region = w->region.p,
		.proxy = target_proxy(c, row),
		.tag = tag,
		.timeout_ms = collect_left_ms(c, ANSWER_MS),
		.max_bytes = ANSWER_BYTES,
	};
}
