#include "probe/settings.h"

#include <assert.h>

/* What a value means to other tables than conf.def. */
static bool meaning(const char *name, struct settings *s, struct err *e)
{
	const struct conf_value *limits = &s->conf.v[CONF_LIMITS];
	const struct conf_value *skip = &s->conf.v[CONF_SKIP];
	const struct conf_value *sinks = &s->conf.v[CONF_SINKS];

	assert(checks_count <= SETTINGS_MAX_CHECKS);
	if (!limits_set(limits->text, &s->limits, e))
		return err_wrap(e, "%s:%u: limits", name, limits->line);
	if (!checks_mark(skip->text, s->skip, e))
		return err_wrap(e, "%s:%u: skip", name, skip->line);
	if (!sinks_mark(sinks->text, &s->sinks, e))
		return err_wrap(e, "%s:%u: sinks", name, sinks->line);
	return true;
}

bool settings_load(struct host *h, struct arena *a, const char *path,
                   struct settings *out, struct err *e)
{
	const char *name = path ? path : CONF_PATH;
	struct settings s = { .conf = conf_default(),
		              .limits = limits_default() };
	struct str text = { NULL, 0 };

	if (!h->ops->read(h, a, name, CONF_MAX_BYTES, &text, e) &&
	    (path || e->code != ERR_NOENT))
		return false;
	if (!conf_parse(name, text, a, &s.conf, e) || !meaning(name, &s, e))
		return false;
	*out = s;
	return true;
}

struct pass_opts settings_opts(const struct settings *s)
{
	return (struct pass_opts){
		.limits = s->limits,
		.skip = s->skip,
		.deadline_ms = (unsigned)conf_num(&s->conf, CONF_DEADLINE),
		.log_window_ms = conf_num(&s->conf, CONF_LOG_WINDOW),
	};
}
