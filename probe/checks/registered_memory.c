#include "probe/check.h"

/* Did the agent's log say that a task found no room? */
static bool refused(const struct facts *f)
{
	if (f->logs.seen.state != SEEN_OK)
		return false;
	for (size_t i = 0; i < f->logs.found.n_hits; i++)
		if (f->logs.found.hits[i].finding == FIND_LOG_MEMORY_QUEUE ||
		    f->logs.found.hits[i].finding == FIND_LOG_MEMORY_SHORT)
			return true;
	return false;
}

static void over(uint64_t reserved, uint64_t total, struct findings *out)
{
	check_raise(out, FIND_MEM_RESERVED_OVER,
	            "ECS_RESERVED_MEMORY is %llu MiB, the host has %llu MiB",
	            (unsigned long long)reserved, (unsigned long long)total);
	check_namef(out, NAME_WANT, "%llu", (unsigned long long)reserved);
	check_namef(out, NAME_HAVE, "%llu", (unsigned long long)total);
}

/* As the agent does it: MemTotal in MiB, less ECS_RESERVED_MEMORY
 * (ecs-agent/api/ecs/client getHostResources). Worth a word only when something
 * was taken off, or when a task found no room. */
static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	struct str set = config_value(&f->config, "ECS_RESERVED_MEMORY");
	uint64_t total = f->mem.total_kib / 1024, reserved = 0;

	(void)lim;
	if (!str_u64(set, &reserved) || reserved > UINT16_MAX)
		reserved = 0; /* the agent drops it with a warning */
	if (reserved > total) {
		over(reserved, total, out);
		return;
	}
	if (!reserved && !refused(f))
		return;
	check_raise(
		out, FIND_MEM_REGISTERED,
		"%llu MiB are offered to tasks: MemTotal %llu MiB less %llu "
		"MiB reserved",
		(unsigned long long)(total - reserved),
		(unsigned long long)total, (unsigned long long)reserved);
	check_namef(out, NAME_HAVE, "%llu",
	            (unsigned long long)(total - reserved));
}

const struct check check_registered_memory = {
	.id = "registered_memory",
	.title = "the memory that this instance registers",
	.why = "ECS places tasks by the number the agent registers, which is "
	       "less than the instance type suggests; a task that wants more "
	       "is never placed here.",
	.needs = FACT_BIT(MEM) | FACT_BIT(CONFIG),
	.also = FACT_BIT(LOGS),
	.judge = judge,
};
