/* procstat.h - one line of /proc/PID/stat: who it is and since when. A name and
 * a start time together tell a process from a later one with its number. */
#ifndef PROBE_PROCSTAT_H
#define PROBE_PROCSTAT_H

#include "probe/str.h"

struct procstat {
	struct str comm; /* may hold any byte, ')' too */
	char state;      /* R, S, D, T, Z, ... */
	uint64_t start;  /* 1/100 s after boot */
};
bool procstat_parse(struct str text, struct procstat *out);
/* "350735.47 234388.90" to milliseconds since boot. */
bool uptime_parse(struct str text, int64_t *ms);

#endif
