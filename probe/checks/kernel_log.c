#include "probe/check.h"

/* First match wins for a line; put the narrow pattern above the wide one. */
static const struct signature {
	struct str needle,
		also; /* fixed text, no wildcard; also may be empty */
	enum finding_id id;
} signatures[] = {
	{ STR_INIT("oom-kill:"), STR_INIT("task=dockerd"),
	  FIND_KERNEL_OOM_HOST },
	{ STR_INIT("oom-kill:"), STR_INIT("task=containerd"),
	  FIND_KERNEL_OOM_HOST },
	{ STR_INIT("oom-kill:"), STR_INIT("task=agent,"),
	  FIND_KERNEL_OOM_HOST },
	{ STR_INIT("oom-kill:"), STR_INIT("task=amazon-ecs"),
	  FIND_KERNEL_OOM_HOST },
	{ STR_INIT("oom-kill:"), STR_INIT("constraint=CONSTRAINT_MEMCG"),
	  FIND_KERNEL_OOM_TASK },
	{ STR_INIT("oom-kill:"), STR_INIT(""), FIND_KERNEL_OOM_HOST },
	{ STR_INIT("blocked for more than"), STR_INIT("seconds"),
	  FIND_KERNEL_TASK_HUNG },
	{ STR_INIT("nf_conntrack: table full"), STR_INIT(""),
	  FIND_KERNEL_CONNTRACK_FULL },
	{ STR_INIT("emounting filesystem read-only"), STR_INIT(""),
	  FIND_KERNEL_FS_ERROR },
	{ STR_INIT("I/O error, dev"), STR_INIT(""), FIND_KERNEL_FS_ERROR },
	{ STR_INIT("apparmor=\"DENIED\""), STR_INIT("ecs-agent"),
	  FIND_KERNEL_DENIED },
	{ STR_INIT("avc:  denied"), STR_INIT("comm=\"agent\""),
	  FIND_KERNEL_DENIED },
};
enum { SIGNATURES = sizeof(signatures) / sizeof(*signatures) };

struct tally {
	uint32_t count;
	struct str line; /* the newest */
	int64_t ago_ms;
};

/* Microseconds since boot of "prio,seq,usec,flags;text"; -1 when unknown. */
static int64_t stamp_us(struct str head)
{
	uint64_t us;

	(void)str_cut(&head, ',');
	(void)str_cut(&head, ',');
	return str_u64(str_cut(&head, ','), &us) && us < INT64_MAX / 2
	               ? (int64_t)us
	               : -1;
}

/* The finding a line stands for, or FIND_NONE. */
static enum finding_id match(struct str text)
{
	for (size_t i = 0; i < SIGNATURES; i++)
		if (str_has(text, signatures[i].needle) &&
		    str_has(text, signatures[i].also))
			return signatures[i].id;
	return FIND_NONE;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	static const enum finding_id ids[] = {
		FIND_KERNEL_CONNTRACK_FULL, FIND_KERNEL_DENIED,
		FIND_KERNEL_FS_ERROR,       FIND_KERNEL_OOM_HOST,
		FIND_KERNEL_OOM_TASK,       FIND_KERNEL_TASK_HUNG,
	};
	struct tally t[FIND_COUNT] = { { 0, { NULL, 0 }, 0 } };
	struct str rest = f->klog.text;

	(void)lim;
	while (rest.n) {
		struct str line = str_cut(&rest, '\n');
		struct str head = str_cut(&line, ';');
		int64_t us = stamp_us(head);
		int64_t ago = us < 0 || f->klog.uptime_ms < 0
		                      ? 0
		                      : f->klog.uptime_ms - us / 1000;
		enum finding_id id =
			ago > f->klog.window_ms ? FIND_NONE : match(line);

		if (id == FIND_NONE)
			continue;
		t[id].count++;
		t[id].line = line;
		t[id].ago_ms = ago > 0 ? ago : 0;
	}
	for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
		const struct tally *k = &t[ids[i]];

		if (!k->count)
			continue;
		check_raise(out, ids[i],
		            "%u times, last %lld min ago: " STR_FMT, k->count,
		            (long long)k->ago_ms / 60000,
		            STR_ARG(str_head(k->line, 160)));
		check_seen(out, k->count, INT64_MIN, f->now_ms - k->ago_ms,
		           k->line);
		check_name(out, NAME_TASK,
		           str_between(k->line, STR("task="), STR(",")));
		check_name(out, NAME_LINE, k->line);
	}
}

const struct check check_kernel_log = {
	.id = "kernel_log",
	.title = "known bad lines in the kernel log",
	.why = "The kernel says why a task or the agent died before anyone "
	       "else "
	       "does.",
	.needs = FACT_BIT(KLOG),
	.judge = judge,
};
