/*
 * memory.h - what outlives a pass, probe itself, and a reboot: how long each
 * cause has been seen, the verdict that stands, the acts, an operator's hold.
 * Everything but memory_load() and memory_save() is pure. All of it lies in the
 * struct: it can be copied.
 *
 * Times are of one steady clock: the sum of what CLOCK_MONOTONIC counted while
 * probe looked, carried over reboots. It never goes back, whatever becomes of
 * the wall clock, and is never ahead of the time that really passed (time in
 * which the instance was off counts for nothing): so no jump of a clock can
 * shorten a cool-down or refill a budget. Wall clock times are for people.
 */
#ifndef PROBE_MEMORY_H
#define PROBE_MEMORY_H

#include "probe/buf.h"
#include "probe/conf.h"
#include "probe/pass.h"
#include "probe/store.h"

enum action_id {
	ACTION_NONE,
#define ACTION(id, ...) ACTION_##id,
#include "probe/actions.def"
#undef ACTION
	ACTION_COUNT
};

enum act_outcome {
	ACT_OPEN,    /* intended, perhaps done; its effect is watched */
	ACT_CURED,   /* the agent answers, registered and connected */
	ACT_FAILED,  /* it does not, at the end of the time given */
	ACT_REFUSED, /* could not be carried out */
	ACT_UNKNOWN, /* probe or the instance ended meanwhile */
	ACT_OUTCOMES
};
extern const char *const act_outcome_text[ACT_OUTCOMES]; /* "cured" */

#define MEMORY_STREAKS 32
#define MEMORY_ACTS 16
#define MEMORY_SIGHTINGS 8
/* Looks that follow each other faster count as one: a unit that systemd starts
 * again after ten seconds is not down. */
#define MEMORY_APART_MS 5000
#define MEMORY_ID_MAX 40
#define MEMORY_TEXT_MAX 160

struct memory_clock {
	int64_t now_ms;           /* steady */
	int64_t mono_ms, wall_ms; /* as of then */
	char boot[MEMORY_ID_MAX]; /* boot id; may be empty */
};
struct streak {
	enum cause_id cause; /* CAUSE_NONE: a finding without a cause */
	int64_t since_ms, last_ms;
	uint32_t seen;                /* looks that showed it */
	int64_t at[MEMORY_SIGHTINGS]; /* newest first: looks of this boot
	                               * in which it was the root */
	size_t n_at;
};
struct raised {
	enum severity status; /* OK: nothing stands */
	enum cause_id cause; /* CAUSE_NONE: a finding without one, or UNKNOWN */
	enum cause_class class;
	int64_t since_ms, since_wall_ms;
};
struct act_memory {
	char id[MEMORY_ID_MAX]; /* the ledger's */
	enum action_id action;
	enum cause_id cause;
	enum act_outcome outcome;
	int64_t intent_ms, done_ms, wall_ms; /* wall: of the intent */
	char boot[MEMORY_ID_MAX];
	bool orphan; /* not saved: the probe that intended it has ended */
};
/* From operator.json, which `probe hold` and `probe release` write. */
struct hold {
	bool on;
	int64_t for_ms, mono_ms, wall_ms; /* as of when it was set */
	char boot[MEMORY_ID_MAX];
	char why[MEMORY_TEXT_MAX], who[MEMORY_ID_MAX];
};
struct memory {
	struct memory_clock clock;
	char instance[MEMORY_ID_MAX]; /* whose memory this is; may be empty */
	struct streak streak[MEMORY_STREAKS];
	size_t n_streaks;
	struct raised raised;
	int64_t blind_since_ms; /* 0: the last look told something */
	int64_t well_since_ms;  /* no critical verdict since; 0: there is one */
	int64_t well_ms;        /* when it last had been well for long enough */
	int64_t good_wall_ms;   /* the last look that found nothing at all */
	struct act_memory act[MEMORY_ACTS]; /* oldest first */
	size_t n_acts;
	struct hold hold;
	int64_t release_wall_ms; /* of the last `probe release` heeded */
	int64_t released_ms;     /* when it was heeded; 0: never */
	int64_t evidence_ms;     /* when evidence was taken last; 0: never */
	bool ledger_bad;         /* not saved: why no act may be done */
	char ledger_why[MEMORY_TEXT_MAX];
	int64_t ledger_tried_ms; /* not saved */
	int64_t saved_ms;        /* not saved */
	bool changed;            /* not saved: worth a memory_save() */
};

struct change {
	enum { CHANGE_NONE, CHANGE_RAISED, CHANGE_OTHER, CHANGE_CLEARED } kind;
	enum cause_id from, to;
	enum severity from_status, to_status;
	int64_t since_ms;    /* wall clock: of what stands, or stood till now */
	int64_t duration_ms; /* of what stood till now */
};

/* Call first in each step. boot: the kernel's boot_id, or empty. Returns the
 * steady time of now, which the calls below take as now_ms. */
int64_t memory_tick(struct memory *m, int64_t wall_ms, int64_t mono_ms,
                    struct str boot);
/* Milliseconds that surely went by since another clock showed mono_ms on a boot
 * of that id: never more than there were. */
int64_t memory_since(const struct memory_clock *k, int64_t mono_ms,
                     struct str boot);
/* Takes a pass in. A memory that came with the image of another instance is
 * not ours: it is dropped as soon as the pass tells who we are. raise-after and
 * raise-count make a verdict stand, clear-after makes it go; a look that tells
 * nothing (UNKNOWN) does neither, and after ten times clear-after of such looks
 * the verdict is UNKNOWN. */
struct change memory_update(struct memory *m, const struct pass *p,
                            const struct conf *c, int64_t now_ms);
/* What stands as of now; status OK when nothing does. */
static inline const struct raised *memory_raised(const struct memory *m)
{
	return &m->raised;
}
const struct streak *memory_streak(const struct memory *m, enum cause_id id);
/* The cause that is to be acted on: the root, but not one that only lines of
 * hours ago speak for, of the agent's log or the kernel's: they say nothing of
 * the agent of now. */
const struct diagnosis *memory_root(const struct pass *p);
/* Sightings of a cause as that root within the last window_ms, MEMORY_SIGHTINGS
 * at most. */
size_t memory_confirmed(const struct memory *m, enum cause_id id,
                        int64_t window_ms, int64_t now_ms);
/* Milliseconds that the hold still lasts; 0: there is none. */
int64_t memory_held_ms(const struct memory *m);
/* A steady time as wall clock. */
int64_t memory_wall(const struct memory *m, int64_t at_ms);
/* True when memory_save() is due: something changed, or ten minutes of steady
 * time would be lost. */
bool memory_due(const struct memory *m);

/* ---- the file (heal/memory.c, heal/memoryjson.c) */

#define MEMORY_NAME "memory.json"
#define MEMORY_MAX_BYTES (64u * 1024)
#define OPERATOR_NAME "operator.json"
#define OPERATOR_MAX_BYTES 4096u

/* JSON of m into out; unknown fields are ignored when it is read back. False
 * with ERR_FORM for what is not a memory: *out is then empty, a fresh one. */
void memory_render(const struct memory *m, struct buf *out);
MUST_CHECK bool memory_parse(struct str text, struct arena *a,
                             struct memory *out, struct err *e);
/* False: the file is there and was not understood or could not be read; m is
 * then a fresh memory, to be used all the same. No file: a fresh one, true. */
bool memory_load(struct memory *m, const struct store *s, struct arena *a,
                 struct err *e);
MUST_CHECK bool memory_save(struct memory *m, const struct store *s,
                            struct arena *a, struct err *e);
/* ---- hold and release (heal/operator.c) */

/* Reads what an operator wrote; call in each step, it is cheap. A file that is
 * not understood counts as a hold without end: somebody meant something. */
void operator_read(struct memory *m, const struct store *s, struct arena *a);
MUST_CHECK bool operator_hold(const struct store *s, struct arena *a,
                              const struct hold *h, struct err *e);
MUST_CHECK bool operator_release(const struct store *s, struct arena *a,
                                 int64_t wall_ms, struct str who,
                                 struct err *e);

#endif
