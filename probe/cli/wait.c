/* wait.c - --wait: for user data and tests of an image, which must know when
 * the instance is there, or why it is not. */
#include <stdio.h>
#include <time.h>

#include "cli.h"

enum {
	BETWEEN_MS = 2000, /* passes; a registration takes seconds */
	LEAST_MS = 1000,   /* what a last pass is worth starting with */
	CALM_PASSES = 3,   /* a warning that stays, on a registered agent */
};

static void sleep_ms(int64_t ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	if (ms > 0)
		(void)nanosleep(&t, NULL); /* woken early, it looks early */
}

/* What is said of a pass, in one word: a change of it is told. */
static unsigned kind(const struct pass *p)
{
	const struct diagnosis *d = p->verdict.root;

	return (unsigned)p->verdict.status << 16 | (d ? d->id : 0);
}

static bool settled(const struct pass *p, unsigned calm)
{
	if (p->verdict.status == SEV_OK)
		return true;
	return p->verdict.status == SEV_WARN && calm >= CALM_PASSES &&
	       findings_have(&p->found, FIND_AGENT_REGISTERED);
}

void cli_wait(struct host *h, struct arena *a, const struct pass_opts *o,
              int64_t wait_ms, struct pass *p)
{
	int64_t from = h->ops->mono_ms(h), end = from + wait_ms;
	size_t mark = a->used;
	unsigned calm = 0, last = UINT32_MAX;

	for (;;) {
		struct pass_opts now = *o;
		int64_t left = end - h->ops->mono_ms(h);

		if (left < (int64_t)now.deadline_ms)
			now.deadline_ms =
				left < LEAST_MS ? LEAST_MS : (unsigned)left;
		pass_run(h, a, &now, p);
		calm = kind(p) == last ? calm + 1 : 1;
		if (kind(p) != last)
			(void)fprintf(
				stderr, "probe: %lld s: %s: " STR_FMT "\n",
				(long long)(h->ops->mono_ms(h) - from) / 1000,
				sev_name[p->verdict.status],
				STR_ARG(p->verdict.title));
		last = kind(p);
		left = end - h->ops->mono_ms(h);
		if (settled(p, calm) || left < BETWEEN_MS + LEAST_MS ||
		    p->left_behind)
			return;
		pass_free(p);
		a->used = mark;
		sleep_ms(BETWEEN_MS);
	}
}
