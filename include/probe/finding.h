/* finding.h - every reason code probe can raise. Rows come from findings.def.
 */
#ifndef PROBE_FINDING_H
#define PROBE_FINDING_H

#include "probe/arena.h"

/* Ordered: a later one outranks an earlier one. Exit codes are another list:
 * sev_exit[] gives 0, 0, 3, 1, 2 (the Nagios numbers). */
enum severity { SEV_OK, SEV_INFO, SEV_UNKNOWN, SEV_WARN, SEV_CRIT, SEV_COUNT };
extern const int sev_exit[SEV_COUNT];
extern const char *const sev_name[SEV_COUNT];

enum finding_id {
	FIND_NONE, /* zero: an unset slot, and the end of a short list */
#define FINDING(id, sev, history, summary, advice) FIND_##id,
#include "probe/findings.def"
#undef FINDING
	FIND_COUNT
};

struct finding_info {
	const char *name, *summary, *advice;
	enum severity severity;
	enum finding_id history;
};
extern const struct finding_info finding_info[FIND_COUNT];
/* The finding with that name (any case, - for _), or FIND_NONE. */
enum finding_id finding_of(struct str name);

enum name_id {
#define NAME(id, text) NAME_##id,
#include "probe/names.def"
#undef NAME
	NAME_COUNT
};
extern const char *const name_text[NAME_COUNT];

#define FINDING_MAX_NAMES 8

struct finding {
	enum finding_id id;
	struct str text; /* numbers and names, in the pass's arena, cleaned */
	struct {
		enum name_id id;
		struct str value;
	} names[FINDING_MAX_NAMES];
	size_t n_names;
	/* From a log: how often, and when first and last; 0 and WHEN_NONE
	 * otherwise. */
	uint32_t count;
	int64_t first_ms, last_ms;
	struct str sample; /* a log line, cleaned; may be empty */
	/* Written by diagnose(): index into its causes, or one of these. */
	int explained_by;
};
#define EXPLAINED_NOT (-1)
#define EXPLAINED_HISTORY (-2)

#endif
