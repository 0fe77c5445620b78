/* kernel.h - counters that run out: connections tracked, files, processes. */
#ifndef PROBE_FACTS_KERNEL_H
#define PROBE_FACTS_KERNEL_H

#include "probe/seen.h"

struct fact_kernel {
	struct seen seen;
	bool conntrack; /* the module is loaded; the two below then hold */
	uint64_t conntrack_count, conntrack_max; /* max never 0 then */
	uint64_t files_open, files_max;          /* max never 0 */
	uint64_t threads, threads_max;           /* max never 0 */
	/* Pressure stall, tenths of a percent over 60 s; -1: kernel without. */
	int32_t mem_full_60, io_full_60;
};

#endif
