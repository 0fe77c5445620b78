/* History, the message at login, the line on the console. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/history.h"
#include "probe/keep.h"
#include "probe/when.h"
#include "unit.h"

#define MIN 60000
#define NOW INT64_C(1790000000000)

static struct arena a;
static struct store s;
static char dir[64];

static struct record blank(int64_t at, enum record_kind kind)
{
	struct record r = { 0 };

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		r.n[f] = RECORD_NONE;
	r.n[FIELD_AT_MS] = at;
	r.s[FIELD_KIND] = str_of(record_kind_text[kind]);
	r.s[FIELD_STATUS] = STR("ok");
	r.s[FIELD_CAUSE] = STR("none");
	return r;
}

static struct record sick(int64_t at, enum record_kind kind, const char *cause)
{
	struct record r = blank(at, kind);

	r.s[FIELD_STATUS] = STR("critical");
	r.s[FIELD_CAUSE] = str_of(cause);
	r.s[FIELD_TITLE] = STR("it is sick");
	r.s[FIELD_RESTART] = STR("no");
	r.s[FIELD_INSTANCE] = STR("i-0abc");
	return r;
}

static bool holds(const char *name, const char *want)
{
	struct str got;
	struct err e;

	if (!store_load(&s, &a, name, 65536, &got, &e))
		return false;
	if (!str_eq(got, str_of(want)))
		printf("%s: " STR_FMT "\n", name, STR_ARG(got));
	return str_eq(got, str_of(want));
}

/* ---- episodes */

static struct history h;

static void add(struct record r)
{
	history_add(&h, &r);
}

static void test_episode(void)
{
	struct record r;
	const struct episode *e;

	history_begin(&h, NOW, NOW - 86400000);
	add(blank(NOW - 60 * MIN, RECORD_START));
	r = sick(NOW - 50 * MIN, RECORD_VERDICT, "disk-full");
	r.n[FIELD_SINCE_MS] = NOW - 51 * MIN;
	r.s[FIELD_WHY_NOT] = STR("no restart would help");
	add(r);
	add(sick(NOW - 45 * MIN, RECORD_HEARTBEAT, "disk-full"));
	r = blank(NOW - 40 * MIN, RECORD_RECOVERY);
	r.n[FIELD_DURATION_MS] = 9 * MIN;
	add(r);
	e = history_episode(&h, 0);
	OK(history_episodes(&h) == 1, "one");
	OK(e->from_ms == NOW - 51 * MIN && e->to_ms == NOW - 42 * MIN,
	   "by its own word");
	OK(e->status == SEV_CRIT && strcmp(e->cause, "disk-full") == 0 &&
	           strcmp(e->why_not, "no restart would help") == 0 &&
	           e->acts == 0,
	   "what it was");
	/* Another cause is another episode, though nobody told of the change.
	 */
	add(sick(NOW - 30 * MIN, RECORD_HEARTBEAT, "no-route"));
	add(sick(NOW - 25 * MIN, RECORD_VERDICT, "disk-full"));
	OK(history_episodes(&h) == 3 && h.open, "three, and one lasts");
	OK(history_episode(&h, 1)->to_ms == NOW - 25 * MIN, "ended by another");
	OK(history_episode(&h, 2)->to_ms == WHEN_NONE, "lasts");
}

static void test_acts(void)
{
	struct record r;

	history_begin(&h, NOW, NOW - 86400000);
	add(sick(NOW - 50 * MIN, RECORD_VERDICT, "agent-exited"));
	for (int i = 0; i < 2; i++) {
		r = sick(NOW - 49 * MIN + i, RECORD_ACT, "agent-exited");
		r.s[FIELD_ACTION] = STR("start-agent");
		r.s[FIELD_OUTCOME] = i ? STR("cured") : STR("open");
		add(r);
	}
	add(blank(NOW - 48 * MIN, RECORD_RECOVERY));
	OK(history_episode(&h, 0)->acts == 1 &&
	           strcmp(history_episode(&h, 0)->outcome, "cured") == 0,
	   "told twice, done once");
	r = blank(NOW - 47 * MIN, RECORD_ACT);
	r.s[FIELD_ACTION] = STR("restart-agent");
	r.s[FIELD_OUTCOME] = STR("failed");
	add(r);
	OK(history_episode(&h, 0)->acts == 2, "shortly after it still counts");
	r.n[FIELD_AT_MS] = NOW;
	add(r);
	OK(history_episode(&h, 0)->acts == 2, "long after it does not");
}

static void test_chart(void)
{
	history_begin(&h, NOW, NOW - 86400000);
	add(blank(NOW - 65 * MIN, RECORD_STOP));
	OK(h.last_ms == NOW - 65 * MIN, "the last word");
	add(blank(NOW - 36 * MIN, RECORD_START));
	OK(h.cell[68] == SEV_OK && h.cell[69] == SEV_COUNT &&
	           h.cell[70] == SEV_OK,
	   "nobody looks while it is stopped");
	history_begin(&h, NOW, NOW - 86400000);
	for (int64_t t = NOW - 20 * 60 * MIN; t < NOW - 10 * 60 * MIN;
	     t += 10 * MIN)
		add(blank(t, RECORD_HEARTBEAT));
	add(sick(NOW - 2 * 60 * MIN, RECORD_VERDICT, "disk-full"));
	add(sick(NOW, RECORD_HEARTBEAT, "disk-full"));
	OK(h.cell[0] == SEV_COUNT && h.cell[11] == SEV_COUNT, "before");
	OK(h.cell[12] == SEV_OK && h.cell[41] == SEV_OK, "looked at");
	OK(h.cell[50] == SEV_COUNT, "a gap");
	OK(h.cell[66] == SEV_CRIT && h.cell[71] == SEV_CRIT &&
	           h.cell[69] == SEV_COUNT,
	   "sick, and two hours without a word between");
}

static void test_turns(void)
{
	struct record r = blank(NOW - 9 * MIN, RECORD_HEARTBEAT);

	history_begin(&h, NOW, NOW - 86400000);
	r.s[FIELD_AGENT_VERSION] = STR("1.105.0");
	add(r);
	add(blank(NOW - 8 * MIN, RECORD_HEARTBEAT));
	OK(history_turns(&h) == 0, "not seen is no change");
	r.n[FIELD_AT_MS] = NOW - 7 * MIN;
	r.s[FIELD_AGENT_VERSION] = STR("1.105.1");
	add(r);
	OK(history_turns(&h) == 1 &&
	           strcmp(history_turn(&h, 0)->to, "1.105.1") == 0 &&
	           strcmp(history_turn(&h, 0)->from, "1.105.0") == 0,
	   "from and to");
}

/* Clocks jump; more episodes than places. */
static void test_odd(void)
{
	struct report_look look = { .columns = 80, .verbose = true };
	struct buf out = buf_init(&a, 512 * 1024);

	history_begin(&h, NOW, 0);
	for (int i = 0; i < 1000; i++) {
		add(sick(NOW - (i % 7) * 86400000, RECORD_VERDICT, "x"));
		add(blank(NOW * 3 - i, RECORD_RECOVERY));
		add(blank(i, RECORD_RECOVERY));
		add(blank(INT64_MAX - i, RECORD_RECOVERY));
		add(blank(-1 - i, RECORD_RECOVERY));
	}
	OK(h.n_episodes == 1000 && history_episodes(&h) == HISTORY_EPISODES,
	   "the newest are kept");
	report_history(&h, &look, true, &a, &out);
	report_history_json(&h, &a, &out);
	OK(!out.full && out.n > 10000, "printed all the same");
}

/* ---- the files */

static size_t taken;
static char newest[32];

static void take(void *ctx, const struct record *r)
{
	(void)ctx;
	taken++;
	(void)snprintf(newest, sizeof(newest), STR_FMT,
	               STR_ARG(r->s[FIELD_CAUSE]));
}

static void test_past(void)
{
	struct record r = sick(NOW, RECORD_VERDICT, "disk-full");
	struct str text;
	struct err e;

	OK(!keep_past(&s, &a, take, NULL, &e) && e.code == ERR_NOENT, "none");
	OK(keep_history(&s, &r, &a, &e), "first");
	r.s[FIELD_KIND] = STR("heartbeat");
	OK(keep_history(&s, &r, &a, &e), "second");
	OK(store_load(&s, &a, HISTORY_NAME, 4096, &text, &e), "read");
	(void)str_cut(&text, '\n');
	OK(text.n < 120 && !str_has(text, STR("sick")), "a short heartbeat");
	OK(store_append(&s, HISTORY_NAME, STR("{garbage"), false, 1 << 20,
	                &e) &&
	           store_append(&s, HISTORY_NAME, STR("{\"at_ms\":\"x\"}"),
	                        false, 1 << 20, &e),
	   "lines that are none");
	OK(keep_past(&s, &a, take, NULL, &e) && taken == 2 &&
	           strcmp(newest, "disk-full") == 0,
	   "read back");
	r.s[FIELD_KIND] = STR("verdict");
	r.s[FIELD_CAUSE] = STR("no-route");
	for (int i = 0; i < 9000; i++)
		if (!keep_history(&s, &r, &a, &e))
			break;
	taken = 0;
	OK(keep_past(&s, &a, take, NULL, &e) && taken > 5000 && taken <= 9002 &&
	           strcmp(newest, "no-route") == 0,
	   "two files of it");
	OK(store_remove(&s, HISTORY_NAME, &e) &&
	           store_remove(&s, HISTORY_NAME ".1", &e),
	   "gone");
}

static void test_motd(void)
{
	struct record r = sick(NOW, RECORD_VERDICT, "disk-full");
	struct stat st;
	struct err e;

	r.n[FIELD_SINCE_MS] = NOW;
	OK(keep_motd(&s, &r, &a, &e) &&
	           holds(MOTD_NAME,
	                 "probe: CRITICAL since 2026-09-21T14:13:20Z: it is "
	                 "sick\n  Would restarting the agent help? NO. "
	                 "`probe --now` says what to do.\n"),
	   "sick");
	OK(stat(arena_str(&a, "%s/" MOTD_NAME, dir).p, &st) == 0 &&
	           (st.st_mode & 0777) == 0644,
	   "for everybody");
	r = blank(NOW, RECORD_RECOVERY);
	r.s[FIELD_TITLE] = STR("healthy");
	OK(keep_motd(&s, &r, &a, &e) &&
	           holds(MOTD_NAME, "probe: OK: healthy\n"),
	   "well");
	r = blank(NOW, RECORD_START);
	OK(keep_motd(&s, &r, &a, &e) &&
	           holds(MOTD_NAME, "probe: OK: no fault has lasted yet\n"),
	   "too early to say");
	r.s[FIELD_KIND] = STR("stop");
	OK(keep_motd(&s, &r, &a, &e) &&
	           holds(MOTD_NAME, "probe: not running\n"),
	   "nobody looks");
	OK(store_remove(&s, MOTD_NAME, &e), "gone");
}

static void test_console(void)
{
	struct record bad = sick(NOW, RECORD_VERDICT, "disk-full"),
		      worse = sick(NOW, RECORD_VERDICT, "no-route");
	struct console c = { 0 };
	struct err e;

	bad.s[FIELD_TITLE] = STR("caf\303\251 \33[31m");
	OK(!keep_console(&c, &s, NULL, 1000, &a), "nothing to say");
	OK(keep_console(&c, &s, &bad, 1000, &a) &&
	           holds(CONSOLE_NAME, "i-0abc critical: caf? ?[31m "
	                               "(disk-full; restart: no)\n"),
	   "the first at once");
	OK(!keep_console(&c, &s, &worse, 2000, &a), "too soon");
	OK(!keep_console(&c, &s, NULL, 1000 + CONSOLE_APART_MS - 1, &a),
	   "still");
	OK(keep_console(&c, &s, NULL, 1000 + CONSOLE_APART_MS, &a) &&
	           holds(CONSOLE_NAME, "i-0abc critical: it is sick "
	                               "(no-route; restart: no)\n"),
	   "then it comes");
	OK(!keep_console(&c, &s, NULL, 1000 + 9 * CONSOLE_APART_MS, &a),
	   "once");
	c.said_ms = 0;
	OK(!keep_console(&c, &s, &bad, 10, &a) &&
	           !keep_console(&c, &s, &worse, 20, &a) &&
	           !keep_console(&c, &s, NULL, CONSOLE_APART_MS, &a),
	   "it is as the console says");
	OK(keep_console(&c, &s, &bad, CONSOLE_APART_MS, &a) &&
	           holds(CONSOLE_NAME,
	                 "i-0abc critical: caf? ?[31m (disk-full; restart: "
	                 "no) (1 changes between)\n"),
	   "what was not told is counted");
	OK(!keep_console(&c, &(struct store){ -1 }, &worse,
	                 3 * CONSOLE_APART_MS, &a) &&
	           keep_console(&c, &s, NULL, 3 * CONSOLE_APART_MS + 1, &a),
	   "what cannot be written waits");
	OK(store_remove(&s, CONSOLE_NAME, &e), "gone");
}

/* ---- nothing of what was planted gets this far */

static bool clean_of(struct str text, const char *what)
{
	static char words[4096];
	struct str rest;
	size_t n = 0;
	FILE *f = fopen("tests/golden/canaries/words", "r");
	bool clean = f != NULL;

	if (f) {
		n = fread(words, 1, sizeof(words), f);
		(void)fclose(f);
	}
	for (rest = (struct str){ words, n }; rest.n;) {
		struct str word = str_trim(str_cut(&rest, '\n'));

		if (word.n && str_has(text, word)) {
			printf("%s: " STR_FMT "\n", what, STR_ARG(word));
			clean = false;
		}
	}
	return clean && n > 20;
}

static void test_canaries(void)
{
	static const char *const names[] = { HISTORY_NAME, MOTD_NAME,
		                             CONSOLE_NAME, GOOD_NAME };
	static struct pass p;
	const struct pass_opts o = { .limits = limits_default(),
		                     .deadline_ms = 10000,
		                     .log_window_ms = 86400000 };
	struct host live = host_dir("tests/golden/canaries/root");
	struct record_about about = { .kind = RECORD_VERDICT,
		                      .at_ms = NOW,
		                      .status = SEV_CRIT,
		                      .since_ms = NOW,
		                      .duration_ms = 1 };
	struct good_mark mark = { 0 };
	struct console c = { 0 };
	struct record r;
	struct str text;
	struct err e;

	pass_run(&live, &a, &o, &p);
	OK(p.found.n > 0, "something is found there");
	for (size_t i = 0; i <= p.n_causes; i++) {
		about.cause = i < p.n_causes ? p.causes[i].id : CAUSE_NONE;
		record_make(&p, &about, &a, &r);
		OK(keep_history(&s, &r, &a, &e) && keep_motd(&s, &r, &a, &e),
		   "kept");
		(void)keep_console(&c, &s, &r,
		                   (int64_t)(i + 1) * CONSOLE_APART_MS, &a);
	}
	OK(keep_good(&s, &live, &p, &mark, 1, &a, &e), "what was well");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		OK(store_load(&s, &a, names[i], 1 << 20, &text, &e) &&
		           text.n > 20 && clean_of(text, names[i]),
		   names[i]);
		OK(store_remove(&s, names[i], &e), "gone");
	}
	pass_free(&p);
}

int main(void)
{
	struct err e;

	a = unit_arena(16u << 20);
	(void)snprintf(dir, sizeof(dir), "/tmp/probe-keep.XXXXXX");
	if (!mkdtemp(dir) || !store_open(&s, dir, &e))
		return 1;
	test_episode();
	test_acts();
	test_chart();
	test_turns();
	test_odd();
	test_past();
	test_motd();
	test_console();
	test_canaries();
	store_close(&s);
	OK(rmdir(dir) == 0, "nothing is left");
	return unit_end("keep");
}
