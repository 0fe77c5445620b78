/* act.c - the hands. Look again, put the intent on the disk, act once. */
#include "ledger.h"
#include "memoryjson.h"
#include "plan.h"

#include "probe/text.h"

/* One verb; false when it was not carried out. *said: what came of it. */
static bool verb(struct hands *w, struct arena *a, enum verb_id id,
                 struct str *said, bool *late)
{
	struct cmd_out out = { 0 };
	struct err e = { 0 };

	*late = false;
	if (!w->host->ops->act(w->host, a, id, &out, &e)) {
		*late = e.code == ERR_TIME;
		*said = text_clean(a, str_of(e.msg), TEXT_MAX);
		return false;
	}
	if (out.status == 0)
		return true;
	*said = arena_str(a, "exit status %d: " STR_FMT, out.status,
	                  STR_ARG(text_clean(a, str_trim(out.text), TEXT_MAX)));
	return false;
}

bool heal_evidence(struct hands *w, const struct plan *p, struct arena *a)
{
	struct memory *m = w->memory;
	const struct streak *s = memory_streak(m, p->cause);
	int64_t now = m->clock.now_ms;
	struct str said;
	bool late;

	if ((!p->go && p->why_not != GUARD_UNCONFIRMED) || !p->action || !s ||
	    conf_num(w->conf, CONF_HEAL) != HEAL_ON)
		return false;
	if (m->evidence_ms &&
	    (m->evidence_ms >= s->since_ms ||
	     now - m->evidence_ms < conf_num(w->conf, CONF_HEAL_COOL_DOWN)))
		return false;
	m->evidence_ms = now;
	m->changed = true;
	/* A favour lost when they fail: the act does not depend on it. */
	(void)verb(w, a, VERB_DUMP, &said, &late);
	(void)verb(w, a, VERB_BUNDLE, &said, &late);
	return true;
}

/* The last look. */
static struct plan again(struct hands *w, const struct plan *p, struct arena *a)
{
	struct pass *fresh = ARENA_NEW(a, struct pass);
	struct plan q = *p;

	q.go = false;
	q.why_not = GUARD_CHANGED;
	if (!w->look(w->ctx, fresh)) {
		q.why = STR("a last look could not be had");
		return q;
	}
	q = heal_plan(fresh, w->memory, w->conf, w->memory->clock.now_ms, a);
	if (q.go && q.action == p->action && q.cause == p->cause)
		return q;
	q.why = arena_str(a, "a last look said otherwise: " STR_FMT,
	                  STR_ARG(q.why));
	q.go = false;
	q.why_not = GUARD_CHANGED;
	return q;
}

static struct act_memory intent(const struct memory *m, const struct plan *p,
                                struct arena *a)
{
	struct act_memory x = { .action = p->action,
		                .cause = p->cause,
		                .intent_ms = m->clock.now_ms,
		                .wall_ms = m->clock.wall_ms };

	memory_text(x.boot, sizeof(x.boot), str_of(m->clock.boot));
	memory_text(x.id, sizeof(x.id),
	            arena_str(a, "%.8s-%lld", m->clock.boot,
	                      (long long)m->clock.now_ms));
	return x;
}

static void finish(struct hands *w, struct act_memory *x, struct arena *a,
                   enum act_outcome outcome, struct str words)
{
	struct err e;

	x->outcome = outcome;
	x->done_ms = w->memory->clock.now_ms;
	w->memory->changed = true;
	/* When it cannot be written the ledger is bad, and no act follows. */
	(void)ledger_end(w->memory, w->store, a, x, words, &e);
}

struct act_report heal_act(struct hands *w, const struct plan *p,
                           struct arena *a)
{
	struct memory *m = w->memory;
	struct act_report r = { .plan = *p };
	struct act_memory x, *kept;
	struct err e;
	bool late = false;

	if (!p->go)
		return r;
	(void)heal_evidence(w, p, a);
	r.plan = again(w, p, a);
	if (!r.plan.go)
		return r;
	x = intent(m, &r.plan, a);
	if (!ledger_intent(m, w->store, a, &x, &e)) {
		r.plan.go = false;
		r.plan.why_not = GUARD_LEDGER;
		r.plan.why = text_clean(a, str_of(e.msg), TEXT_MAX);
		return r;
	}
	kept = ledger_push(m, &x);
	r.acted = true;
	if ((x.action == ACTION_RESET_AND_START &&
	     !verb(w, a, VERB_RESET_FAILED, &r.said, &late) && !late) ||
	    (!verb(w, a, action_info[x.action].verb, &r.said, &late) && !late))
		finish(w, kept, a, ACT_REFUSED, r.said);
	return r;
}

const struct act_memory *heal_follow(struct hands *w, const struct pass *p,
                                     int64_t now_ms, struct arena *a,
                                     struct str *words)
{
	struct memory *m = w->memory;
	enum act_outcome o;

	ledger_retry(m, w->store, a);
	for (size_t i = 0; i < m->n_acts; i++) {
		struct act_memory *x = &m->act[i];

		if (x->outcome != ACT_OPEN)
			continue;
		o = heal_verify(x, p, w->conf, now_ms, a, words);
		if (o == ACT_OPEN)
			return NULL;
		finish(w, x, a, o, *words);
		return x;
	}
	return NULL;
}
