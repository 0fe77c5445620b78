/*
 * record.h - the flat record that every sink sends and that history keeps: one
 * on each change of verdict, act and heartbeat. Rows come from record.def.
 */
#ifndef PROBE_RECORD_H
#define PROBE_RECORD_H

#include "probe/buf.h"
#include "probe/pass.h"

enum field_id {
#define FIELD(id, name, type, cap, text) FIELD_##id,
#include "probe/record.def"
#undef FIELD
	FIELD_COUNT
};

enum field_type { FIELD_TYPE_STR, FIELD_TYPE_INT };

struct field_info {
	const char *name;
	enum field_type type;
	size_t cap; /* bytes of a STR */
	const char *text;
};
extern const struct field_info field_info[FIELD_COUNT];

#define RECORD_MAX 2048       /* bytes of a record as JSON */
#define RECORD_NONE INT64_MIN /* an INT that is not known */

struct record {
	struct str s[FIELD_COUNT]; /* cleaned, within its cap; or empty */
	int64_t n[FIELD_COUNT];
};

enum record_kind {
	RECORD_START,
	RECORD_VERDICT,
	RECORD_RECOVERY,
	RECORD_ACT,
	RECORD_HEARTBEAT,
	RECORD_STOP,
	RECORD_KINDS
};
extern const char *const record_kind_text[RECORD_KINDS];

/* What a pass does not know. */
struct record_about {
	enum record_kind kind;
	int64_t at_ms;
	/* The verdict that stands (raised late, cleared early enough). cause
	 * NONE: healthy, or no known cause; status says which. */
	enum severity status;
	enum cause_class class;
	enum cause_id cause;
	int64_t since_ms; /* RECORD_NONE: not known */
	/* Of a change: what stood before, and how long. */
	bool changed;
	enum cause_id previous;
	int64_t duration_ms; /* RECORD_NONE: not known */
	/* Words of the tables of heal; NULL: none. */
	const char *action, *outcome, *why_not;
	int64_t dropped;
	int64_t up_ms;               /* of the host; 0: not to be told */
	const struct record *before; /* the last one made, or NULL */
};

/* p may be NULL (start, stop): all that a pass sees is then not known. Texts
 * point into a, or are static. */
void record_make(const struct pass *p, const struct record_about *about,
                 struct arena *a, struct record *out);
/* A copy whose texts live in a. */
void record_copy(const struct record *r, struct arena *a, struct record *out);
/* One line of JSON without a line end, at most RECORD_MAX bytes: long texts are
 * cut when it would be more. out must have that much room. */
void record_json(const struct record *r, struct arena *a, struct buf *out);
/* Reads one back; what it does not know is passed over. Texts are cleaned anew
 * and live in a. ERR_FORM. */
MUST_CHECK bool record_parse(struct str line, struct arena *a,
                             struct record *out, struct err *e);

#endif
