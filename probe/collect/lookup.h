/* lookup.h - names of endpoints, and which address of each can be sent to. */
#ifndef PROBE_COLLECT_LOOKUP_H
#define PROBE_COLLECT_LOOKUP_H

#include "probe/collect.h"
#include "probe/facts/endpoints.h"

/* Rows from first on, within ms; returns how many answers, or failures, were
 * there. A row that goes through a proxy has its name resolved there. */
size_t lookup(struct collect *c, struct fact_endpoints *f, size_t first,
              unsigned ms);
/* Fills f's way4, way6 and v6_only. */
void lookup_ways(struct collect *c, struct fact_endpoints *f);

#endif
