/* A daemon that is not root is shown by its helper what only root sees. */
#include "probe/look.h"

#include <stdlib.h>

#include "loop.h"
#include "probe/say.h"

enum { LOOK_ARENA = 256 * 1024 };

bool door_open(struct step *s)
{
	const struct conf *c = &s->set->conf;
	int64_t near = conf_num(c, CONF_INTERVAL);
	int64_t far = conf_num(c, CONF_NETWORK_INTERVAL);

	s->look_mem = (struct arena){ malloc(LOOK_ARENA), 0, LOOK_ARENA };
	if (!s->look_mem.base)
		return false;
	/* Docker and tasks are what looks are about. */
	s->h = look_door(&s->look_mem, s->live,
	                 pace_regular_ms(FACT_DOCKER, near, far),
	                 pace_regular_ms(FACT_TASKS, near, far));
	return true;
}

/* Groups that come of one file, and we may read it: no look for those. */
static uint32_t open_to_us(struct step *s)
{
	static const struct {
		const char *path;
		uint32_t bit;
	} rows[] = {
#define LOOK(group, kind, path, why) { path, FACT_BIT(group) },
#include "probe/look.def"
#undef LOOK
	};
	uint32_t bits = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct err e = { 0 };
		size_t n;
		char c;

		if (*rows[i].path &&
		    (s->live->ops->read_at(s->live, rows[i].path, 0, &c, 1, &n,
		                           &e) ||
		     e.code != ERR_PERM))
			bits |= rows[i].bit;
	}
	return bits;
}

void door_ask(struct step *s, uint32_t due)
{
	size_t used = s->look_mem.used;
	struct err e;

	if (s->h == s->live)
		return;
	if (look_ask(s->h, &s->look_mem, due & ~open_to_us(s), &e))
		say_event(SAY_INFO, "look", "ok=1");
	else
		say_event(SAY_WARN, "look", "ok=0 why=%s",
		          say_text(str_of(e.msg)).z);
	s->look_mem.used = used;
}
