#include "probe/check.h"

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_cloudinit *c = &f->cloudinit;

	(void)lim;
	if (!c->there)
		return;
	if (!c->finished) {
		check_raise(out, FIND_CLOUDINIT_RUNNING,
		            "there is no result.json yet");
		return;
	}
	if (str_starts(c->datasource, STR("DataSourceNone")))
		check_raise(out, FIND_CLOUDINIT_NO_DATASOURCE,
		            "its data source is " STR_FMT,
		            STR_ARG(c->datasource));
	if (c->script_failed)
		check_raise(out, FIND_CLOUDINIT_SCRIPT_FAILED, STR_FMT,
		            STR_ARG(c->error[0]));
	else if (c->n_errors)
		check_raise(out, FIND_CLOUDINIT_ERRORS, "%zu: " STR_FMT,
		            c->n_errors, STR_ARG(c->error[0]));
}

const struct check check_cloudinit = {
	.id = "cloudinit",
	.title = "whether user data ran",
	.why = "ecs.config is mostly written by user data. When cloud-init "
	       "finds no data source, or the script stops halfway, the agent "
	       "starts without its settings.",
	.needs = FACT_BIT(CLOUDINIT),
	.judge = judge,
};
