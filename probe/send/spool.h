/*
 * spool.h - records that wait on disk, in the state folder: files of a line
 * each, `spool.` and the number of the first record in hexadecimal, and
 * spool.json, which says how far each sink has come. Every record has a number
 * of its own; gaps are what was lost. Nothing here is locked.
 */
#ifndef PROBE_SEND_SPOOL_H
#define PROBE_SEND_SPOOL_H

#include "probe/sinks.h"
#include "probe/store.h"

#define SPOOL_FILE_BYTES                                          \
	(256u * 1024)       /* a file is left when it has so many \
	                     */
#define SPOOL_LINE_MAX 2080 /* number, blank, record */
#define SPOOL_STATE "spool.json"

struct spool_file {
	uint64_t first, bytes;
};
struct spool_line {
	uint64_t seq;
	struct str json;
};

/* The files, in order; *n of at most max. *next: behind the last record. */
MUST_CHECK bool spool_scan(const struct store *s, struct arena *a,
                           struct spool_file *out, size_t max, size_t *n,
                           uint64_t *next, struct err *e);
MUST_CHECK bool spool_append(const struct store *s, uint64_t file, uint64_t seq,
                             struct str json, bool sync, struct err *e);
/* The text of a file; spool_next() cuts it. */
MUST_CHECK bool spool_load(const struct store *s, struct arena *a,
                           uint64_t file, struct str *out, struct err *e);
/* The next whole line of the form; false at the end. */
bool spool_next(struct str *text, struct spool_line *out);
void spool_remove(const struct store *s, uint64_t file);

struct spool_state {
	uint64_t cursor[SINK_COUNT]; /* the next one to send */
	bool known[SINK_COUNT];      /* that sink was on when it was written */
	uint64_t dropped;            /* not yet told in a record */
};
/* False: there is none, or it is damaged. */
bool spool_state_load(const struct store *s, struct arena *a,
                      struct spool_state *out, struct err *e);
MUST_CHECK bool spool_state_save(const struct store *s, struct arena *a,
                                 const struct spool_state *st, struct err *e);
/* Of the file's text. */
bool spool_state_parse(struct str text, struct arena *a,
                       struct spool_state *out);

#endif
