/* scan.h - the state of one walk over logs. */
#ifndef PROBE_LOGS_SCAN_H
#define PROBE_LOGS_SCAN_H

#include "hits.h"
#include "probe/logscan.h"
#include "quiet.h"

#define SCAN_JOIN 16384u /* bytes of one record that spans lines */
#define SCAN_STAMP 40
#define SCAN_LINES 128 /* whose ends are found at a time */

/* What a file ended with, as far as silence tells. */
struct scan_quiet {
	bool booting; /* an agent started and did nothing that works or fails */
	bool waiting; /* ecs-init's last words came before a call to Docker */
	bool agent, init;
};

struct logscan {
	struct log_found *out;
	struct sigtab *tab;
	struct quiet quiet_as;
	log_ends_fn *ends;
	char *buf;
	char *scratch; /* SCAN_JOIN bytes, for what was unwrapped */
	size_t copied; /* bytes of an open record in scratch */
	size_t cap, have, pos;
	bool open;           /* a record has begun and may go on */
	size_t rec, rec_end; /* where it stands in buf */
	enum log_shape shape;
	enum log_level level;
	struct log_at at;
	bool torn;  /* inside a line longer than buf */
	bool first; /* nothing of this file was taken yet */
	struct scan_quiet quiet, last_quiet;
	struct str time; /* the newest, in buf or in stamp */
	char stamp[SCAN_STAMP];
	char read_stamp[SCAN_STAMP]; /* the time read last */
	size_t read_n;
	int64_t day_ms; /* midnight before it, or WHEN_NONE */
	int64_t acs_ms; /* the newest "Connected to ACS" */
	uint32_t acs_run;
};

/* A whole record, in any shape but wrapped. */
void scan_record(struct logscan *s, struct str raw, enum log_shape shape,
                 enum log_level level, struct log_at at);
/* What a mark means for the walk. */
void scan_mark(struct logscan *s, enum sig_mark mark, struct str raw,
               struct log_at at);
int64_t scan_time(struct logscan *s);

#endif
