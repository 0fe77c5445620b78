#include "probe/facts.h"

#include <stddef.h>

static const size_t seen_at[FACT_COUNT + 1] = {
#define FACT(up, low, deadline_ms, needs) \
	[FACT_##up] = offsetof(struct facts, low.seen),
#include "probe/facts.def"
#undef FACT
	[FACT_COUNT] = 0, /* never empty */
};

static const char *const group_name[FACT_COUNT + 1] = {
#define FACT(up, low, deadline_ms, needs) [FACT_##up] = #low,
#include "probe/facts.def"
#undef FACT
	[FACT_COUNT] = 0, /* never empty */
};

const struct seen *facts_seen(const struct facts *f, enum fact_group g)
{
	return (const struct seen *)(const void *)((const char *)f +
	                                           seen_at[g]);
}

const char *facts_name(enum fact_group g)
{
	return group_name[g];
}
