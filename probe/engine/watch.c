#include "probe/watch.h"

#include <stdlib.h>

#include "crew.h"
#include "parts.h"

struct watch {
	struct host *h;
	struct crew *crew;
	uint32_t asked; /* groups that were collected at least once */
	struct facts facts;
};

struct watch *watch_new(struct host *h)
{
	struct watch *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->h = h;
	w->crew = crew_new(h, &w->facts);
	if (w->crew)
		return w;
	free(w);
	return NULL;
}

void watch_run(struct watch *w, uint32_t due, struct arena *a,
               const struct pass_opts *o, struct pass *out)
{
	int64_t began = w->h->ops->mono_ms(w->h);
	uint32_t wanted = crew_closure(pass_wanted(o->skip));

	due = (due & wanted) | (wanted & ~w->asked);
	w->asked |= due;
	crew_look(w->crew, due, o, began + o->deadline_ms);
	*out = (struct pass){ .facts = &w->facts,
		              .left_behind = crew_stuck(w->crew) != 0 };
	pass_judge(a, out->facts, o, out);
	out->cost = pass_cost(w->h, w->h->ops->mono_ms(w->h) - began);
}

uint32_t watch_stuck(struct watch *w)
{
	return crew_stuck(w->crew);
}

bool watch_free(struct watch *w)
{
	if (!w)
		return true;
	if (crew_stuck(w->crew))
		return false;
	crew_free(w->crew);
	free(w);
	return true;
}
