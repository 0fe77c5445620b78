/* One step of the daemon, from a look to what follows from it. */
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "probe/say.h"

bool step_init(struct step *s, struct host *h)
{
	*s = (struct step){ .h = h };
	s->arena = (struct arena){ malloc(PASS_ARENA), 0, PASS_ARENA };
	s->watch = watch_new(h);
	return s->arena.base && s->watch;
}

static void put(char *to, size_t cap, struct str s)
{
	(void)snprintf(to, cap, STR_FMT, STR_ARG(str_head(s, cap - 1)));
}

static void costs(const struct pass *p, struct outcome *out)
{
	for (unsigned g = 0; g < FACT_COUNT; g++)
		out->cost_ms[g] = facts_seen(p->facts, (enum fact_group)g)->ms;
	out->cost = p->cost;
}

/* What this pass says, when it is not what the last one said. */
static void say(const struct outcome *was, const struct outcome *now)
{
	if (was->n && was->status == now->status &&
	    strcmp(was->cause, now->cause) == 0)
		return;
	say_event(now->status == SEV_OK ? SAY_INFO : SAY_WARN, "verdict",
	          "status=%s%s%s title=%s ms=%lld", sev_name[now->status],
	          *now->cause ? " cause=" : "", now->cause,
	          say_text(str_of(now->title)).z, (long long)now->cost.wall_ms);
}

static void conclude(struct step *s, const struct pass *p, struct outcome *out)
{
	const struct verdict *v = &p->verdict;

	*out = (struct outcome){
		.n = s->last.n + 1,
		.status = v->status,
		.docker_answers = p->facts->docker.seen.state == SEEN_OK &&
		                  p->facts->docker.state == DOCKER_ANSWERS,
	};
	put(out->cause, sizeof(out->cause),
	    v->root ? v->root->name : (struct str){ NULL, 0 });
	put(out->title, sizeof(out->title), v->title);
	costs(p, out);
	out->hurry = s->last.n && (out->status != s->last.status ||
	                           strcmp(out->cause, s->last.cause) != 0);
}

void step_run(struct step *s, uint32_t due, struct outcome *out)
{
	const struct pass_opts o = settings_opts(s->set);
	struct pass p;

	arena_reset(&s->arena);
	watch_run(s->watch, due, &s->arena, &o, &p);
	conclude(s, &p, out);
	say(&s->last, out);
	s->last = *out;
}

bool step_end(struct step *s)
{
	if (!watch_free(s->watch))
		return false;
	free(s->arena.base);
	return true;
}
