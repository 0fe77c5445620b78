/* pass.h - one pass of the whole engine, and what came of it. */
#ifndef PROBE_PASS_H
#define PROBE_PASS_H

#include "probe/diagnose.h"
#include "probe/host.h"

struct pass_cost {
	int64_t wall_ms, cpu_ms, rss_kib;
};

struct verdict {
	enum severity status; /* OK, WARN, CRIT, UNKNOWN */
	enum cause_class class;
	const struct diagnosis *root; /* NULL: nothing to explain */
	struct str title;
};

struct crew;
struct changed_row; /* good.h */
struct pass {
	struct facts *facts;
	struct findings found;
	struct checked *checked; /* checks_count */
	struct diagnosis causes[DIAGNOSE_MAX];
	size_t n_causes;
	struct verdict verdict;
	struct pass_cost cost;
	/* What differs from when it was last well; 0: nothing, or not known. */
	const struct changed_row *changed;
	size_t n_changed;
	int64_t good_ms;   /* when that was */
	struct str daemon; /* what it would do about it; empty: none runs */
	bool log_only;     /* `probe log`: no live look was taken */
	bool left_behind;  /* a collector still runs: leave by _exit() */
	struct crew *crew; /* the memory that facts point into */
};

struct pass_opts {
	struct limits limits;
	const bool *skip;     /* checks_count, or NULL */
	unsigned deadline_ms; /* of the whole pass */
	int64_t log_window_ms;
};

/* Collects side by side, judges, diagnoses. Always comes back by the deadline,
 * with what was seen until then; a collector that is stuck is left behind. a
 * must hold PASS_ARENA bytes. */
#define PASS_ARENA (1024u * 1024)
void pass_run(struct host *h, struct arena *a, const struct pass_opts *o,
              struct pass *out);
/* The first half alone: collects these groups (FACT_BIT()s) and what they
 * need; only out->facts, crew and left_behind are filled. */
void pass_collect(struct host *h, struct arena *a, uint32_t groups,
                  const struct pass_opts *o, struct pass *out);
/* Gives back what the collectors took; p's facts and findings are then gone. */
void pass_free(struct pass *p);
/* The steps after collection, over facts that are already there. */
void pass_judge(struct arena *a, const struct facts *f,
                const struct pass_opts *o, struct pass *out);

#endif
