/* plan_host.c - guards that ask about the instance: does somebody want the
 * agent down, does the instance leave, has it or the agent only begun. */
#include "plan.h"

#include "probe/when.h"

/* An event of EC2 is about now from so long before its hour. */
#define MAINTENANCE_MS (15 * 60 * (int64_t)1000)
/* What the agent's log said of a Spot interruption is news for so long. */
#define SPOT_NEWS_MS (30 * 60 * (int64_t)1000)

static const struct unit *ecs(const struct ask *q)
{
	return &q->p->facts->unit.unit[UNIT_ECS];
}

static bool have(const struct ask *q, enum finding_id id)
{
	return findings_have(&q->p->found, id);
}

static bool by_systemd(const struct ask *q)
{
	return q->p->facts->unit.init == UNIT_INIT_SYSTEMD;
}

/* A unit that is down, and nothing proves that it went down by itself. */
static bool stopper_unknown(const struct ask *q)
{
	const struct unit *e = ecs(q);

	if (q->action == ACTION_RESTART_AGENT)
		return false; /* it runs */
	if (!by_systemd(q))   /* upstart does not tell; ecs-init's log may */
		return !have(q, FIND_UNIT_EXITED_CLEAN);
	/* The last thing somebody wanted of it was a start. */
	if (e->active == UNIT_FAILED &&
	    str_eq(e->result, STR("start-limit-hit")))
		return false;
	return e->started_ms >= 0 &&
	       q->p->facts->unit.stopper != STOPPED_ITSELF &&
	       q->p->facts->unit.stopper != STOPPED_WITH_DOCKER;
}

struct str guard_STOPPED_BY_PERSON(const struct ask *q)
{
	const struct unit *e = ecs(q);

	if (!q->action)
		return GUARD_PASSES;
	if (have(q, FIND_UNIT_STOPPED_BY_PERSON) || e->load == UNIT_MASKED)
		return e->load == UNIT_MASKED
		               ? STR("ecs.service is masked")
		               : STR("systemd was asked to stop ecs.service");
	if (q->action != ACTION_RESTART_AGENT &&
	    str_eq(e->file_state, STR("disabled")))
		return STR("ecs.service is disabled");
	if (stopper_unknown(q))
		return STR("who stopped the agent cannot be told");
	return GUARD_PASSES;
}

struct str guard_NO_UNIT(const struct ask *q)
{
	const struct fact_unit *u = &q->p->facts->unit;

	if (!q->action || (by_systemd(q) && ecs(q)->load == UNIT_LOADED) ||
	    (u->init == UNIT_INIT_UPSTART && u->upstart))
		return GUARD_PASSES;
	return STR("no unit or job ecs is there to be started");
}

struct str guard_LEAVING_SPOT(const struct ask *q)
{
	const struct pass *p = q->p;

	if (have(q, FIND_SPOT_INTERRUPTION))
		return STR("EC2 takes this Spot instance back");
	for (size_t i = 0; i < p->found.n; i++) {
		const struct finding *f = &p->found.list[i];

		if (f->id == FIND_LOG_SPOT && f->last_ms != WHEN_NONE &&
		    p->facts->now_ms - f->last_ms < SPOT_NEWS_MS)
			return STR("the agent set the instance to DRAINING: "
			           "EC2 takes it back");
	}
	return GUARD_PASSES;
}

struct str guard_LEAVING_GROUP(const struct ask *q)
{
	struct str s = q->p->facts->imds.asg_state;

	if (s.n == 0 || str_eq(s, STR("InService")) ||
	    str_starts(s, STR("Warmed:")))
		return GUARD_PASSES;
	return arena_str(q->a, "the Auto Scaling group wants it " STR_FMT,
	                 STR_ARG(str_head(s, 40)));
}

struct str guard_WARM_POOL(const struct ask *q)
{
	struct str s = q->p->facts->imds.asg_state;

	if (!str_starts(s, STR("Warmed:")))
		return GUARD_PASSES;
	return arena_str(q->a, "target lifecycle state " STR_FMT,
	                 STR_ARG(str_head(s, 40)));
}

/* "21 Jan 2026 09:00:43 GMT"; WHEN_NONE for anything else. */
static int64_t event_ms(struct str s)
{
	char http[48] = "Mon, ";

	if (s.n == 0 || s.n > 30)
		return WHEN_NONE;
	memcpy(http + 5, s.p, s.n);
	if (s.n > 1 && s.p[1] == ' ') { /* "1 Jan" for 01 */
		memmove(http + 6, http + 5, s.n);
		http[5] = '0';
		s.n++;
	}
	return when_parse_http((struct str){ http, s.n + 5 });
}

struct str guard_MAINTENANCE(const struct ask *q)
{
	const struct fact_imds *m = &q->p->facts->imds;
	int64_t at;

	if (!m->events)
		return GUARD_PASSES;
	at = event_ms(m->event_when);
	if (at != WHEN_NONE && q->p->facts->now_ms < at - MAINTENANCE_MS)
		return GUARD_PASSES;
	return arena_str(q->a, STR_FMT " of EC2, not before " STR_FMT,
	                 STR_ARG(str_head(m->event_code, 40)),
	                 STR_ARG(str_head(m->event_when, 40)));
}

struct str guard_CLOUD_INIT(const struct ask *q)
{
	const struct facts *f = q->p->facts;

	if (have(q, FIND_CLOUDINIT_RUNNING) ||
	    f->unit.unit[UNIT_CLOUD_FINAL].active == UNIT_ACTIVATING)
		return STR("cloud-init has not ended: user data may be about "
		           "to start or to set up the agent");
	return GUARD_PASSES;
}

struct str guard_JOB_QUEUED(const struct ask *q)
{
	const struct unit *e = ecs(q);
	enum unit_active s =
		by_systemd(q) ? e->active : q->p->facts->unit.upstart;

	if (have(q, FIND_UNIT_JOB_DEADLOCK))
		return STR("the start of the agent waits for user data, which "
		           "waits for it: another joins the queue");
	if (by_systemd(q) && e->job)
		return STR("systemd has a job for ecs.service already");
	if (s == UNIT_ACTIVATING || s == UNIT_DEACTIVATING)
		return STR("the agent's unit is on its way up or down");
	return GUARD_PASSES;
}

static int64_t up_ms(const struct ask *q)
{
	const struct facts *f = q->p->facts;

	return f->unit.up_ms > 0 ? f->unit.up_ms : f->ident.up_ms;
}

struct str guard_GRACE_BOOT(const struct ask *q)
{
	int64_t grace = conf_num(q->c, CONF_HEAL_GRACE_BOOT);

	if (up_ms(q) >= grace)
		return GUARD_PASSES;
	return arena_str(q->a, "the instance is up for " STR_FMT " of " STR_FMT,
	                 STR_ARG(plan_time(q->a, up_ms(q))),
	                 STR_ARG(plan_time(q->a, grace)));
}

/* How long the agent has run; -1: that cannot be told. */
static int64_t agent_ms(const struct ask *q)
{
	const struct facts *f = q->p->facts;

	if (f->control.seen.state == SEEN_OK && f->control.pid)
		return f->control.runs_ms;
	if (by_systemd(q) && ecs(q)->active_ms >= 0 && up_ms(q) > 0)
		return up_ms(q) - ecs(q)->active_ms;
	return -1;
}

struct str guard_GRACE_START(const struct ask *q)
{
	int64_t grace = conf_num(q->c, CONF_HEAL_GRACE_START);
	int64_t ran = agent_ms(q);

	if (q->action != ACTION_RESTART_AGENT || ran >= grace)
		return GUARD_PASSES;
	if (ran < 0)
		return STR("how long the agent runs cannot be told");
	return arena_str(q->a, "the agent runs for " STR_FMT " of " STR_FMT,
	                 STR_ARG(plan_time(q->a, ran)),
	                 STR_ARG(plan_time(q->a, grace)));
}
