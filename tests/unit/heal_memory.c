/* Streaks, the steady clock, and the memory's file. */
#include "heal.h"

#include "probe/when.h"

static const enum finding_id exited[] = { FIND_UNIT_EXITED_CLEAN, FIND_NONE };
static const enum finding_id full[] = { FIND_DISK_FULL, FIND_NONE };
static const enum finding_id hung[] = { FIND_AGENT_SILENT, FIND_NONE };
static const enum finding_id low[] = { FIND_MEM_LOW, FIND_NONE };

static void blind(struct world *w)
{
	world_find(w, NULL);
	w->p.verdict = (struct verdict){ .status = SEV_UNKNOWN };
}

/* Raise after 30 s and two looks, clear after a minute. */
static void test_raise(void)
{
	struct world w;
	struct change ch;

	world_init(&w);
	world_find(&w, exited);
	ch = world_step(&w, 1000);
	OK(ch.kind == CHANGE_NONE && w.m.raised.status == SEV_OK, "seen once");
	ch = world_step(&w, 29000);
	OK(ch.kind == CHANGE_NONE, "29 s");
	ch = world_step(&w, 1000);
	OK(ch.kind == CHANGE_RAISED && ch.to == CAUSE_AGENT_EXITED_CLEAN &&
	           ch.from == CAUSE_NONE && ch.to_status == SEV_CRIT,
	   "30 s");
	OK(ch.since_ms == WALL + 1000, "since it was first seen");
	OK(w.m.raised.status == SEV_CRIT &&
	           w.m.raised.class == CLASS_AGENT_CRASH,
	   "it stands");
	OK(world_step(&w, 1000).kind == CHANGE_NONE, "said once");
	world_find(&w, NULL);
	OK(world_step(&w, 59000).kind == CHANGE_NONE, "not gone yet");
	ch = world_step(&w, 1000);
	OK(ch.kind == CHANGE_CLEARED && ch.from == CAUSE_AGENT_EXITED_CLEAN &&
	           ch.to == CAUSE_NONE,
	   "gone for a minute");
	OK(ch.duration_ms == 31000 && ch.since_ms == WALL + 1000,
	   "as long as it was seen");
	OK(w.m.raised.status == SEV_OK && w.m.n_streaks == 0, "nothing left");
	world_free(&w);
}

/* A blip is never raised; a slow flap stays raised and is said once. */
static void test_flap(void)
{
	struct world w;
	int said = 0;

	world_init(&w);
	for (int i = 0; i < 100; i++) {
		world_find(&w, i % 3 ? NULL : exited);
		said += world_step(&w, 30000).kind != CHANGE_NONE;
	}
	OK(said == 0, "one in three looks");
	world_free(&w);

	world_init(&w);
	said = 0;
	for (int i = 0; i < 200; i++) {
		world_find(&w, i % 2 ? full : exited);
		said += world_step(&w, 30000).kind != CHANGE_NONE;
	}
	OK(said == 2, "two in turns: the deeper one stays");
	OK(w.m.raised.cause == CAUSE_DISK_FULL, "the deeper one");
	world_free(&w);
}

static void test_other(void)
{
	struct world w;
	struct change ch;

	world_init(&w);
	world_find(&w, low);
	for (int i = 0; i < 5; i++)
		(void)world_step(&w, 30000);
	OK(w.m.raised.status == SEV_WARN, "a warning stands");
	world_find(&w, hung);
	(void)world_step(&w, 30000);
	ch = world_step(&w, 30000);
	OK(ch.kind == CHANGE_OTHER && ch.from == CAUSE_MEMORY_SHORT &&
	           ch.to == CAUSE_AGENT_HUNG && ch.duration_ms == 120000,
	   "what is worse takes its place");
	world_find(&w, low);
	(void)world_step(&w, 30000);
	ch = world_step(&w, 30000);
	OK(ch.kind == CHANGE_OTHER && ch.to == CAUSE_MEMORY_SHORT,
	   "and what is left comes back");
	world_free(&w);
}

/* UNKNOWN neither raises nor clears, but not for ever. */
static void test_blind(void)
{
	struct world w;
	struct change ch;

	world_init(&w);
	world_find(&w, exited);
	for (int i = 0; i < 3; i++)
		(void)world_step(&w, 30000);
	OK(w.m.raised.status == SEV_CRIT, "raised");
	blind(&w);
	for (int i = 0; i < 20; i++)
		OK(world_step(&w, 30000).kind == CHANGE_NONE, "kept");
	ch = world_step(&w, 30000);
	OK(ch.kind == CHANGE_OTHER && ch.to_status == SEV_UNKNOWN &&
	           w.m.raised.status == SEV_UNKNOWN && w.m.n_streaks == 0,
	   "after ten minutes it is unknown");
	for (int i = 0; i < 50; i++)
		OK(world_step(&w, 30000).kind == CHANGE_NONE, "said once");
	world_find(&w, NULL);
	ch = world_step(&w, 30000);
	OK(ch.kind == CHANGE_CLEARED && ch.from_status == SEV_UNKNOWN,
	   "a look that tells something ends it");
	blind(&w);
	for (int i = 0; i < 22 && ch.kind != CHANGE_RAISED; i++)
		ch = world_step(&w, 30000);
	OK(ch.kind == CHANGE_RAISED && ch.to_status == SEV_UNKNOWN,
	   "to see nothing is worth a word");
	world_find(&w, exited);
	for (int i = 0; i < 3 && ch.kind != CHANGE_OTHER; i++)
		ch = world_step(&w, 30000);
	OK(w.m.raised.status == SEV_CRIT, "from unknown to critical");
	world_free(&w);
}

/* A critical finding that no cause explains. */
static void test_no_cause(void)
{
	struct world w;

	world_init(&w);
	world_find(&w, NULL);
	w.p.verdict =
		(struct verdict){ .status = SEV_WARN, .class = CLASS_OTHER };
	for (int i = 0; i < 3; i++)
		(void)world_step(&w, 30000);
	OK(w.m.raised.status == SEV_WARN && w.m.raised.cause == CAUSE_NONE,
	   "it stands without a cause");
	w.p.verdict.status = SEV_CRIT;
	OK(world_step(&w, 30000).kind == CHANGE_OTHER, "it becomes worse");
	world_find(&w, NULL);
	(void)world_step(&w, 30000);
	OK(world_step(&w, 30000).kind == CHANGE_CLEARED, "it goes");
	world_free(&w);
}

/* No jump of the wall clock moves anything; a reboot loses the sightings. */
static void test_clocks(void)
{
	struct world w;
	int64_t before;

	world_init(&w);
	world_find(&w, exited);
	(void)world_step(&w, 10000);
	before = w.m.clock.now_ms;
	w.wall_ms += 20 * 365 * 24 * HOUR;
	(void)world_step(&w, 10000);
	OK(w.m.clock.now_ms == before + 10000, "twenty years ahead");
	w.wall_ms = 0;
	(void)world_step(&w, 10000);
	OK(w.m.clock.now_ms == before + 20000, "back to 1970");
	OK(w.m.raised.status == SEV_OK, "20 s are 20 s");
	OK(memory_confirmed(&w.m, CAUSE_AGENT_EXITED_CLEAN, HOUR,
	                    w.m.clock.now_ms) == 3,
	   "three looks");
	before = w.m.clock.now_ms;
	w.mono_ms = 7000;
	w.boot[5] = '2';
	(void)world_step(&w, 1000);
	OK(w.m.clock.now_ms == before + 8000, "what the new boot has lasted");
	OK(memory_confirmed(&w.m, CAUSE_AGENT_EXITED_CLEAN, HOUR,
	                    w.m.clock.now_ms) == 1,
	   "looks before a boot confirm nothing");
	OK(memory_streak(&w.m, CAUSE_AGENT_EXITED_CLEAN)->seen == 4,
	   "but it lasts");
	before = w.m.clock.now_ms;
	w.boot[0] = '\0'; /* the id cannot be read */
	w.mono_ms = 100;
	(void)world_step(&w, 400);
	OK(w.m.clock.now_ms == before + 500, "an earlier time is another boot");
	w.mono_ms = -50;
	(void)world_step(&w, 0);
	OK(w.m.clock.now_ms == before + 500, "and never back");
	world_free(&w);
}

/* Looks in quick succession count as one. */
static void test_apart(void)
{
	struct world w;

	world_init(&w);
	world_find(&w, exited);
	for (int i = 0; i < 40; i++)
		(void)world_step(&w, 100);
	OK(memory_confirmed(&w.m, CAUSE_AGENT_EXITED_CLEAN, HOUR,
	                    w.m.clock.now_ms) == 1,
	   "four seconds");
	for (int i = 0; i < 20; i++)
		(void)world_step(&w, 5000);
	OK(memory_confirmed(&w.m, CAUSE_AGENT_EXITED_CLEAN, HOUR,
	                    w.m.clock.now_ms) == MEMORY_SIGHTINGS,
	   "no more are kept");
	OK(memory_confirmed(&w.m, CAUSE_AGENT_EXITED_CLEAN, 12000,
	                    w.m.clock.now_ms) == 3,
	   "in a window");
	world_free(&w);
}

/* More causes than there is room for. */
static void test_many(void)
{
	struct world w;

	world_init(&w);
	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		world_find(&w, NULL);
		w.p.n_causes = 1;
		w.p.causes[0] = (struct diagnosis){ .id = (enum cause_id)c };
		w.p.verdict = (struct verdict){ .status = SEV_WARN,
			                        .root = w.p.causes };
		(void)world_step(&w, 100);
		OK(w.m.n_streaks <= MEMORY_STREAKS, "capped");
		OK(memory_streak(&w.m, (enum cause_id)c), "the newest is kept");
	}
	world_free(&w);
}

/* The memory of the instance on which the image was made. */
static void test_own(void)
{
	struct world w;

	world_init(&w);
	world_find(&w, exited);
	for (int i = 0; i < 3; i++)
		(void)world_step(&w, 30000);
	world_act(&w, HOUR, CAUSE_AGENT_HUNG, ACT_FAILED);
	w.f->imds.instance_id = STR("");
	(void)world_step(&w, 30000);
	OK(w.m.n_acts == 1 && w.m.raised.status == SEV_CRIT,
	   "no id: the same instance");
	w.f->imds.instance_id = STR("i-0aaaaaaaaaaaaaaaa");
	(void)world_step(&w, 30000);
	OK(w.m.n_acts == 0 && w.m.raised.status == SEV_OK, "another instance");
	OK(strcmp(w.m.instance, "i-0aaaaaaaaaaaaaaaa") == 0, "ours now");
	world_free(&w);
}

static void test_hold(void)
{
	struct memory m = { .hold = { .on = true,
		                      .for_ms = 2 * HOUR,
		                      .mono_ms = HOUR,
		                      .wall_ms = WALL,
		                      .boot = "b1" } };

	(void)memory_tick(&m, WALL, HOUR, STR("b1"));
	OK(memory_held_ms(&m) == 2 * HOUR, "just set");
	(void)memory_tick(&m, WALL + 90 * 24 * HOUR, 2 * HOUR, STR("b1"));
	OK(memory_held_ms(&m) == HOUR, "the wall clock does not count");
	(void)memory_tick(&m, WALL + HOUR, 3 * MIN, STR("b2"));
	OK(memory_held_ms(&m) == HOUR, "but for a reboot");
	(void)memory_tick(&m, 0, 3 * MIN, STR("b2"));
	OK(memory_held_ms(&m) == 2 * HOUR - 3 * MIN, "a wrong one");
	(void)memory_tick(&m, WALL + 2 * HOUR, 4 * MIN, STR("b2"));
	OK(memory_held_ms(&m) == 0, "over");
	(void)memory_tick(&m, 0, 2 * HOUR, STR("b2"));
	OK(memory_held_ms(&m) == 0, "never longer than it was meant, and up");
	m.hold.on = false;
	OK(memory_held_ms(&m) == 0, "none");
}

static void test_due(void)
{
	struct world w;

	world_init(&w);
	world_find(&w, NULL);
	(void)world_step(&w, 1000);
	OK(memory_due(&w.m), "a new boot");
	w.m.changed = false;
	w.m.saved_ms = w.m.clock.now_ms;
	(void)world_step(&w, 9 * MIN);
	OK(!memory_due(&w.m), "nothing to save");
	(void)world_step(&w, MIN);
	OK(memory_due(&w.m), "the time itself");
	world_free(&w);
}

int main(void)
{
	test_raise();
	test_flap();
	test_other();
	test_blind();
	test_no_cause();
	test_clocks();
	test_apart();
	test_many();
	test_own();
	test_hold();
	test_due();
	return unit_end("heal_memory");
}
