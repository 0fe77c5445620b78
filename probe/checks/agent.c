#include "warm.h"

#define BOOT_MS (3 * 60 * 1000)

/* "prod" of "arn:aws:ecs:eu-west-1:123456789012:cluster/prod". */
static struct str short_name(struct str cluster)
{
	size_t at = str_find(cluster, STR(":cluster/"));

	return at == SIZE_MAX ? cluster : str_skip(cluster, at + 9);
}

static void no_answer(const struct facts *f, struct findings *out)
{
	const struct fact_agent *a = &f->agent;
	int64_t up_ms = f->unit.up_ms;

	if (a->why == ERR_TIME)
		check_raise(out, FIND_AGENT_SILENT,
		            "127.0.0.1:51678 connects, no answer");
	else if (waits_in_warm_pool(f))
		check_raise(
			out, FIND_AGENT_WARM,
			"127.0.0.1:51678: %s, target lifecycle state " STR_FMT,
			err_text(a->why), STR_ARG(f->imds.asg_state));
	else if (up_ms > 0 && up_ms < BOOT_MS)
		check_raise(out, FIND_AGENT_STARTING,
		            "127.0.0.1:51678: %s, %lld s after boot",
		            err_text(a->why), (long long)(up_ms / 1000));
	else
		check_raise(out, FIND_AGENT_NO_ANSWER, "127.0.0.1:51678: %s",
		            err_text(a->why));
	/* A cluster that is not there keeps it from coming up. */
	check_name(out, NAME_CLUSTER, f->config.cluster);
}

static void cluster(const struct facts *f, struct findings *out)
{
	const struct fact_agent *a = &f->agent;
	struct str want = f->config.cluster;
	struct str have = short_name(a->cluster);

	if (want.n && !str_eq(short_name(want), have)) {
		check_raise(out, FIND_AGENT_CLUSTER_DIFFERS,
		            "registered in " STR_FMT
		            ", ecs.config says " STR_FMT,
		            STR_ARG(have), STR_ARG(want));
		check_name(out, NAME_SAVED, have);
		check_name(out, NAME_CLUSTER, want);
	} else if (want.n == 0 && str_eq(have, STR("default"))) {
		check_raise(out, FIND_AGENT_CLUSTER_DEFAULT,
		            "registered in default, no cluster is configured");
	}
}

static void registered(const struct facts *f, struct findings *out)
{
	const struct fact_agent *a = &f->agent;

	check_raise(out, FIND_AGENT_REGISTERED, "cluster " STR_FMT ", " STR_FMT,
	            STR_ARG(a->cluster), STR_ARG(a->arn));
	if (f->config.seen.state == SEEN_OK)
		cluster(f, out);
	if (!a->port_51679 && a->why_51679 == ERR_REFUSED)
		check_raise(out, FIND_AGENT_TASK_PORT_CLOSED,
		            "127.0.0.1:51679: %s", err_text(a->why_51679));
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_agent *a = &f->agent;

	(void)lim;
	switch (a->answer) {
	case AGENT_NOTHING:
		no_answer(f, out);
		break;
	case AGENT_ODD:
		if (a->status)
			check_raise(out, FIND_AGENT_PORT_SQUATTED,
			            "HTTP %d, and not what the agent answers",
			            a->status);
		else
			check_raise(out, FIND_AGENT_PORT_SQUATTED,
			            "it does not speak HTTP");
		check_name(out, NAME_PORT, STR("51678"));
		break;
	case AGENT_NO_ARN:
		check_raise(out, FIND_AGENT_NOT_REGISTERED,
		            "agent " STR_FMT " has no container instance ARN",
		            STR_ARG(a->version));
		break;
	case AGENT_ANSWERS:
		registered(f, out);
		break;
	}
}

const struct check check_agent = {
	.id = "agent",
	.title = "the agent's own answer on this host",
	.why = "The agent opens its port only when it is registered and has "
	       "Docker. An open port alone proves nothing: its answer must "
	       "name a container instance.",
	.needs = FACT_BIT(AGENT),
	.also = FACT_BIT(CONFIG) | FACT_BIT(UNIT) | FACT_BIT(IMDS),
	.core = true,
	.judge = judge,
};
