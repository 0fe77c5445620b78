/* finish.c - what only the whole tells: silence, rates, and what was over
 * before the end. */
#include <stdio.h>

#include "probe/when.h"
#include "scan.h"

#define ACS_FAST_RUN 5    /* reconnects in a row, 3 s or less apart */
#define RESETS_FLAPPING 5 /* lost connections, ... */
#define FLAPPING_WITHIN_MS (10 * 60 * 1000)

static void raise(struct log_found *f, enum finding_id id, struct log_at at,
                  const char *text)
{
	log_hit_add(f, id, SIG_NONE, LVL_ANY, at, str_of(text));
}

static bool mark_after(const struct log_found *f, enum sig_mark a,
                       enum sig_mark b)
{
	return f->mark_count[a] &&
	       (!f->mark_count[b] || log_later(f->mark[a], f->mark[b]));
}

static bool has_now(const struct log_found *f, enum finding_id id)
{
	const struct log_hit *h = log_hit_get(f, id);

	return h && !h->past;
}

/* How the agent ended, by what ecs-init wrote. */
static void judge_exits(struct log_found *f)
{
	char text[80];
	bool registered = mark_after(f, MARK_REGISTERED, MARK_EXIT);

	if (!f->mark_count[MARK_EXIT] &&
	    mark_after(f, MARK_RETRY, MARK_REGISTERED) &&
	    mark_after(f, MARK_RETRY, MARK_INIT_START))
		raise(f, FIND_LOG_AGENT_EXIT_LOOP, f->mark[MARK_RETRY],
		      "ECS Agent failed to start, retrying");
	if (!f->mark_count[MARK_EXIT] || registered)
		return;
	(void)snprintf(text, sizeof(text),
	               "the agent exited with code %d again and again (%u)",
	               f->exit_code, f->exits);
	if (f->exits >= 2 || (f->exits && f->mark_count[MARK_RETRY]))
		raise(f,
		      f->exit_code == 2 ? FIND_LOG_AGENT_EXIT_PANIC
		                        : FIND_LOG_AGENT_EXIT_LOOP,
		      f->mark[MARK_EXIT], text);
	else if (f->exit_code == 0 &&
	         mark_after(f, MARK_EXIT, MARK_INIT_START) &&
	         !f->mark_count[MARK_INIT_STOP] &&
	         !f->mark_count[MARK_INIT_ASKED])
		raise(f, FIND_LOG_AGENT_EXIT_ZERO, f->mark[MARK_EXIT],
		      "Agent exited with code 0");
}

/* The last that was wanted of it was a start, and it ended with 0. */
static bool ended_alone(const struct log_found *f)
{
	return f->exit_code == 0 && mark_after(f, MARK_EXIT, MARK_INIT_START) &&
	       (!f->mark_count[MARK_INIT_ASKED] ||
	        (f->mark_count[MARK_INIT_START] &&
	         log_later(f->mark[MARK_INIT_START],
	                   f->mark[MARK_INIT_ASKED])));
}

/* Was it so up to the end, or over long before? */
static bool lately(const struct log_found *f, struct log_at at)
{
	return at.ms == WHEN_NONE || f->newest_ms == WHEN_NONE ||
	       f->newest_ms - at.ms < FLAPPING_WITHIN_MS;
}

/* The control channel that comes and goes. */
static void judge_rate(struct log_found *f)
{
	if (f->acs_fast >= ACS_FAST_RUN && lately(f, f->acs_fast_at))
		raise(f, FIND_LOG_ACS_FLAPPING, f->mark[MARK_ACS_UP],
		      "Connected to ACS endpoint, again and again");
	else if (f->acs_lost >= RESETS_FLAPPING && lately(f, f->acs_lost_at))
		raise(f, FIND_LOG_ACS_FLAPPING, f->acs_lost_at,
		      "lost websocket connection, again and again");
}

/* A second look with all the marks known: files come in any order. */
static void judge_past(struct log_found *f)
{
	for (size_t i = 0; i < f->n_hits; i++) {
		uint32_t by = f->hits[i].closed_by;

		for (unsigned m = 1; m < MARK_COUNT; m++)
			if (by >> m & 1 && f->mark_count[m] &&
			    log_later(f->mark[m], f->hits[i].last))
				f->hits[i].past = true;
	}
}

void logscan_end(struct logscan *s)
{
	struct log_found *f = s->out;
	const struct log_at end = { f->newest_ms, f->lines };

	judge_past(f);
	judge_exits(f);
	f->ended_alone = ended_alone(f);
	judge_rate(f);
	if (s->last_quiet.booting && !has_now(f, FIND_LOG_CONFIG_FATAL))
		raise(f, FIND_LOG_AGENT_SILENT, end,
		      "nothing after the agent said its version");
	if (s->last_quiet.waiting)
		raise(f, FIND_LOG_INIT_SILENT, end,
		      "nothing after ecs-init began");
}
