/* ident.h - which machine this is: for reports, and for reading versions. */
#ifndef PROBE_FACTS_IDENT_H
#define PROBE_FACTS_IDENT_H

#include "probe/seen.h"

struct fact_ident {
	struct seen seen;
	struct str os_id, os_version, os_name; /* "amzn", "2023", pretty */
	struct str kernel;                     /* "6.1.0" */
	struct str ecs_init; /* "1.105.1", from its cached agent; may be "" */
	int64_t up_ms;       /* 0: not told */
};

#endif
