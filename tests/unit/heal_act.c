/* The hands: what is done, in which order, and what is not. */
#include "heal_hands.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/probe-act-XXXXXX";

static const enum finding_id exited[] = { FIND_UNIT_EXITED_CLEAN, FIND_NONE };
static const enum finding_id failed[] = { FIND_UNIT_FAILED, FIND_NONE };
static const enum finding_id hung[] = { FIND_AGENT_SILENT, FIND_NONE };
static const enum finding_id full[] = { FIND_UNIT_EXITED_CLEAN, FIND_DISK_FULL,
	                                FIND_NONE };

struct scene {
	struct world w;
	struct machine m;
	struct store s;
	struct hands h;
};

static void open_scene(struct scene *x, const enum finding_id *found)
{
	struct err e;

	*x = (struct scene){ 0 };
	world_init(&x->w);
	world_find(&x->w, found);
	x->w.m.clock.now_ms = 24 * HOUR;
	OK(store_open(&x->s, folder, &e), "a folder");
	x->h = hands_of(&x->w, &x->m, &x->s);
	for (int i = 0; i < 3; i++)
		(void)world_step(&x->w, 30000);
}

static void close_scene(struct scene *x)
{
	struct err e;

	OK(store_remove(&x->s, LEDGER_NAME, &e) || e.code == ERR_NOENT,
	   "the ledger goes");
	store_close(&x->s);
	world_free(&x->w);
}

static struct str ledger(struct scene *x)
{
	struct str text = { NULL, 0 };
	struct err e;

	(void)!store_load(&x->s, &x->w.a, LEDGER_NAME, 65536, &text, &e);
	return text;
}

static struct act_report act(struct scene *x)
{
	struct plan p = world_plan(&x->w);

	return heal_act(&x->h, &p, &x->w.a);
}

static bool did(const struct scene *x, const enum verb_id *want, size_t n)
{
	bool same = x->m.n == n;

	for (size_t i = 0; same && i < n; i++)
		same = x->m.did[i] == want[i];
	return same;
}
#define DID(x, ...)                                         \
	did(x, (const enum verb_id[]){ __VA_ARGS__ },       \
	    sizeof((const enum verb_id[]){ __VA_ARGS__ }) / \
	            sizeof(enum verb_id))

static void test_start(void)
{
	const struct act_memory *end;
	struct act_report r;
	struct str words;
	struct scene x;

	open_scene(&x, exited);
	r = act(&x);
	OK(r.acted && r.plan.go, "done");
	OK(DID(&x, VERB_DUMP, VERB_BUNDLE, VERB_START), "evidence first");
	OK(heal_open(&x.w.m) && x.w.m.n_acts == 1, "it is watched");
	OK(str_has(ledger(&x), STR("\"kind\":\"intent\"")) &&
	           str_has(ledger(&x), STR("\"action\":\"START_AGENT\"")) &&
	           str_has(ledger(&x), STR("\"cause\":\"AGENT_EXITED_CLEAN\"")),
	   "the intent is on record");
	(void)world_step(&x.w, 5000);
	OK(world_plan(&x.w).why_not == GUARD_IN_FLIGHT, "no second one");
	OK(!heal_follow(&x.h, &x.w.p, x.w.m.clock.now_ms, &x.w.a, &words),
	   "nothing yet");
	world_recovers(&x.w, 4000);
	(void)world_step(&x.w, 2000);
	end = heal_follow(&x.h, &x.w.p, x.w.m.clock.now_ms, &x.w.a, &words);
	OK(end && end->outcome == ACT_CURED &&
	           str_has(words, STR("after the start")),
	   "cured");
	OK(!heal_open(&x.w.m) &&
	           str_has(ledger(&x), STR("\"outcome\":\"cured\"")),
	   "its end is on record");
	close_scene(&x);
}

static void test_reset(void)
{
	struct act_report r;
	struct scene x;

	open_scene(&x, failed);
	ecs(&x.w)->active = UNIT_FAILED;
	r = act(&x);
	OK(r.acted && DID(&x, VERB_DUMP, VERB_BUNDLE, VERB_RESET_FAILED,
	                  VERB_START),
	   "reset, then start");
	close_scene(&x);

	open_scene(&x, failed);
	ecs(&x.w)->active = UNIT_FAILED;
	x.m.broken = true;
	x.m.fails = VERB_RESET_FAILED;
	x.m.answer.status = 1;
	r = act(&x);
	OK(r.acted && DID(&x, VERB_DUMP, VERB_BUNDLE, VERB_RESET_FAILED),
	   "no start when the reset is refused");
	OK(x.w.m.act[0].outcome == ACT_REFUSED, "refused");
	close_scene(&x);
}

static void test_restart(void)
{
	struct scene x;

	open_scene(&x, hung);
	ecs(&x.w)->active = UNIT_ACTIVE;
	x.w.f->control.pid = 4;
	x.w.f->control.runs_ms = HOUR;
	OK(act(&x).acted && DID(&x, VERB_DUMP, VERB_BUNDLE, VERB_RESTART),
	   "restart");
	close_scene(&x);
}

static bool look_blind(void *ctx, struct pass *out)
{
	(void)ctx;
	(void)out;
	return false;
}

static bool look_full(void *ctx, struct pass *out)
{
	struct world *w = ctx;

	world_find(w, full);
	return look_world(ctx, out);
}

static bool look_well(void *ctx, struct pass *out)
{
	struct world *w = ctx;

	world_find(w, NULL);
	return look_world(ctx, out);
}

static bool look_hung(void *ctx, struct pass *out)
{
	struct world *w = ctx;

	world_find(w, hung);
	return look_world(ctx, out);
}

static bool look_person(void *ctx, struct pass *out)
{
	struct world *w = ctx;

	w->f->unit.stopper = STOPPED_BY_JOB;
	return look_world(ctx, out);
}

/* What a last look says, counts. */
static void test_changed(void)
{
	static bool (*const looks[])(void *, struct pass *) = {
		look_blind, look_full, look_well, look_hung, look_person
	};

	for (size_t i = 0; i < sizeof(looks) / sizeof(*looks); i++) {
		struct act_report r;
		struct scene x;

		open_scene(&x, exited);
		x.h.look = looks[i];
		r = act(&x);
		OK(!r.acted && !r.plan.go && r.plan.why_not == GUARD_CHANGED &&
		           r.plan.why.n,
		   "called off");
		OK(DID(&x, VERB_DUMP, VERB_BUNDLE) && x.w.m.n_acts == 0 &&
		           ledger(&x).n == 0,
		   "nothing was done, nothing is spent");
		close_scene(&x);
	}
}

/* Without a record of the intent, nothing. */
static void test_ledger(void)
{
	struct act_report r;
	struct scene x;
	struct err e;

	open_scene(&x, exited);
	OK(mkdirat(x.s.dir, LEDGER_NAME, 0700) == 0, "in its place");
	r = act(&x);
	OK(!r.acted && r.plan.why_not == GUARD_LEDGER && x.w.m.n_acts == 0 &&
	           DID(&x, VERB_DUMP, VERB_BUNDLE),
	   "not done");
	OK(world_plan(&x.w).why_not == GUARD_LEDGER, "nor planned");
	OK(unlinkat(x.s.dir, LEDGER_NAME, AT_REMOVEDIR) == 0, "gone");
	close_scene(&x);

	open_scene(&x, exited);
	store_close(&x.s);
	x.s.dir = -1;
	OK(!act(&x).acted, "no folder");
	OK(store_open(&x.s, folder, &e), "again");
	close_scene(&x);
}

static void test_refused(void)
{
	struct act_report r;
	struct scene x;

	open_scene(&x, exited);
	x.m.broken = true;
	x.m.fails = VERB_START;
	x.m.why.code = ERR_REFUSED;
	memcpy(x.m.why.msg, "no helper", 10);
	r = act(&x);
	OK(r.acted && str_eq(r.said, STR("no helper")) &&
	           x.w.m.act[0].outcome == ACT_REFUSED &&
	           str_has(ledger(&x), STR("\"outcome\":\"refused\"")),
	   "nobody carried it out");
	close_scene(&x);

	open_scene(&x, exited);
	x.m.broken = true;
	x.m.fails = VERB_START;
	x.m.why.code = ERR_TIME;
	(void)act(&x);
	OK(x.w.m.act[0].outcome == ACT_OPEN, "it may have been done");
	close_scene(&x);

	open_scene(&x, exited);
	x.m.broken = true;
	x.m.fails = VERB_BUNDLE;
	x.m.why.code = ERR_IO;
	OK(act(&x).acted, "evidence is a favour");
	close_scene(&x);
}

/* Once for each time a cause comes, before it is confirmed. */
static void test_evidence(void)
{
	struct scene x;
	struct plan p;

	open_scene(&x, exited);
	x.w.m.streak[0].n_at = 1;
	p = world_plan(&x.w);
	OK(p.why_not == GUARD_UNCONFIRMED && heal_evidence(&x.h, &p, &x.w.a) &&
	           DID(&x, VERB_DUMP, VERB_BUNDLE),
	   "while it is being confirmed");
	for (int i = 0; i < 4; i++)
		(void)world_step(&x.w, 30000);
	OK(act(&x).acted && DID(&x, VERB_DUMP, VERB_BUNDLE, VERB_START),
	   "not again");
	close_scene(&x);

	open_scene(&x, exited);
	world_set(&x.w, CONF_HEAL, HEAL_PLAN);
	p = world_plan(&x.w);
	OK(!heal_evidence(&x.h, &p, &x.w.a) && x.m.n == 0, "only for an act");
	close_scene(&x);
}

/* ---- did it help? */

static void test_verify(void)
{
	static const struct {
		const char *name;
		int64_t after_ms, runs_ms;
		bool answers, open, blind, orphan;
		enum act_outcome want;
	} rows[] = {
		{ "not up yet", 4000, 0, false, false, false, false, ACT_OPEN },
		{ "registered, not connected", 20000, 9000, true, false, false,
		  false, ACT_OPEN },
		{ "connected", 20000, 9000, true, true, false, false,
		  ACT_CURED },
		{ "the old process", 20000, HOUR, true, true, false, false,
		  ACT_OPEN },
		{ "never", 5 * MIN, 9000, false, false, false, false,
		  ACT_FAILED },
		{ "never connected", 5 * MIN, 4 * MIN, true, false, false,
		  false, ACT_FAILED },
		{ "the old one, too long", 5 * MIN, HOUR, true, true, false,
		  false, ACT_FAILED },
		{ "connections cannot be seen", 5 * MIN, 0, true, false, true,
		  false, ACT_CURED },
		{ "whose act was it", 5 * MIN, 0, false, false, false, true,
		  ACT_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct act_memory x = { .action = ACTION_START_AGENT,
			                .cause = CAUSE_AGENT_EXITED_CLEAN,
			                .intent_ms = 1000,
			                .orphan = rows[i].orphan };
		struct str words = { NULL, 0 };
		struct world w;

		world_init(&w);
		world_recovers(&w, rows[i].runs_ms);
		if (!rows[i].answers)
			w.f->agent.answer = AGENT_NOTHING;
		if (!rows[i].open)
			w.f->control.n_open = 0;
		if (rows[i].blind)
			w.f->control.seen.state = SEEN_FAILED;
		OK(heal_verify(&x, &w.p, &w.c, 1000 + rows[i].after_ms, &w.a,
		               &words) == rows[i].want,
		   rows[i].name);
		OK(rows[i].want == ACT_OPEN || words.n, rows[i].name);
		world_find(&w, exited);
		OK(heal_verify(&x, &w.p, &w.c, 1000 + rows[i].after_ms, &w.a,
		               &words) != ACT_CURED,
		   "not while the cause is there");
		world_free(&w);
	}
}

int main(void)
{
	if (!mkdtemp(folder))
		return 1;
	test_start();
	test_reset();
	test_restart();
	test_changed();
	test_ledger();
	test_refused();
	test_evidence();
	test_verify();
	(void)rmdir(folder);
	return unit_end("heal_act");
}
