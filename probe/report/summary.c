#include "summary.h"

#include "probe/buf.h"

static size_t looked(const struct pass *p, size_t *unknown)
{
	size_t n = 0;

	for (size_t i = 0; i < checks_count; i++) {
		n += !p->checked[i].left_out;
		*unknown += !p->checked[i].left_out &&
		            p->checked[i].sev == SEV_UNKNOWN;
	}
	return n;
}

void summary_healthy(struct lines *l, const struct pass *p)
{
	size_t unknown = 0, n = looked(p, &unknown);

	lines_text(l, "  ",
	           arena_str(l->a, "%zu checks found no fault%s", n - unknown,
	                     unknown ? "; the others could not look" : ""),
	           2);
}

void summary_footer(struct lines *l, const struct pass *p)
{
	size_t unknown = 0, n = looked(p, &unknown);

	lines_text(l, "-- ",
	           arena_str(l->a, "probe %s, %zu checks, %lld ms",
	                     PROBE_VERSION, n, (long long)p->cost.wall_ms),
	           2);
}

void summary_endpoints(struct lines *l, const struct pass *p)
{
	(void)l, (void)p;
}
