/* task_apart.h - the subnet's route, or rules? What tells them apart. */
#ifndef PROBE_CHECKS_TASK_APART_H
#define PROBE_CHECKS_TASK_APART_H

#include "task_network.h"

/* Another task gets from the same subnet to where t does not: then there is a
 * route. (This host would not do: it may have a public address.) */
static inline bool subnet_has_way(const struct facts *f,
                                  const struct task_row *t, size_t target)
{
	const struct fact_tasks *tasks = &f->tasks;

	for (size_t i = 0; i < tasks->n; i++) {
		const struct task_row *o = &tasks->row[i];

		if (o != t && o->awsvpc && o->subnet.n &&
		    str_eq(o->subnet, t->subnet) && target < o->net.n &&
		    task_fate(&o->net.answer[target]) == FATE_WELL)
			return true;
	}
	return false;
}

static inline bool s3_alone(const struct fact_tasks *f,
                            const struct task_row *t)
{
	bool some = false;

	for (size_t i = 0; i < f->n_targets && i < t->net.n; i++) {
		const struct endpoint_row *host = f->target[i].host;

		if (!host || task_fate(&t->net.answer[i]) != FATE_WELL)
			continue;
		if (host->service != SVC_S3)
			return false;
		some = true;
	}
	return some;
}

/* Route or rules? They look alike from inside, but for what is seen here of
 * the first task that is cut off. */
static inline void task_tell_apart(const struct facts *f, struct findings *out)
{
	for (size_t i = 0; i < f->tasks.n; i++) {
		const struct task_row *t = &f->tasks.row[i];
		size_t at = 0;

		if (!t->awsvpc || !task_targets(&f->tasks, t, FATE_SILENT, &at))
			continue;
		if (!t->net.route4 && !t->net.route6)
			check_raise(out, FIND_TASK_ROUTE_NONE, TASK_FMT,
			            TASK(t));
		else if (s3_alone(&f->tasks, t))
			check_raise(out, FIND_TASK_S3_ALONE, TASK_FMT, TASK(t));
		else if (subnet_has_way(f, t, at))
			check_raise(out, FIND_TASK_SUBNET_WAY_OUT,
			            "another task of " STR_FMT " reaches it",
			            STR_ARG(t->subnet));
		return;
	}
}

#endif
