/* facts/knock.h - a real connection to a real listener in 31000-61000: both of
 * this host, on two of its addresses, for an instant. */
#ifndef PROBE_FACTS_KNOCK_H
#define PROBE_FACTS_KNOCK_H

#include "probe/host.h"
#include "probe/seen.h"

struct fact_knock {
	struct seen seen;
	bool alone;    /* this host has no second address: not tried */
	uint16_t port; /* of the listener; 0: none was free */
	struct knock got;
};

#endif
