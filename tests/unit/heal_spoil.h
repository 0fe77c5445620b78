/* heal_spoil.h - one thing each that must stop an act. */
#ifndef TESTS_UNIT_HEAL_SPOIL_H
#define TESTS_UNIT_HEAL_SPOIL_H

#include "heal.h"

/* A restart's world: the agent hangs. */
static void hangs(struct world *w)
{
	static const enum finding_id found[] = { FIND_AGENT_SILENT, FIND_NONE };

	ecs(w)->active = UNIT_ACTIVE;
	w->f->agent.why = ERR_TIME;
	w->f->control.pid = 77;
	w->f->control.runs_ms = HOUR;
	world_find(w, found);
}

static void spoil_healthy(struct world *w)
{
	world_find(w, NULL);
}
static void spoil_off(struct world *w)
{
	world_set(w, CONF_HEAL, HEAL_OFF);
}
static void spoil_no_cure(struct world *w)
{
	static const enum finding_id full[] = { FIND_DISK_FULL,
		                                FIND_UNIT_EXITED_CLEAN,
		                                FIND_NONE };

	world_find(w, full);
}
static void spoil_verdict(struct world *w)
{
	w->p.causes[0].restart = RESTART_UNKNOWN;
}
static void spoil_verdict_no(struct world *w)
{
	w->p.causes[0].restart = RESTART_NO;
}
static void spoil_live(struct world *w)
{
	w->p.causes[0].live = false;
}
static void spoil_hold(struct world *w)
{
	w->m.hold = (struct hold){ .on = true,
		                   .for_ms = HOUR,
		                   .mono_ms = w->m.clock.mono_ms,
		                   .wall_ms = w->m.clock.wall_ms,
		                   .boot = "boot-1",
		                   .why = "patching",
		                   .who = "kim" };
}
static void spoil_person(struct world *w)
{
	w->f->unit.stopper = STOPPED_BY_JOB;
}
static void spoil_person_unknown(struct world *w)
{
	w->f->unit.stopper = STOPPED_UNKNOWN;
}
static void spoil_person_finding(struct world *w)
{
	check_raise(&w->p.found, FIND_UNIT_STOPPED_BY_PERSON, "x");
}
static void spoil_masked(struct world *w)
{
	ecs(w)->load = UNIT_MASKED;
}
static void spoil_disabled(struct world *w)
{
	ecs(w)->file_state = STR("disabled");
}
static void spoil_upstart(struct world *w)
{
	w->f->unit.init = UNIT_INIT_UPSTART;
	w->f->unit.upstart = UNIT_INACTIVE;
	for (size_t i = 0; i < w->p.found.n; i++)
		if (w->p.found.list[i].id == FIND_UNIT_EXITED_CLEAN)
			w->p.found.list[i].id = FIND_UNIT_INACTIVE;
}
static void spoil_no_unit(struct world *w)
{
	ecs(w)->load = UNIT_NOT_FOUND;
}
static void spoil_spot(struct world *w)
{
	check_raise(&w->p.found, FIND_SPOT_INTERRUPTION, "x");
}
static void spoil_spot_log(struct world *w)
{
	check_raise(&w->p.found, FIND_LOG_SPOT, "x");
	check_seen(&w->p.found, 1, WALL, w->f->now_ms - MIN, STR("x"));
}
static void spoil_group(struct world *w)
{
	w->f->imds.asg_state = STR("Terminated");
}
static void spoil_standby(struct world *w)
{
	w->f->imds.asg_state = STR("Standby");
}
static void spoil_warm(struct world *w)
{
	w->f->imds.asg_state = STR("Warmed:Running");
}
static void spoil_maintenance(struct world *w)
{
	w->f->imds.events = 1;
	w->f->imds.event_code = STR("system-reboot");
	w->f->imds.event_when = STR("21 Sep 2026 14:20:00 GMT");
}
static void spoil_maintenance_odd(struct world *w)
{
	w->f->imds.events = 1;
	w->f->imds.event_when = STR("soon");
}
static void spoil_cloud_init(struct world *w)
{
	check_raise(&w->p.found, FIND_CLOUDINIT_RUNNING, "x");
}
static void spoil_cloud_final(struct world *w)
{
	w->f->unit.unit[UNIT_CLOUD_FINAL].active = UNIT_ACTIVATING;
}
static void spoil_deadlock(struct world *w)
{
	check_raise(&w->p.found, FIND_UNIT_JOB_DEADLOCK, "x");
}
static void spoil_job(struct world *w)
{
	ecs(w)->job = 812;
}
static void spoil_moving(struct world *w)
{
	ecs(w)->active = UNIT_ACTIVATING;
}
static void spoil_boot(struct world *w)
{
	w->f->unit.up_ms = 4 * MIN;
}
static void spoil_young(struct world *w)
{
	w->f->control.runs_ms = 2 * MIN;
}
static void spoil_age(struct world *w)
{
	w->f->control.pid = 0;
	ecs(w)->active_ms = -1;
}
static void without(struct world *w, enum finding_id gone)
{
	for (size_t i = 0; i < w->p.found.n; i++)
		if (w->p.found.list[i].id == gone)
			w->p.found.list[i].id = FIND_MEM_REGISTERED;
}
static void spoil_docker(struct world *w)
{
	without(w, FIND_DOCKER_OK);
}
static void spoil_api(struct world *w)
{
	without(w, FIND_ECS_API_OK);
}
static void spoil_harm(struct world *w)
{
	check_raise(&w->p.found, FIND_RESTART_HARMFUL, "x");
}
static void spoil_harm_root(struct world *w)
{
	w->p.causes[0].restart = RESTART_WORSE;
}
/* A value that waits in ecs.config would stop the new agent. */
static void spoil_harm_waiting(struct world *w)
{
	struct diagnosis *d = &w->p.causes[w->p.n_causes++];

	*d = (struct diagnosis){ .id = CAUSE_CONFIG_INVALID_WAITING,
		                 .live = true };
}
static void spoil_region(struct world *w)
{
	check_raise(&w->p.found, FIND_AWS_TROUBLE, "x");
}
static void spoil_throttled(struct world *w)
{
	check_raise(&w->p.found, FIND_ECS_THROTTLED, "x");
}
static void spoil_blind(struct world *w)
{
	w->f->logs.seen.state = SEEN_FAILED;
}
static void spoil_blind_state(struct world *w)
{
	w->f->state.seen.state = SEEN_NOT_ASKED;
}
static void spoil_blind_imds(struct world *w)
{
	w->f->imds.documents = false;
}
static void spoil_blind_core(struct world *w)
{
	for (size_t i = 0; i < checks_count; i++)
		if (checks[i]->core)
			w->p.checked[i].sev = SEV_UNKNOWN;
}
static void spoil_confirm(struct world *w)
{
	w->m.streak[0].n_at = 2;
}
static void spoil_confirm_old(struct world *w)
{
	for (size_t i = 1; i < MEMORY_SIGHTINGS; i++)
		w->m.streak[0].at[i] -= 11 * MIN;
}
static void spoil_flight(struct world *w)
{
	world_act(w, 5 * HOUR, CAUSE_AGENT_HUNG, ACT_OPEN);
}
static void spoil_handed(struct world *w)
{
	w->m.well_ms = 0;
	world_act(w, 12 * HOUR, CAUSE_AGENT_EXITED_CLEAN, ACT_FAILED);
	world_act(w, 11 * HOUR, CAUSE_AGENT_HUNG, ACT_CURED);
	world_act(w, 10 * HOUR, CAUSE_AGENT_EXITED_CLEAN, ACT_REFUSED);
}
static void spoil_ledger(struct world *w)
{
	w->m.ledger_bad = true;
}
static void spoil_budget(struct world *w)
{
	world_act(w, 5 * HOUR + 59 * MIN, CAUSE_AGENT_HUNG, ACT_CURED);
	world_act(w, 5 * HOUR, CAUSE_AGENT_HUNG, ACT_UNKNOWN);
	world_act(w, 4 * HOUR, CAUSE_NONE, ACT_UNKNOWN);
}
static void spoil_budget_none(struct world *w)
{
	world_set(w, CONF_HEAL_MAX, 0);
}
static void spoil_cool(struct world *w)
{
	world_act(w, 14 * MIN, CAUSE_AGENT_HUNG, ACT_CURED);
}
static void spoil_cool_twice(struct world *w)
{
	world_act(w, 5 * HOUR, CAUSE_AGENT_HUNG, ACT_CURED);
	world_act(w, 29 * MIN, CAUSE_AGENT_HUNG, ACT_CURED);
}
static void spoil_fleet(struct world *w)
{
	world_set(w, CONF_FLEET_SLOTS, 60);
}
static void spoil_fleet_id(struct world *w)
{
	world_set(w, CONF_FLEET_SLOTS, 2);
	w->f->imds.instance_id = STR("");
}
static void spoil_mode(struct world *w)
{
	world_set(w, CONF_HEAL, HEAL_PLAN);
}

#endif
