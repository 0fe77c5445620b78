#include "probe/check.h"

static bool over(uint64_t have, uint64_t max, int64_t pct)
{
	return have / (max / 100 + 1) >= (uint64_t)pct;
}

static void say(struct findings *out, enum finding_id id, const char *what,
                uint64_t have, uint64_t max)
{
	check_raise(out, id, "%s: %llu of %llu in use", what,
	            (unsigned long long)have, (unsigned long long)max);
	check_namef(out, NAME_HAVE, "%llu", (unsigned long long)have);
	check_namef(out, NAME_WANT, "%llu", (unsigned long long)max);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_kernel *k = &f->kernel;

	if (k->conntrack &&
	    over(k->conntrack_count, k->conntrack_max, lim->conntrack_warn_pct))
		say(out, FIND_CONNTRACK_NEAR_FULL, "connections tracked",
		    k->conntrack_count, k->conntrack_max);
	if (over(k->files_open, k->files_max, lim->fd_warn_pct))
		say(out, FIND_FILES_NEAR_LIMIT, "open files", k->files_open,
		    k->files_max);
	if (over(k->threads, k->threads_max, lim->fd_warn_pct))
		say(out, FIND_PIDS_NEAR_LIMIT, "processes and threads",
		    k->threads, k->threads_max);
	if (k->mem_full_60 >= 300)
		check_raise(out, FIND_MEM_PRESSURE,
		            "every process waited for memory %d %% of the last "
		            "minute",
		            (int)k->mem_full_60 / 10);
	if (k->io_full_60 >= 600)
		check_raise(out, FIND_IO_PRESSURE,
		            "every process waited for the disk %d %% of the "
		            "last minute",
		            (int)k->io_full_60 / 10);
}

const struct check check_kernel_limits = {
	.id = "kernel_limits",
	.title = "connections tracked, open files, processes, pressure",
	.why = "When one of these runs out, packets are dropped and programs "
	       "cannot start, and every log blames somebody else.",
	.needs = FACT_BIT(KERNEL),
	.judge = judge,
};
