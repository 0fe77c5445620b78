/* judge.h - runs the checks over one set of facts. */
#ifndef PROBE_JUDGE_H
#define PROBE_JUDGE_H

#include "probe/check.h"

#define JUDGE_MAX_FINDINGS 160

struct checked {
	const struct check *check;
	enum severity sev;   /* worst of its findings, or UNKNOWN */
	bool left_out;       /* by --only or --skip, or not asked */
	struct str why;      /* when SEV_UNKNOWN: in words */
	const char *needs;   /* what would make it known: "root", ... */
	int32_t ms;          /* of the collectors it needs */
	size_t first, count; /* its slice of findings.list */
};
struct findings {
	struct arena *a;
	struct finding *list; /* JUDGE_MAX_FINDINGS of them */
	size_t n, dropped;
};

extern const struct check *const checks[];
extern const size_t checks_count;

struct findings findings_init(struct arena *a);
/* skip[i]: leave checks[i] out; NULL: none. out has checks_count entries. */
void judge_all(const struct facts *f, const struct limits *lim,
               const bool *skip, struct findings *found, struct checked *out);
struct limits limits_default(void);
/* Changes those that the list ("NAME=N,NAME=N") names. ERR_ARG: no such one,
 * or out of range; then some may have changed. */
MUST_CHECK bool limits_set(struct str list, struct limits *lim, struct err *e);
/* Sets hit[i] (checks_count places) for the ids of a list with commas. */
MUST_CHECK bool checks_mark(struct str list, bool *hit, struct err *e);
bool findings_have(const struct findings *found, enum finding_id id);

#endif
