#include "probe/awserr.h"

#include "probe/json.h"
#include "probe/xmlpull.h"

enum { MAX_TOKENS = 128 };

static struct str behind_last(struct str s, char sep)
{
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == sep)
			return str_skip(s, i + 1);
	return s;
}

static void read_json(struct arena *a, struct str body, struct aws_error *out)
{
	struct err e = { 0 };
	struct json j;
	struct str code;

	if (!json_parse(a, body, MAX_TOKENS, &j, &e) ||
	    json_type(&j, 0) != JSON_OBJECT)
		return;
	code = json_str(&j, json_get(&j, 0, "__type"), a);
	if (!code.n)
		code = json_str(&j, json_get(&j, 0, "code"), a);
	if (code.n)
		out->code = behind_last(code, '#');
	out->message = json_str(&j, json_get(&j, 0, "message"), a);
	if (!out->message.n)
		out->message = json_str(&j, json_get(&j, 0, "Message"), a);
}

struct aws_error aws_error_read(struct arena *a, struct str header,
                                struct str body)
{
	struct aws_error out = { { NULL, 0 }, { NULL, 0 } };

	body = str_trim(body);
	if (str_starts(body, STR("{"))) {
		read_json(a, body, &out);
	} else if (str_starts(body, STR("<"))) {
		out.code = str_trim(
			str_between(body, STR("<Code>"), STR("</Code>")));
		out.message = xml_plain(
			a, str_trim(str_between(body, STR("<Message>"),
		                                STR("</Message>"))));
	}
	if (!out.code.n && header.n) {
		struct str h = header;

		out.code = behind_last(str_trim(str_cut(&h, ':')), '#');
	}
	return out;
}

/* Several services spell one thing in several ways. */
static const struct {
	struct str code;
	enum aws_error_kind kind;
} kinds[] = {
	{ STR_INIT("AccessDenied"), AWS_ERR_DENIED },
	{ STR_INIT("AccessDeniedException"), AWS_ERR_DENIED },
	{ STR_INIT("UnauthorizedOperation"), AWS_ERR_DENIED },
	{ STR_INIT("NotAuthorized"), AWS_ERR_DENIED },
	{ STR_INIT("OptInRequired"), AWS_ERR_DENIED },
	{ STR_INIT("MissingAuthenticationToken"), AWS_ERR_UNSIGNED },
	{ STR_INIT("MissingAuthenticationTokenException"), AWS_ERR_UNSIGNED },
	{ STR_INIT("ExpiredToken"), AWS_ERR_EXPIRED },
	{ STR_INIT("ExpiredTokenException"), AWS_ERR_EXPIRED },
	{ STR_INIT("UnrecognizedClientException"), AWS_ERR_BAD_KEY },
	{ STR_INIT("InvalidClientTokenId"), AWS_ERR_BAD_KEY },
	{ STR_INIT("InvalidAccessKeyId"), AWS_ERR_BAD_KEY },
	{ STR_INIT("InvalidToken"), AWS_ERR_BAD_KEY },
	{ STR_INIT("AuthFailure"), AWS_ERR_BAD_KEY },
	{ STR_INIT("InvalidSignatureException"), AWS_ERR_SIGNATURE },
	{ STR_INIT("SignatureDoesNotMatch"), AWS_ERR_SIGNATURE },
	{ STR_INIT("IncompleteSignature"), AWS_ERR_SIGNATURE },
	{ STR_INIT("IncompleteSignatureException"), AWS_ERR_SIGNATURE },
	{ STR_INIT("RequestTimeTooSkewed"), AWS_ERR_SKEW },
	{ STR_INIT("RequestExpired"), AWS_ERR_SKEW },
	{ STR_INIT("RequestInTheFuture"), AWS_ERR_SKEW },
	{ STR_INIT("Throttling"), AWS_ERR_THROTTLED },
	{ STR_INIT("ThrottlingException"), AWS_ERR_THROTTLED },
	{ STR_INIT("ThrottledException"), AWS_ERR_THROTTLED },
	{ STR_INIT("RequestLimitExceeded"), AWS_ERR_THROTTLED },
	{ STR_INIT("SlowDown"), AWS_ERR_THROTTLED },
	{ STR_INIT("TooManyRequestsException"), AWS_ERR_THROTTLED },
};

enum aws_error_kind aws_error_kind(const struct aws_error *e, int status)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (!str_eq(e->code, kinds[i].code))
			continue;
		/* A wrong clock hides behind the signature's codes. */
		if (kinds[i].kind == AWS_ERR_SIGNATURE &&
		    (str_has(e->message, STR("Signature expired")) ||
		     str_has(e->message, STR("Signature not yet current"))))
			return AWS_ERR_SKEW;
		return kinds[i].kind;
	}
	if (status == 429)
		return AWS_ERR_THROTTLED;
	return status >= 500 ? AWS_ERR_SERVER : AWS_ERR_OTHER;
}

static struct str word_behind(struct str s, struct str mark)
{
	size_t at = str_find(s, mark);

	if (at == SIZE_MAX)
		return (struct str){ NULL, 0 };
	s = str_trim(str_skip(s, at + mark.n));
	if (str_starts(s, STR("\""))) /* S3 puts its ARNs into quotes */
		return str_between(s, STR("\""), STR("\""));
	s = str_cut(&s, ' ');
	while (str_ends(s, STR(",")) || str_ends(s, STR(".")))
		s.n--;
	return s;
}

bool aws_denial_read(struct str m, struct aws_denial *out)
{
	static const struct {
		struct str from, to;
		bool explicit_deny;
	} walls[] = {
		{ STR_INIT("because no "), STR_INIT(" allows"), false },
		{ STR_INIT("with an explicit deny in an "), STR_INIT(""),
		  true },
		{ STR_INIT("with an explicit deny in a "), STR_INIT(""), true },
	};

	*out = (struct aws_denial){ .action = { NULL, 0 } };
	if (!str_has(m, STR("not authorized to perform: ")))
		return false;
	out->principal = word_behind(m, STR("User: "));
	out->action = word_behind(m, STR("not authorized to perform: "));
	out->resource = word_behind(m, STR("on resource: "));
	for (size_t i = 0; i < sizeof(walls) / sizeof(*walls); i++) {
		size_t at = str_find(m, walls[i].from);
		struct str tail;

		if (at == SIZE_MAX)
			continue;
		tail = str_skip(m, at + walls[i].from.n);
		if (walls[i].to.n && str_find(tail, walls[i].to) != SIZE_MAX)
			tail = str_head(tail, str_find(tail, walls[i].to));
		while (str_ends(tail, STR(".")))
			tail.n--;
		out->wall = str_head(str_trim(tail), 64);
		out->explicit_deny = walls[i].explicit_deny;
		break;
	}
	return true;
}
