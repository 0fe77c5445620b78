/*
 * keep.h - what probe keeps of what it saw, for whoever comes later: history,
 * the last good state, the message at login, a line on the console, bundles.
 * The daemon calls these after a pass; each failure is an err value, and the
 * next pass goes on without.
 */
#ifndef PROBE_KEEP_H
#define PROBE_KEEP_H

#include "probe/good.h"
#include "probe/record.h"
#include "probe/store.h"

/* ---- history.jsonl, in the state folder: a line per record, two files */

#define HISTORY_NAME "history.jsonl"
#define HISTORY_MAX_BYTES (1024u * 1024)

/* A heartbeat is kept in short. What changes something is synced. Needs 8 KiB
 * of a, given back. */
MUST_CHECK bool keep_history(const struct store *state, const struct record *r,
                             struct arena *a, struct err *e);
/* Calls take with each record that is kept, the oldest first. Lines that are
 * none are passed over. max_bytes of a are needed: 2 * HISTORY_MAX_BYTES + 64
 * KiB. ERR_NOENT: there is no history yet. */
MUST_CHECK bool keep_past(const struct store *state, struct arena *a,
                          void (*take)(void *ctx, const struct record *r),
                          void *ctx, struct err *e);

/* ---- in the run folder */

#define MOTD_NAME "motd"
#define CONSOLE_NAME "console.txt"
#define CONSOLE_APART_MS (10 * 60 * 1000)

/* The verdict that stands, for pam_motd: call on each change, and at start. */
MUST_CHECK bool keep_motd(const struct store *run, const struct record *r,
                          struct arena *a, struct err *e);

/* What the console was told, and when; zero at the start. */
struct console {
	char waits[168]; /* a line that comes too soon after the last */
	char next[96];   /* its status and cause */
	char said[96];   /* those that the console shows */
	int64_t said_ms;
	bool has_said;
	unsigned held; /* changes nobody was told of */
};
/* Call on each change with its record, and in each step with NULL. True: a new
 * line is in console.txt, and VERB_CONSOLE is to bring it to the console. At
 * most one in CONSOLE_APART_MS; of those that come sooner the last waits,
 * unless it says what the console says already. mono_ms: any clock that does
 * not jump. A line that cannot be written waits too. */
bool keep_console(struct console *c, const struct store *run,
                  const struct record *r, int64_t mono_ms, struct arena *a);

/* ---- good.json, in the state folder: the last look that found nothing */

#define GOOD_MAX_BYTES (64u * 1024)

/* When it was written last; zero at the start. */
struct good_mark {
	bool any;
	uint64_t hash;
	int64_t saved_ms;
};
/* For the daemon: call after each pass that is OK while nothing is raised.
 * Written when something differs, and once an hour. What this pass could not
 * see stays as it was. mono_ms: any clock that does not jump. */
MUST_CHECK bool keep_good(const struct store *state, struct host *h,
                          const struct pass *p, struct good_mark *mark,
                          int64_t mono_ms, struct arena *a, struct err *e);
/* ERR_NOENT: nothing was ever well, or nobody kept it. */
MUST_CHECK bool good_load(const struct store *state, struct arena *a,
                          struct good *out, struct err *e);
/* From a pass, and routes and resolv.conf through h. Texts live in a. */
void good_take(struct host *h, const struct pass *p, struct arena *a,
               struct good *out);

#endif
