/* plan_past.c - guards that ask the memory: what was seen and done before. */
#include "plan.h"

#include "probe/when.h"

#define HOUR_MS (3600 * (int64_t)1000)

const struct act_memory *heal_open(const struct memory *m)
{
	for (size_t i = m->n_acts; i-- > 0;)
		if (m->act[i].outcome == ACT_OPEN)
			return &m->act[i];
	return NULL;
}

size_t heal_spent(const struct memory *m, const struct conf *c, int64_t now_ms)
{
	int64_t window = conf_num(c, CONF_HEAL_WINDOW);
	size_t n = 0;

	for (size_t i = 0; i < m->n_acts; i++)
		n += now_ms - m->act[i].intent_ms < window;
	return n;
}

int64_t heal_cool_down_ms(const struct memory *m, const struct conf *c,
                          int64_t now_ms)
{
	size_t n = heal_spent(m, c, now_ms);
	int64_t ms = conf_num(c, CONF_HEAL_COOL_DOWN);

	while (n-- > 1)
		ms *= 2; /* of at most MEMORY_ACTS acts and a day: it fits */
	return ms;
}

static const struct act_memory *last_act(const struct memory *m)
{
	return m->n_acts ? &m->act[m->n_acts - 1] : NULL;
}

static struct str clock_text(const struct ask *q, int64_t at_ms)
{
	return when_text(q->a, memory_wall(q->m, at_ms));
}

struct str guard_HELD(const struct ask *q)
{
	int64_t left = memory_held_ms(q->m);
	const struct hold *h = &q->m->hold;

	if (!left)
		return GUARD_PASSES;
	return arena_str(q->a, "held by %s for another " STR_FMT ": %s",
	                 h->who[0] ? h->who : "an operator",
	                 STR_ARG(plan_time(q->a, left)), h->why);
}

struct str guard_UNCONFIRMED(const struct ask *q)
{
	int64_t window = conf_num(q->c, CONF_HEAL_CONFIRM_WINDOW);
	int64_t want = conf_num(q->c, CONF_HEAL_CONFIRM);
	size_t seen;

	if (!q->root)
		return GUARD_PASSES;
	seen = memory_confirmed(q->m, q->root->id, window, q->now_ms);
	if ((int64_t)seen >= want)
		return GUARD_PASSES;
	return arena_str(q->a, "seen %zu of %lld times in " STR_FMT, seen,
	                 (long long)want, STR_ARG(plan_time(q->a, window)));
}

struct str guard_IN_FLIGHT(const struct ask *q)
{
	const struct act_memory *x = heal_open(q->m);

	if (!x)
		return GUARD_PASSES;
	return arena_str(q->a, "%s of " STR_FMT " is being watched",
	                 action_info[x->action].word,
	                 STR_ARG(clock_text(q, x->intent_ms)));
}

/* Two in a row for this cause, and neither health nor a person in between. */
struct str guard_HANDED_OVER(const struct ask *q)
{
	const struct memory *m = q->m;
	size_t failed = 0;

	for (size_t i = m->n_acts; i-- > 0 && q->root && failed < 2;) {
		const struct act_memory *x = &m->act[i];

		if (x->cause != q->root->id || x->outcome == ACT_UNKNOWN)
			continue;
		if ((x->outcome != ACT_FAILED && x->outcome != ACT_REFUSED) ||
		    x->done_ms <= m->well_ms || x->done_ms <= m->released_ms)
			return GUARD_PASSES;
		failed++;
	}
	if (failed < 2)
		return GUARD_PASSES;
	return arena_str(q->a,
	                 "two cures of " STR_FMT " in a row have failed, the "
	                 "last at " STR_FMT ": it is a person's turn",
	                 STR_ARG(q->root->name),
	                 STR_ARG(clock_text(q, last_act(m)->intent_ms)));
}

struct str guard_LEDGER(const struct ask *q)
{
	if (!q->m->ledger_bad)
		return GUARD_PASSES;
	return arena_str(q->a, "an act could not be put on record: %s",
	                 q->m->ledger_why);
}

struct str guard_BUDGET(const struct ask *q)
{
	int64_t max = conf_num(q->c, CONF_HEAL_MAX);
	int64_t window = conf_num(q->c, CONF_HEAL_WINDOW);
	size_t spent = heal_spent(q->m, q->c, q->now_ms);
	int64_t next;

	if ((int64_t)spent < max)
		return GUARD_PASSES;
	if (spent == 0)
		return STR("heal-max = 0");
	next = q->m->act[q->m->n_acts - (size_t)max].intent_ms + window;
	return arena_str(q->a,
	                 "%zu of %lld acts in " STR_FMT
	                 " are spent; the next at " STR_FMT,
	                 spent, (long long)max,
	                 STR_ARG(plan_time(q->a, window)),
	                 STR_ARG(clock_text(q, next)));
}

struct str guard_COOL_DOWN(const struct ask *q)
{
	const struct act_memory *x = last_act(q->m);
	int64_t wait = heal_cool_down_ms(q->m, q->c, q->now_ms), gone;

	if (!x)
		return GUARD_PASSES;
	gone = q->now_ms - x->intent_ms;
	if (gone >= wait)
		return GUARD_PASSES;
	return arena_str(q->a,
	                 "the last act was " STR_FMT " ago, the next comes "
	                 "after " STR_FMT,
	                 STR_ARG(plan_time(q->a, gone)),
	                 STR_ARG(plan_time(q->a, wait)));
}

/* FNV-1a: the same on every instance, whatever it is built for. */
static uint32_t hash(struct str s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

/* Each hour is cut into N turns. An instance whose turn is shorter than it
 * takes to look twice has so long. */
struct str guard_FLEET(const struct ask *q)
{
	int64_t n = conf_num(q->c, CONF_FLEET_SLOTS);
	int64_t turn = HOUR_MS / n, begin, since;
	int64_t least = 2 * conf_num(q->c, CONF_INTERVAL);
	struct str id = q->p->facts->imds.instance_id;

	if (n <= 1)
		return GUARD_PASSES;
	if (id.n == 0)
		return STR("without the instance's id its turn is not known");
	begin = (int64_t)(hash(id) % (uint32_t)n) * turn;
	since = (q->m->clock.wall_ms % HOUR_MS - begin + HOUR_MS) % HOUR_MS;
	if (since < 0)
		since += HOUR_MS;
	if (since < (turn > least ? turn : least))
		return GUARD_PASSES;
	return arena_str(q->a, "its turn of %lld begins in " STR_FMT,
	                 (long long)n,
	                 STR_ARG(plan_time(q->a, HOUR_MS - since)));
}
