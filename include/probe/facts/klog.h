/* klog.h - the kernel's log: the lines of the window, newest last. */
#ifndef PROBE_FACTS_KLOG_H
#define PROBE_FACTS_KLOG_H

#include "probe/seen.h"

struct fact_klog {
	struct seen seen;
	/* "prio,seq,usec,flags;text" a line, usec since boot. */
	struct str text;
	int64_t uptime_ms; /* what usec is compared with; -1 not known */
	int64_t window_ms; /* older lines say nothing of now */
};

#endif
