/* seen.h - how the collection of one fact group ended. */
#ifndef PROBE_SEEN_H
#define PROBE_SEEN_H

#include "probe/err.h"
#include "probe/str.h"

/* NOT_ASKED: left out (--only, --skip, `probe log`). ABSENT: a recording
 * without it. FAILED: our own means failed, or the deadline passed. */
enum seen_state { SEEN_NOT_ASKED, SEEN_OK, SEEN_ABSENT, SEEN_FAILED };

struct seen {
	enum seen_state state;
	int32_t ms;     /* how long the collector took */
	struct err why; /* when SEEN_FAILED or SEEN_ABSENT */
};

#endif
