/*
 * heal.h - whether to mend the agent, and doing it. heal_plan() decides and is
 * pure; heal_act() does what it said, once: look again, write the intent to the
 * ledger (fsync), act; heal_follow() watches in later passes whether it helped.
 */
#ifndef PROBE_HEAL_H
#define PROBE_HEAL_H

#include "probe/memory.h"
#include "probe/verb.h"

/* The words of `heal` in probe.conf. */
enum heal_mode { HEAL_OFF, HEAL_PLAN, HEAL_ON };

enum guard_id {
	GUARD_NONE, /* nothing speaks against it */
#define GUARD(id, ...) GUARD_##id,
#include "probe/guards.def"
#undef GUARD
	GUARD_COUNT
};

struct guard_info {
	const char *id, *word, *text;
};
extern const struct guard_info guard_info[GUARD_COUNT];

#define ACTION_MAX_CURES 16
struct action_info {
	const char *id, *word, *text;
	enum verb_id verb;
	uint32_t needs; /* FACT_BIT()s */
	enum cause_id cures[ACTION_MAX_CURES];
};
extern const struct action_info action_info[ACTION_COUNT];
/* What cures a cause, or ACTION_NONE. */
enum action_id action_for(enum cause_id cause);

struct plan {
	bool go;
	enum action_id action; /* what would be done; NONE: nothing cures it */
	enum cause_id cause;   /* the root cause, or NONE */
	enum guard_id why_not; /* NONE when go */
	struct str why;        /* in words, with figures; in the arena */
};

/* May we act now, and how; or which guard says no. now_ms: of memory_tick(). p
 * must already be in m (memory_update). */
struct plan heal_plan(const struct pass *p, const struct memory *m,
                      const struct conf *c, int64_t now_ms, struct arena *a);
/* Every guard's own word, for `probe explain why-not`: why[g].p is NULL when
 * guard g has nothing against it. */
struct plan heal_explain(const struct pass *p, const struct memory *m,
                         const struct conf *c, int64_t now_ms, struct arena *a,
                         struct str why[GUARD_COUNT]);
/* The acts that count against the budget. */
size_t heal_spent(const struct memory *m, const struct conf *c, int64_t now_ms);
/* How long after the last act the next may follow. */
int64_t heal_cool_down_ms(const struct memory *m, const struct conf *c,
                          int64_t now_ms);

/* ---- the act itself (heal/act.c, heal/verify.c, heal/ledger.c) */

#define LEDGER_NAME "ledger.jsonl"
#define LEDGER_MAX_BYTES (64u * 1024)

/* Puts the acts of the ledger into m, so that the budget holds when memory.json
 * is lost, older or damaged. An act without an end is watched on, or, of an
 * earlier boot, ended as UNKNOWN. A line that cannot be understood counts as an
 * act; a last line without its end counts for nothing, because no act was done
 * before its append returned. False: the ledger cannot be read, m->ledger_bad
 * is set, and no act will be done. Call once at the start, behind memory_load()
 * and the first memory_tick(). */
bool ledger_load(struct memory *m, const struct store *s, struct arena *a,
                 struct err *e);
/* The pure part: the text of a ledger, oldest line first, into m. */
void ledger_parse(struct str text, struct memory *m, struct arena *a);

struct hands {
	struct host *host;
	const struct store *store;
	struct memory *memory;
	const struct conf *conf;
	/* A fresh look at everything the action needs, nothing kept from
	 * before; false when none could be had. */
	bool (*look)(void *ctx, struct pass *out);
	void *ctx;
};
struct act_report {
	bool acted;
	struct plan plan; /* as of the last look: why_not says why not */
	struct str said;  /* what went wrong with the command, cleaned */
};
/* Stacks of the agent and of dockerd, and a bundle, once for each time a cause
 * comes and when heal = on: as soon as it is first seen, so that an act need
 * not wait for it. Call in each step with its plan; mostly it does nothing.
 * True when it took some; blocks that long. */
bool heal_evidence(struct hands *w, const struct plan *p, struct arena *a);
/* Carries out a plan that says go: at most one act, and only when its intent is
 * on the disk. Comes back when the command does; whether it helped is for
 * heal_follow(). Blocks for as long as evidence, look and command take. */
struct act_report heal_act(struct hands *w, const struct plan *p,
                           struct arena *a);
/* How the open act goes, by this pass; call in each step behind
 * memory_update(). NULL: there is none, or it is still watched. Else the act,
 * which has just come to its end, with words for a person; the ledger has it.
 * Also tries a bad ledger again now and then. */
const struct act_memory *heal_follow(struct hands *w, const struct pass *p,
                                     int64_t now_ms, struct arena *a,
                                     struct str *words);
/* The pure part of it: OPEN while it may still help. */
enum act_outcome heal_verify(const struct act_memory *act, const struct pass *p,
                             const struct conf *c, int64_t now_ms,
                             struct arena *a, struct str *words);
/* The open act, or NULL. */
const struct act_memory *heal_open(const struct memory *m);

#endif
