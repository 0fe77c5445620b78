#include "imdsdoc.h"

#include "probe/json.h"
#include "probe/when.h"

enum { MAX_TOKENS = 512, MAX_PLAIN = 512, MAX_TOKEN = 1024, MAX_ROLE = 64 };

bool imdsdoc_plain(struct str text)
{
	if (text.n == 0 || text.n > MAX_PLAIN)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] == '<' || text.p[i] > '~')
			return false;
	return true;
}

bool imdsdoc_instance_id(struct str text)
{
	if (!str_starts(text, STR("i-")) || (text.n != 10 && text.n != 19))
		return false;
	for (size_t i = 2; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
		      (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return true;
}

bool imdsdoc_token(struct str text)
{
	if (text.n == 0 || text.n > MAX_TOKEN)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] == '<' || text.p[i] > '~')
			return false;
	return true;
}

static bool role_char(char c)
{
	return (str_low(c) >= 'a' && str_low(c) <= 'z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("_+=,.@-", c));
}

bool imdsdoc_role(struct str text)
{
	if (text.n == 0 || text.n > MAX_ROLE)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!role_char(text.p[i]))
			return false;
	return true;
}

static bool object(struct arena *a, struct str text, struct json *j)
{
	struct err e = { 0 };

	return json_parse(a, text, MAX_TOKENS, j, &e) &&
	       json_type(j, 0) == JSON_OBJECT;
}

static struct str field(const struct json *j, const char *key, struct arena *a)
{
	return json_str(j, json_get(j, 0, key), a);
}

static int64_t time_of(const struct json *j, int node, struct arena *a)
{
	struct str s = json_str(j, node, a);
	size_t used = 0;

	return s.n ? when_parse(s, &used) : WHEN_NONE;
}

bool imdsdoc_identity(struct arena *a, struct str text, struct fact_imds *out)
{
	const struct {
		const char *key;
		struct str *to;
	} rows[] = {
		{ "accountId", &out->account },
		{ "architecture", &out->arch },
		{ "availabilityZone", &out->az },
		{ "imageId", &out->image_id },
		{ "instanceId", &out->instance_id },
		{ "instanceType", &out->type },
		{ "privateIp", &out->private_ip },
		{ "region", &out->region },
	};
	struct json j;

	if (!object(a, text, &j))
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct str v = field(&j, rows[i].key, a);

		if (imdsdoc_plain(v))
			*rows[i].to = v;
	}
	return true;
}

bool imdsdoc_info(struct arena *a, struct str text, struct imds_iam *out)
{
	struct json j;

	if (!object(a, text, &j))
		return false;
	out->info_code = field(&j, "Code", a);
	out->info_message = field(&j, "Message", a);
	out->profile_arn = field(&j, "InstanceProfileArn", a);
	return true;
}

bool imdsdoc_keys(struct arena *a, struct str text, struct imds_iam *out,
                  struct aws_cred *cred)
{
	struct json j;

	if (!object(a, text, &j))
		return false;
	out->code = field(&j, "Code", a);
	out->message = field(&j, "Message", a);
	out->expires_ms = time_of(&j, json_get(&j, 0, "Expiration"), a);
	out->updated_ms = time_of(&j, json_get(&j, 0, "LastUpdated"), a);
	cred->key_id = field(&j, "AccessKeyId", a);
	cred->secret = field(&j, "SecretAccessKey", a);
	cred->token = field(&j, "Token", a);
	out->complete = str_eq_low(out->code, STR("success")) &&
	                cred->key_id.n && cred->secret.n && cred->token.n &&
	                out->expires_ms != WHEN_NONE;
	return true;
}

void imdsdoc_spot(struct arena *a, struct str text, struct fact_imds *out)
{
	struct json j;

	if (!object(a, text, &j))
		return;
	out->spot_action = field(&j, "action", a);
	out->spot_ms = time_of(&j, json_get(&j, 0, "time"), a);
}

void imdsdoc_rebalance(struct arena *a, struct str text, struct fact_imds *out)
{
	struct json j;

	if (object(a, text, &j))
		out->rebalance_ms =
			time_of(&j, json_get(&j, 0, "noticeTime"), a);
}

void imdsdoc_events(struct arena *a, struct str text, struct fact_imds *out)
{
	struct err e = { 0 };
	struct json j;

	if (!json_parse(a, text, MAX_TOKENS, &j, &e) ||
	    json_type(&j, 0) != JSON_ARRAY)
		return;
	for (int n = json_first(&j, 0); n >= 0; n = json_next(&j, n)) {
		struct str state = json_str(&j, json_get(&j, n, "State"), a);

		/* What is over stays listed for a while. */
		if (str_eq(state, STR("completed")) ||
		    str_eq(state, STR("canceled")))
			continue;
		if (out->events++)
			continue;
		out->event_state = state;
		out->event_code = json_str(&j, json_get(&j, n, "Code"), a);
		out->event_when = json_str(&j, json_get(&j, n, "NotBefore"), a);
	}
}

/* No answer at all, in words of ours. */
static enum imds_state silence(enum err_code code)
{
	switch (code) {
	case ERR_REFUSED:
		return IMDS_REFUSED;
	case ERR_UNREACH:
		return IMDS_UNREACH;
	case ERR_TIME:
		return IMDS_SILENT;
	default:
		return IMDS_STRANGE;
	}
}

static bool busy(int status)
{
	return status == 429 || status == 503;
}

static bool v1_follows(int status)
{
	return status == 403 || status == 404 || status == 405;
}

/* The token's reply was lost on the way, everything else arrives. */
static bool lost_token(const struct fact_imds *f, bool said_id)
{
	return f->put_status == 0 && f->put_code == ERR_TIME &&
	       (said_id || f->plain_status == 401);
}

/* SDKs fall back to v1 on 403, 404, 405 and silence, never on 400. */
enum imds_state imdsdoc_state(struct fact_imds *f, struct str token,
                              struct str plain)
{
	bool said_id = f->plain_status == 200 && imdsdoc_instance_id(plain);

	if (f->put_status == 200) {
		if (!imdsdoc_token(token))
			return IMDS_STRANGE;
		f->version = 2;
		return IMDS_ANSWERS;
	}
	if (busy(f->put_status))
		return IMDS_BUSY;
	if (f->put_status == 403 && f->plain_status == 403)
		return IMDS_OFF;
	if (lost_token(f, said_id)) {
		f->version = said_id ? 1 : 0;
		return IMDS_HOP;
	}
	if (said_id && v1_follows(f->put_status)) {
		f->version = 1;
		return IMDS_ANSWERS;
	}
	if (f->put_status == 0 && f->plain_status == 0)
		return silence(f->put_code);
	return IMDS_STRANGE;
}
