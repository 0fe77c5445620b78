/* Records that wait: too many, torn, without a disk, with a wrong clock; and
 * the sinks that need no network. */
#include "send.h"

#include "../../probe/send/spool.h"
#include "probe/store.h"

static unsigned synced;

/* Instead of the C library's, to count them. */
int fdatasync(int fd)
{
	synced++;
	return fsync(fd);
}

/* So many of a kind while nobody answers; what the disk was made to keep. */
static unsigned syncs_of(const char *kind, unsigned n)
{
	struct sinks *s;

	SCRIPT({ "PutLogEvents", 0, "", 0, 1, 0, 0 });
	s = sinks_start(fake_host(), &set);
	synced = 0;
	for (unsigned i = 0; i < n; i++)
		offer(s, kind, now());
	OK(sinks_stop(s, 3000), "the threads end");
	return synced;
}

static void test_synced(void)
{
	fresh("");
	OK(syncs_of("heartbeat", 100) == 0, "a heartbeat may be lost");
	OK(syncs_of("start", 1) == 0, "a start, too");
	OK(syncs_of("verdict", 7) == 7, "a change of verdict may not");
	OK(syncs_of("recovery", 3) == 3, "nor a recovery");
	OK(syncs_of("act", 2) == 2, "nor an act");
}

static int by_size(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t micros(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* What one record costs the writer: the median of many, 1 in 100 of them a
 * change of verdict. */
static void test_cost(void)
{
	enum { N = 2000 };
	static int64_t took[N];
	static char line[1000];
	struct store store;
	struct err e;
	bool ok = true;

	memset(line, 'x', sizeof(line));
	fresh("");
	OK(store_open(&store, folder, &e), "a folder");
	for (uint64_t i = 0; i < N; i++) {
		int64_t began = micros();

		ok = ok && spool_append(&store, i / 250 * 250, i,
		                        (struct str){ line, sizeof(line) },
		                        i % 100 == 0, &e);
		took[i] = micros() - began;
	}
	store_close(&store);
	qsort(took, N, sizeof(*took), by_size);
	printf("spool: %lld us a record, the median of %d; %lld us the most\n",
	       (long long)took[N / 2], N, (long long)took[N - 1]);
	OK(ok && took[N / 2] <= 1000, "a millisecond at most");
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
	(void)settle(s, SINK_CLOUDWATCH_LOGS, false);
	/* What the writer drops behind a record is told in the next one. */
	offer(s, "verdict", first + N + 1);
	st = settle(s, SINK_CLOUDWATCH_LOGS, false);
	OK(st.sent + st.lost == 2 * N + 2, "each is sent or counted");
	OK(st.lost > 500 && st.sent > 2000 && fake.n == st.sent,
	   "the newest mebibyte");
	OK(fake.at[fake.n - 1] == first + N + 1 && fake.dropped_told,
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
	test_synced();
	test_cost();
	test_full();
	test_torn();
	test_no_disk();
	test_times();
	test_metrics();
	test_local();
	test_phase();
	sweep(folder);
	return unit_end("spool");
}
