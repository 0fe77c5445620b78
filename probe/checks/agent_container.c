#include "probe/check.h"

/* Not started since boot, it has not made this container: the last boot did. */
static bool before_boot(const struct unit *u)
{
	return u->load == UNIT_LOADED && u->started_ms < 0;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct docker_agent *a = &f->docker.agent;
	const struct unit *u = &f->unit.unit[UNIT_ECS];

	(void)lim;
	if (f->docker.state != DOCKER_ANSWERS)
		return;
	if (a->count > 1)
		check_raise(out, FIND_AGENT_CONTAINER_TWICE,
		            "%u containers run the agent's image", a->count);
	if (a->stuck)
		check_raise(out, FIND_DOCKER_CONTAINER_STUCK,
		            "inspect of container %.12s gets no answer",
		            a->id.n >= 12 ? a->id.p : "");
	if (a->found && !a->running && !before_boot(u)) {
		check_raise(out, FIND_AGENT_CONTAINER_DEAD,
		            "container " STR_FMT ", exit code %d%s",
		            STR_ARG(a->status), a->exit_code,
		            a->oom_killed ? ", killed for memory" : "");
		check_namef(out, NAME_EXIT_CODE, "%d", a->exit_code);
	} else if (!a->found && !f->docker.list_cut && u->load == UNIT_LOADED) {
		check_raise(out, FIND_AGENT_CONTAINER_MISSING,
		            "of %u containers none runs the agent",
		            f->docker.containers);
	}
}

const struct check check_agent_container = {
	.id = "agent_container",
	.title = "the container that the agent runs in",
	.why = "ecs-init makes the container anew at each start and watches "
	       "it; one that is gone, doubled or stuck is not seen in the "
	       "unit's state.",
	.needs = FACT_BIT(DOCKER),
	.also = FACT_BIT(UNIT),
	.judge = judge,
};
