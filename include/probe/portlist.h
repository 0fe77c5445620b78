/* portlist.h - lists and ranges of ports, as the kernel and the agent write
 * them. */
#ifndef PROBE_PORTLIST_H
#define PROBE_PORTLIST_H

#include "probe/str.h"

struct port_range {
	uint16_t lo, hi; /* hi >= lo; 0 and 0: not known */
};

/* Is the port in a list like "22,51678-51680"? */
bool port_listed(struct str list, uint16_t port);
/* "32768-60999" or one port, as the agent reads it; false: it is not valid. */
bool port_range_parse(struct str s, struct port_range *out);

#endif
