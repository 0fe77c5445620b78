/* plan.c - may we act? The guards in the order of their table, the first that
 * speaks decides. Pure. */
#include "plan.h"

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

static struct ask question(const struct pass *p, const struct memory *m,
                           const struct conf *c, int64_t now_ms,
                           struct arena *a)
{
	struct ask q = { p, m, c, now_ms, a, memory_root(p), ACTION_NONE };

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
