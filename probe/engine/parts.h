/* parts.h - what a single pass and the daemon's passes share. */
#ifndef PROBE_ENGINE_PARTS_H
#define PROBE_ENGINE_PARTS_H

#include "probe/host.h"
#include "probe/pass.h"

/* The groups that the checks not left out look at. */
uint32_t pass_wanted(const bool *skip);
struct pass_cost pass_cost(struct host *h, int64_t wall_ms);

#endif
