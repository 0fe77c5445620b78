/* heal_model.h - the truth about an instance, for heal_days.c: what ails it,
 * what forbids an act, and whether anybody may act now. It knows no guard. */
#ifndef TESTS_UNIT_HEAL_MODEL_H
#define TESTS_UNIT_HEAL_MODEL_H

#include "heal.h"

enum { ACTS_MAX = 64 };
#define SEED 20260921u

static uint64_t state = SEED;

static int64_t some(int64_t n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (int64_t)(state % (uint64_t)n);
}

/* ---- what can be */

#define NO_ACT ACTION_NONE
static const struct kind {
	const char *name;
	enum finding_id find[4];
	enum action_id cure; /* NONE: leave it alone */
} kinds[] = {
	{ "well", { FIND_NONE }, NO_ACT },
	{ "little memory", { FIND_MEM_LOW }, NO_ACT },
	{ "exit 0", { FIND_UNIT_EXITED_CLEAN }, ACTION_START_AGENT },
	{ "with docker",
	  { FIND_UNIT_STOPPED_WITH_DOCKER },
	  ACTION_START_AGENT },
	{ "start limit",
	  { FIND_UNIT_FAILED, FIND_AGENT_NO_ANSWER },
	  ACTION_RESET_AND_START },
	{ "hung", { FIND_AGENT_SILENT }, ACTION_RESTART_AGENT },
	{ "silent", { FIND_CONTROL_SILENT }, ACTION_RESTART_AGENT },
	{ "no socket", { FIND_CONTROL_NO_SOCKET }, ACTION_RESTART_AGENT },
	{ "rules gone", { FIND_CREDENTIALS_ROUTE_GONE }, ACTION_RESTART_AGENT },
	{ "operator", { FIND_UNIT_STOPPED_BY_PERSON }, NO_ACT },
	{ "disabled", { FIND_UNIT_DISABLED }, NO_ACT },
	{ "by whom", { FIND_UNIT_INACTIVE }, NO_ACT },
	{ "exit 5",
	  { FIND_UNIT_FAILED_TERMINAL, FIND_AGENT_NO_ANSWER },
	  NO_ACT },
	{ "exit 1",
	  { FIND_LOG_AGENT_EXIT_LOOP, FIND_AGENT_CONTAINER_DEAD },
	  NO_ACT },
	{ "cluster",
	  { FIND_STATE_OTHER_CLUSTER, FIND_UNIT_FAILED_TERMINAL },
	  NO_ACT },
	{ "no role",
	  { FIND_INSTANCE_PROFILE_GONE, FIND_AGENT_NO_ANSWER },
	  NO_ACT },
	{ "full disk", { FIND_DISK_FULL, FIND_UNIT_EXITED_CLEAN }, NO_ACT },
	{ "docker down",
	  { FIND_DOCKER_STOPPED, FIND_UNIT_EXITED_CLEAN },
	  NO_ACT },
	{ "docker hung", { FIND_DOCKER_HUNG, FIND_AGENT_SILENT }, NO_ACT },
};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

/* What forbids an act, whatever the cause is. */
enum mod {
	MOD_NONE, /* the first five are findings and exclude each other */
	MOD_NO_API,
	MOD_NO_DOCKER,
	MOD_HARM,
	MOD_REGION,
	MOD_FINDINGS,
	MOD_SPOT = MOD_FINDINGS,
	MOD_GROUP,
	MOD_WARM,
	MOD_EVENT,
	MOD_CLOUD_INIT,
	MOD_JOB,
	MOD_BLIND,
	MOD_LEDGER,
	MODS
};

/* Passes are functions of kind and finding: each is made once. */
static struct pass looks[KINDS][MOD_FINDINGS];

static void make_looks(struct world *w)
{
	static const enum finding_id mods[MOD_FINDINGS] = {
		[MOD_HARM] = FIND_RESTART_HARMFUL,
		[MOD_REGION] = FIND_AWS_TROUBLE,
	};

	for (size_t k = 0; k < KINDS; k++)
		for (int m = 0; m < MOD_FINDINGS; m++) {
			enum finding_id ids[8] = { FIND_NONE };
			size_t n = 0;

			while (n < 4 && kinds[k].find[n]) {
				ids[n] = kinds[k].find[n];
				n++;
			}
			if (m == MOD_HARM || m == MOD_REGION)
				ids[n] = mods[m];
			w->mark = w->a.used; /* this one stays */
			w->bare = m == MOD_NO_API      ? FIND_ECS_API_OK
			          : m == MOD_NO_DOCKER ? FIND_DOCKER_OK
			                               : FIND_NONE;
			world_find(w, ids);
			looks[k][m] = w->p;
			if (w->p.n_causes)
				looks[k][m].verdict.root = looks[k][m].causes;
		}
	w->bare = FIND_NONE;
}

/* ---- one life */

struct life {
	struct world *w;
	int64_t real_ms;
	size_t kind;
	bool works;      /* the cure cures */
	int64_t back_ms; /* when the agent comes back; 0: it does not */
	enum mod finding;
	bool mod[MODS];
	int64_t born_ms; /* the agent's process */
	int64_t acted_ms[ACTS_MAX];
	size_t n_acts;
	int64_t seen_ms[CAUSE_COUNT][3]; /* looks of this boot that showed it */
	int64_t hold_ms;                 /* not before that; 0: none */
	char ledger[16384], saved[16384];
	size_t n_ledger, n_saved;
};

static struct {
	size_t passes, acts, cured, handed, restarts, reboots, jumps;
	size_t stopped[GUARD_COUNT], done[ACTION_COUNT];
} tally;

static void become(struct life *l, size_t kind)
{
	if (kind == l->kind)
		return;
	l->kind = kind;
	l->works = some(4) != 0;
}

static enum cause_id root(const struct life *l)
{
	const struct pass *p = &looks[l->kind][l->finding];

	return p->n_causes ? p->causes[0].id : CAUSE_NONE;
}

static bool has(const struct life *l, enum finding_id id)
{
	return kinds[l->kind].find[0] == id;
}

static void shape_unit(struct life *l)
{
	struct facts *f = l->w->f;
	struct unit *e = &f->unit.unit[UNIT_ECS];
	enum action_id cure = kinds[l->kind].cure;

	e->active = cure == ACTION_START_AGENT       ? UNIT_INACTIVE
	            : cure == ACTION_RESET_AND_START ? UNIT_FAILED
	                                             : UNIT_ACTIVE;
	/* Facts say what the finding says of who stopped it. */
	f->unit.stopper = has(l, FIND_UNIT_INACTIVE) ? STOPPED_UNKNOWN
	                  : has(l, FIND_UNIT_STOPPED_BY_PERSON)
	                          ? STOPPED_BY_JOB
	                          : STOPPED_ITSELF;
	e->file_state =
		has(l, FIND_UNIT_DISABLED) ? STR("disabled") : STR("enabled");
	e->result = cure == ACTION_RESET_AND_START ? STR("start-limit-hit")
	                                           : STR("success");
	e->job = l->mod[MOD_JOB] ? 7 : 0;
	f->unit.unit[UNIT_CLOUD_FINAL].active =
		l->mod[MOD_CLOUD_INIT] ? UNIT_ACTIVATING : UNIT_ACTIVE;
	f->control.pid = 5;
	f->control.runs_ms = l->real_ms - l->born_ms;
	f->control.n_open = f->control.n_sockets = kinds[l->kind].cure == 0;
	f->control.socket[0].data_recv_ms = 1000;
	f->agent.answer = l->kind < 2 ? AGENT_ANSWERS : AGENT_NOTHING;
	f->imds.asg_state = l->mod[MOD_GROUP]  ? STR("Terminated")
	                    : l->mod[MOD_WARM] ? STR("Warmed:Stopped")
	                                       : STR("InService");
	f->imds.events = l->mod[MOD_EVENT];
	f->logs.seen.state = l->mod[MOD_BLIND] ? SEEN_FAILED : SEEN_OK;
	l->w->m.ledger_bad = l->mod[MOD_LEDGER];
}

/* Takes the look of now; spot is a finding that only this life has. */
static void look(struct life *l)
{
	struct world *w = l->w;

	w->p = looks[l->kind][l->finding];
	if (w->p.n_causes)
		w->p.verdict.root = looks[l->kind][l->finding].causes;
	if (l->mod[MOD_SPOT]) {
		memcpy(w->spare, w->p.found.list,
		       w->p.found.n * sizeof(*w->spare));
		w->spare[w->p.found.n] =
			(struct finding){ .id = FIND_SPOT_INTERRUPTION,
			                  .explained_by = EXPLAINED_NOT };
		w->p.found.list = w->spare;
		w->p.found.n++;
	}
	shape_unit(l);
}

/* The truth: may anybody act now? */
static bool allowed(const struct life *l, enum action_id act)
{
	const int64_t *seen = l->seen_ms[root(l)];
	size_t recent = 0;

	if (kinds[l->kind].cure != act || l->finding)
		return false;
	for (int m = MOD_FINDINGS; m < MODS; m++)
		if (l->mod[m])
			return false;
	if (conf_num(&l->w->c, CONF_HEAL) != HEAL_ON ||
	    l->w->f->unit.up_ms < 5 * MIN || l->real_ms < l->hold_ms ||
	    (act == ACTION_RESTART_AGENT && l->real_ms - l->born_ms < 3 * MIN))
		return false;
	for (size_t i = 0; i < l->n_acts; i++) {
		if (l->real_ms - l->acted_ms[i] < 15 * MIN)
			return false;
		recent += l->real_ms - l->acted_ms[i] < 6 * HOUR;
	}
	return recent < 3 && seen[2] && seen[0] - seen[2] >= 10000 &&
	       l->real_ms - seen[2] <= 10 * MIN;
}

#endif
