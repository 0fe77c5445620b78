/* Causes that cannot be told apart: both are there, with weights that sum to at
 * most one, unless something decides. */
#include "probe/diagnose.h"
#include "unit.h"

static _Alignas(16) unsigned char mem[1 << 20];

static size_t ask(const enum finding_id *have, struct diagnosis *d)
{
	struct arena a = { mem, 0, sizeof(mem) };
	struct findings f = findings_init(&a);

	for (size_t i = 0; have[i]; i++)
		check_raise(&f, have[i], "so it is");
	return diagnose(&f, &a, d);
}

static void table(void)
{
	for (size_t i = 0; i < rivals_count; i++) {
		const struct rival *r = &rivals[i];

		OK(r->first_pct > r->second_pct && r->second_pct > 0 &&
		           r->first_pct + r->second_pct <= 100,
		   cause_info[r->first].name);
		OK(cause_info[r->first].severity ==
		           cause_info[r->second].severity,
		   "they stand side by side");
		for (size_t k = 0; k < i; k++)
			OK(rivals[k].first != r->first, "one row each");
	}
}

static void both(void)
{
	static const enum finding_id have[] = { FIND_ALL_SILENT,
		                                FIND_ECS_SILENT, FIND_NONE };
	struct diagnosis d[DIAGNOSE_MAX];
	size_t n = ask(have, d);

	OK(n == 2 && d[0].id == CAUSE_NO_PATH_TO_AWS &&
	           d[1].id == CAUSE_EGRESS_RULES_DROP,
	   "both, the likelier first");
	OK(d[0].confidence == 65 && d[1].confidence == 30, "their weights");
	OK(d[0].rival == d[1].id && d[1].rival == d[0].id && d[1].second &&
	           !d[0].second,
	   "each names the other");
	OK(d[0].decides.n && str_eq(d[0].decides, d[1].decides),
	   "what decides");
}

static void both_of_a_task(void)
{
	static const enum finding_id have[] = { FIND_TASK_NET_SILENT,
		                                FIND_NONE };
	struct diagnosis d[DIAGNOSE_MAX];
	size_t n = ask(have, d);

	OK(n == 2 && d[0].id == CAUSE_TASK_SUBNET_NO_ROUTE &&
	           d[1].id == CAUSE_TASK_GROUP_BLOCKS &&
	           d[0].confidence == 65 && d[1].confidence == 30,
	   "a task that is cut off: its subnet's route, or its rules");
}

static void decided(void)
{
	static const enum finding_id rows[][4] = {
		{ FIND_ALL_SILENT, FIND_ECS_SILENT, FIND_ROUTE_OUT_OK },
		{ FIND_ALL_SILENT, FIND_ECS_SILENT, FIND_EGRESS_RULES_OK },
		{ FIND_ALL_SILENT, FIND_ECS_SILENT, FIND_ROUTE_MISSING },
		{ FIND_ALL_SILENT, FIND_ECS_SILENT, FIND_NO_PUBLIC_ADDRESS },
		{ FIND_ALL_SILENT, FIND_ECS_SILENT,
		  FIND_SECGROUP_EGRESS_CLOSED },
		{ FIND_TASK_NET_SILENT, FIND_TASK_SUBNET_WAY_OUT },
		{ FIND_TASK_NET_SILENT, FIND_TASK_ROUTE_NONE },
		{ FIND_TASK_NET_SILENT, FIND_TASK_S3_ALONE },
	};
	static const enum cause_id want[] = {
		CAUSE_EGRESS_RULES_DROP,     CAUSE_NO_PATH_TO_AWS,
		CAUSE_ROUTE_TO_NOWHERE,      CAUSE_NO_PUBLIC_ADDRESS,
		CAUSE_SECURITY_GROUP_EGRESS, CAUSE_TASK_GROUP_BLOCKS,
		CAUSE_TASK_SUBNET_NO_ROUTE,  CAUSE_TASK_SUBNET_NO_ROUTE
	};

	for (size_t i = 0; i < sizeof(want) / sizeof(*want); i++) {
		struct diagnosis d[DIAGNOSE_MAX];

		OK(ask(rows[i], d) == 1, "one alone");
		OK(d[0].id == want[i], cause_info[want[i]].name);
		OK(d[0].confidence >= 80 && d[0].rival == CAUSE_NONE,
		   "it is known");
	}
}

int main(void)
{
	table();
	both();
	both_of_a_task();
	decided();
	return unit_end("rivals");
}
