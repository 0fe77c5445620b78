/* values.c - the options that say how a pass is made. */
#include "cli.h"

bool cli_pass_opts(const struct cli *c, bool *skip, struct pass_opts *out,
                   struct err *e)
{
	*out = (struct pass_opts){
		.limits = limits_default(),
		.skip = skip,
		.deadline_ms = (unsigned)c->opt[OPT_DEADLINE_].num,
		.log_window_ms = c->opt[OPT_SINCE_].num,
	};
	memset(skip, 0, checks_count * sizeof(*skip));
	if (c->opt[OPT_ONLY_].set) {
		if (!checks_mark(c->opt[OPT_ONLY_].text, skip, e))
			return err_wrap(e, "--only");
		for (size_t i = 0; i < checks_count; i++)
			skip[i] = !skip[i];
	}
	if (!checks_mark(c->opt[OPT_SKIP_].text, skip, e))
		return err_wrap(e, "--skip");
	return limits_set(c->opt[OPT_LIMIT_].text, &out->limits, e);
}
