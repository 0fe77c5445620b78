/* memory.json, ledger.jsonl and operator.json: there and back, torn, damaged.
 */
#include "heal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../probe/heal/ledger.h"

static char folder[] = "/tmp/probe-heal-XXXXXX";

static struct store open_store(void)
{
	struct store s;
	struct err e;

	OK(store_open(&s, folder, &e), "the folder");
	return s;
}

static void put(const struct store *s, const char *name, const char *text)
{
	struct err e;

	OK(store_save(s, name, str_of(text), 0640, &e), name);
}

static void drop(const struct store *s)
{
	static const char *const names[] = { MEMORY_NAME, OPERATOR_NAME,
		                             LEDGER_NAME, LEDGER_NAME ".1" };
	struct err e;

	for (size_t i = 0; i < 4; i++)
		if (!store_remove(s, names[i], &e))
			OK(e.code == ERR_NOENT, names[i]);
}

/* A memory with something in every place. */
static void fill(struct world *w)
{
	static const enum finding_id found[] = { FIND_UNIT_EXITED_CLEAN,
		                                 FIND_MEM_LOW, FIND_NONE };

	world_init(w);
	world_find(w, found);
	for (int i = 0; i < 20; i++)
		(void)world_step(w, 30000);
	world_act(w, 4 * MIN, CAUSE_AGENT_HUNG, ACT_FAILED);
	world_act(w, 3 * MIN, CAUSE_AGENT_EXITED_CLEAN, ACT_OPEN);
	memcpy(w->m.act[1].id, "boot-1-77", 10);
	memcpy(w->m.act[1].boot, "boot-1", 7);
	w->m.well_ms = w->m.well_since_ms = 12;
	w->m.good_wall_ms = WALL;
	w->m.release_wall_ms = WALL + 1;
	w->m.released_ms = 34;
	w->m.evidence_ms = 56;
	w->m.blind_since_ms = 78;
}

static void test_round_trip(void)
{
	struct store s = open_store();
	struct world w;
	struct memory m;
	struct buf one, two;
	struct err e;

	fill(&w);
	one = buf_init(&w.a, MEMORY_MAX_BYTES);
	two = buf_init(&w.a, MEMORY_MAX_BYTES);
	memory_render(&w.m, &one);
	OK(!one.full && memory_parse(buf_str(&one), &w.a, &m, &e), "parsed");
	memory_render(&m, &two);
	OK(str_eq(buf_str(&one), buf_str(&two)), "the same bytes");
	OK(m.n_streaks == w.m.n_streaks && m.n_acts == 2 &&
	           m.raised.status == SEV_CRIT &&
	           m.raised.class == CLASS_AGENT_CRASH &&
	           m.act[1].outcome == ACT_OPEN,
	   "the same memory");
	w.m.changed = true;
	OK(memory_save(&w.m, &s, &w.a, &e) && !memory_due(&w.m), "saved");
	OK(memory_load(&m, &s, &w.a, &e), "loaded");
	two.n = 0;
	memory_render(&m, &two);
	OK(str_eq(buf_str(&one), buf_str(&two)), "the same file");
	drop(&s);
	OK(memory_load(&m, &s, &w.a, &e) && m.clock.now_ms == 0, "no file");
	world_free(&w);
	store_close(&s);
}

static void test_full(void)
{
	static struct memory m, back;
	struct arena a = unit_arena(1 << 20);
	struct buf out = buf_init(&a, MEMORY_MAX_BYTES);
	struct err e;

	(void)memory_tick(&m, INT64_MAX / 2, INT64_MAX / 4, STR("b"));
	m.clock.now_ms = INT64_MAX / 4;
	for (size_t i = 0; i < MEMORY_STREAKS; i++) {
		m.streak[i].cause = (enum cause_id)(i + 1);
		m.streak[i].n_at = MEMORY_SIGHTINGS;
		m.streak[i].seen = UINT32_MAX;
		for (size_t k = 0; k < MEMORY_SIGHTINGS; k++)
			m.streak[i].at[k] = INT64_MAX / 4 - (int64_t)k;
	}
	m.n_streaks = MEMORY_STREAKS;
	for (size_t i = 0; i < MEMORY_ACTS; i++) {
		memset(m.act[i].id, 'x', MEMORY_ID_MAX - 1);
		memset(m.act[i].boot, 'y', MEMORY_ID_MAX - 1);
		m.act[i].intent_ms = INT64_MAX / 4;
	}
	m.n_acts = MEMORY_ACTS;
	memory_render(&m, &out);
	OK(!out.full && memory_parse(buf_str(&out), &a, &back, &e) &&
	           back.n_streaks == MEMORY_STREAKS &&
	           back.n_acts == MEMORY_ACTS,
	   "the fullest memory fits");
	free(a.base);
}

/* Every prefix of a memory, and every byte of it changed: no crash, and never
 * more than there is room for. */
static void test_damaged(void)
{
	struct store s = open_store();
	struct world w;
	struct memory m;
	struct buf out;
	struct err e;
	char *p;
	size_t whole = 0;

	fill(&w);
	out = buf_init(&w.a, MEMORY_MAX_BYTES);
	memory_render(&w.m, &out);
	for (size_t n = 0; n < out.n - 1; n++)
		whole += memory_parse((struct str){ out.p, n }, &w.a, &m, &e);
	OK(whole == 0, "no part of it is one");
	p = malloc(out.n);
	for (size_t i = 0; i < out.n; i++) {
		memcpy(p, out.p, out.n);
		p[i] = (char)(p[i] ^ 1 << i % 7);
		whole += memory_parse((struct str){ p, out.n }, &w.a, &m, &e);
		OK(m.n_acts <= MEMORY_ACTS && m.n_streaks <= MEMORY_STREAKS,
		   "within bounds");
	}
	free(p);
	put(&s, MEMORY_NAME, "\377\376 no memory");
	OK(!memory_load(&m, &s, &w.a, &e) && e.code == ERR_FORM &&
	           m.clock.now_ms == 0,
	   "said, and begun anew");
	put(&s, MEMORY_NAME,
	    "{\"format\":1,\"clock\":{\"now_ms\":5,\"boot\":\"b\"},\"later\":[{"
	    "}],"
	    "\"streaks\":[{\"cause\":\"OF_A_LATER_VERSION\"},7,"
	    "{\"cause\":\"DISK_FULL\",\"since_ms\":99,\"at\":[4,\"x\"]}],"
	    "\"acts\":[{\"outcome\":\"splendid\",\"intent_ms\":99}]}");
	OK(memory_load(&m, &s, &w.a, &e) && m.n_streaks == 1 &&
	           m.streak[0].since_ms == 5 && m.streak[0].n_at == 1 &&
	           m.n_acts == 1 && m.act[0].outcome == ACT_UNKNOWN &&
	           m.act[0].intent_ms == 5,
	   "what is strange is left out, no time is ahead of now");
	drop(&s);
	world_free(&w);
	store_close(&s);
}

/* ---- the ledger */

static void intend(struct world *w, const struct store *s, const char *id)
{
	struct act_memory x = { .action = ACTION_START_AGENT,
		                .cause = CAUSE_AGENT_EXITED_CLEAN };
	struct err e;

	memcpy(x.id, id, strlen(id) + 1);
	OK(ledger_intent(&w->m, s, &w->a, &x, &e), id);
}

static void start(struct world *w)
{
	world_init(w);
	world_find(w, NULL);
	(void)world_step(w, 1000);
}

static struct memory reload(struct world *w, const struct store *s)
{
	struct memory m = { 0 };
	struct err e;

	(void)memory_tick(&m, w->wall_ms, w->mono_ms, str_of(w->boot));
	OK(ledger_load(&m, s, &w->a, &e), "the ledger is read");
	return m;
}

static void test_ledger(void)
{
	struct store s = open_store();
	struct act_memory x = { .id = "a-1", .outcome = ACT_CURED };
	struct world w;
	struct memory m;
	struct err e;

	drop(&s);
	start(&w);
	m = reload(&w, &s);
	OK(m.n_acts == 0 && !m.ledger_bad, "none yet");
	intend(&w, &s, "a-1");
	(void)world_step(&w, 20000);
	OK(ledger_end(&w.m, &s, &w.a, &x, STR("it \"helped\""), &e), "end");
	(void)world_step(&w, HOUR);
	intend(&w, &s, "a-2");
	(void)world_step(&w, MIN);
	m = reload(&w, &s);
	OK(m.n_acts == 2 && m.act[0].outcome == ACT_CURED &&
	           m.act[1].outcome == ACT_OPEN && m.act[1].orphan &&
	           m.act[0].action == ACTION_START_AGENT &&
	           m.act[0].cause == CAUSE_AGENT_EXITED_CLEAN,
	   "both are back");
	OK(m.clock.now_ms - m.act[1].intent_ms == MIN &&
	           m.clock.now_ms - m.act[0].intent_ms == HOUR + MIN + 20000,
	   "the clock goes on");
	OK(strcmp(m.instance, "i-0123456789abcdef0") == 0, "whose it is");
	OK(ledger_load(&m, &s, &w.a, &e) && m.n_acts == 2, "not twice");
	w.boot[5] = '2';
	w.mono_ms = 50000;
	m = reload(&w, &s);
	OK(m.act[1].outcome == ACT_UNKNOWN, "of an earlier boot: unknown");
	OK(m.clock.now_ms - m.act[1].intent_ms == 50000,
	   "what this boot has lasted counts");
	drop(&s);
	world_free(&w);
	store_close(&s);
}

/* Every cut of its last line, and lines that are no lines. */
static void test_torn(void)
{
	struct store s = open_store();
	struct world w;
	struct memory m;
	struct str text;
	struct err e;
	size_t first;

	drop(&s);
	start(&w);
	intend(&w, &s, "a-1");
	OK(store_load(&s, &w.a, LEDGER_NAME, 65536, &text, &e), "one line");
	first = text.n;
	intend(&w, &s, "a-2");
	OK(store_load(&s, &w.a, LEDGER_NAME, 65536, &text, &e), "two lines");
	for (size_t n = 0; n <= text.n; n++) {
		struct memory t = { 0 };

		(void)memory_tick(&t, w.wall_ms, w.mono_ms, str_of(w.boot));
		ledger_parse(str_head(text, n), &t, &w.a);
		OK(t.n_acts == (size_t)(n >= first) + (n >= text.n),
		   "whole lines");
	}
	put(&s, LEDGER_NAME,
	    "{\"kind\":\"intent\",\"steady_ms\":5,\"id\":\"a\"}\n"
	    "garbage\n\n{\"kind\":\"intent\",\"steady_ms\":-5}\n"
	    "{\"kind\":\"check\",\"steady_ms\":900}\n");
	m = reload(&w, &s);
	OK(m.n_acts == 3, "a line that nobody understands counts as an act");
	OK(ledger_load(&m, &s, &w.a, &e) && m.n_acts == 3, "not twice");
	drop(&s);
	world_free(&w);
	store_close(&s);
}

/* More lines than an old file and a new one hold. */
static void test_rotation(void)
{
	struct store s = open_store();
	struct world w;
	struct memory m;
	char id[24];

	drop(&s);
	start(&w);
	for (int i = 0; i < 900; i++) {
		size_t used = w.a.used;

		(void)snprintf(id, sizeof(id), "a-%d", i);
		intend(&w, &s, id);
		w.a.used = used;
		(void)world_step(&w, 1000);
	}
	m = reload(&w, &s);
	OK(m.n_acts == MEMORY_ACTS &&
	           strcmp(m.act[MEMORY_ACTS - 1].id, "a-899") == 0 &&
	           strcmp(m.act[0].id, "a-884") == 0,
	   "the newest acts, over both files");
	drop(&s);
	world_free(&w);
	store_close(&s);
}

/* What cannot be read or written: no act. */
static void test_unreadable(void)
{
	struct store s = open_store(), none = { -1 };
	struct world w;
	struct err e;

	drop(&s);
	start(&w);
	OK(mkdirat(s.dir, LEDGER_NAME, 0700) == 0, "a folder in its place");
	OK(!ledger_load(&w.m, &s, &w.a, &e) && w.m.ledger_bad &&
	           w.m.ledger_why[0],
	   "cannot be read");
	(void)world_step(&w, 30000);
	ledger_retry(&w.m, &s, &w.a);
	OK(unlinkat(s.dir, LEDGER_NAME, AT_REMOVEDIR) == 0, "gone");
	ledger_retry(&w.m, &s, &w.a);
	OK(w.m.ledger_bad, "not asked again at once");
	(void)world_step(&w, 60000);
	ledger_retry(&w.m, &s, &w.a);
	OK(!w.m.ledger_bad, "after a minute all is well again");
	OK(!ledger_load(&w.m, &none, &w.a, &e) && w.m.ledger_bad, "no folder");
	drop(&s);
	world_free(&w);
	store_close(&s);
}

static void test_operator(void)
{
	struct store s = open_store();
	struct hold h = { .for_ms = 2 * HOUR,
		          .boot = "boot-1",
		          .why = "patching \"now\"\n",
		          .who = "kim" };
	struct world w;
	struct err e;

	drop(&s);
	start(&w);
	operator_read(&w.m, &s, &w.a);
	OK(!w.m.hold.on && !w.m.released_ms, "no file");
	h.mono_ms = w.mono_ms;
	h.wall_ms = w.wall_ms;
	OK(operator_hold(&s, &w.a, &h, &e), "hold");
	operator_read(&w.m, &s, &w.a);
	OK(w.m.hold.on && memory_held_ms(&w.m) == 2 * HOUR &&
	           strcmp(w.m.hold.why, h.why) == 0 &&
	           strcmp(w.m.hold.who, "kim") == 0,
	   "as it was written");
	OK(operator_release(&s, &w.a, w.wall_ms, STR("lee"), &e), "release");
	(void)world_step(&w, 1000);
	operator_read(&w.m, &s, &w.a);
	OK(!w.m.hold.on && w.m.released_ms == w.m.clock.now_ms, "released");
	(void)world_step(&w, 1000);
	operator_read(&w.m, &s, &w.a);
	OK(w.m.released_ms == w.m.clock.now_ms - 1000, "heeded once");
	put(&s, OPERATOR_NAME, "{\"hold\":");
	operator_read(&w.m, &s, &w.a);
	OK(memory_held_ms(&w.m) > 365 * 24 * HOUR, "garbled: held");
	put(&s, OPERATOR_NAME, "{}");
	operator_read(&w.m, &s, &w.a);
	OK(!w.m.hold.on, "empty");
	drop(&s);
	world_free(&w);
	store_close(&s);
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	test_round_trip();
	test_full();
	test_damaged();
	test_ledger();
	test_torn();
	test_rotation();
	test_unreadable();
	test_operator();
	(void)rmdir(folder);
	return unit_end("heal_files");
}
