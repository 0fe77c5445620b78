/* heal_hands.h - a machine on which acts are counted, not done. */
#ifndef TESTS_UNIT_HEAL_HANDS_H
#define TESTS_UNIT_HEAL_HANDS_H

#include "heal.h"

struct machine {
	struct host host; /* first: the door that is handed out */
	enum verb_id did[32];
	size_t n;
	enum verb_id fails; /* this verb does not work */
	struct cmd_out answer;
	struct err why; /* NONE: it ends with answer.status */
	bool broken;    /* fails is meant */
};

static inline bool machine_act(struct host *h, struct arena *a,
                               enum verb_id verb, struct cmd_out *out,
                               struct err *e)
{
	struct machine *m = (struct machine *)(void *)h;

	(void)a;
	if (m->n < sizeof(m->did) / sizeof(*m->did))
		m->did[m->n++] = verb;
	if (!m->broken || verb != m->fails) {
		*out = (struct cmd_out){ 0 };
		return true;
	}
	*out = m->answer;
	*e = m->why;
	return m->why.code == ERR_NONE;
}

static const struct host_ops machine_ops = { .act = machine_act };

/* The last look sees what the world is now. */
static inline bool look_world(void *ctx, struct pass *out)
{
	struct world *w = ctx;

	*out = w->p;
	return true;
}

static inline struct hands hands_of(struct world *w, struct machine *m,
                                    const struct store *s)
{
	m->host = (struct host){ &machine_ops, "" };
	return (struct hands){ &m->host, s, &w->m, &w->c, look_world, w };
}

/* An agent that came back after the act and is connected. */
static inline void world_recovers(struct world *w, int64_t age_ms)
{
	world_find(w, NULL);
	ecs(w)->active = UNIT_ACTIVE;
	w->f->agent.answer = AGENT_ANSWERS;
	w->f->agent.arn = STR("arn:aws:ecs:eu-west-1:1:container-instance/x");
	w->f->control.pid = 99;
	w->f->control.runs_ms = age_ms;
	w->f->control.n_open = w->f->control.n_sockets = 1;
	w->f->control.socket[0].state = CONN_ESTABLISHED;
	w->f->control.socket[0].data_recv_ms = (uint32_t)(age_ms / 2);
}

#endif
