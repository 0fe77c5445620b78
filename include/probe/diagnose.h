/*
 * diagnose.h - from findings to one root cause with its consequences folded
 * under it. Pure: rows in, rows out.
 */
#ifndef PROBE_DIAGNOSE_H
#define PROBE_DIAGNOSE_H

#include "probe/judge.h"

/* For EXPLAINS(): what an agent that cannot run or register looks like from
 * outside, whatever keeps it from it. */
#define AGENT_IS_DOWN                                                      \
	FIND_UNIT_FAILED_TERMINAL, FIND_UNIT_FAILED, FIND_UNIT_CRASH_LOOP, \
		FIND_AGENT_NO_ANSWER, FIND_AGENT_NOT_REGISTERED,           \
		FIND_AGENT_CONTAINER_DEAD, FIND_AGENT_CONTAINER_MISSING,   \
		FIND_LOG_AGENT_EXIT_LOOP, FIND_LOG_AGENT_EXIT_PANIC,       \
		FIND_LOG_AGENT_EXIT_TERMINAL, FIND_LOG_HEALTHCHECK_FAILED, \
		FIND_LOG_REGISTER_TERMINAL, FIND_LOG_ENGINE_FAILED,        \
		FIND_LOG_AGENT_DISCONNECTED, FIND_LOG_REGISTER_FAILED
/* The same with a unit that does not even run. */
#define AGENT_IS_STOPPED                                           \
	AGENT_IS_DOWN, FIND_UNIT_DISABLED, FIND_UNIT_EXITED_CLEAN, \
		FIND_UNIT_INACTIVE, FIND_UNIT_NEVER_STARTED,       \
		FIND_UNIT_STARTING, FIND_UNIT_STOPPED_BY_PERSON,   \
		FIND_UNIT_STOPPED_WITH_DOCKER, FIND_AGENT_STARTING

enum cause_id {
	CAUSE_NONE,
#define CAUSE(id, ...) CAUSE_##id,
#include "probe/causes.def"
#undef CAUSE
	CAUSE_COUNT
};

enum cause_class {
#define CLASS(id, text) CLASS_##id,
#include "probe/classes.def"
#undef CLASS
	CLASS_COUNT
};
extern const char *const class_text[CLASS_COUNT];

enum restart { RESTART_NO, RESTART_YES, RESTART_WORSE, RESTART_UNKNOWN };
extern const char *const restart_text[4];

#define CAUSE_MAX_ALL 6
#define CAUSE_MAX_LIST 80

struct cause_info {
	const char *name; /* NO_INSTANCE_PROFILE */
	enum cause_class class;
	enum severity severity;
	enum restart restart;
	int confidence; /* percent */
	enum finding_id all[CAUSE_MAX_ALL], any[CAUSE_MAX_LIST],
		unless[CAUSE_MAX_LIST], explains[CAUSE_MAX_LIST];
	const char *title, *restart_why, *disprove, *fix, *means;
};
extern const struct cause_info cause_info[CAUSE_COUNT];
/* The cause with that id (any case, - or _), or CAUSE_NONE. */
enum cause_id cause_of(struct str name);

/* Cuts the mark off a step of a fix: "?words?step" gives words and leaves the
 * step; words.p is NULL for a step without a mark, words.n is 0 for "??". */
struct str cause_step(struct str *step);
/* As reports print it: no-instance-profile. */
struct str cause_kebab(struct arena *a, enum cause_id id);

/* Two causes that cannot be told apart from inside. */
struct rival {
	enum cause_id first, second;
	int first_pct, second_pct;
	const char *decides;
};
extern const struct rival rivals[];
extern const size_t rivals_count;

struct diagnosis {
	enum cause_id id;
	struct str name; /* kebab-case */
	int confidence;  /* percent */
	bool live;       /* a live finding stands behind it, not logs alone */
	/* The row's; WORSE whenever RESTART_HARMFUL was raised. */
	enum restart restart;
	struct str title, restart_why, disprove;
	struct str fix[8]; /* steps, filled in */
	size_t n_fix;
	/* The cause that this one cannot be told from, or CAUSE_NONE; the rival
	 * stands right behind the one that it rivals (second). */
	enum cause_id rival;
	bool second;
	struct str decides; /* the one look that tells them apart */
};

#define DIAGNOSE_MAX 16
/* Marks each finding's explained_by; returns the number of causes in out
 * (DIAGNOSE_MAX places), the root cause first. */
size_t diagnose(struct findings *found, struct arena *a, struct diagnosis *out);

#endif
