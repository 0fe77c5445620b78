/* One step of the daemon, from a look to what follows from it. */
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "probe/look.h"
#include "probe/say.h"

enum {
	STEP_ARENA = 3 * PASS_ARENA, /* a pass, a last look, records */
	NOTE_ARENA = 16 * 1024,
	AGAIN_MS = 60000, /* before a folder is tried again */
};

static void put(char *to, size_t cap, struct str s)
{
	(void)snprintf(to, cap, STR_FMT, STR_ARG(str_head(s, cap - 1)));
}

static int64_t tick(struct step *s)
{
	return memory_tick(&s->memory, s->live->ops->now_ms(s->live),
	                   s->live->ops->mono_ms(s->live), str_of(s->boot));
}

/* The state folder, and what it remembers. It may come late: a disk that was
 * full or read-only, a mount that was slow. */
static void open_state(struct step *s)
{
	int64_t now = s->live->ops->mono_ms(s->live);
	struct err e = { 0 };

	if (s->state.dir >= 0 || now < s->try_ms)
		return;
	s->try_ms = now + AGAIN_MS;
	if (!store_open(&s->state, conf_text(&s->set->conf, CONF_STATE_DIR).p,
	                &e)) {
		s->state.dir = -1;
		say_event(SAY_ERR, "state-folder", "ok=0 why=%s",
		          say_text(str_of(e.msg)).z);
		return;
	}
	if (!memory_load(&s->memory, &s->state, &s->arena, &e))
		say_event(SAY_ERR, "memory", "ok=0 why=%s",
		          say_text(str_of(e.msg)).z);
	(void)tick(s);
	if (!ledger_load(&s->memory, &s->state, &s->arena, &e))
		say_event(SAY_ERR, "ledger", "ok=0 why=%s",
		          say_text(str_of(e.msg)).z);
}

bool step_init(struct step *s, struct host *live, const struct settings *set)
{
	struct arena *a = &s->arena;
	struct str boot;
	struct err e;

	*s = (struct step){ .live = live, .set = set, .state = { -1 } };
	*a = (struct arena){ malloc(STEP_ARENA), 0, STEP_ARENA };
	for (int i = 0; i < 2; i++)
		s->notes.mem[i] =
			(struct arena){ malloc(NOTE_ARENA), 0, NOTE_ARENA };
	if (!a->base || !s->notes.mem[0].base || !s->notes.mem[1].base)
		return false;
	if (door_open(s))
		s->watch = watch_new(s->h);
	if (live->ops->read(live, a, "/proc/sys/kernel/random/boot_id", 64,
	                    &boot, &e))
		put(s->boot, sizeof(s->boot), str_trim(boot));
	return s->watch != NULL;
}

/* ---- what is said */

static void say_seen(const struct outcome *was, const struct outcome *now)
{
	if (was->n && was->status == now->status &&
	    strcmp(was->cause, now->cause) == 0)
		return;
	say_event(now->status == SEV_OK ? SAY_INFO : SAY_WARN, "seen",
	          "status=%s%s%s title=%s pass=%u ms=%lld",
	          sev_name[now->status], *now->cause ? " cause=" : "",
	          now->cause, say_text(str_of(now->title)).z, now->n,
	          (long long)now->cost.wall_ms);
}

/* A collector that hangs: its group is not known until it comes back. */
static void say_stuck(struct step *s)
{
	uint32_t stuck = watch_stuck(s->watch);
	struct buf names = buf_init(&s->arena, 512);

	if (stuck == s->stuck)
		return;
	s->stuck = stuck;
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (stuck >> g & 1)
			(void)buf_fmt(&names, "%s%s", names.n ? "," : "",
			              facts_name((enum fact_group)g));
	say_event(stuck ? SAY_WARN : SAY_INFO, "stuck",
	          "groups=" STR_FMT " pass=%u",
	          STR_ARG(stuck ? buf_str(&names) : STR("none")),
	          s->last.n + 1);
}

static struct str kebab(struct step *s, enum cause_id id)
{
	return id ? cause_kebab(&s->arena, id) : STR("none");
}

static void say_change(struct step *s, const struct change *c)
{
	struct str from = kebab(s, c->from), to = kebab(s, c->to);

	if (c->kind == CHANGE_RAISED || c->kind == CHANGE_OTHER)
		say_event(SAY_WARN, "raised",
		          "status=%s cause=" STR_FMT " before=" STR_FMT
		          " pass=%u",
		          sev_name[c->to_status], STR_ARG(to), STR_ARG(from),
		          s->last.n + 1);
	if (c->kind == CHANGE_CLEARED)
		say_event(SAY_INFO, "recovered",
		          "cause=" STR_FMT " after_s=%lld pass=%u",
		          STR_ARG(from), (long long)c->duration_ms / 1000,
		          s->last.n + 1);
}

/* Why nothing is done, whenever the reason, or what it is about, is another
 * one. */
static void say_plan(struct step *s, const struct plan *p)
{
	if (p->why_not == s->guard && p->cause == s->held)
		return;
	s->guard = p->why_not;
	s->held = p->cause;
	if (p->go || p->why_not == GUARD_NOTHING_WRONG)
		return;
	say_event(SAY_INFO, "held-back",
	          "guard=%s cause=" STR_FMT " why=%s pass=%u",
	          guard_info[p->why_not].word, STR_ARG(kebab(s, p->cause)),
	          say_text(p->why).z, s->last.n + 1);
}

static void say_act(struct step *s, const struct plan *p,
                    const struct act_report *r)
{
	if (!r->acted) {
		say_event(SAY_WARN, "act",
		          "action=\"%s\" outcome=none why=%s pass=%u",
		          action_info[p->action].word, say_text(r->plan.why).z,
		          s->last.n + 1);
		return;
	}
	say_event(SAY_WARN, "act",
	          "action=\"%s\" cause=" STR_FMT " outcome=open%s%s pass=%u",
	          action_info[p->action].word, STR_ARG(kebab(s, p->cause)),
	          r->said.n ? " said=" : "",
	          r->said.n ? say_text(r->said).z : "", s->last.n + 1);
}

/* ---- what is done */

/* The last look before an act: everything anew. But what tasks see from inside
 * is no reason for or against one, and while the agent hangs they wait for
 * their credentials. */
static bool look_again(void *ctx, struct pass *out)
{
	struct step *s = ctx;
	const struct pass_opts o = settings_opts(s->set);
	uint32_t again = ~look_groups(LOOK_FAR);

	door_ask(s, again);
	watch_run(s->watch, again, &s->arena, &o, out);
	return !out->left_behind;
}

/* Reasons that will not go away by themselves: no need to look for that. */
static bool lasts(const struct step *s, const struct plan *p)
{
	static const enum guard_id g[] = {
		GUARD_NOTHING_WRONG, GUARD_OFF,         GUARD_NO_CURE,
		GUARD_HELD,          GUARD_NO_UNIT,     GUARD_STOPPED_BY_PERSON,
		GUARD_WARM_POOL,     GUARD_HANDED_OVER, GUARD_MODE,
		GUARD_LEDGER,        GUARD_BUDGET,
	};

	for (size_t i = 0; i < sizeof(g) / sizeof(*g); i++)
		if (p->why_not == g[i])
			return true;
	return conf_num(&s->set->conf, CONF_HEAL) != HEAL_ON;
}

/* What memory, history and hands make of a pass. */
static void follow(struct step *s, struct pass *p, struct plan *plan)
{
	struct hands hands = { .host = s->h,
		               .store = &s->state,
		               .memory = &s->memory,
		               .conf = &s->set->conf,
		               .look = look_again,
		               .ctx = s };
	struct news news = { .plan = plan };
	struct act_report report;
	int64_t now = s->memory.clock.now_ms;

	news.change = memory_update(&s->memory, p, &s->set->conf, now);
	say_change(s, &news.change);
	news.end = heal_follow(&hands, p, now, &s->arena, &news.words);
	if (news.end)
		say_event(SAY_WARN, "act", "action=\"%s\" outcome=%s why=%s",
		          action_info[news.end->action].word,
		          act_outcome_text[news.end->outcome],
		          say_text(news.words).z);
	*plan = heal_plan(p, &s->memory, &s->set->conf, now, &s->arena);
	say_plan(s, plan);
	if (!s->notes.any)
		note_plain(s, p, RECORD_START);
	note_step(s, p, &news);
	(void)heal_evidence(&hands, plan, &s->arena);
	if (!plan->go)
		return;
	report = heal_act(&hands, plan, &s->arena);
	say_act(s, plan, &report);
	if (report.acted) {
		news = (struct news){ .plan = plan, .acted = true };
		note_step(s, p, &news);
	}
}

static void conclude(struct step *s, const struct pass *p, struct outcome *out)
{
	const struct verdict *v = &p->verdict;

	*out = (struct outcome){
		.n = s->last.n + 1,
		.status = v->status,
		.docker_answers = p->facts->docker.seen.state == SEEN_OK &&
		                  p->facts->docker.state == DOCKER_ANSWERS,
		.cost = p->cost,
	};
	put(out->cause, sizeof(out->cause),
	    v->root ? v->root->name : (struct str){ NULL, 0 });
	put(out->title, sizeof(out->title), v->title);
	for (unsigned g = 0; g < FACT_COUNT; g++)
		out->cost_ms[g] = facts_seen(p->facts, (enum fact_group)g)->ms;
}

/* More often: something is new, is about to be raised or cleared, is being
 * mended, or will be as soon as it may. */
static bool hurry(const struct step *s, const struct plan *plan,
                  const struct outcome *now)
{
	const struct raised *r = memory_raised(&s->memory);
	bool told = now->status != SEV_UNKNOWN;

	if (s->last.n && strcmp(s->last.cause, now->cause) != 0)
		return true;
	if (told && (now->status > SEV_INFO) != (r->status > SEV_INFO))
		return true;
	return heal_open(&s->memory) || (plan->action && !lasts(s, plan));
}

static void save(struct step *s)
{
	struct err e;

	if (s->state.dir < 0 || !memory_due(&s->memory))
		return;
	if (!memory_save(&s->memory, &s->state, &s->arena, &e))
		say_event(SAY_WARN, "not-kept", "what=memory why=%s",
		          say_text(str_of(e.msg)).z);
}

void step_run(struct step *s, uint32_t due, struct outcome *out)
{
	const struct pass_opts o = settings_opts(s->set);
	struct plan plan = { 0 };
	struct pass *p;

	arena_reset(&s->arena);
	open_state(s);
	note_sinks(s);
	(void)tick(s);
	operator_read(&s->memory, &s->state, &s->arena);
	p = ARENA_NEW(&s->arena, struct pass);
	door_ask(s, s->last.n ? due : UINT32_MAX);
	watch_run(s->watch, due, &s->arena, &o, p);
	(void)tick(s);
	conclude(s, p, out);
	say_seen(&s->last, out);
	say_stuck(s);
	follow(s, p, &plan);
	if (plan.action)
		(void)snprintf(out->heal, sizeof(out->heal), "%s: %s",
		               plan.go ? "done" : guard_info[plan.why_not].word,
		               action_info[plan.action].word);
	out->hurry = hurry(s, &plan, out);
	out->proving = heal_open(&s->memory) != NULL;
	save(s);
	s->last = *out;
}

bool step_end(struct step *s)
{
	arena_reset(&s->arena);
	note_plain(s, NULL, RECORD_STOP);
	note_end(s);
	s->memory.changed = true;
	save(s);
	if (!watch_free(s->watch))
		return false;
	free(s->arena.base);
	free(s->look_mem.base);
	free(s->notes.mem[0].base);
	free(s->notes.mem[1].base);
	store_close(&s->state);
	return true;
}
