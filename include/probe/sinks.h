/* sinks.h - the names of the sinks. */
#ifndef PROBE_SINKS_H
#define PROBE_SINKS_H

#include "probe/err.h"
#include "probe/str.h"

enum sink_id {
#define SINK(id, ...) SINK_##id,
#include "probe/sinks.def"
#undef SINK
	SINK_COUNT
};

struct sink_info {
	const char *word;
	bool far;
	const char *lacks, *text;
};
extern const struct sink_info sink_info[SINK_COUNT];

#define SINK_BIT(id) (UINT32_C(1) << SINK_##id)
/* "cloudwatch-logs, jsonl" as bits; "none" or nothing: 0. ERR_ARG, with what it
 * might have meant. */
MUST_CHECK bool sinks_mark(struct str list, uint32_t *out, struct err *e);

#endif
