/* conffile.c - probe.conf for the commands that look into its folders. */
#include "cli.h"

bool cli_settings(const struct cli *c, struct host *h, struct arena *a,
                  struct conf *out, struct err *e)
{
	const struct opt_value *o = &c->opt[OPT_CONF_];
	struct str text;

	*out = conf_default();
	if (!h->ops->read(h, a, o->text.p, CONF_MAX_BYTES, &text, e))
		/* The usual place may be empty; one that was named may not. */
		return (e->code == ERR_NOENT && !o->set) ||
		       err_wrap(e, "--conf");
	return conf_parse(o->text.p, text, a, out, e);
}
