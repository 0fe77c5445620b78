#include "task_apart.h"

static bool judge_reach(const struct fact_tasks *f, const struct task_row *t,
                        enum fate fate, enum finding_id id,
                        struct findings *out)
{
	size_t at = 0, well = 0, n = task_targets(f, t, fate, &at);
	size_t reaches = task_targets(f, t, FATE_WELL, &well);
	struct str other = { NULL, 0 };
	const struct netns_answer *w;

	if (n == 0)
		return true;
	w = &t->net.answer[at];
	if (reaches)
		other = t->net.answer[well].name;
	check_raise(out, id,
	            "host fine, " TASK_FMT " cannot reach " STR_FMT " (" STR_FMT
	            ": %s); %zu of %zu such%s" STR_FMT,
	            TASK(t), STR_ARG(w->name), STR_ARG(w->tries[0].addr),
	            task_words(t, w), n, n + reaches,
	            reaches ? "; it reaches " : "", STR_ARG(other));
	task_names(out, t);
	task_target_names(out, &f->target[at]);
	return false;
}

static bool judge_names(const struct fact_tasks *f, const struct task_row *t,
                        struct findings *out)
{
	size_t at = 0, n = task_targets(f, t, FATE_NAME, &at);
	const struct netns_answer *w;
	struct str server;

	/* With the host's resolver, for want of its own, it says nothing. */
	if (n == 0 || !t->net.own_conf)
		return true;
	w = &t->net.answer[at];
	server = t->net.n_servers ? t->net.server[0] : STR("its resolver");
	check_raise(out, FIND_TASK_NET_DNS,
	            "host fine, " TASK_FMT " cannot resolve " STR_FMT
	            ": " STR_FMT ": %s",
	            TASK(t), STR_ARG(w->name), STR_ARG(server),
	            task_dns_words(w));
	task_names(out, t);
	task_target_names(out, &f->target[at]);
	check_name(out, NAME_VALUE, server);
	return false;
}

static bool judge_credentials(const struct facts *f, const struct task_row *t,
                              struct findings *out)
{
	for (size_t i = 0; i < f->tasks.n_targets && i < t->net.n; i++) {
		const struct netns_answer *w = &t->net.answer[i];
		enum fate fate = task_fate(w);

		if (f->tasks.target[i].host || fate == FATE_WELL ||
		    fate == FATE_NONE || !task_agent_listens(f))
			continue;
		check_raise(out, FIND_TASK_CREDENTIALS_UNREACHABLE,
		            TASK_FMT " cannot reach " TASKS_CREDENTIALS ": %s",
		            TASK(t), task_words(t, w));
		task_names(out, t);
		return false;
	}
	return true;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_tasks *tasks = &f->tasks;
	bool well = true;

	(void)lim;
	for (size_t i = 0; i < tasks->n; i++) {
		const struct task_row *t = &tasks->row[i];
		bool ok = judge_names(tasks, t, out);

		ok = judge_reach(tasks, t, FATE_SILENT,
		                 t->awsvpc ? FIND_TASK_NET_SILENT
		                           : FIND_TASK_BRIDGE_SILENT,
		                 out) &&
		     ok;
		ok = judge_reach(tasks, t, FATE_REFUSED, FIND_TASK_NET_REFUSED,
		                 out) &&
		     ok;
		ok = judge_credentials(f, t, out) && ok;
		well = well && ok;
	}
	task_tell_apart(f, out);
	if (tasks->n && well)
		check_raise(out, FIND_TASK_NET_OK,
		            "%zu of %zu tasks with a network of their own "
		            "tried: they reach what the host reaches",
		            tasks->n, tasks->own_network);
}

const struct check check_task_network = {
	.id = "task_network",
	.title = "tasks reach from their own network what the host reaches",
	.why = "A task with its own interface (awsvpc) may sit in another "
	       "subnet than the instance, and a bridge task is led through "
	       "the host's forwarding rules: both can be cut off while the "
	       "host is fine. The newest tasks' networks are entered and the "
	       "same services connected to, and 169.254.170.2, where tasks "
	       "get their credentials.",
	.needs = FACT_BIT(TASKS),
	.also = FACT_BIT(PORTS),
	.judge = judge,
};
