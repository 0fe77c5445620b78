/* Every guard stops an act alone, and without it the act goes. */
#include "heal_spoil.h"

#include "probe/when.h"

static const struct row {
	const char *name;
	enum guard_id guard;
	void (*spoil)(struct world *w);
	bool hung; /* in a restart's world */
} rows[] = {
	{ "healthy", GUARD_NOTHING_WRONG, spoil_healthy, false },
	{ "off", GUARD_OFF, spoil_off, false },
	{ "a full disk is deeper", GUARD_NO_CURE, spoil_no_cure, false },
	{ "verdict unknown", GUARD_VERDICT, spoil_verdict, false },
	{ "verdict no", GUARD_VERDICT, spoil_verdict_no, false },
	{ "logs alone", GUARD_LOGS_ALONE, spoil_live, false },
	{ "held", GUARD_HELD, spoil_hold, false },
	{ "by a job", GUARD_STOPPED_BY_PERSON, spoil_person, false },
	{ "by whom?", GUARD_STOPPED_BY_PERSON, spoil_person_unknown, false },
	{ "by a person", GUARD_STOPPED_BY_PERSON, spoil_person_finding, false },
	{ "masked", GUARD_STOPPED_BY_PERSON, spoil_masked, true },
	{ "disabled", GUARD_STOPPED_BY_PERSON, spoil_disabled, false },
	{ "upstart", GUARD_STOPPED_BY_PERSON, spoil_upstart, false },
	{ "no unit", GUARD_NO_UNIT, spoil_no_unit, true },
	{ "spot", GUARD_LEAVING_SPOT, spoil_spot, false },
	{ "spot, by the log", GUARD_LEAVING_SPOT, spoil_spot_log, false },
	{ "terminating", GUARD_LEAVING_GROUP, spoil_group, false },
	{ "standby", GUARD_LEAVING_GROUP, spoil_standby, true },
	{ "warm pool", GUARD_WARM_POOL, spoil_warm, false },
	{ "maintenance", GUARD_MAINTENANCE, spoil_maintenance, false },
	{ "maintenance, when?", GUARD_MAINTENANCE, spoil_maintenance_odd,
	  false },
	{ "cloud-init", GUARD_CLOUD_INIT, spoil_cloud_init, false },
	{ "cloud-final", GUARD_CLOUD_INIT, spoil_cloud_final, true },
	{ "deadlock", GUARD_JOB_QUEUED, spoil_deadlock, false },
	{ "a job", GUARD_JOB_QUEUED, spoil_job, false },
	{ "moving", GUARD_JOB_QUEUED, spoil_moving, false },
	{ "just booted", GUARD_GRACE_BOOT, spoil_boot, false },
	{ "a young agent", GUARD_GRACE_START, spoil_young, true },
	{ "an agent of no age", GUARD_GRACE_START, spoil_age, true },
	{ "docker", GUARD_DOCKER, spoil_docker, false },
	{ "credentials of tasks", GUARD_HARMFUL, spoil_harm, true },
	{ "worse", GUARD_HARMFUL, spoil_harm_root, true },
	{ "a config that waits", GUARD_HARMFUL, spoil_harm_waiting, true },
	{ "the region", GUARD_REGIONAL, spoil_region, false },
	{ "throttled", GUARD_REGIONAL, spoil_throttled, true },
	{ "no ECS API", GUARD_ECS_API, spoil_api, true },
	{ "no ECS API, dead", GUARD_ECS_API, spoil_api, false },
	{ "no logs", GUARD_BLIND, spoil_blind, false },
	{ "no state", GUARD_BLIND, spoil_blind_state, true },
	{ "no metadata", GUARD_BLIND, spoil_blind_imds, false },
	{ "a blind core", GUARD_BLIND, spoil_blind_core, false },
	{ "seen twice", GUARD_UNCONFIRMED, spoil_confirm, false },
	{ "seen long ago", GUARD_UNCONFIRMED, spoil_confirm_old, false },
	{ "in flight", GUARD_IN_FLIGHT, spoil_flight, false },
	{ "handed over", GUARD_HANDED_OVER, spoil_handed, false },
	{ "a bad ledger", GUARD_LEDGER, spoil_ledger, false },
	{ "three acts", GUARD_BUDGET, spoil_budget, false },
	{ "a budget of none", GUARD_BUDGET, spoil_budget_none, false },
	{ "cooling down", GUARD_COOL_DOWN, spoil_cool, false },
	{ "cooling down longer", GUARD_COOL_DOWN, spoil_cool_twice, false },
	{ "another's turn", GUARD_FLEET, spoil_fleet, false },
	{ "whose turn?", GUARD_FLEET, spoil_fleet_id, false },
	{ "plan", GUARD_MODE, spoil_mode, false },
};

static void ready(struct world *w, bool hung)
{
	static const enum finding_id exited[] = { FIND_UNIT_EXITED_CLEAN,
		                                  FIND_NONE };

	world_init(w);
	if (hung)
		hangs(w);
	else
		world_find(w, exited);
	/* A day with nothing in it, then three looks. */
	w->m.clock.now_ms = 24 * HOUR;
	for (int i = 0; i < 3; i++)
		(void)world_step(w, 30000);
}

/* These spoil more than one thing by their nature. */
static void others(const char *name, enum guard_id g)
{
	static const struct {
		const char *name;
		enum guard_id also;
	} known[] = {
		{ "a full disk is deeper", GUARD_UNCONFIRMED },
		{ "a full disk is deeper", GUARD_VERDICT },
		{ "masked", GUARD_NO_UNIT },
	};
	bool ok = false;

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		ok = ok ||
		     (strcmp(known[i].name, name) == 0 && known[i].also == g);
	if (!ok)
		printf("  %s: %s speaks, too\n", name, guard_info[g].id);
	OK(ok, name);
}

static void test_guards(void)
{
	bool tried[GUARD_COUNT] = { false };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world w;
		struct plan p;
		struct str why[GUARD_COUNT];

		ready(&w, rows[i].hung);
		p = world_plan(&w);
		OK(p.go && p.why_not == GUARD_NONE && p.why.n, rows[i].name);
		OK(p.action == (rows[i].hung ? ACTION_RESTART_AGENT
		                             : ACTION_START_AGENT),
		   "the act that cures it");
		rows[i].spoil(&w);
		p = heal_explain(&w.p, &w.m, &w.c, w.m.clock.now_ms, &w.a, why);
		OK(!p.go && p.why_not == rows[i].guard && p.why.n,
		   rows[i].name);
		if (p.why_not != rows[i].guard)
			printf("  said %s: " STR_FMT "\n",
			       guard_info[p.why_not].id, STR_ARG(p.why));
		for (unsigned g = 1; g < GUARD_COUNT; g++)
			if (g != rows[i].guard && why[g].p)
				others(rows[i].name, (enum guard_id)g);
		tried[rows[i].guard] = true;
		world_free(&w);
	}
	for (unsigned g = 1; g < GUARD_COUNT; g++)
		OK(tried[g] || g == GUARD_CHANGED, guard_info[g].id);
}

/* What a guard forgives. */
static void test_forgiven(void)
{
	static const enum finding_id failed[] = { FIND_UNIT_FAILED, FIND_NONE };
	struct world w;

	ready(&w, false);
	spoil_handed(&w);
	w.m.well_ms = w.m.clock.now_ms - HOUR;
	OK(world_plan(&w).go, "it was well since");
	w.m.well_ms = 0;
	w.m.released_ms = w.m.clock.now_ms;
	OK(world_plan(&w).go, "a person released it");
	world_free(&w);

	ready(&w, false);
	world_act(&w, 6 * HOUR, CAUSE_AGENT_HUNG, ACT_CURED);
	world_act(&w, 5 * HOUR, CAUSE_AGENT_HUNG, ACT_CURED);
	world_act(&w, 31 * MIN, CAUSE_AGENT_HUNG, ACT_CURED);
	OK(world_plan(&w).go, "two in the window, and the longer pause over");
	world_free(&w);

	ready(&w, false);
	spoil_hold(&w);
	w.m.clock.mono_ms += HOUR;
	OK(world_plan(&w).go, "the hold is over");
	world_free(&w);

	ready(&w, false);
	w.f->imds.events = 1;
	w.f->imds.event_when = STR("1 Oct 2026 14:20:00 GMT");
	OK(world_plan(&w).go, "maintenance of next week");
	w.f->now_ms = when_of(2026, 10, 1, 14, 6, 0);
	OK(world_plan(&w).why_not == GUARD_MAINTENANCE, "of this hour");
	world_free(&w);

	ready(&w, false);
	w.f->unit.stopper = STOPPED_WITH_DOCKER;
	OK(world_plan(&w).go, "gone with Docker, which is back");
	ecs(&w)->active = UNIT_FAILED;
	ecs(&w)->result = STR("start-limit-hit");
	w.f->unit.stopper = STOPPED_BY_JOB;
	world_find(&w, failed);
	for (int i = 0; i < 3; i++)
		(void)world_step(&w, 30000);
	OK(world_plan(&w).go &&
	           world_plan(&w).action == ACTION_RESET_AND_START &&
	           world_plan(&w).cause == CAUSE_AGENT_UNIT_FAILED,
	   "systemd gave up: somebody wanted it started");
	ecs(&w)->result = STR("exit-code");
	OK(world_plan(&w).why_not == GUARD_STOPPED_BY_PERSON,
	   "failed as it was stopped");
	w.f->unit.stopper = STOPPED_ITSELF;
	OK(world_plan(&w).go, "failed by itself");
	world_free(&w);
}

/* Amazon Linux 1: ecs-init's log is what tells who ended the job. */
static void test_upstart(void)
{
	static const enum finding_id inactive[] = { FIND_UNIT_INACTIVE,
		                                    FIND_NONE };
	struct world w;

	ready(&w, false);
	w.f->unit.init = UNIT_INIT_UPSTART;
	w.f->unit.upstart = UNIT_INACTIVE;
	OK(world_plan(&w).go && world_plan(&w).action == ACTION_START_AGENT,
	   "it ended by itself");
	world_find(&w, inactive);
	for (int i = 0; i < 3; i++)
		(void)world_step(&w, 30000);
	OK(world_plan(&w).why_not == GUARD_STOPPED_BY_PERSON, "or not");
	world_free(&w);

	ready(&w, true);
	w.f->unit.init = UNIT_INIT_UPSTART;
	w.f->unit.upstart = UNIT_ACTIVE;
	OK(world_plan(&w).go && world_plan(&w).action == ACTION_RESTART_AGENT,
	   "a job that runs is restarted");
	w.f->unit.upstart = UNIT_ACTIVE_UNKNOWN;
	OK(world_plan(&w).why_not == GUARD_NO_UNIT, "no job");
	world_free(&w);
}

/* What the kernel or the agent wrote hours ago does not hold an act back, what
 * it wrote just now does. */
static void test_old_lines(void)
{
	static const enum finding_id found[] = { FIND_UNIT_EXITED_CLEAN,
		                                 FIND_KERNEL_OOM_HOST,
		                                 FIND_NONE };
	struct world w;
	struct finding *oom;

	ready(&w, false);
	world_find(&w, found);
	oom = &w.p.found.list[w.p.found.n - 1];
	OK(oom->id == FIND_KERNEL_OOM_HOST &&
	           w.p.causes[0].id == CAUSE_HOST_OUT_OF_MEMORY,
	   "it is the root");
	oom->last_ms = w.f->now_ms - 10 * MIN;
	OK(world_plan(&w).why_not == GUARD_NO_CURE, "ten minutes ago");
	oom->last_ms = w.f->now_ms - 3 * HOUR;
	OK(world_plan(&w).go &&
	           world_plan(&w).cause == CAUSE_AGENT_EXITED_CLEAN,
	   "three hours ago");
	world_free(&w);
}

/* Over an hour every instance has a turn, and each has its own. */
static void test_fleet(void)
{
	int acts[60] = { 0 }, most = 0;

	for (int i = 0; i < 200; i++) {
		struct world w;
		char id[24];
		int turns = 0;

		ready(&w, false);
		world_set(&w, CONF_FLEET_SLOTS, 20);
		(void)snprintf(id, sizeof(id), "i-%017d", i * 7919);
		w.f->imds.instance_id = str_of(id);
		for (int min = 0; min < 60; min++) {
			w.m.clock.wall_ms = WALL / HOUR * HOUR + min * MIN;
			if (world_plan(&w).go) {
				acts[min]++;
				turns++;
			}
		}
		OK(turns == 3, "three minutes of sixty");
		world_free(&w);
	}
	for (int min = 0; min < 60; min++)
		most = acts[min] > most ? acts[min] : most;
	OK(most < 30, "at most a few of 200 at once");
}

/* Tables: words, and causes that stand once, with a verdict of yes. */
static void test_tables(void)
{
	int cures[CAUSE_COUNT] = { 0 };

	for (unsigned i = 1; i < ACTION_COUNT; i++) {
		OK(*action_info[i].word && *action_info[i].text &&
		           action_info[i].needs,
		   action_info[i].id);
		for (size_t k = 0; action_info[i].cures[k]; k++) {
			enum cause_id id = action_info[i].cures[k];

			OK(cures[id]++ == 0, "in one row");
			OK(cause_info[id].restart == RESTART_YES &&
			           cause_info[id].severity == SEV_CRIT,
			   cause_info[id].name);
			OK(action_for(id) == (enum action_id)i, "found");
		}
	}
	OK(action_for(CAUSE_NONE) == ACTION_NONE &&
	           action_for(CAUSE_DOCKER_STOPPED) == ACTION_NONE,
	   "Docker is not ours");
	for (unsigned g = 1; g < GUARD_COUNT; g++)
		OK(*guard_info[g].word && *guard_info[g].text,
		   guard_info[g].id);
}

int main(void)
{
	test_guards();
	test_forgiven();
	test_upstart();
	test_old_lines();
	test_fleet();
	test_tables();
	return unit_end("heal_plan");
}
