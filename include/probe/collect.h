/* collect.h - one collector per fact group: host in, facts out, no opinion. */
#ifndef PROBE_COLLECT_H
#define PROBE_COLLECT_H

#include "probe/facts.h"
#include "probe/host.h"

/* What a collector is given. got holds the groups of its row's needs, finished;
 * the others must not be read. until_ms (monotonic) is when its answer is
 * thrown away: no wait may go past it. */
struct collect {
	struct host *h;
	struct arena *a; /* COLLECT_ARENA bytes of its own */
	const struct facts *got;
	int64_t until_ms;
	int64_t log_window_ms; /* how far back logs are read: 24 h */
};

/* Twice what the caps of the hungriest collector add up to (a Docker list and
 * an inspect; a packet filter's two rule sets). Pages nobody writes to cost
 * nothing. */
#define COLLECT_ARENA (2048u * 1024)

/* Fills one group's fields; on false the engine zeroes them and keeps *e. */
#define FACT(up, low, deadline_ms, needs)                \
	MUST_CHECK bool collect_##low(struct collect *c, \
	                              struct fact_##low *out, struct err *e);
#include "probe/facts.def"
#undef FACT

/* Milliseconds a wait may still take: at most want, at least 1. */
unsigned collect_left_ms(const struct collect *c, unsigned want);

#endif
