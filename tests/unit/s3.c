/* Objects of S3: how they are named, their address, what S3 says of one. */
#include "../../probe/collect/objects.h"
#include "../../probe/logs/names.h"
#include "probe/s3ref.h"
#include "unit.h"

static void refs(void)
{
	static const struct {
		const char *text, *bucket, *key; /* bucket NULL: none */
	} rows[] = {
		{ "web-prod", "web-prod", "" },
		{ " web-prod/a/b.env ", "web-prod", "a/b.env" },
		{ "s3://web-prod/a b.env", "web-prod", "a b.env" },
		{ "arn:aws:s3:::web-prod/a.env", "web-prod", "a.env" },
		{ "arn:aws-cn:s3:::web-prod", "web-prod", "" },
		{ "arn:aws-us-gov:s3:::web-prod/k", "web-prod", "k" },
		{ "s3://web-prod/folder/", "web-prod", "" },
		{ "arn:aws:s3:::web-prod/*", NULL, NULL },
		{ "s3://web-prod/${STAGE}.env", NULL, NULL },
		{ "arn:aws:iam::1:role/x", NULL, NULL },
		{ "s3://", NULL, NULL },
		{ "Web_Prod/x", NULL, NULL },
		{ "", NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct s3_ref r;
		bool ok = s3ref_parse(str_of(rows[i].text), &r);

		OK(ok == (rows[i].bucket != NULL), rows[i].text);
		if (ok && rows[i].bucket)
			OK(str_eq(r.bucket, str_of(rows[i].bucket)) &&
			           str_eq(r.key, str_of(rows[i].key)),
			   rows[i].text);
	}
}

static void found(void)
{
	struct str text =
		STR("# aws s3 cp s3://cfg-a/ecs.config /etc/ecs/\n"
	            "X={\"v\":\"arn:aws:s3:::cfg-b/k.env\"} arn:aws:iam::1:x "
	            "s3://$B/x s3://cfg-c");
	struct s3_ref r;

	OK(s3ref_next(&text, &r) && str_eq(r.bucket, STR("cfg-a")) &&
	           str_eq(r.key, STR("ecs.config")),
	   "an address in a comment");
	OK(s3ref_next(&text, &r) && str_eq(r.bucket, STR("cfg-b")) &&
	           str_eq(r.key, STR("k.env")),
	   "an ARN in quotes");
	OK(s3ref_next(&text, &r) && str_eq(r.bucket, STR("cfg-c")) && !r.key.n,
	   "a variable is passed over; a bucket at the end");
	OK(!s3ref_next(&text, &r) && text.n == 0, "no more");
}

static void urls(struct arena *a)
{
	OK(str_eq(s3ref_url(a, STR("https://b.s3.x/"),
	                    STR("a b+c=!'()*~/\303\251//x")),
	          STR("https://b.s3.x/a%20b%2Bc%3D%21%27%28%29%2A~/"
	              "%C3%A9//x")),
	   "every byte but the plain ones");
	OK(str_eq(s3ref_url(a, STR("https://s3.x/b.c"), STR("k")),
	          STR("https://s3.x/b.c/k")),
	   "path style");
	OK(s3ref_url(a, STR("https://b/"), STR("a/../k")).n == 0 &&
	           s3ref_url(a, STR("https://b/"), STR(".")).n == 0,
	   "parts that readers of URLs fold");
	OK(s3ref_url(a, STR("https://b/"), STR(".env")).n != 0, "a dot file");
}

static void logged(void)
{
	struct str b, k;

	OK(log_object(
		   STR("error=\"unable to download env file with key a b.env "
	               "from bucket web, error: x\""),
		   &b, &k) &&
	           str_eq(b, STR("web")) && str_eq(k, STR("a b.env")),
	   "a key with a blank");
	OK(!log_object(STR("env file with key a\\u00e9 from bucket web, e"), &b,
	               &k),
	   "an escape is not undone");
	OK(log_object(STR("not authorized to perform: s3:GetObject on "
	                  "resource: \\\"arn:aws:s3:::web/p.env\\\" because"),
	              &b, &k) &&
	           str_eq(k, STR("p.env")),
	   "an ARN");
	OK(!log_object(STR("env file with key k"), &b, &k), "no bucket");
}

static void answers(struct arena *a)
{
	static const struct {
		const char *what, *code, *message, *id;
		int status;
		enum object_answer want;
	} rows[] = {
		{ "a byte", "", "", "r", 206, OBJECT_READ },
		{ "all of it", "", "", "r", 200, OBJECT_READ },
		{ "200 of a stranger", "", "", "", 200, OBJECT_NO_WORD },
		{ "empty", "InvalidRange", "", "r", 416, OBJECT_READ },
		{ "denied", "AccessDenied", "Access Denied", "r", 403,
		  OBJECT_DENIED },
		{ "the key's policy", "AccessDenied",
		  "User: u is not authorized to perform: kms:Decrypt on "
		  "resource: k because no resource-based policy allows the "
		  "kms:Decrypt action",
		  "r", 403, OBJECT_KMS },
		{ "the older words", "AccessDenied",
		  "The ciphertext refers to a customer master key that does "
		  "not exist",
		  "r", 403, OBJECT_KMS },
		{ "a key that is off", "KMS.DisabledException", "off", "r", 400,
		  OBJECT_KMS },
		{ "no key", "NoSuchKey", "", "r", 404, OBJECT_NO_KEY },
		{ "no bucket", "NoSuchBucket", "", "r", 404, OBJECT_NO_BUCKET },
		{ "moved", "PermanentRedirect", "", "r", 301,
		  OBJECT_ELSEWHERE },
		{ "signed for another", "AuthorizationHeaderMalformed", "", "r",
		  400, OBJECT_ELSEWHERE },
		{ "a skewed clock", "RequestTimeTooSkewed", "", "r", 403,
		  OBJECT_KEYS_BAD },
		{ "expired", "ExpiredToken", "", "r", 400, OBJECT_KEYS_BAD },
		{ "slow down", "SlowDown", "", "r", 503, OBJECT_NO_WORD },
		{ "ill", "InternalError", "", "r", 500, OBJECT_NO_WORD },
		{ "archived", "InvalidObjectState", "", "r", 403,
		  OBJECT_REJECTED },
		{ "a proxy's 403", "AccessDenied", "", "", 403,
		  OBJECT_NO_WORD },
		{ "403 without words", "", "", "r", 403, OBJECT_NO_WORD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct http_resp r = {
			.status = rows[i].status,
			.request_id = str_of(rows[i].id),
			.body = arena_str(a,
			                  "<Error><Code>%s</Code><Message>%s"
			                  "</Message><Region>eu-west-1"
			                  "</Region></Error>",
			                  rows[i].code, rows[i].message),
		};
		struct object_row row = { .answer = OBJECT_NOT_ASKED };
		struct str region = { NULL, 0 };

		object_answer(a, &r, &row, &region);
		OK(row.answer == rows[i].want, rows[i].what);
		if (row.answer == OBJECT_ELSEWHERE)
			OK(str_eq(region, STR("eu-west-1")), "its region");
	}
}

int main(void)
{
	struct arena a = unit_arena(1 << 20);

	refs();
	found();
	urls(&a);
	logged();
	answers(&a);
	return unit_end("s3");
}
