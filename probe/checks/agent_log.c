#include "probe/check.h"

#define HEADLINE 160
#define SILENCE_MS (2 * 60 * 1000) /* less than that may be a start */

static struct str sample(const struct log_hit *h)
{
	return (struct str){ h->sample, h->sample_n };
}

static void raise(const struct facts *f, const struct log_hit *h,
                  struct findings *out)
{
	struct str line = sample(h);

	if (h->count > 1)
		check_raise(out, h->finding, "%lu times: " STR_FMT,
		            (unsigned long)h->count,
		            STR_ARG(str_head(line, HEADLINE)));
	else
		check_raise(out, h->finding, STR_FMT,
		            STR_ARG(str_head(line, HEADLINE)));
	for (size_t i = 0; i < h->n_names; i++)
		check_name(out, h->names[i].id,
		           (struct str){ h->names[i].text, h->names[i].n });
	/* The line does not say which one; the file does. */
	if (h->finding == FIND_LOG_CLUSTER_NOT_FOUND &&
	    f->config.seen.state == SEEN_OK)
		check_name(out, NAME_CLUSTER, f->config.cluster);
	check_seen(out, h->count, h->first.ms, h->last.ms, line);
}

/* On a live machine a silence must have lasted. */
static bool too_early(const struct facts *f, const struct log_hit *h)
{
	return !f->logs.pasted &&
	       (h->finding == FIND_LOG_AGENT_SILENT ||
	        h->finding == FIND_LOG_INIT_SILENT) &&
	       f->now_ms - h->last.ms < SILENCE_MS;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct log_found *l = &f->logs.found;

	(void)lim;
	for (size_t i = 0; i < l->n_hits; i++) {
		const struct log_hit *h = &l->hits[i];

		if (!h->past && !too_early(f, h))
			raise(f, h, out);
	}
}

const struct check check_agent_log = {
	.id = "agent_log",
	.title = "what the agent and ecs-init wrote",
	.why = "The agent says why it cannot register, connect or start a "
	       "task. Lines that a later line made history are left out, and "
	       "what looks like a fault and is none is known.",
	.needs = FACT_BIT(LOGS),
	.also = FACT_BIT(CONFIG),
	.judge = judge,
};
