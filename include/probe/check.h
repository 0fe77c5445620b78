/*
 * check.h - the shape of a check.
 *
 * A check is a pure function of facts and limits: it reads no file, no clock,
 * no environment, and keeps nothing between calls. The engine calls judge()
 * only when every group in .needs was seen; otherwise it records UNKNOWN with
 * the collector's reason, so a check never tests for missing data. Groups in
 * .also may be read when their seen.state is SEEN_OK.
 */
#ifndef PROBE_CHECK_H
#define PROBE_CHECK_H

#include "probe/facts.h"
#include "probe/finding.h"

struct limits {
#define LIMIT(name, dflt, min, max, unit, text) int64_t name;
#include "probe/limits.def"
#undef LIMIT
};

struct findings; /* opaque: only check_raise() adds to it */

struct check {
	const char *id;    /* "agent": in options, metrics and fixtures */
	const char *title; /* one line, no full stop */
	const char *why;   /* one paragraph for the manual */
	uint32_t needs;    /* FACT_BIT()s */
	uint32_t also;     /* FACT_BIT()s it looks at when they are there */
	bool core;         /* without it there is no verdict of health */
	void (*judge)(const struct facts *f, const struct limits *lim,
	              struct findings *out);
};

/* fmt's text comes out cleaned (text_clean) and cut to TEXT_MAX. */
void check_raise(struct findings *out, enum finding_id id, const char *fmt, ...)
	PRINTF(3, 4);
/* Gives the finding raised last a name; an empty value is ignored. */
void check_name(struct findings *out, enum name_id name, struct str value);
void check_namef(struct findings *out, enum name_id name, const char *fmt, ...)
	PRINTF(3, 4);
/* Gives the finding raised last its place in a log. */
void check_seen(struct findings *out, uint32_t count, int64_t first_ms,
                int64_t last_ms, struct str sample);

#define CHECK(name) extern const struct check check_##name;
#include "probe/checks.def"
#undef CHECK

#endif
