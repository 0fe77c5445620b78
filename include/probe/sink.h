/*
 * sink.h - where records go: the daemon offers each one, and threads of this
 * module write and send them. Nothing here waits for a disk or the network but
 * sinks_stop(), and that for as long as it was told.
 *
 * What goes over the network is written to a spool in the state folder first:
 * bounded, in order, with the times at which records were made; it outlives
 * probe, a reboot and AWS. A record arrives at least once.
 */
#ifndef PROBE_SINK_H
#define PROBE_SINK_H

#include "probe/record.h"
#include "probe/settings.h"
#include "probe/sinks.h"

/* In run-dir, of the sink plugin: the newest record. */
#define SINK_LAST "last.json"

struct sinks;
/* Starts the threads; NULL: no memory, no thread. live must outlive it, set is
 * copied: after a reload stop it and start anew. A state folder that is not
 * there (yet) is tried again; till then records wait in memory. */
struct sinks *sinks_start(struct host *live, const struct settings *set);
/* Copies r and returns at once, from any thread. s may be NULL. */
void sinks_offer(struct sinks *s, const struct record *r);
/* Is there room in memory? Who offers records by the thousand waits for it. */
bool sinks_room(struct sinks *s);
/* All that was offered is on disk or need not be, and no sink waits. */
bool sinks_idle(struct sinks *s);
/* Send what waits now, without regard to others of the fleet. */
void sinks_hurry(struct sinks *s);
/* One last try to send what waits, for so long at most; what is left is sent by
 * the next one that starts. False: a thread hangs and was left behind. s may be
 * NULL. */
bool sinks_stop(struct sinks *s, unsigned wait_ms);

struct sink_state {
	bool on;
	uint64_t sent, waiting;
	uint64_t lost;   /* dropped unsent, or refused */
	int64_t well_ms; /* wall clock of the last success; 0: never */
	char why[208];   /* why the last try did not succeed; empty: it did */
};
void sinks_state(struct sinks *s, struct sink_state out[SINK_COUNT]);

/* When in each period the heartbeat of this instance is due, so that those of
 * a fleet come evenly: 0 to period_ms - 1. */
int64_t sinks_phase_ms(struct str instance, int64_t period_ms);

#endif
