/*
 * good.h - what changed since it was last well: the facts that somebody
 * changes, kept at each look that finds nothing, compared with a later one.
 * Pure; keep.h takes and keeps it.
 */
#ifndef PROBE_GOOD_H
#define PROBE_GOOD_H

#include "probe/buf.h"
#include "probe/pass.h"

enum good_id {
#define GOOD(id, name, text) GOOD_##id,
#include "probe/good.def"
#undef GOOD
	GOOD_COUNT
};

#define GOOD_KEYS 128
#define GOOD_NAME "good.json"
struct good_key {
	struct str key, value; /* value: empty for a secret */
	uint16_t mark; /* of the value: enough to see a change, too little to
	                * guess a secret by */
};
struct good {
	int64_t at_ms;            /* WHEN_NONE: nothing is known */
	struct str s[GOOD_COUNT]; /* empty: was not seen */
	bool has_config;
	struct good_key key[GOOD_KEYS]; /* of ecs.config */
	size_t n_keys;
};

struct changed_row {
	struct str what, was, now; /* cleaned; empty: there was, is none */
};
#define CHANGED_MAX 48

/* What differs of what both know; returns the number of rows, CHANGED_MAX at
 * most. */
size_t good_compare(const struct good *was, const struct good *now,
                    struct arena *a, struct changed_row *out);
void good_json(const struct good *g, struct buf *out);
MUST_CHECK bool good_parse(struct str text, struct arena *a, struct good *out,
                           struct err *e);

struct diff {
	int64_t good_ms, now_ms;
	const struct changed_row *row;
	size_t n;
};
void report_diff(const struct diff *d, struct arena *a, struct buf *out);
void report_diff_json(const struct diff *d, struct arena *a, struct buf *out);
/* For a report of a sick instance: "agent 1.105.0 -> 1.106.0; resolver ..." at
 * most max bytes; empty when nothing changed. */
struct str diff_line(const struct changed_row *row, size_t n, struct arena *a,
                     size_t max);

#endif
