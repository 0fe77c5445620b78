/*
 * logrec.h - one log record out of whatever shape it was written in: old
 * bracket lines, logfmt, JSON with or without blanks, copies of those in a
 * journal, in Docker's own JSON log or behind a time stamp, and plain text as
 * people paste it.
 */
#ifndef PROBE_LOGREC_H
#define PROBE_LOGREC_H

#include "probe/str.h"

enum log_level {
	LVL_ANY, /* not said */
	LVL_TRACE,
	LVL_DEBUG,
	LVL_INFO,
	LVL_WARN,
	LVL_ERROR,
	LVL_CRIT
};
enum log_shape { SHAPE_PLAIN, SHAPE_BRACKET, SHAPE_LOGFMT, SHAPE_JSON };

/* Slices of the text it was read from. */
struct logrec {
	enum log_shape shape;
	enum log_level level;
	struct str raw;    /* the whole record */
	struct str time;   /* as written; empty when there is none */
	struct str msg;    /* escapes as they stand (log_unescape()) */
	struct str fields; /* what stands behind the message; may be empty */
};

/* How much of a line's head is looked at for a level. */
#define LOGREC_HEAD 160

/* Always fills *out; a line that says no level is SHAPE_PLAIN. */
void logrec_read(struct str line, struct logrec *out);
/* The quick form: shape, level and where the message begins, for lines that
 * begin the way the agent writes them. False: let logrec_read() look. */
bool logrec_quick(struct str line, struct logrec *out);
/* The same without that: what the quick form must agree with. */
void logrec_plain(struct str line, struct logrec *out);
/* The value of key=value or "key":"value" with its escapes as they stand. */
bool logrec_field(const struct logrec *r, struct str key, struct str *out);
/* Resolves \n \t \" \\ \/ \uXXXX; writes at most cap bytes, returns how many.
 */
size_t log_unescape(struct str s, char *out, size_t cap);
/* The text inside Docker's JSON log line, escapes as they stand; or false. */
bool log_unwrap_docker(struct str line, struct str *inner);
/* A line without its escape sequences, into out; returns the length. */
size_t log_strip_ansi(struct str s, char *out, size_t cap);

/* Bytes before the first newline of p[0..n), or n. */
size_t log_eol(const char *p, size_t n);
size_t log_eol_plain(const char *p, size_t n);

/* Where the newlines of p[0..n) stand, n < 4 GiB, in at[0..max), max at least
 * LOG_ENDS_MIN. Fewer than max - LOG_ENDS_MIN: there are no more. */
#define LOG_ENDS_MIN 64
typedef size_t log_ends_fn(const char *p, size_t n, uint32_t *at, size_t max);
/* The ways to find them, the plain one first and each better than the one
 * before; NULL: this processor has no such way. */
#define LOG_ENDS_WAYS 3
log_ends_fn *log_ends_way(unsigned i);

#endif
