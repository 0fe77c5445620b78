#include "summary.h"

#include "probe/buf.h"

#include "instance.h"

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

static void part(struct buf *b, const char *head, struct str s)
{
	if (s.n)
		(void)buf_fmt(b, "%s%s" STR_FMT, b->n ? ", " : "", head,
		              STR_ARG(s));
}

void summary_footer(struct lines *l, const struct pass *p)
{
	const struct instance i = instance_of(p, l->a);
	struct buf b = buf_init(l->a, 1024);
	size_t unknown = 0, n = looked(p, &unknown);

	part(&b, "", i.id);
	part(&b, "cluster ", i.cluster);
	part(&b, "agent ", i.agent_version);
	part(&b, "", i.region);
	part(&b, "",
	     arena_str(l->a, "%zu checks in %lld ms", n,
	               (long long)p->cost.wall_ms));
	part(&b, "", STR("probe " PROBE_VERSION));
	lines_text(l, "-- ", buf_str(&b), 2);
}
