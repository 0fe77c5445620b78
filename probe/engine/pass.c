#include "probe/pass.h"

#include <sys/resource.h>

#include "crew.h"
#include "parts.h"

/* The groups that the checks not left out look at. */
uint32_t pass_wanted(const bool *skip)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < checks_count; i++)
		if (!skip || !skip[i])
			bits |= checks[i]->needs | checks[i]->also;
	return skip ? bits : UINT32_MAX >> (32 - FACT_COUNT);
}

/* The worst finding that no cause explains; NULL when there is none. */
static const struct finding *worst_open(const struct findings *found)
{
	const struct finding *worst = NULL;
	enum severity sev = SEV_INFO;

	for (size_t i = 0; i < found->n; i++) {
		const struct finding *f = &found->list[i];

		if (f->explained_by == EXPLAINED_NOT &&
		    finding_info[f->id].severity > sev) {
			sev = finding_info[f->id].severity;
			worst = f;
		}
	}
	return worst;
}

static const struct checked *blind_core(const struct checked *c)
{
	for (size_t i = 0; i < checks_count; i++)
		if (c[i].check->core && c[i].sev == SEV_UNKNOWN)
			return &c[i];
	return NULL;
}

static struct verdict conclude(const struct pass *p)
{
	const struct finding *open = worst_open(&p->found);
	const struct checked *blind = blind_core(p->checked);
	const struct diagnosis *root = p->n_causes ? &p->causes[0] : NULL;
	enum severity sev = root ? cause_info[root->id].severity : SEV_OK;

	if (open && finding_info[open->id].severity > sev)
		return (struct verdict){
			.status = finding_info[open->id].severity,
			.class = CLASS_OTHER,
			.title = str_of(finding_info[open->id].summary),
		};
	if (root && sev > SEV_UNKNOWN)
		return (struct verdict){ sev, cause_info[root->id].class, root,
			                 root->title };
	if (blind)
		return (struct verdict){
			.status = SEV_UNKNOWN,
			.class = CLASS_OTHER,
			.title = STR("too little could be seen to judge"),
		};
	return (struct verdict){ .status = SEV_OK,
		                 .class = CLASS_HEALTHY,
		                 .title = STR("healthy") };
}

void pass_judge(struct arena *a, const struct facts *f,
                const struct pass_opts *o, struct pass *out)
{
	out->found = findings_init(a);
	out->checked = ARENA_ARRAY(a, struct checked, checks_count + 1);
	judge_all(f, &o->limits, o->skip, &out->found, out->checked);
	out->n_causes = diagnose(&out->found, a, out->causes);
	out->verdict = conclude(out);
}

struct pass_cost pass_cost(struct host *h, int64_t wall_ms)
{
	struct rusage u = { 0 };
	int64_t cpu_ms;

	(void)getrusage(RUSAGE_SELF, &u);
	cpu_ms = (int64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000 +
	         (u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1000;
	return (struct pass_cost){
		.wall_ms = h->ops->measured(h, "wall_ms", wall_ms),
		.cpu_ms = h->ops->measured(h, "cpu_ms", cpu_ms),
		.rss_kib = h->ops->measured(h, "rss_kib", u.ru_maxrss),
	};
}

void pass_collect(struct host *h, struct arena *a, uint32_t groups,
                  const struct pass_opts *o, struct pass *out)
{
	int64_t until = h->ops->mono_ms(h) + o->deadline_ms;

	*out = (struct pass){ .facts = ARENA_NEW(a, struct facts) };
	out->crew = crew_new(h, out->facts);
	if (out->crew)
		crew_look(out->crew, crew_closure(groups), o, until);
	else
		out->facts->now_ms = h->ops->now_ms(h);
	out->left_behind = crew_stuck(out->crew) != 0;
}

void pass_run(struct host *h, struct arena *a, const struct pass_opts *o,
              struct pass *out)
{
	int64_t began = h->ops->mono_ms(h);

	pass_collect(h, a, pass_wanted(o->skip), o, out);
	pass_judge(a, out->facts, o, out);
	out->cost = pass_cost(h, h->ops->mono_ms(h) - began);
}

void pass_free(struct pass *p)
{
	crew_free(p->crew);
	p->crew = NULL;
}
