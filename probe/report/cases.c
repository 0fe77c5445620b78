/* cases.c - one line a check, one a finding: what tests/cases compares. */
#include "probe/report.h"

void report_cases(const struct pass *p, const struct report_look *look,
                  struct arena *a, struct buf *out)
{
	(void)look, (void)a;
	for (size_t i = 0; i < checks_count; i++) {
		const struct checked *c = &p->checked[i];

		if (c->left_out)
			continue;
		(void)buf_fmt(out, "%s\t%s\t" STR_FMT "\n", c->check->id,
		              sev_name[c->sev], STR_ARG(c->why));
		for (size_t k = 0; k < c->count; k++) {
			const struct finding *f = &p->found.list[c->first + k];

			(void)buf_fmt(out, "\t%s\t" STR_FMT "\n",
			              finding_info[f->id].name,
			              STR_ARG(f->text));
		}
	}
}
