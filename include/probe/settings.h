/* settings.h - probe.conf as the daemon uses it: read, checked, all or nothing.
 */
#ifndef PROBE_SETTINGS_H
#define PROBE_SETTINGS_H

#include "probe/conf.h"
#include "probe/pass.h"
#include "probe/sinks.h"

#define SETTINGS_MAX_CHECKS 256
/* What settings_load() takes of an arena at most. */
#define SETTINGS_ARENA (3 * CONF_MAX_BYTES)

struct settings {
	struct conf conf;
	struct limits limits;
	bool skip[SETTINGS_MAX_CHECKS];
	uint32_t sinks; /* SINK_BIT()s */
};

/* path NULL: CONF_PATH, which need not be there. On false *out is as it was
 * and *e says which line of which file is wrong. */
MUST_CHECK bool settings_load(struct host *h, struct arena *a, const char *path,
                              struct settings *out, struct err *e);
/* Points into s. */
struct pass_opts settings_opts(const struct settings *s);

#endif
