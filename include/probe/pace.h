/*
 * pace.h - when which fact group is due, as a function of time: the timers of
 * the daemon. Looks are kept together so that a quiet instance is woken as
 * rarely as can be. Pure; times are monotonic ms.
 */
#ifndef PROBE_PACE_H
#define PROBE_PACE_H

#include "probe/facts.h"

#define PACE_QUIET_MS 60 /* what comes in one go is looked at once */
#define PACE_NEVER INT64_MAX

struct pace {
	int64_t interval_ms, network_ms; /* as set */
	int64_t most_ms; /* a pass at least so often: the watchdog's; 0: no */
	uint32_t told;   /* groups of which a change would be told at once */
	bool proving;    /* an act is watched: what proves it is looked at
	                  * each second */
	uint32_t seed;   /* of the jitter: another one on each instance */
	int64_t hurry_until_ms;

	int64_t tick_ms;             /* when the next regular look is */
	int64_t last_ms[FACT_COUNT]; /* the last look at each group */
	uint32_t woken;              /* groups that something happened to */
	int64_t woken_ms;            /* and when: the first of them */
	uint32_t noted; /* groups that can wait for the next tick */
	int32_t cost_ms[FACT_COUNT]; /* what the last look at each took */
};

/* The time between two looks at a group that nothing happens to and nothing is
 * hurried for, with the settings interval and network-interval. */
int64_t pace_regular_ms(enum fact_group g, int64_t interval_ms,
                        int64_t network_ms);
/* All groups are due at once. */
void pace_init(struct pace *p, int64_t now_ms);
/* Something happened: these are to be looked at soon. */
void pace_wake(struct pace *p, uint32_t groups, int64_t now_ms);
/* The same, at the next regular look; a look that is dear waits longer, unless
 * there is a hurry. */
void pace_note(struct pace *p, uint32_t groups);
/* Look more often until then. */
void pace_hurry(struct pace *p, int64_t until_ms, int64_t now_ms);
/* When the next pass is to begin. */
int64_t pace_next(const struct pace *p);
/* The groups a pass that begins now looks at; 0: it is too early. They count
 * as looked at, and the next tick is set. A pass without a group may be due
 * all the same: *pass says so. */
uint32_t pace_take(struct pace *p, int64_t now_ms, bool *pass);

#endif
