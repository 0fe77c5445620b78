/* warm.h - an instance that the Auto Scaling group holds in reserve. */
#ifndef PROBE_CHECKS_WARM_H
#define PROBE_CHECKS_WARM_H

#include "probe/check.h"

/* With ECS_WARM_POOLS_CHECK the agent registers only when it leaves the pool:
 * until then its ports are closed and it has no connection, on purpose. */
static inline bool waits_in_warm_pool(const struct facts *f)
{
	struct str v = { NULL, 0 };

	if (f->agent.answer == AGENT_NOTHING && f->imds.seen.state == SEEN_OK &&
	    f->config.seen.state == SEEN_OK &&
	    str_starts(f->imds.asg_state, STR("Warmed:")))
		v = str_trim(config_value(&f->config, "ECS_WARM_POOLS_CHECK"));
	return str_eq_low(v, STR("true")) || str_eq_low(v, STR("t")) ||
	       str_eq(v, STR("1"));
}

#endif
