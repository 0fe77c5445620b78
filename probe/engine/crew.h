/*
 * crew.h - runs the collectors of a pass side by side, each in a thread and
 * an arena of its own, under one deadline; and keeps what they found for the
 * passes after it.
 */
#ifndef PROBE_ENGINE_CREW_H
#define PROBE_ENGINE_CREW_H

#include "probe/host.h"
#include "probe/pass.h"

/* facts is filled by each look and points into the crew's memory. NULL: no
 * memory. */
struct crew *crew_new(struct host *h, struct facts *facts);
/* Collects the groups of due (FACT_BIT()s) anew; the others stay as they are.
 * A group that is still stuck from an earlier look stays so. Returns by the
 * deadline at the latest (monotonic, host's). */
void crew_look(struct crew *crew, uint32_t due, const struct pass_opts *o,
               int64_t until_ms);
/* With the groups they need. */
uint32_t crew_closure(uint32_t wanted);
/* Groups whose collector was left behind and still runs. */
uint32_t crew_stuck(struct crew *crew);
/* Gives back the memory, unless a collector still writes to it. */
void crew_free(struct crew *crew);

#endif
