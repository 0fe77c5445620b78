#include "probe/check.h"

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	uint64_t pct = f->mem.avail_kib * 100 / f->mem.total_kib;

	if (pct < (uint64_t)lim->mem_low_pct)
		check_raise(out, FIND_MEM_LOW,
		            "%llu MiB of %llu MiB available (limit %lld %%)",
		            (unsigned long long)f->mem.avail_kib / 1024,
		            (unsigned long long)f->mem.total_kib / 1024,
		            (long long)lim->mem_low_pct);
}

const struct check check_memory = {
	.id = "memory",
	.title = "memory available to tasks",
	.why = "Below the limit the kernel starts to kill tasks, and the agent "
	       "with them.",
	.needs = FACT_BIT(MEM),
	.judge = judge,
};
