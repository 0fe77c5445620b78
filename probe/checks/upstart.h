/* upstart.h - the agent's job on Amazon Linux 1. */
#ifndef PROBE_CHECKS_UPSTART_H
#define PROBE_CHECKS_UPSTART_H

#include "probe/check.h"

/* False: there is no such job. Who stopped one is told by ecs-init's log: its
 * pre-stop runs when somebody asks, not when the agent has ended. */
static inline bool upstart_job(const struct facts *f, struct findings *out)
{
	const struct fact_unit *u = &f->unit;

	if (u->init != UNIT_INIT_UPSTART || !u->upstart)
		return false;
	if (u->upstart == UNIT_ACTIVE)
		check_raise(out, FIND_UNIT_ACTIVE, "job ecs runs");
	else if (u->upstart != UNIT_INACTIVE)
		return true; /* on its way */
	else if (f->logs.seen.state == SEEN_OK && f->logs.found.ended_alone)
		check_raise(out, FIND_UNIT_EXITED_CLEAN,
		            "job ecs is stopped, exit status 0, ecs-init was "
		            "not asked to stop");
	else
		check_raise(out, FIND_UNIT_INACTIVE, "job ecs is stopped");
	return true;
}

#endif
