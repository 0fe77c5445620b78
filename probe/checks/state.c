#include "probe/check.h"

/* An empty setting takes the saved cluster; another one must be the same byte
 * for byte, or the agent exits 5. */
static void cluster(const struct facts *f, struct findings *out)
{
	struct str want = f->config.cluster, have = f->state.cluster;

	if (f->config.seen.state != SEEN_OK || want.n == 0 || have.n == 0 ||
	    str_eq(want, have))
		return;
	check_raise(out, FIND_STATE_OTHER_CLUSTER,
	            "agent.db says " STR_FMT ", ecs.config says " STR_FMT,
	            STR_ARG(have), STR_ARG(want));
	check_name(out, NAME_SAVED, have);
	check_name(out, NAME_CLUSTER, want);
}

static void instance(const struct facts *f, struct findings *out)
{
	struct str now = f->imds.instance_id, have = f->state.instance;

	if (now.n == 0 || have.n == 0 || str_eq(now, have))
		return;
	check_raise(out, FIND_STATE_OTHER_INSTANCE,
	            "agent.db is of " STR_FMT ", this is " STR_FMT,
	            STR_ARG(have), STR_ARG(now));
	check_name(out, NAME_SAVED, have);
	check_name(out, NAME_INSTANCE, now);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_state *s = &f->state;

	(void)lim;
	if (s->db && s->db_size > 0 && !s->db_read) {
		check_raise(out, FIND_STATE_UNREADABLE,
		            "agent.db (%llu bytes): %s",
		            (unsigned long long)s->db_size, s->db_why.msg);
		return;
	}
	cluster(f, out);
	instance(f, out);
}

const struct check check_state = {
	.id = "state",
	.title = "what the agent saved of an earlier life",
	.why = "The saved cluster and instance pin the agent: with another "
	       "ECS_CLUSTER it exits 5, and state baked into an AMI belongs to "
	       "another instance.",
	.needs = FACT_BIT(STATE),
	.also = FACT_BIT(CONFIG) | FACT_BIT(IMDS),
	.judge = judge,
};
