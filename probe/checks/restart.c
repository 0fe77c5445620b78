#include "reach.h"

/* Would RegisterContainerInstance get through now, as far as one can see? */
static bool can_register(const struct facts *f)
{
	const struct endpoint_row *r = reach_row(&f->endpoints, SVC_ECS);

	if (!r)
		return false;
	if (f->imds.seen.state == SEEN_OK && f->imds.documents &&
	    !f->imds.iam.complete)
		return false;
	/* Not looked at, throttled or refused as such: no proof of harm. */
	return r->outcome == EP_OK || r->outcome == EP_NOT_ASKED ||
	       r->outcome == EP_FAILED || r->outcome == EP_THROTTLED ||
	       r->outcome == EP_REJECTED;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	if (f->agent.answer == AGENT_ANSWERS && !can_register(f))
		check_raise(out, FIND_RESTART_HARMFUL,
		            "the agent is registered, the ECS API out of "
		            "reach");
}

const struct check check_restart = {
	.id = "restart",
	.title = "a restarted agent could register again",
	.why = "An agent that starts opens the port of the tasks' credentials "
	       "only after it has registered. To restart one that is "
	       "registered while the ECS API is out of reach takes the "
	       "credentials away from every running task.",
	.needs = FACT_BIT(AGENT) | FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS),
	.judge = judge,
};
