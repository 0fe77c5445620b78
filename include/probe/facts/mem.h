/* mem.h - memory of the host, from /proc/meminfo. */
#ifndef PROBE_FACTS_MEM_H
#define PROBE_FACTS_MEM_H

#include "probe/seen.h"

struct fact_mem {
	struct seen seen;
	uint64_t total_kib; /* never 0 when seen */
	uint64_t avail_kib; /* at most total_kib */
};

#endif
