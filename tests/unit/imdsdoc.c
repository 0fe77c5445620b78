#include "unit.h"

#include "../../probe/collect/imdsdoc.h"
#include "probe/when.h"

static void states(void)
{
	static const struct {
		const char *name;
		int put;
		enum err_code put_code;
		int plain;
		enum err_code plain_code;
		const char *token, *id;
		enum imds_state want;
		int version;
	} rows[] = {
		{ "v2", 200, ERR_NONE, 200, ERR_NONE, "AQAE==", "i-01234567",
		  IMDS_ANSWERS, 2 },
		{ "v2 required", 200, ERR_NONE, 401, ERR_NONE, "AQAE==", "",
		  IMDS_ANSWERS, 2 },
		{ "disabled", 403, ERR_NONE, 403, ERR_NONE, "", "", IMDS_OFF,
		  0 },
		{ "v1, PUT 405", 405, ERR_NONE, 200, ERR_NONE, "", "i-01234567",
		  IMDS_ANSWERS, 1 },
		{ "v1, PUT 404", 404, ERR_NONE, 200, ERR_NONE, "",
		  "i-0123456789abcdef0", IMDS_ANSWERS, 1 },
		{ "v1, PUT 403", 403, ERR_NONE, 200, ERR_NONE, "", "i-01234567",
		  IMDS_ANSWERS, 1 },
		{ "400 is never a reason for v1", 400, ERR_NONE, 200, ERR_NONE,
		  "", "i-01234567", IMDS_STRANGE, 0 },
		{ "hop limit, v2 required", 0, ERR_TIME, 401, ERR_NONE, "", "",
		  IMDS_HOP, 0 },
		{ "hop limit, v1 allowed", 0, ERR_TIME, 200, ERR_NONE, "",
		  "i-01234567", IMDS_HOP, 1 },
		{ "silent", 0, ERR_TIME, 0, ERR_TIME, "", "", IMDS_SILENT, 0 },
		{ "refused", 0, ERR_REFUSED, 0, ERR_REFUSED, "", "",
		  IMDS_REFUSED, 0 },
		{ "no route", 0, ERR_UNREACH, 0, ERR_UNREACH, "", "",
		  IMDS_UNREACH, 0 },
		{ "reset", 0, ERR_RESET, 0, ERR_RESET, "", "", IMDS_STRANGE,
		  0 },
		{ "throttled", 503, ERR_NONE, 503, ERR_NONE, "", "", IMDS_BUSY,
		  0 },
		{ "a guest network's page", 200, ERR_NONE, 200, ERR_NONE,
		  "<html>", "<html>", IMDS_STRANGE, 0 },
		{ "PUT silent, the page behind it", 0, ERR_TIME, 200, ERR_NONE,
		  "", "<html>", IMDS_STRANGE, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fact_imds f = { .put_status = rows[i].put,
			               .put_code = rows[i].put_code,
			               .plain_status = rows[i].plain,
			               .plain_code = rows[i].plain_code };

		OK(imdsdoc_state(&f, str_of(rows[i].token),
		                 str_of(rows[i].id)) == rows[i].want,
		   rows[i].name);
		OK(f.version == rows[i].version, rows[i].name);
	}
}

static void words(void)
{
	OK(imdsdoc_instance_id(STR("i-01234567")), "short id");
	OK(imdsdoc_instance_id(STR("i-0123456789abcdef0")), "long id");
	OK(!imdsdoc_instance_id(STR("i-0123456789ABCDEF0")), "capitals");
	OK(!imdsdoc_instance_id(STR("i-0123")), "too short");
	OK(!imdsdoc_instance_id(STR("")), "nothing");
	OK(imdsdoc_role(STR("my_role+=,.@-1")), "every character of a role");
	OK(!imdsdoc_role(STR("../../x")), "a path is no role");
	OK(!imdsdoc_role(STR("a b")), "a blank is no role");
	OK(!imdsdoc_plain(STR("a\nb")), "two lines");
	OK(!imdsdoc_token(STR("a b")), "token with a blank");
}

static void keys(struct arena *a)
{
	struct imds_iam iam = { 0 };
	struct aws_cred cred = { 0 };

	OK(imdsdoc_keys(a,
	                STR("{\"Code\":\"Success\",\"AccessKeyId\":\"A\","
	                    "\"SecretAccessKey\":\"B\",\"Token\":\"C\","
	                    "\"Expiration\":\"2026-01-02T03:04:05Z\"}"),
	                &iam, &cred),
	   "read");
	OK(iam.complete && str_eq(cred.secret, STR("B")), "complete");
	OK(iam.expires_ms == when_of(2026, 1, 2, 3, 4, 5), "expiry");
	iam = (struct imds_iam){ 0 };
	OK(imdsdoc_keys(a,
	                STR("{\"Code\":\"Success\",\"AccessKeyId\":\"A\","
	                    "\"SecretAccessKey\":\"\",\"Token\":\"C\","
	                    "\"Expiration\":\"2026-01-02T03:04:05Z\"}"),
	                &iam, &cred) &&
	           !iam.complete,
	   "an empty secret is no secret");
	OK(imdsdoc_keys(a,
	                STR("{\"Code\":\"AssumeRoleUnauthorizedAccess\","
	                    "\"Message\":\"EC2 cannot assume the role r.\"}"),
	                &iam, &cred) &&
	           !iam.complete && str_has(iam.message, STR("cannot")),
	   "a refusal");
	OK(!imdsdoc_keys(a, STR("{\"Code\" : \"Success\", \"Acc"), &iam, &cred),
	   "cut");
	OK(!imdsdoc_keys(a, STR("<html></html>"), &iam, &cred), "a page");
}

static void documents(struct arena *a)
{
	struct fact_imds f = { .spot_ms = WHEN_NONE };

	OK(imdsdoc_identity(a,
	                    STR("{\"region\":\"eu-west-1\",\"kernelId\":null,"
	                        "\"instanceId\":\"i-1\",\"imageId\":\"a b\"}"),
	                    &f),
	   "identity");
	OK(str_eq(f.region, STR("eu-west-1")) && f.image_id.n == 0,
	   "only plain values are kept");
	OK(!imdsdoc_identity(a, STR("[]"), &f), "an array is no identity");
	imdsdoc_spot(a,
	             STR("{\"action\":\"terminate\","
	                 "\"time\":\"2026-01-02T03:04:05Z\"}"),
	             &f);
	OK(str_eq(f.spot_action, STR("terminate")) &&
	           f.spot_ms == when_of(2026, 1, 2, 3, 4, 5),
	   "spot");
	imdsdoc_events(a,
	               STR("[{\"Code\":\"system-reboot\",\"State\":"
	                   "\"completed\"},{\"Code\":\"instance-stop\","
	                   "\"State\":\"active\",\"NotBefore\":\"x\"}]"),
	               &f);
	OK(f.events == 1 && str_eq(f.event_code, STR("instance-stop")),
	   "events that are over do not count");
}

int main(void)
{
	struct arena a = unit_arena(1 << 20);

	states();
	words();
	keys(&a);
	documents(&a);
	free(a.base);
	return unit_end("imdsdoc");
}
