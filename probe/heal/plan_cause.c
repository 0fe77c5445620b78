/* plan_cause.c - guards that ask about the cause: is it one that an act cures,
 * is it surely that one, would the act do harm. */
#include "plan.h"

#include "probe/text.h"

struct str guard_NOTHING_WRONG(const struct ask *q)
{
	const struct verdict *v = &q->p->verdict;

	if (q->root)
		return GUARD_PASSES;
	if (v->status == SEV_OK)
		return STR("no fault is seen");
	return arena_str(q->a, "no cause is known: " STR_FMT,
	                 STR_ARG(v->title));
}

struct str guard_OFF(const struct ask *q)
{
	return conf_num(q->c, CONF_HEAL) == HEAL_OFF ? STR("heal = off")
	                                             : GUARD_PASSES;
}

struct str guard_MODE(const struct ask *q)
{
	if (conf_num(q->c, CONF_HEAL) != HEAL_PLAN)
		return GUARD_PASSES;
	if (!q->action)
		return STR("heal = plan");
	return arena_str(q->a, "heal = plan: this would be done: %s",
	                 action_info[q->action].word);
}

struct str guard_CHANGED(const struct ask *q)
{
	(void)q; /* heal_act() says it, of a later look */
	return GUARD_PASSES;
}

struct str guard_NO_CURE(const struct ask *q)
{
	if (!q->root || q->action)
		return GUARD_PASSES;
	return arena_str(q->a,
	                 STR_FMT ": no act of probe's cures it (" STR_FMT ")",
	                 STR_ARG(q->root->name), STR_ARG(q->root->restart_why));
}

struct str guard_VERDICT(const struct ask *q)
{
	if (!q->root || q->root->restart == RESTART_YES ||
	    q->root->restart == RESTART_WORSE) /* HARMFUL says that */
		return GUARD_PASSES;
	return arena_str(q->a, "would a restart help: %s, " STR_FMT,
	                 restart_text[q->root->restart],
	                 STR_ARG(q->root->restart_why));
}

struct str guard_LOGS_ALONE(const struct ask *q)
{
	if (!q->root || q->root->live)
		return GUARD_PASSES;
	return arena_str(q->a, STR_FMT " is read in logs, nothing shows it now",
	                 STR_ARG(q->root->name));
}

/* A cause that waits for the next start to strike, or that strikes whoever
 * starts now. Of a dead agent only what is said of starting counts. */
struct str guard_HARMFUL(const struct ask *q)
{
	const struct pass *p = q->p;

	if (q->root && q->root->restart == RESTART_WORSE)
		return q->root->restart_why;
	if (findings_have(&p->found, FIND_RESTART_HARMFUL))
		return STR("a new agent could not register now, and running "
		           "tasks would lose their credentials until it can");
	for (size_t i = 0; i < p->n_causes; i++)
		if (p->causes[i].live &&
		    cause_info[p->causes[i].id].restart == RESTART_WORSE)
			return arena_str(q->a, STR_FMT ": " STR_FMT,
			                 STR_ARG(p->causes[i].name),
			                 STR_ARG(p->causes[i].restart_why));
	return GUARD_PASSES;
}

struct str guard_REGIONAL(const struct ask *q)
{
	static const enum finding_id trouble[] = { FIND_AWS_REGION_EVENT,
		                                   FIND_AWS_TROUBLE,
		                                   FIND_ECS_SERVER_ERROR,
		                                   FIND_ECS_THROTTLED };

	for (size_t i = 0; i < sizeof(trouble) / sizeof(*trouble); i++)
		if (findings_have(&q->p->found, trouble[i]))
			return str_of(finding_info[trouble[i]].summary);
	return GUARD_PASSES;
}

struct str guard_ECS_API(const struct ask *q)
{
	if (findings_have(&q->p->found, FIND_ECS_API_OK))
		return GUARD_PASSES;
	return STR("the ECS API was not seen to answer: a new agent could not "
	           "register");
}

struct str guard_DOCKER(const struct ask *q)
{
	if (findings_have(&q->p->found, FIND_DOCKER_OK))
		return GUARD_PASSES;
	return STR("Docker was not seen to answer");
}

static const struct checked *blind_core(const struct pass *p)
{
	for (size_t i = 0; i < checks_count; i++)
		if (p->checked[i].check->core &&
		    (p->checked[i].sev == SEV_UNKNOWN ||
		     p->checked[i].left_out))
			return &p->checked[i];
	return NULL;
}

struct str guard_BLIND(const struct ask *q)
{
	uint32_t needs = action_info[q->action].needs;
	const struct checked *core = blind_core(q->p);

	for (unsigned g = 0; g < FACT_COUNT; g++) {
		const struct seen *s =
			facts_seen(q->p->facts, (enum fact_group)g);

		if ((needs >> g & 1) && s->state != SEEN_OK)
			return arena_str(
				q->a, "%s could not be seen: " STR_FMT,
				facts_name((enum fact_group)g),
				STR_ARG(text_clean(q->a, str_of(s->why.msg),
			                           TEXT_MAX)));
	}
	if (q->action && !q->p->facts->imds.documents)
		return STR("the metadata service told nothing of the "
		           "instance's life");
	if (core)
		return arena_str(q->a, "the check %s found no answer",
		                 core->check->id);
	return GUARD_PASSES;
}
