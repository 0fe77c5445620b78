/* What a step leaves for whoever comes later: a record in the history, the
 * message at login, a line on the console. */
#include <stdlib.h>

#include "loop.h"
#include "probe/say.h"

static void failed(const char *what, const struct err *e)
{
	say_event(SAY_WARN, "not-kept", "what=%s why=%s", what,
	          say_text(str_of(e->msg)).z);
}

/* The last record outlives the pass it was made from. */
static void remember(struct notes *n, const struct record *r)
{
	struct arena *a = &n->mem[n->cur = 1 - n->cur];

	arena_reset(a);
	record_copy(r, a, &n->last);
	n->any = true;
}

/* ---- the sinks */

enum {
	RELOAD_MS = 1500, /* for what waits, before others take over */
	LEAVE_MS = 800,   /* systemd and the operator wait for us */
};

void note_sinks(struct step *s)
{
	if (s->sinks_set == s->set)
		return;
	(void)sinks_stop(s->sinks, RELOAD_MS);
	s->sinks_set = s->set;
	s->sinks = s->set->sinks ? sinks_start(s->live, s->set) : NULL;
	if (s->set->sinks && !s->sinks)
		say_event(SAY_ERR, "sink", "ok=0 why=\"no memory\"");
}

/* A thread that hangs ends with us. */
void note_end(struct step *s)
{
	(void)sinks_stop(s->sinks, LEAVE_MS);
	s->sinks = NULL;
}

static void put(struct step *s, const struct record *r, bool shown)
{
	struct notes *n = &s->notes;
	int64_t now = s->live->ops->mono_ms(s->live);
	struct cmd_out out;
	struct err e = { 0 };

	sinks_offer(s->sinks, r);
	if (!keep_history(&s->state, r, &s->arena, &e))
		failed("history", &e);
	if (shown && !keep_motd(&n->run, r, &s->arena, &e))
		failed("motd", &e);
	if (shown && keep_console(&n->console, &n->run, r, now, &s->arena) &&
	    !s->live->ops->act(s->live, &s->arena, VERB_CONSOLE, &out, &e))
		failed("console", &e);
	remember(n, r);
}

/* What stands, as any record tells it. */
static struct record_about about(const struct step *s, enum record_kind kind)
{
	const struct raised *r = memory_raised(&s->memory);

	return (struct record_about){
		.kind = kind,
		.at_ms = s->live->ops->now_ms(s->live),
		.status = r->status,
		.class = r->class,
		.cause = r->cause,
		.since_ms = r->since_wall_ms ? r->since_wall_ms : RECORD_NONE,
		.duration_ms = RECORD_NONE,
		.before = s->notes.any ? &s->notes.last : NULL,
	};
}

static void make(struct step *s, const struct pass *p,
                 const struct record_about *b, bool shown)
{
	struct record *r = ARENA_NEW(&s->arena, struct record);

	record_make(p, b, &s->arena, r);
	put(s, r, shown);
}

void note_plain(struct step *s, const struct pass *p, enum record_kind kind)
{
	struct record_about b = about(s, kind);

	if (kind == RECORD_START)
		b.up_ms = s->live->ops->mono_ms(s->live);
	make(s, p, &b, true);
}

static void changed(struct step *s, const struct pass *p, const struct news *n)
{
	struct record_about b =
		about(s, n->change.kind == CHANGE_CLEARED ? RECORD_RECOVERY
	                                                  : RECORD_VERDICT);

	b.changed = true;
	b.previous = n->change.from;
	b.duration_ms = n->change.duration_ms;
	if (n->plan->action) {
		b.action = action_info[n->plan->action].word;
		b.why_not =
			n->plan->go ? NULL : guard_info[n->plan->why_not].word;
	}
	make(s, p, &b, true);
}

static void acted(struct step *s, const struct pass *p, const struct news *n)
{
	struct record_about b = about(s, RECORD_ACT);

	b.action = action_info[n->end ? n->end->action : n->plan->action].word;
	b.outcome = act_outcome_text[n->end ? n->end->outcome : ACT_OPEN];
	make(s, p, &b, false);
}

/* What `probe diff` compares with. */
static void well(struct step *s, const struct pass *p, int64_t now)
{
	struct err e;

	if (p->verdict.status == SEV_OK &&
	    memory_raised(&s->memory)->status == SEV_OK &&
	    !keep_good(&s->state, s->h, p, &s->notes.good, now, &s->arena, &e))
		failed("good", &e);
}

/* True once in each period, at this instance's own time of it: then those of a
 * fleet come evenly, and each period has one of each. */
static bool beats(struct step *s, int64_t now)
{
	int64_t beat = conf_num(&s->set->conf, CONF_HEARTBEAT);
	int64_t wall = s->live->ops->now_ms(s->live);
	int64_t phase = sinks_phase_ms(s->notes.last.s[FIELD_INSTANCE], beat);
	int64_t gone = (wall - phase) % beat;
	bool same = beat == s->notes.beat_each; /* as before a reload */
	bool due = same && now >= s->notes.beat_ms;

	if (same && !due)
		return false;
	s->notes.beat_each = beat;
	if (gone < 0)
		gone += beat;
	/* Ours, or the one after it when we are a little early. */
	s->notes.beat_ms =
		now + beat - gone + (due && beat - gone < beat / 4 ? beat : 0);
	return due;
}

void note_step(struct step *s, const struct pass *p, const struct news *n)
{
	int64_t now = s->live->ops->mono_ms(s->live);
	struct record_about b;
	struct cmd_out out;
	struct err e;

	well(s, p, now);
	if (n->end)
		acted(s, p, n);
	if (n->change.kind != CHANGE_NONE)
		changed(s, p, n);
	if (n->acted) {
		struct news begun = { .plan = n->plan };

		acted(s, p, &begun);
	}
	if (beats(s, now)) {
		b = about(s, RECORD_HEARTBEAT);
		make(s, p, &b, false);
	}
	if (keep_console(&s->notes.console, &s->notes.run, NULL, now,
	                 &s->arena) &&
	    !s->live->ops->act(s->live, &s->arena, VERB_CONSOLE, &out, &e))
		failed("console", &e);
}
