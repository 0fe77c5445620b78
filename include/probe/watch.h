/*
 * watch.h - passes one after the other: only the groups that are due are
 * collected, the others keep what was seen of them last; all of it is judged.
 */
#ifndef PROBE_WATCH_H
#define PROBE_WATCH_H

#include "probe/pass.h"

struct watch;
/* NULL: no memory. h must outlive it. */
struct watch *watch_new(struct host *h);
/* One pass: collects the groups of due (FACT_BIT()s), and those that were never
 * asked and are needed. Comes back by the deadline of o; a group that is stuck
 * is not asked again until it has ended. out points into w and into a, until
 * the next pass; pass_free() is not needed. */
void watch_run(struct watch *w, uint32_t due, struct arena *a,
               const struct pass_opts *o, struct pass *out);
/* FACT_BIT()s of the groups that hang. */
uint32_t watch_stuck(struct watch *w);
/* False: a collector still runs and the memory stays. */
bool watch_free(struct watch *w);

#endif
