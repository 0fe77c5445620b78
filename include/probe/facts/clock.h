/* facts/clock.h - this host's clock by the kernel's and by AWS's word. */
#ifndef PROBE_FACTS_CLOCK_H
#define PROBE_FACTS_CLOCK_H

#include "probe/seen.h"

struct fact_clock {
	struct seen seen;
	bool kernel; /* the next two are known */
	bool synced;
	int64_t max_error_us;
	/* What AWS's clock says minus ours (positive: we are behind), by the
	 * Date of skew_n answers; 0 of them: nothing is known. */
	int64_t skew_ms;
	uint32_t skew_n;
};

#endif
