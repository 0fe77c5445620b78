/*
 * facts.h - what was observed on the host in one pass, and nothing else: no
 * opinion, no threshold. Collectors write it, checks read it (const).
 *
 * Every group starts with a `struct seen`. When seen.state is not SEEN_OK the
 * rest of the group is zero and must not be read.
 */
#ifndef PROBE_FACTS_H
#define PROBE_FACTS_H

#include "probe/seen.h"

#include "probe/facts/all.h"

enum fact_group {
#define FACT(up, low, deadline_ms, needs) FACT_##up,
#include "probe/facts.def"
#undef FACT
	FACT_COUNT
};
#define FACT_BIT(up) (UINT32_C(1) << FACT_##up)
_Static_assert(FACT_COUNT <= 32, "needs is a 32-bit mask");

struct facts {
	int64_t now_ms; /* wall clock when the pass began */
#define FACT(up, low, deadline_ms, needs) struct fact_##low low;
#include "probe/facts.def"
#undef FACT
};

/* The status of one group by number; used by the engine, not by checks. */
const struct seen *facts_seen(const struct facts *f, enum fact_group g);
const char *facts_name(enum fact_group g); /* "docker" */

#endif
