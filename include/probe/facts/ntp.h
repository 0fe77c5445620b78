/* facts/ntp.h - what Amazon's time service says, asked with one packet; with a
 * second one when our clock is off by more than a second. */
#ifndef PROBE_FACTS_NTP_H
#define PROBE_FACTS_NTP_H

#include "probe/host.h"
#include "probe/seen.h"

/* "Amazon Time Sync Service": on every Nitro and Xen instance, IPv6 on Nitro.
 */
#define NTP_SERVERS 2

struct ntp_row {
	const char *server;
	struct ntp_answer answer;
	bool usable; /* it answered, and its time is worth something */
};

struct fact_ntp {
	struct seen seen;
	struct ntp_row row[NTP_SERVERS];
	bool any;    /* one is usable */
	size_t best; /* which, when any */
	/* How much faster than theirs our clock fell behind between the two
	 * packets (positive: falls behind), and how wrong that may be. */
	bool drift_known;
	int64_t drift_ppb, drift_error_ppb;
};

#endif
