/* plan.h - what every guard is asked about. */
#ifndef PROBE_HEAL_PLAN_H
#define PROBE_HEAL_PLAN_H

#include "probe/heal.h"

struct ask {
	const struct pass *p;
	const struct memory *m;
	const struct conf *c;
	int64_t now_ms; /* steady */
	struct arena *a;
	const struct diagnosis *root; /* NULL: nothing is known to be wrong */
	enum action_id action;
};

/* What speaks against acting, in words; p is NULL when nothing does. */
typedef struct str guard_fn(const struct ask *q);
#define GUARD(id, word, text) guard_fn guard_##id;
#include "probe/guards.def"
#undef GUARD

#define GUARD_PASSES ((struct str){ NULL, 0 })

/* "2 h 30 min", "45 s": for settings and what is left of them. */
struct str plan_time(struct arena *a, int64_t ms);

#endif
