/*
 * Ten thousand random lives of an instance: causes that come and go, operators,
 * reboots, clocks that jump, a probe that is restarted or forgets. What the
 * plan may do is told apart by a model that knows the truth and no guard.
 */
#include "../../probe/heal/ledger.h"
#include "heal_model.h"

enum { LIVES = 10000, STEPS = 100 };

static void ledger_add(struct life *l, struct buf *b)
{
	(void)buf_char(b, '\n');
	if (l->n_ledger + b->n > sizeof(l->ledger))
		l->n_ledger = 0; /* rotated, and the old one lost */
	memcpy(l->ledger + l->n_ledger, b->p, b->n);
	l->n_ledger += b->n;
}

static void do_act(struct life *l, const struct plan *p)
{
	struct world *w = l->w;
	struct buf b = buf_init(&w->a, 1024);
	struct act_memory x = { .action = p->action,
		                .cause = p->cause,
		                .intent_ms = w->m.clock.now_ms };
	size_t before = heal_spent(&w->m, &w->c, w->m.clock.now_ms);

	OK(allowed(l, p->action), kinds[l->kind].name);
	OK(before < 3, "within the budget");
	memcpy(x.boot, w->m.clock.boot, MEMORY_ID_MAX);
	(void)snprintf(x.id, sizeof(x.id), "x-%lld", (long long)x.intent_ms);
	ledger_put_intent(&w->m, &x, &w->a, &b);
	ledger_add(l, &b);
	(void)ledger_push(&w->m, &x);
	l->acted_ms[l->n_acts++ % ACTS_MAX] = l->real_ms;
	tally.acts++;
	tally.done[p->action]++;
	if (l->works)
		l->back_ms = l->real_ms + 5000 + some(40000);
}

/* As heal_follow() does. */
static void follow(struct life *l)
{
	struct world *w = l->w;
	struct str words = { NULL, 0 };

	for (size_t i = 0; i < w->m.n_acts; i++) {
		struct act_memory *x = &w->m.act[i];
		struct buf b = buf_init(&w->a, 1024);

		if (x->outcome != ACT_OPEN)
			continue;
		x->outcome = heal_verify(x, &w->p, &w->c, w->m.clock.now_ms,
		                         &w->a, &words);
		if (x->outcome == ACT_OPEN)
			return;
		tally.cured += x->outcome == ACT_CURED;
		x->done_ms = w->m.clock.now_ms;
		w->m.changed = true;
		ledger_put_end(&w->m, x, words, &w->a, &b);
		ledger_add(l, &b);
	}
}

static struct plan step(struct life *l, int64_t ms)
{
	struct world *w = l->w;
	struct plan p;
	int64_t *seen;

	l->real_ms += ms;
	if (l->back_ms && l->real_ms >= l->back_ms) {
		become(l, 0);
		l->born_ms = l->back_ms;
		l->back_ms = 0;
	}
	look(l);
	(void)world_step(w, ms);
	seen = l->seen_ms[root(l)];
	w->a.used = w->mark;
	if (!seen[0] || l->real_ms - seen[0] >= MEMORY_APART_MS) {
		memmove(&seen[1], &seen[0], 2 * sizeof(int64_t));
		seen[0] = l->real_ms;
	}
	follow(l);
	p = world_plan(w);
	tally.passes++;
	tally.stopped[p.why_not]++;
	if (p.go)
		do_act(l, &p);
	if (memory_due(&w->m)) {
		struct buf b = { l->saved, 0, sizeof(l->saved), false };

		memory_render(&w->m, &b);
		OK(!b.full, "it fits");
		l->n_saved = b.n;
		w->m.changed = false;
		w->m.saved_ms = w->m.clock.now_ms;
	}
	return p;
}

/* ---- what happens to it */

static void tick(struct world *w)
{
	(void)memory_tick(&w->m, w->wall_ms, w->mono_ms, str_of(w->boot));
}

/* probe starts anew, with its memory or without. */
static void restart_probe(struct life *l, bool forgets)
{
	struct world *w = l->w;
	struct hold hold = w->m.hold;
	struct err e;

	w->a.used = w->mark;
	if (forgets || !l->n_saved)
		w->m = (struct memory){ 0 };
	else
		OK(memory_parse((struct str){ l->saved, l->n_saved }, &w->a,
		                &w->m, &e),
		   "a memory");
	w->m.hold = hold; /* a file of its own */
	tick(w);
	ledger_parse((struct str){ l->ledger, l->n_ledger }, &w->m, &w->a);
	w->m.ledger_bad = l->mod[MOD_LEDGER];
	tally.restarts++;
}

static void reboot(struct life *l)
{
	struct world *w = l->w;
	int64_t off = some(20 * MIN), up = some(10 * MIN);

	/* Now and then the kernel's id of it cannot be read. */
	if (some(8) == 0)
		w->boot[0] = '\0';
	else
		(void)snprintf(w->boot, sizeof(w->boot), "b-%d",
		               (int)some(99999));
	l->real_ms += off + up;
	w->wall_ms += off + up;
	w->mono_ms = w->f->unit.up_ms = up;
	l->born_ms = l->real_ms;
	l->back_ms = 0;
	if (w->m.hold.on) /* it may last until so long after the boot */
		l->hold_ms = 0;
	memset(l->seen_ms, 0, sizeof(l->seen_ms));
	restart_probe(l, some(20) == 0);
	tally.reboots++;
}

static void hold(struct life *l)
{
	struct world *w = l->w;
	struct hold h = { .on = some(2) == 0,
		          .for_ms = some(3 * HOUR),
		          .mono_ms = w->mono_ms,
		          .wall_ms = w->wall_ms,
		          .why = "x" };

	memcpy(h.boot, w->boot, sizeof(w->boot));
	w->m.hold = h;
	l->hold_ms = h.on ? l->real_ms + h.for_ms : 0;
}

static void event(struct life *l)
{
	static const int64_t years = 10 * 365 * 24 * HOUR;

	switch (some(12)) {
	case 0:
	case 1:
	case 2:
		become(l, (size_t)some(KINDS));
		l->back_ms = 0;
		break;
	case 3:
		l->finding =
			(enum mod)(some(3) ? MOD_NONE : some(MOD_FINDINGS));
		break;
	case 4:
	case 5:
		l->mod[MOD_FINDINGS + some(MODS - MOD_FINDINGS)] = some(3) == 0;
		break;
	case 6:
		l->w->wall_ms += some(2 * years) - years;
		tally.jumps++;
		break;
	case 7:
		reboot(l);
		break;
	case 8:
		restart_probe(l, some(10) == 0);
		break;
	case 9:
		hold(l);
		break;
	case 10:
		world_set(l->w, CONF_HEAL, some(4) ? HEAL_ON : some(3));
		break;
	default:
		break;
	}
}

/* Nothing forbids it any more: a cure that works must come, in the time that
 * budget and pauses allow, or be handed over, and then come when released. */
static void ends_well(struct life *l)
{
	struct world *w = l->w;
	size_t sick;
	int steps = 0;

	memset(l->mod, 0, sizeof(l->mod));
	l->finding = MOD_NONE;
	w->m.hold.on = false;
	l->hold_ms = 0;
	world_set(w, CONF_HEAL, HEAL_ON);
	do {
		sick = (size_t)some(KINDS);
	} while (!kinds[sick].cure);
	become(l, sick);
	l->works = true;
	l->back_ms = 0;
	while (l->kind && steps++ < 450) {
		struct plan p = step(l, some(3) ? 30000 : 90000);

		if (p.why_not == GUARD_HANDED_OVER) {
			tally.handed++;
			w->m.released_ms = w->m.clock.now_ms;
		}
	}
	OK(l->kind == 0, "every cure comes in the end");
	for (int i = 0; i < 8; i++)
		(void)step(l, 30000);
	OK(w->m.raised.status == SEV_OK && w->m.n_streaks == 0 &&
	           !heal_open(&w->m),
	   "and nothing stays behind");
}

static void one_life(struct world *w)
{
	static struct life l;

	l = (struct life){ .w = w, .real_ms = WALL, .born_ms = WALL - HOUR };
	w->m = (struct memory){ 0 };
	w->wall_ms = WALL;
	w->mono_ms = w->f->unit.up_ms = 2 * HOUR;
	world_set(w, CONF_HEAL, HEAL_ON);
	for (int i = 0; i < STEPS; i++) {
		int64_t dice = some(20);

		if (some(4) == 0)
			event(&l);
		(void)step(&l, dice < 14   ? 30000
		               : dice < 17 ? 5000
		               : dice < 19 ? 5 * MIN
		                           : some(3 * HOUR));
	}
	ends_well(&l);
	OK(l.n_acts <= ACTS_MAX, "few acts");
}

int main(void)
{
	static struct world w;

	world_init_size(&w, 64 << 20);
	make_looks(&w);
	w.mark = w.a.used;
	for (int i = 0; i < LIVES && !unit_failed; i++)
		one_life(&w);
	printf("seed %u: %d lives, %zu looks, %zu acts (%zu start, %zu "
	       "restart, %zu reset), %zu cured, %zu handed over; %zu "
	       "restarts of probe, %zu reboots, %zu jumps of the clock\n",
	       SEED, LIVES, tally.passes, tally.acts,
	       tally.done[ACTION_START_AGENT], tally.done[ACTION_RESTART_AGENT],
	       tally.done[ACTION_RESET_AND_START], tally.cured, tally.handed,
	       tally.restarts, tally.reboots, tally.jumps);
	for (unsigned g = 1; g < GUARD_COUNT; g++)
		OK(tally.stopped[g] || g == GUARD_CHANGED ||
		           g == GUARD_VERDICT || g == GUARD_LOGS_ALONE ||
		           g == GUARD_NO_UNIT || g == GUARD_FLEET,
		   guard_info[g].id);
	world_free(&w);
	return unit_end("heal_days");
}
