/* heal.h - an instance that is as it should be for an act, to be spoilt. */
#ifndef TESTS_UNIT_HEAL_H
#define TESTS_UNIT_HEAL_H

#include "probe/heal.h"
#include "unit.h"

#define MIN ((int64_t)60000)
#define HOUR (60 * MIN)
#define WALL ((int64_t)1790000000000)

struct world {
	struct arena a;
	size_t mark; /* what a new set of findings gives back */
	struct facts *f;
	struct pass p;
	struct memory m;
	struct conf c;
	int64_t wall_ms, mono_ms;
	char boot[8];
	enum finding_id bare; /* a good sign that is missing */
	struct finding spare[JUDGE_MAX_FINDINGS + 1];
};

static inline struct unit *ecs(struct world *w)
{
	return &w->f->unit.unit[UNIT_ECS];
}

static inline void world_set(struct world *w, enum conf_id id, int64_t num)
{
	w->c.v[id].num = num;
}

/* Puts the findings in, with the groups of facts as they are. */
static inline void world_find(struct world *w, const enum finding_id *ids)
{
	static const enum finding_id well[] = { FIND_ECS_API_OK, FIND_DOCKER_OK,
		                                FIND_NONE };

	w->a.used = w->mark;
	w->p.found = findings_init(&w->a);
	for (size_t i = 0; well[i]; i++)
		if (well[i] != w->bare)
			check_raise(&w->p.found, well[i], "it is so");
	for (size_t i = 0; ids && ids[i]; i++)
		check_raise(&w->p.found, ids[i], "it is so");
	w->p.n_causes = diagnose(&w->p.found, &w->a, w->p.causes);
	w->p.verdict = (struct verdict){ .status = SEV_OK,
		                         .class = CLASS_HEALTHY,
		                         .title = STR("healthy") };
	if (w->p.n_causes)
		w->p.verdict = (struct verdict){
			cause_info[w->p.causes[0].id].severity,
			cause_info[w->p.causes[0].id].class, w->p.causes,
			w->p.causes[0].title
		};
}

/* Systemd, an agent that ended by itself, everything else well. */
static inline void world_init_size(struct world *w, size_t bytes)
{
	*w = (struct world){ .a = unit_arena(bytes), .wall_ms = WALL };
	w->f = ARENA_NEW(&w->a, struct facts);
	w->p.facts = w->f;
	w->p.checked = ARENA_ARRAY(&w->a, struct checked, checks_count + 1);
	for (size_t i = 0; i < checks_count; i++)
		w->p.checked[i].check = checks[i];
#define FACT(up, low, deadline_ms, needs) w->f->low.seen.state = SEEN_OK;
#include "probe/facts.def"
#undef FACT
	w->c = conf_default();
	world_set(w, CONF_HEAL, HEAL_ON);
	w->mono_ms = 2 * HOUR;
	w->f->now_ms = WALL;
	w->f->unit.init = UNIT_INIT_SYSTEMD;
	w->f->unit.up_ms = 2 * HOUR;
	w->f->unit.stopper = STOPPED_ITSELF;
	w->f->unit.unit[UNIT_ECS] = (struct unit){
		.load = UNIT_LOADED,
		.active = UNIT_INACTIVE,
		.file_state = STR("enabled"),
		.result = STR("success"),
		.active_ms = MIN,
		.started_ms = MIN,
	};
	w->f->imds.documents = true;
	w->f->imds.instance_id = STR("i-0123456789abcdef0");
	w->f->imds.asg_state = STR("InService");
	memcpy(w->boot, "boot-1", 7);
	w->mark = w->a.used;
}

static inline void world_init(struct world *w)
{
	world_init_size(w, 4 << 20);
}

static inline void world_free(struct world *w)
{
	free(w->a.base);
}

/* Time passes, the pass is taken in. */
static inline struct change world_step(struct world *w, int64_t ms)
{
	int64_t now;

	w->wall_ms += ms;
	w->mono_ms += ms;
	w->f->now_ms = w->wall_ms;
	w->f->unit.up_ms += ms;
	now = memory_tick(&w->m, w->wall_ms, w->mono_ms, str_of(w->boot));
	return memory_update(&w->m, &w->p, &w->c, now);
}

static inline struct plan world_plan(struct world *w)
{
	return heal_plan(&w->p, &w->m, &w->c, w->m.clock.now_ms, &w->a);
}

static inline void world_act(struct world *w, int64_t ago_ms,
                             enum cause_id cause, enum act_outcome o)
{
	struct act_memory *x = &w->m.act[w->m.n_acts++];

	*x = (struct act_memory){ .action = action_for(cause),
		                  .cause = cause,
		                  .outcome = o,
		                  .intent_ms = w->m.clock.now_ms - ago_ms,
		                  .done_ms = w->m.clock.now_ms - ago_ms + MIN };
}

#endif
