/* Bytes of any kind: the vector walk and its plain twin, escapes, lines of any
 * length cut anywhere, and text that must not reach a terminal. */
#include "feed.h"
#include "unit.h"

#include "probe/logscan.h"
#include "probe/pass.h"
#include "probe/report.h"
#include "probe/utf8.h"

static uint32_t random_next(uint32_t *x)
{
	*x = *x * UINT32_C(1664525) + UINT32_C(1013904223);
	return *x >> 8;
}

static void test_eol(void)
{
	static char text[400];
	uint32_t x = 1;
	size_t wrong = 0;

	for (size_t n = 0; n < 300; n++)
		for (size_t at = 0; at <= n; at++) {
			for (size_t i = 0; i < sizeof(text); i++)
				text[i] = (char)(random_next(&x) & 0x7f) | 0x20;
			text[at] = '\n';
			text[n] = '\n'; /* behind the end: must not count */
			wrong += log_eol(text, n) != log_eol_plain(text, n);
			wrong += log_eol(text, n) != (at < n ? at : n);
		}
	OK(wrong == 0, "the vector walk finds what the plain one finds");
}

static void test_unescape(void)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "a\\nb\\tc", "a\nb\tc" },
		{ "\\\"x\\\" \\\\", "\"x\" \\" },
		{ "-\\u003e \\u0026", "-> &" },
		{ "\\u00e9\\u20ac", "\xc3\xa9\xe2\x82\xac" },
		{ "\\ud83d\\ude00", "??" },
		{ "\\u12", "u12" },
		{ "\\", "\\" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char out[64];
		size_t n = log_unescape(str_of(rows[i].in), out, sizeof(out));

		OK(str_eq((struct str){ out, n }, str_of(rows[i].out)),
		   rows[i].in);
	}
}

static void test_shapes(void)
{
	static const struct {
		const char *line;
		enum log_shape shape;
		enum log_level level;
		const char *msg;
	} rows[] = {
		{ "level=warn time=2026-01-02T03:04:05Z msg=\"a \\\"b\\\" c\" "
		  "k=1",
		  SHAPE_LOGFMT, LVL_WARN, "a \\\"b\\\" c" },
		{ "time=2026-01-02T03:04:05Z msg=\"hello\" level=error",
		  SHAPE_LOGFMT, LVL_ERROR, "hello" },
		{ "{\"level\":\"critical\",\"time\":\"2026-01-02T03:04:05Z\","
		  "\"msg\":\"m\"}",
		  SHAPE_JSON, LVL_CRIT, "m" },
		{ "{ \"time\" : \"x\", \"msg\" : \"m\", \"level\" : \"INFO\" }",
		  SHAPE_JSON, LVL_INFO, "m" },
		{ "2026-01-02T03:04:05Z [CRITICAL] all gone", SHAPE_BRACKET,
		  LVL_CRIT, "all gone" },
		{ "Jan  2 03:04:05 ip-10-0-0-1 ecs[1]: 2026-01-02T03:04:05Z "
		  "[WARN] x",
		  SHAPE_BRACKET, LVL_WARN, "x" },
		{ "level=fritical time=2026-01-02T03:04:05Z msg=\"m\"",
		  SHAPE_PLAIN, LVL_ANY,
		  "level=fritical time=2026-01-02T03:04:05Z msg=\"m\"" },
		{ "level=info time=2026-01-02T03:04:05Z "
		  "msg=\"{\"level\":\"error\"}",
		  SHAPE_LOGFMT, LVL_INFO, "{" },
		{ "ecs[1]: {\"level\":\"info\",\"msg\":\"see [ERROR] x\"}",
		  SHAPE_JSON, LVL_INFO, "see [ERROR] x" },
		{ "2026-01-02T03:04:05Z [INFO]  it said level=error k=v",
		  SHAPE_BRACKET, LVL_INFO, "it said level=error k=v" },
		{ "see [this] and [that]", SHAPE_PLAIN, LVL_ANY,
		  "see [this] and [that]" },
		{ "{\"levels\":\"info\"}", SHAPE_PLAIN, LVL_ANY,
		  "{\"levels\":\"info\"}" },
		{ "", SHAPE_PLAIN, LVL_ANY, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct logrec r;

		logrec_read(str_of(rows[i].line), &r);
		OK(r.shape == rows[i].shape, rows[i].line);
		OK(r.level == rows[i].level, rows[i].line);
		OK(str_eq(r.msg, str_of(rows[i].msg)), rows[i].line);
	}
}

static struct log_found scan(struct arena *a, const char *p, size_t n,
                             size_t step)
{
	struct log_found f;
	struct logscan *s = logscan_new(a, &f, 64 * 1024);

	logscan_file(s, STR("x"));
	feed(s, p, n, step);
	logscan_file_end(s);
	logscan_end(s);
	return f;
}

/* A word at every place of a line that is longer than the buffer. */
static void test_long_line(void)
{
	static const char head[] = "2026-01-02T03:04:05Z [CRITICAL] Could not "
				   "unmarshal existing state; corrupted data? ";
	static char text[300 * 1024];
	struct arena a = unit_arena(2 << 20);
	struct log_found f;

	memset(text, 'x', sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	f = scan(&a, text, sizeof(text), 5000);
	OK(f.n_hits == 1 && f.hits[0].finding == FIND_LOG_STATE_CORRUPT,
	   "the head of an endless line is read");
	OK(f.lines == 1, "it is one line");
	arena_reset(&a);
	memset(text, 'x', sizeof(text));
	memcpy(text + 200 * 1024, "toomanyrequests", 15);
	f = scan(&a, text, sizeof(text), 5000);
	OK(f.n_hits == 1 && f.hits[0].finding == FIND_LOG_PULL_RATE,
	   "and its middle");
	free(a.base);
}

static bool shown_plain(struct str s)
{
	while (s.n) {
		size_t used;
		uint32_t c = utf8_next(s, &used);

		if (!utf8_plain(c) && c != '\n')
			return false;
		s = str_skip(s, used);
	}
	return true;
}

static void test_terminal(void)
{
	static const char log[] =
		"level=error time=2026-01-02T03:04:05Z msg=\"Unable to "
		"register as a container instance with ECS\" "
		"error=\"AccessDeniedException: User: \\u001b[31m\\u202e\033]0;"
		"x\a\xe2\x80\xae\xff\xfe\\n\\u0007\\u2028 is not authorized to "
		"perform: ecs:\033[2J\\u009b2J on resource: \xe2\x81\xa6x\"\n"
		"\0\0\001\002CannotPullContainerError: \033[1mimage\xc2\x9b\n";
	static struct pass p;
	struct arena a = unit_arena(PASS_ARENA + (2 << 20));
	const struct report_look look = { .columns = 80, .verbose = true };
	struct pass_opts o = { .limits = limits_default() };
	struct buf text = buf_init(&a, REPORT_MAX);
	struct buf json = buf_init(&a, REPORT_MAX);

	p = (struct pass){ .facts = ARENA_NEW(&a, struct facts),
		           .log_only = true };
	p.facts->logs.found = scan(&a, log, sizeof(log) - 1, 4096);
	p.facts->logs.seen.state = SEEN_OK;
	p.facts->logs.pasted = true;
	pass_judge(&a, p.facts, &o, &p);
	report_text(&p, &look, &a, &text);
	report_json(&p, &look, &a, &json);
	OK(p.verdict.class == CLASS_IAM_DENIED, "the cause is still seen");
	OK(text.n > 100 && shown_plain(buf_str(&text)), "terminal");
	OK(json.n > 100 && shown_plain(buf_str(&json)), "JSON");
	free(a.base);
}

/* The same bytes in other pieces say the same. */
static void test_pieces(void)
{
	static char text[200 * 1024];
	struct arena a = unit_arena(2 << 20);
	struct log_found whole, cut;
	uint32_t x = 7;
	size_t n = 0;

	while (n + 400 < sizeof(text)) {
		unsigned pick = random_next(&x) % 5;
		int k = snprintf(
			text + n, 400,
			pick == 0 ? "level=info time=2026-01-02T03:04:%02uZ "
				    "msg=\"Connected to ACS endpoint\"\n"
			: pick == 1
				? "2026-01-02T03:04:%02uZ [ERROR] Error "
				  "registering: RequestError\ncaused by: x: "
				  "no such host\n"
			: pick == 2 ? "plain %u toomanyrequests\n\n"
			: pick == 3
				? "{\"level\":\"warn\",\"time\":\"2026-01-02"
				  "T03:04:%02uZ\",\"msg\":\"x\"}\n"
				: "\n",
			random_next(&x) % 60);

		n += (size_t)k;
	}
	whole = scan(&a, text, n, 64 * 1024);
	cut = scan(&a, text, n, 13);
	OK(whole.lines == cut.lines && whole.records == cut.records,
	   "lines and records");
	OK(whole.n_hits == cut.n_hits, "findings");
	for (size_t i = 0; i < whole.n_hits && i < cut.n_hits; i++)
		OK(whole.hits[i].count == cut.hits[i].count &&
		           whole.hits[i].finding == cut.hits[i].finding,
		   "a finding");
	free(a.base);
}

/* A file that cannot be read to its end, and then another one. */
static void test_broken_off(void)
{
	static const char head[] =
		"2026-01-02T03:04:05Z [ERROR] Error registering: x\n";
	static const char next[] = "caused by: y\nand z\n";
	struct arena a = unit_arena(2 << 20);
	struct log_found f;
	struct logscan *s = logscan_new(&a, &f, 64 * 1024);
	size_t room;

	logscan_file(s, STR("a"));
	for (int i = 0; i < 800; i++) {
		memcpy(logscan_space(s, &room), head, sizeof(head) - 1);
		logscan_put(s, sizeof(head) - 1);
	}
	logscan_file(s, STR("b"));
	for (int i = 0; i < 4000; i++) {
		memcpy(logscan_space(s, &room), next, sizeof(next) - 1);
		OK(room >= sizeof(next), "room");
		logscan_put(s, sizeof(next) - 1);
	}
	logscan_file_end(s);
	logscan_end(s);
	OK(f.lines == 8800 && f.bytes == 800 * (sizeof(head) - 1) +
	                                         4000 * (sizeof(next) - 1),
	   "every line is counted");
	free(a.base);
}

int main(void)
{
	test_broken_off();
	test_eol();
	test_unescape();
	test_shapes();
	test_long_line();
	test_pieces();
	test_terminal();
	return unit_end("logs_bytes");
}
