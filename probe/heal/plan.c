/* plan.c - may we act? The guards in the order of their table, the first that
 * speaks decides. Pure. */
#include "plan.h"

#include "probe/when.h"

static guard_fn *const guards[GUARD_COUNT] = {
#define GUARD(id, word, text) [GUARD_##id] = guard_##id,
#include "probe/guards.def"
#undef GUARD
};

struct str plan_time(struct arena *a, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *word;
	} units[] = { { 86400000, "d" },
		      { 3600000, "h" },
		      { 60000, "min" },
		      { 1000, "s" } };
	struct buf b = buf_init(a, 64);
	int parts = 0;

	/* What is left is never shown as nothing. */
	ms = (ms + 999) / 1000 * 1000;
	for (size_t i = 0; i < 4 && parts < 2; i++) {
		int64_t n = ms / units[i].ms;

		ms -= n * units[i].ms;
		if (n == 0 && parts == 0)
			continue;
		if (n)
			(void)buf_fmt(&b, "%s%lld %s", b.n ? " " : "",
			              (long long)n, units[i].word);
		parts++;
	}
	return b.n ? buf_str(&b) : STR("0 s");
}

/* What really lasts repeats within the hour (an instance that was deregistered
 * is told so once an hour). */
#define LOG_NEWS_MS (2 * 3600 * (int64_t)1000)

static bool is_news(const struct pass *p, size_t cause)
{
	for (size_t i = 0; i < p->found.n; i++) {
		const struct finding *f = &p->found.list[i];

		if (f->explained_by == (int)cause &&
		    (f->last_ms == WHEN_NONE ||
		     p->facts->now_ms - f->last_ms < LOG_NEWS_MS))
			return true;
	}
	return false;
}

/* The root cause, but not one that only old log lines speak for: it says
 * nothing about the agent of now. */
static const struct diagnosis *root_of(const struct pass *p)
{
	for (size_t i = 0; p->verdict.root && i < p->n_causes; i++)
		if (p->causes[i].live || is_news(p, i))
			return &p->causes[i];
	return p->verdict.root;
}

static struct ask question(const struct pass *p, const struct memory *m,
                           const struct conf *c, int64_t now_ms,
                           struct arena *a)
{
	struct ask q = { p, m, c, now_ms, a, root_of(p), ACTION_NONE };

	if (q.root)
		q.action = action_for(q.root->id);
	return q;
}

static struct plan planned(const struct ask *q)
{
	return (struct plan){ .action = q->action,
		              .cause = q->root ? q->root->id : CAUSE_NONE };
}

struct plan heal_plan(const struct pass *p, const struct memory *m,
                      const struct conf *c, int64_t now_ms, struct arena *a)
{
	struct ask q = question(p, m, c, now_ms, a);
	struct plan plan = planned(&q);

	for (unsigned g = 1; g < GUARD_COUNT && !plan.why.p; g++) {
		plan.why = guards[g](&q);
		plan.why_not = plan.why.p ? (enum guard_id)g : GUARD_NONE;
	}
	plan.go = !plan.why.p;
	if (plan.go)
		plan.why =
			arena_str(a, "%s: " STR_FMT, action_info[q.action].word,
		                  STR_ARG(q.root->title));
	return plan;
}

struct plan heal_explain(const struct pass *p, const struct memory *m,
                         const struct conf *c, int64_t now_ms, struct arena *a,
                         struct str why[GUARD_COUNT])
{
	struct ask q = question(p, m, c, now_ms, a);

	why[GUARD_NONE] = GUARD_PASSES;
	for (unsigned g = 1; g < GUARD_COUNT; g++)
		why[g] = guards[g](&q);
	return heal_plan(p, m, c, now_ms, a);
}
