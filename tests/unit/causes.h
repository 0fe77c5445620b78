/* causes.h - rows of findings and the one cause that they come down to. */
#ifndef TESTS_UNIT_CAUSES_H
#define TESTS_UNIT_CAUSES_H

#include "probe/diagnose.h"
#include "unit.h"

#define F(x) FIND_##x
#define CAUSE_ROW_MAX 8
struct cause_row {
	const char *what;
	enum finding_id raised[CAUSE_ROW_MAX];
	enum cause_id want; /* the root */
	enum restart restart;
};

/* One root, and nothing worse than a note beside it. */
static inline void causes_row(struct arena *a, const struct cause_row *row)
{
	struct diagnosis d[DIAGNOSE_MAX];
	struct findings found;
	size_t n;

	a->used = 0;
	found = findings_init(a);
	for (size_t k = 0; k < CAUSE_ROW_MAX && row->raised[k]; k++)
		check_raise(&found, row->raised[k], "seen");
	n = diagnose(&found, a, d);
	OK(n > 0 && d[0].id == row->want, row->what);
	OK(n > 0 && d[0].restart == row->restart, row->what);
	for (size_t k = 0; k < found.n; k++)
		OK(finding_info[found.list[k].id].severity < SEV_WARN ||
		           found.list[k].explained_by == 0,
		   row->what);
}

static inline int causes_end(const char *name, const struct cause_row *rows,
                             size_t n)
{
	struct arena a = unit_arena(1024 * 1024);

	for (size_t i = 0; i < n; i++)
		causes_row(&a, rows + i);
	free(a.base);
	return unit_end(name);
}

#endif
