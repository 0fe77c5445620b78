/* What becomes of records: sent in order, kept over outages and restarts,
 * counted when they are lost. */
#include "send.h"

#include <stdio.h>
#include <sys/stat.h>

#include "../../probe/send/spool.h"
#include "probe/store.h"

#define REFUSED(code, message) \
	"{\"__type\":\"" code "\",\"message\":\"" message "\"}"
#define NO_GROUP \
	REFUSED("ResourceNotFoundException", "The specified log group ...")

static char folder[64];
static struct settings set;
static struct arena conf_mem;
static const char *note_title = "disk is full";

static void configure(const char *more)
{
	char text[1024];
	struct err e = { 0 };
	int n = snprintf(text, sizeof(text),
	                 "state-dir = %s/state\nrun-dir = %s\nfleet = 1\n%s",
	                 folder, folder, more);

	arena_reset(&conf_mem);
	set = (struct settings){ .conf = conf_default() };
	OK(conf_parse("conf", (struct str){ text, (size_t)n }, &conf_mem,
	              &set.conf, &e) &&
	           sinks_mark(conf_text(&set.conf, CONF_SINKS), &set.sinks, &e),
	   e.msg);
}

static void fresh(const char *more)
{
	static unsigned n;

	(void)snprintf(folder, sizeof(folder), "/tmp/probe-send.%ld.%u",
	               (long)getpid(), n++);
	(void)mkdir(folder, 0750);
	configure(more);
}

static void offer(struct sinks *s, const char *kind, int64_t at)
{
	struct record r = { .s = { [0] = { NULL, 0 } } };

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		r.n[f] = RECORD_NONE;
	r.n[FIELD_AT_MS] = at;
	r.s[FIELD_KIND] = str_of(kind);
	r.s[FIELD_STATUS] = STR("critical");
	r.s[FIELD_CAUSE] = STR("disk-full");
	r.s[FIELD_CLUSTER] = STR("web");
	r.s[FIELD_TITLE] = str_of(note_title);
	sinks_offer(s, &r);
}

static int64_t now(void)
{
	struct host h = host_live();

	return h.ops->now_ms(&h) - 100000;
}

static void nap(void)
{
	const struct timespec t = { 0, 2000000 };

	(void)nanosleep(&t, NULL);
}

/* Until nothing waits, or something stands in the way; at most 5 s. */
static struct sink_state settle(struct sinks *s, enum sink_id id, bool to_why)
{
	struct sink_state st[SINK_COUNT];

	for (unsigned i = 0; i < 2500; i++) {
		if (i % 50 == 0)
			sinks_hurry(s);
		nap();
		sinks_state(s, st);
		if (sinks_idle(s) || (to_why && st[id].why[0]))
			break;
	}
	return st[id];
}

static bool in_order(int64_t first, size_t n)
{
	if (fake.n != n)
		printf("%zu events, not %zu\n", fake.n, n);
	for (size_t i = 0; i < fake.n; i++)
		if (fake.at[i] != first + (int64_t)i)
			return false;
	return fake.n == n;
}

/* Five records against a script. */
static struct sink_state five(int64_t *first, bool to_why)
{
	struct sinks *s = sinks_start(fake_host(), &set);
	struct sink_state st;

	*first = now();
	for (int i = 0; i < 5; i++)
		offer(s, i ? "heartbeat" : "verdict", *first + i);
	st = settle(s, SINK_CLOUDWATCH_LOGS, to_why);
	OK(sinks_stop(s, 3000), "the threads end");
	return st;
}

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

/* An outage: what is too much goes, the oldest first, and is told. */
static void test_full(void)
{
	enum { N = 3000 };
	char title[200];
	struct sinks *s;
	struct sink_state st;
	int64_t first = now() - N;

	memset(title, 'x', sizeof(title) - 1);
	title[sizeof(title) - 1] = '\0';
	fresh("spool-size = 1\n");
	SCRIPT({ "PutLogEvents", 0, "", 0, 1, 0, 0 });
	s = sinks_start(fake_host(), &set);
	note_title = title;
	for (int i = 0; i < N * 2; i++) {
		while (!sinks_room(s))
			nap();
		offer(s, "heartbeat", first + i / 2);
	}
	note_title = "disk is full";
	st = settle(s, SINK_CLOUDWATCH_LOGS, true);
	OK(st.waiting > 0 && st.sent == 0, "nothing went");
	SCRIPT({ 0 });
	offer(s, "verdict", first + N);
	st = settle(s, SINK_CLOUDWATCH_LOGS, false);
	OK(st.sent + st.lost == 2 * N + 1, "each is sent or counted");
	OK(st.lost > 500 && st.sent > 2000 && fake.n == st.sent,
	   "the newest mebibyte");
	OK(fake.at[fake.n - 1] == first + N && fake.dropped_told,
	   "and the loss is told");
	OK(sinks_stop(s, 3000), "the threads end");
}

/* A line that a kill cut, and bytes that a disk made up. */
static void test_torn(void)
{
	char path[128];
	struct sinks *s;
	struct sink_state st;
	int64_t first = now();
	FILE *f;

	fresh("");
	(void)snprintf(path, sizeof(path), "%s/state", folder);
	(void)mkdir(path, 0750);
	(void)snprintf(path, sizeof(path), "%s/state/spool.%016x", folder, 7);
	f = fopen(path, "we");
	(void)fprintf(f, "%016x {\"at_ms\":%lld,\"kind\":\"heartbeat\"}\n", 7,
	              (long long)first);
	(void)fprintf(f, "no line of ours\n%016x {\"at_ms\":broken}\n", 8);
	(void)fprintf(f, "%016x {\"at_ms\":%lld,\"kind\":\"heartbeat\"}\n", 9,
	              (long long)first + 1);
	(void)fprintf(f, "%016x {\"at_ms\":%lld,\"ki", 10, (long long)first);
	(void)fclose(f);
	SCRIPT({ 0 });
	s = sinks_start(fake_host(), &set);
	(void)settle(s, SINK_CLOUDWATCH_LOGS, false);
	offer(s, "verdict", first + 2);
	st = settle(s, SINK_CLOUDWATCH_LOGS, false);
	OK(in_order(first, 3), "whole lines, and what comes after");
	OK(st.sent == 3 && st.lost == 1, "the damaged one is counted");
	OK(sinks_stop(s, 3000), "the threads end");
}

static void test_no_disk(void)
{
	int64_t first;
	struct sink_state st;

	fresh("");
	configure("");
	(void)rmdir(folder);
	SCRIPT({ 0 });
	st = five(&first, false);
	OK(st.sent == 5 && in_order(first, 5), "from memory alone");
}

static void test_times(void)
{
	struct sinks *s;
	struct sink_state st;
	int64_t t = now();

	fresh("spool-age = 1h\n");
	SCRIPT({ 0 });
	s = sinks_start(fake_host(), &set);
	offer(s, "heartbeat", t - 7200000); /* too old */
	offer(s, "heartbeat", 5000);        /* 1970: a clock that is not set */
	offer(s, "heartbeat", t + 864000000);
	st = settle(s, SINK_CLOUDWATCH_LOGS, false);
	OK(st.sent == 2 && st.lost == 1 && fake.n == 2,
	   "old ones go, wrong clocks do not matter");
	OK(fake.at[0] == 5000 && fake.at[1] == t + 864000000,
	   "the record says what the clock said");
	OK(sinks_stop(s, 3000), "the threads end");
}

static void test_metrics(void)
{
	struct sinks *s;
	struct sink_state st;

	fresh("sinks = put-metric-data\n");
	SCRIPT({ 0 });
	s = sinks_start(fake_host(), &set);
	offer(s, "heartbeat", now());
	st = settle(s, SINK_PUT_METRIC_DATA, false);
	OK(st.sent == 1 && strstr(fake.last,
	                          "{\"MetricName\":\"Affected\","
	                          "\"Dimensions\":[{\"Name\":\"ClusterName\","
	                          "\"Value\":\"web\"},{\"Name\":\"Cause\","
	                          "\"Value\":\"disk-full\"}],\"Timestamp\":"),
	   "a datum");
	offer(s, "start", now());
	st = settle(s, SINK_PUT_METRIC_DATA, false);
	OK(st.sent == 2 && fake.calls == 1, "nothing to measure, no call");
	OK(sinks_stop(s, 3000), "the threads end");
}

static void test_local(void)
{
	char path[256];
	struct sinks *s;
	struct store run;
	struct arena a = unit_arena(64 * 1024);
	struct str text;
	struct err e;

	fresh("");
	(void)snprintf(path, sizeof(path),
	               "sinks = jsonl, plugin, prometheus\njsonl-file = %s/x\n"
	               "prometheus-file = %s/none/p\n",
	               folder, folder);
	configure(path);
	s = sinks_start(fake_host(), &set);
	offer(s, "verdict", 1790000000000);
	OK(settle(s, SINK_JSONL, false).sent == 1, "a line");
	OK(settle(s, SINK_PLUGIN, false).sent == 1, "the last");
	{
		struct sink_state st = settle(s, SINK_PROMETHEUS, false);

		OK(st.lost == 1 && st.why[0], "no folder, and why");
	}
	OK(sinks_stop(s, 3000), "the threads end");
	OK(store_look(&run, folder, &e) &&
	           store_load(&run, &a, "x", 4096, &text, &e) &&
	           str_starts(text, STR("{\"at_ms\":1790000000000,")) &&
	           store_load(&run, &a, SINK_LAST, 4096, &text, &e),
	   "files");
	store_close(&run);
	free(a.base);
}

static void test_phase(void)
{
	unsigned slot[10] = { 0 };

	for (unsigned i = 0; i < 10000; i++) {
		char id[32];
		int n = snprintf(id, sizeof(id), "i-%017x", i);

		slot[sinks_phase_ms((struct str){ id, (size_t)n }, 300000) /
		     30000]++;
	}
	for (unsigned i = 0; i < 10; i++)
		OK(slot[i] > 850 && slot[i] < 1150, "evenly");
	OK(sinks_phase_ms(STR("i-1"), 0) == 0, "no period");
	sinks_offer(NULL, NULL);
	OK(sinks_stop(NULL, 0), "none");
}

int main(void)
{
	conf_mem = unit_arena(16384);
	test_answers();
	test_walls();
	test_group_made();
	test_poison();
	test_token();
	test_full();
	test_torn();
	test_no_disk();
	test_times();
	test_metrics();
	test_local();
	test_phase();
	(void)!system("rm -rf /tmp/probe-send.*");
	return unit_end("send");
}
