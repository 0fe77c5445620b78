/* What becomes of records: sent in order, kept over outages and restarts,
 * counted when they are lost. */
#include "send.h"

#define REFUSED(code, message) \
	"{\"__type\":\"" code "\",\"message\":\"" message "\"}"
#define NO_GROUP \
	REFUSED("ResourceNotFoundException", "The specified log group ...")

static void test_answers(void)
{
	static const struct {
		const char *name;
		struct answer a, b;
		const char *conf;
		uint64_t lost;
		unsigned creates, groups, keys, dated;
	} rows[] = {
		{ "nothing is wrong", { 0 }, { 0 }, "", 0, 0, 0, 1, 0 },
		{ "the stream is missing",
		  { "PutLogEvents", 400, NO_GROUP, 0, 0, 0, 0 },
		  { 0 },
		  "",
		  0,
		  1,
		  0,
		  1,
		  0 },
		{ "it has come meanwhile",
		  { "PutLogEvents", 400, NO_GROUP, 0, 0, 0, 0 },
		  { "CreateLogStream", 400,
		    REFUSED("ResourceAlreadyExistsException", ""), 0, 0, 0, 0 },
		  "",
		  0,
		  1,
		  0,
		  1,
		  0 },
		{ "keys have expired",
		  { "PutLogEvents", 400, REFUSED("ExpiredTokenException", ""),
		    0, 0, 0, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  2,
		  0 },
		{ "keys are not known any more",
		  { "PutLogEvents", 400,
		    REFUSED("UnrecognizedClientException", ""), 0, 0, 0, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  2,
		  0 },
		{ "the clock is off",
		  { "PutLogEvents", 400,
		    REFUSED("InvalidSignatureException",
		            "Signature expired: x is now earlier than y"),
		    "Sat, 01 Jan 2050 00:00:00 GMT", 0, 0, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  1,
		  1 },
		{ "throttled",
		  { "PutLogEvents", 400, REFUSED("ThrottlingException", ""), 0,
		    0, 0, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  1,
		  0 },
		{ "out of order, and again",
		  { "PutLogEvents", 503, "<html>", 0, 0, 1, 0 },
		  { "PutLogEvents", 0, "", 0, 0, 0, 0 },
		  "",
		  0,
		  0,
		  0,
		  1,
		  0 },
		{ "a proxy's page",
		  { "PutLogEvents", 200, "<html>", 0, 0, 1, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  1,
		  0 },
		{ "had it already",
		  { "PutLogEvents", 400,
		    REFUSED("DataAlreadyAcceptedException", ""), 0, 0, 0, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  1,
		  0 },
		{ "some too old",
		  { "PutLogEvents", 200,
		    "{\"rejectedLogEventsInfo\":{\"tooOldLogEventEndIndex\":2}"
		    "}",
		    0, 1, 0, 0 },
		  { 0 },
		  "",
		  2,
		  0,
		  0,
		  1,
		  0 },
		{ "some too new",
		  { "PutLogEvents", 200,
		    "{\"rejectedLogEventsInfo\":{\"expiredLogEventEndIndex\":1,"
		    "\"tooNewLogEventStartIndex\":4}}",
		    0, 1, 0, 0 },
		  { 0 },
		  "",
		  2,
		  0,
		  0,
		  1,
		  0 },
		{ "an answer of nonsense",
		  { "PutLogEvents", 200,
		    "{\"rejectedLogEventsInfo\":{\"tooOldLogEventEndIndex\":-9,"
		    "\"tooNewLogEventStartIndex\":99}}",
		    0, 1, 0, 0 },
		  { 0 },
		  "",
		  0,
		  0,
		  0,
		  1,
		  0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool accepted = strcmp(rows[i].name, "had it already") == 0;
		bool late = strcmp(rows[i].name, "the clock is off") == 0;
		struct sink_state st;
		int64_t first;

		fresh(rows[i].conf);
		SCRIPT(rows[i].a, rows[i].b);
		st = five(&first, false);
		if (st.lost != rows[i].lost || st.waiting)
			printf("lost %llu, waiting %llu: %s\n",
			       (unsigned long long)st.lost,
			       (unsigned long long)st.waiting, st.why);
		OK(st.waiting == 0, rows[i].name);
		OK(st.lost == rows[i].lost, "as many lost");
		OK(accepted || late || in_order(first, fake.n), "in order");
		OK(accepted || late || fake.n >= 5, "all of them");
		OK(fake.creates == rows[i].creates, "streams made");
		OK(fake.groups == rows[i].groups, "groups made");
		OK(fake.keys == rows[i].keys, "keys asked for");
		OK(fake.dated == rows[i].dated, "signed with AWS's time");
	}
}

static void test_walls(void)
{
	static const struct {
		const char *name;
		struct answer a, b;
		const char *conf, *says;
	} rows[] = {
		{ "the group is missing",
		  { "PutLogEvents", 400, NO_GROUP, 0, 1, 0, 0 },
		  { "CreateLogStream", 400, NO_GROUP, 0, 1, 0, 0 },
		  "",
		  "log group /ecs/probe is not there" },
		{ "the group may not be made",
		  { "PutLogEvents", 400, NO_GROUP, 0, 1, 0, 0 },
		  { "Create*", 400, "", 0, 1, 0, 0 },
		  "create-log-group = yes\n",
		  NULL },
		{ "the role may not",
		  { "PutLogEvents", 400,
		    REFUSED("AccessDeniedException",
		            "User: arn:aws:sts::1:x is not authorized to "
		            "perform: logs:PutLogEvents on resource: "
		            "arn:aws:logs"
		            ":x because no identity-based policy allows it"),
		    0, 1, 0, 0 },
		  { 0 },
		  "",
		  "the role may not logs:PutLogEvents on arn:aws:logs:x: "
		  "identity-based policy" },
		{ "nobody answers",
		  { "PutLogEvents", 0, "", 0, 1, 0, 0 },
		  { 0 },
		  "",
		  "no answer" },
		{ "a proxy for ever",
		  { "PutLogEvents", 200, "<html>", 0, 1, 1, 0 },
		  { 0 },
		  "",
		  "something else than AWS" },
		{ "put right again and again",
		  { "PutLogEvents", 400,
		    REFUSED("InvalidSequenceTokenException", ""), 0, 1, 0, 0 },
		  { 0 },
		  "",
		  "no way to put it right" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct sink_state st;
		int64_t first;

		if (!rows[i].says)
			continue;
		fresh(rows[i].conf);
		SCRIPT(rows[i].a, rows[i].b);
		st = five(&first, true);
		OK(st.waiting == 5 && !st.sent && !st.lost, rows[i].name);
		if (!strstr(st.why, rows[i].says))
			printf("why: %s\n", st.why);
		OK(strstr(st.why, rows[i].says) != NULL, "and why");
		/* The next one that starts sends what was kept. */
		SCRIPT({ 0 });
		{
			struct sinks *s = sinks_start(fake_host(), &set);

			st = settle(s, SINK_CLOUDWATCH_LOGS, false);
			OK(st.sent == 5 && in_order(first, 5),
			   "kept, and sent later");
			OK(sinks_stop(s, 3000), "the threads end");
		}
	}
}

static void test_group_made(void)
{
	int64_t first;
	struct sink_state st;

	fresh("create-log-group = yes\n");
	SCRIPT({ "PutLogEvents", 400, NO_GROUP, 0, 0, 0, 0 },
	       { "CreateLogStream", 400, NO_GROUP, 0, 0, 0, 0 },
	       { "PutLogEvents", 400, NO_GROUP, 0, 0, 0, 0 });
	st = five(&first, false);
	OK(st.sent == 5 && fake.groups == 1 && fake.creates == 2 &&
	           in_order(first, 5),
	   "group, then stream, then events");
}

static void test_poison(void)
{
	struct sinks *s;
	struct sink_state st;
	int64_t first = now();

	fresh("");
	SCRIPT({ "PutLogEvents", 400, REFUSED("InvalidParameterException", ""),
	         0, 1, 0, "poison" });
	s = sinks_start(fake_host(), &set);
	for (int i = 0; i < 40; i++) {
		note_title = i == 17 ? "poison" : "disk is full";
		offer(s, "heartbeat", first + i);
	}
	note_title = "disk is full";
	st = settle(s, SINK_CLOUDWATCH_LOGS, false);
	OK(st.sent == 39 && st.lost == 1 && fake.n == 39,
	   "one alone is left out");
	OK(sinks_stop(s, 3000), "the threads end");
}

static void test_token(void)
{
	int64_t first;
	struct sink_state st;

	fresh("");
	SCRIPT({ "PutLogEvents", 400,
	         "{\"__type\":\"InvalidSequenceTokenException\","
	         "\"expectedSequenceToken\":\"4711\"}",
	         0, 0, 0, 0 });
	st = five(&first, false);
	OK(st.sent == 5 && in_order(first, 5) &&
	           strstr(fake.last, "\"sequenceToken\":\"4711\""),
	   "the token that was asked for");
}

int main(void)
{
	conf_mem = unit_arena(16384);
	test_answers();
	test_walls();
	test_group_made();
	test_poison();
	test_token();
	sweep(folder);
	return unit_end("send");
}
