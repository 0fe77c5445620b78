/*
 * crew.h - runs the collectors of a pass side by side, each in a thread and
 * an arena of its own, under one deadline.
 */
#ifndef PROBE_ENGINE_CREW_H
#define PROBE_ENGINE_CREW_H

#include "probe/host.h"
#include "probe/pass.h"

/* wanted: FACT_BIT()s of the groups to collect. Returns by the deadline at the
 * latest (monotonic, host's). out points into the crew's memory: crew_free()
 * it when the facts are no longer needed. NULL: no memory, nothing was asked.
 */
struct crew *crew_run(struct host *h, uint32_t wanted,
                      const struct pass_opts *o, int64_t until_ms,
                      struct facts *out);
/* A collector was left behind and may still be running. */
bool crew_stuck(const struct crew *crew);
/* Gives back the memory, unless a collector still writes to it. */
void crew_free(struct crew *crew);

#endif
