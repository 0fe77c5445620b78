/* verify.c - did it help? A unit that runs proves nothing: the agent must name
 * its container instance, and a connection of the new process must have carried
 * data. Pure. */
#include "plan.h"

/* A process may look older than the act by the rounding of its start. */
enum { SLACK_MS = 2000, DATA_FRESH_MS = 120000 };

static bool connected(const struct fact_control *k, int64_t since_ms)
{
	if (!k->pid || k->runs_ms > since_ms + SLACK_MS)
		return false;
	for (size_t i = 0; i < k->n_open; i++)
		if (k->socket[i].data_recv_ms <= k->runs_ms &&
		    k->socket[i].data_recv_ms < DATA_FRESH_MS)
			return true;
	return false;
}

static bool still_there(const struct pass *p, enum cause_id id)
{
	for (size_t i = 0; i < p->n_causes; i++)
		if (p->causes[i].id == id && p->causes[i].live)
			return true;
	return false;
}

enum act_outcome heal_verify(const struct act_memory *act, const struct pass *p,
                             const struct conf *c, int64_t now_ms,
                             struct arena *a, struct str *words)
{
	const struct facts *f = p->facts;
	int64_t since = now_ms - act->intent_ms;
	bool late = since >= conf_num(c, CONF_HEAL_VERIFY);
	bool seen = f->control.seen.state == SEEN_OK;
	bool answers = f->agent.seen.state == SEEN_OK &&
	               f->agent.answer == AGENT_ANSWERS &&
	               !still_there(p, act->cause);

	if (answers && seen && connected(&f->control, since)) {
		*words = arena_str(
			a, "registered and connected " STR_FMT " after the %s",
			STR_ARG(plan_time(a, since)),
			action_info[act->action].word);
		return ACT_CURED;
	}
	if (!late)
		return ACT_OPEN;
	*words = arena_str(a, STR_FMT " after the %s: " STR_FMT,
	                   STR_ARG(plan_time(a, since)),
	                   action_info[act->action].word,
	                   STR_ARG(p->verdict.title));
	if (answers && !seen)
		return ACT_CURED;
	if (act->orphan || f->agent.seen.state != SEEN_OK)
		return ACT_UNKNOWN;
	return ACT_FAILED;
}
