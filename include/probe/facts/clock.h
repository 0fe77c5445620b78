/* facts/clock.h - this host's clock by the words of four witnesses: the kernel,
 * Amazon's time service, the Date of AWS's answers, and whether AWS takes our
 * signatures. */
#ifndef PROBE_FACTS_CLOCK_H
#define PROBE_FACTS_CLOCK_H

#include "probe/facts/ntp.h"
#include "probe/seen.h"

enum clock_signed { /* signatures are good for five minutes */
	            CLOCK_UNTRIED,
	            CLOCK_TAKEN,   /* AWS took one just now */
	            CLOCK_REFUSED, /* and named the time as its reason */
};

struct fact_clock {
	struct seen seen;
	bool kernel; /* the next four are known */
	bool synced;
	int64_t max_error_us, freq_ppb, tolerance_ppb;
	/* What AWS's clock says minus ours (positive: we are behind), by the
	 * Date of skew_n answers; 0 of them: nothing is known. */
	int64_t skew_ms;
	uint32_t skew_n;
	/* The same by the time service. */
	bool asked; /* the rest is known; ntp.any: it gave a time */
	struct fact_ntp ntp;
	enum clock_signed taken;
};

#endif
