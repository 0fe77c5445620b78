/* The quick ways through a log against the plain ones: where lines end, and
 * which of them say nothing. */
#include "../../probe/logs/quiet.h"
#include "../../probe/logs/stamp.h"
#include "probe/logrec.h"
#include "probe/when.h"
#include "unit.h"

static uint32_t random_next(uint32_t *x)
{
	*x = *x * UINT32_C(1664525) + UINT32_C(1013904223);
	return *x >> 8;
}

/* All ends of text by calls of one way, at most max at a time. */
static size_t all_ends(log_ends_fn *ends, const char *text, size_t n,
                       uint32_t *at, size_t max)
{
	size_t from = 0, k = 0, got;

	do {
		got = ends(text + from, n - from, at + k, max);
		for (size_t i = 0; i < got; i++)
			at[k + i] += (uint32_t)from;
		k += got;
		from = got ? at[k - 1] + 1 : from;
	} while (got >= max - LOG_ENDS_MIN && from < n);
	return k;
}

static size_t by_hand(const char *text, size_t n, uint32_t *at)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n')
			at[k++] = (uint32_t)i;
	return k;
}

static void test_ends(void)
{
	static const unsigned one_in[] = { 1, 2, 9, 64, 200, 5000, 1000000 };
	static uint32_t want[4096], got[8192];
	static char text[4096];
	uint32_t x = 3;
	size_t wrong = 0, ways = 0;

	for (unsigned round = 0; round < 700; round++) {
		size_t skip = random_next(&x) % 70;
		size_t n = random_next(&x) % (sizeof(text) - skip);
		size_t max = 65 + random_next(&x) % 300, k;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = random_next(&x) % one_in[round % 7]
			                  ? (char)random_next(&x)
			                  : '\n';
		k = by_hand(text + skip, n, want);
		for (unsigned way = 0; way < LOG_ENDS_WAYS; way++) {
			log_ends_fn *ends = log_ends_way(way);

			if (!ends)
				continue;
			ways += round == 0;
			wrong += all_ends(ends, text + skip, n, got, max) != k;
			wrong += memcmp(got, want, k * sizeof(*got)) != 0;
		}
	}
	OK(wrong == 0, "all ways find the same ends");
	OK(ways >= 1 && log_ends_way(0), "there is a way");
}

static const char *const heads[] = {
	"level=info time=2026-01-02T03:04:05Z msg=\"",
	"{\"level\":\"info\",\"time\":\"2026-01-02T03:04:05Z\",\"msg\":\"",
	"2026-01-02T03:04:05Z [INFO] ",
	"level=warn time=2026-01-02T03:04:05Z msg=\"",
	"level=debug time=2026-01-02T03:04:05Z msg=\"",
	"{\"level\":\"error\",\"time\":\"2026-01-02T03:04:05Z\",\"msg\":\"",
	"2026-01-02T03:04:05Z [ERROR] ",
	"",
};
#define INFO_HEADS 3
static const char *const said[] = {
	"Handling container change event\" task=\"x\"",
	"No eligible images for deletion for this cleanup cycle",
	"Begin building map of eligible unused images for deletion\"",
	"Establishing a Websocket connection",
	"Managed task at steady state",
	"ok",
	"Connected to ACS endpoint",
	"Sending state change to ECS",
	"Registration completed successfully",
	"start",
	"Error x",
	"failed",
	" Unable to y",
	"",
};
#define SAYS_NOTHING 6

static bool run(const struct quiet *q, char *text, size_t n, struct str *time)
{
	uint32_t eol = (uint32_t)n;
	const struct quiet_lines in = { text, 0, &eol, 1 };

	text[n] = '\n';
	return quiet_run(q, &in, time) == 1;
}

static void test_quiet(void)
{
	static struct quiet q;
	char text[200 + QUIET_READ] = { 0 };
	struct str time;
	size_t nothing = 0;

	quiet_init(&q);
	for (size_t h = 0; h < INFO_HEADS; h++)
		for (size_t m = 0; m < SAYS_NOTHING; m++) {
			int n = snprintf(text, 200, "%s%s", heads[h], said[m]);

			nothing += run(&q, text, (size_t)n, &time);
			OK(str_eq(time, STR("2026-01-02T03:04:05Z")), text);
		}
	OK(nothing == INFO_HEADS * SAYS_NOTHING, "quiet is let pass");
}

/* What is let pass may never be what the slow way would have looked at. */
static void test_never_wrong(void)
{
	static struct quiet q;
	char text[200 + QUIET_READ] = { 0 };
	uint32_t x = 11;
	size_t wrong = 0, quiet = 0;

	quiet_init(&q);
	for (unsigned i = 0; i < 400000; i++) {
		struct str time = { NULL, 0 };
		struct logrec r;
		size_t n = (size_t)snprintf(text, 200, "%s%s",
		                            heads[random_next(&x) % 8],
		                            said[random_next(&x) % 14]);

		for (unsigned k = random_next(&x) % 3; n && k; k--)
			text[random_next(&x) % n] ^=
				(char)(1 << random_next(&x) % 7);
		n -= n && random_next(&x) % 4 == 0 ? random_next(&x) % n : 0;
		if (memchr(text, '\n', n) || !run(&q, text, n, &time))
			continue;
		quiet++;
		logrec_read((struct str){ text, n }, &r);
		wrong += r.level != LVL_INFO || wake_is(&q.wake, r.msg);
		wrong += !str_eq(r.time, time);
	}
	OK(quiet > 20000, "enough of them were quiet");
	OK(wrong == 0, "no line of weight was let pass");
}

/* The quick form of a line is what the plain reader makes of it. */
static void test_quick_is_plain(void)
{
	char text[200];
	uint32_t x = 5;
	size_t wrong = 0, quick = 0;

	for (unsigned i = 0; i < 400000; i++) {
		struct logrec r, q;
		size_t n = (size_t)snprintf(text, sizeof(text), "%s%s%s",
		                            heads[random_next(&x) % 8],
		                            said[random_next(&x) % 14],
		                            heads[random_next(&x) % 8]);

		for (unsigned k = random_next(&x) % 3; k; k--)
			text[random_next(&x) % (n + 1)] ^=
				(char)(1 << random_next(&x) % 7);
		n -= n && random_next(&x) % 4 == 0 ? random_next(&x) % n : 0;
		if (!logrec_quick((struct str){ text, n }, &q))
			continue;
		quick++;
		logrec_read((struct str){ text, n }, &q);
		logrec_plain((struct str){ text, n }, &r);
		wrong += r.shape != q.shape || r.level != q.level ||
		         !str_eq(r.time, q.time) ||
		         !str_eq(str_trim(r.msg), str_trim(q.msg));
	}
	OK(quick > 20000, "enough of them were quick");
	OK(wrong == 0, "the plain reader agrees");
}

/* Any two digits in each place, and any byte: a stamp that is let pass is one
 * that can be read, and one of these years that can be read is let pass. */
static void test_stamp(void)
{
	static const char good[] = "2026-01-02T03:04:05Z";
	char text[] = "2026-01-02T03:04:05Z";
	size_t wrong = 0, pass = 0;

	for (size_t at = 0; at < STAMP; at++)
		for (unsigned k = 0; k < 256 * 100; k++) {
			int64_t ms;
			size_t used = 0;

			memcpy(text, good, STAMP);
			text[at] = (char)(k & 255);
			if (at + 1 < STAMP - 1 && k >= 256) {
				text[at] = (char)('0' + k / 10 % 10);
				text[at + 1] = (char)('0' + k % 10);
			}
			ms = when_parse((struct str){ text, STAMP }, &used);
			pass += !stamp_wrong(text);
			if (!stamp_wrong(text))
				wrong += ms == WHEN_NONE || used != STAMP;
			else
				wrong += ms >= INT64_C(946684800000) &&
				         used == STAMP && text[10] == 'T' &&
				         text[19] == 'Z' && text[17] != '6';
		}
	OK(wrong == 0, "a stamp is what can be read as one");
	OK(pass > 1000, "and stamps there were");
}

int main(void)
{
	test_stamp();
	test_quick_is_plain();
	test_ends();
	test_quiet();
	test_never_wrong();
	return unit_end("logs_quick");
}
