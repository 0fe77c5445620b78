#include "probe/check.h"
#include "probe/when.h"

static void judge_spot(const struct facts *f, struct findings *out)
{
	const struct fact_imds *m = &f->imds;
	long long s = 0;

	if (m->spot_ms != WHEN_NONE)
		s = (long long)((m->spot_ms - f->now_ms) / 1000);
	if (m->spot_action.n) {
		if (m->spot_ms == WHEN_NONE)
			check_raise(out, FIND_SPOT_INTERRUPTION,
			            "EC2 will " STR_FMT " this instance",
			            STR_ARG(m->spot_action));
		else
			check_raise(out, FIND_SPOT_INTERRUPTION,
			            "EC2 will " STR_FMT
			            " this instance in %lld s",
			            STR_ARG(m->spot_action), s < 0 ? 0 : s);
		check_name(out, NAME_ACTION, m->spot_action);
	} else if (m->rebalance_ms != WHEN_NONE) {
		check_raise(out, FIND_SPOT_REBALANCE, "noticed %lld min ago",
		            (long long)((f->now_ms - m->rebalance_ms) / 60000));
	}
}

static void judge_group(const struct fact_imds *m, struct findings *out)
{
	struct str s = m->asg_state;

	if (str_starts(s, STR("Warmed:")))
		check_raise(out, FIND_WARM_POOL,
		            "target lifecycle state " STR_FMT, STR_ARG(s));
	else if (str_eq(s, STR("Terminated")) || str_eq(s, STR("Detached")) ||
	         str_eq(s, STR("Standby")))
		check_raise(out, FIND_ASG_LEAVING,
		            "target lifecycle state " STR_FMT, STR_ARG(s));
	else
		return;
	check_name(out, NAME_VALUE, s);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_imds *m = &f->imds;

	(void)lim;
	if (!m->documents)
		return; /* the imds check says why */
	judge_spot(f, out);
	judge_group(m, out);
	if (m->events) {
		check_raise(out, FIND_MAINTENANCE_SCHEDULED,
		            STR_FMT " not before " STR_FMT " (%u in all)",
		            STR_ARG(m->event_code), STR_ARG(m->event_when),
		            m->events);
		check_name(out, NAME_ACTION, m->event_code);
	}
}

const struct check check_lifecycle = {
	.id = "lifecycle",
	.title = "EC2 means to keep this instance",
	.why = "A spot interruption, an Auto Scaling group that takes the "
	       "instance away, a warm pool or scheduled maintenance explain a "
	       "draining or silent agent: nothing is to be repaired.",
	.needs = FACT_BIT(IMDS),
	.judge = judge,
};
