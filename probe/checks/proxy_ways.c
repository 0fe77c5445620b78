#include "proxies.h"
#include "reach.h"

/* Is ECS out of reach where the agent goes, which is without a proxy? */
static bool ecs_cut_off(const struct facts *f)
{
	if (f->endpoints.seen.state != SEEN_OK)
		return false;
	for (size_t i = 0; i < f->endpoints.n; i++) {
		const struct endpoint_row *r = &f->endpoints.row[i];

		if (r->service == SVC_ECS)
			return !r->by_proxy && r->outcome > EP_OK &&
			       r->outcome < EP_PROXY_REFUSED;
	}
	return false;
}

static void judge_agent(const struct facts *f, struct findings *out)
{
	const struct fact_proxies *p = &f->proxies;
	enum proxy_place other =
		proxy_some(p, PROXY_INIT) ? PROXY_INIT : PROXY_DOCKER;

	if (!proxy_none(p, PROXY_FILE) || proxy_some(p, PROXY_AGENT) ||
	    !proxy_some(p, other) || !ecs_cut_off(f))
		return;
	check_raise(out, FIND_PROXY_AGENT_NONE,
	            "%s goes through " STR_FMT " (" STR_FMT
	            "), ecs.config has no proxy, and without one ECS does "
	            "not answer",
	            proxy_who[other], STR_ARG(proxy_way_of(p, other)),
	            STR_ARG(p->way[other].path));
	check_name(out, NAME_ADDRESS, proxy_way_of(p, other));
	check_name(out, NAME_PATH, p->way[other].path);
	check_name(out, NAME_UNIT, str_of(proxy_who[other]));
}

static const char *registry_words(const struct endpoint_row *r)
{
	switch (r->outcome) {
	case EP_PROXY_REFUSED:
		return "the proxy refuses connections";
	case EP_PROXY_SILENT:
		return "the proxy does not answer";
	case EP_PROXY_NAME:
		return "the proxy's name does not resolve";
	case EP_PROXY_DENIES:
		return r->proxy_status == 407 ? "the proxy wants a login"
		                              : "the proxy refuses the host";
	default:
		return reach_words(r->outcome);
	}
}

/* The agent's way to the registry; NULL: not open either. */
static const struct endpoint_row *agent_way(const struct fact_endpoints *f)
{
	if (f->seen.state != SEEN_OK)
		return NULL;
	for (size_t i = 0; i < f->n; i++)
		if (f->row[i].service == SVC_ECR_DKR &&
		    f->row[i].outcome == EP_OK)
			return &f->row[i];
	return NULL;
}

static void judge_dockerd(const struct facts *f, struct findings *out)
{
	const struct fact_proxies *p = &f->proxies;
	const struct endpoint_row *r = &p->registry;
	const struct endpoint_row *well = agent_way(&f->endpoints);
	struct str want = { NULL, 0 };

	if (r->outcome <= EP_OK || r->outcome >= EP_FAILED || !well)
		return;
	if (well->by_proxy)
		want = f->endpoints.proxy;
	check_raise(
		out, FIND_PROXY_DOCKERD_BLOCKED,
		"dockerd goes %s" STR_FMT " to " STR_FMT
		": %s; the agent goes %s" STR_FMT " and gets there",
		p->registry_proxy.n ? "through " : "without a proxy",
		STR_ARG(p->registry_proxy), STR_ARG(r->host), registry_words(r),
		well->by_proxy ? "through " : "without a proxy", STR_ARG(want));
	check_name(out, NAME_HOST, r->host);
	check_name(out, NAME_HAVE, p->registry_proxy);
	check_name(out, NAME_WANT, want);
	check_name(out, NAME_WALL,
	           !p->registry_proxy.n ? STR("without the agent's proxy")
	           : want.n             ? STR("through another proxy")
	                                : STR("through a proxy"));
	check_name(out, NAME_PATH, p->way[PROXY_DOCKER].path);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	judge_agent(f, out);
	judge_dockerd(f, out);
}

const struct check check_proxy_ways = {
	.id = "proxy_ways",
	.title = "where the proxies of agent and dockerd differ, both get "
		 "through",
	.why = "dockerd pulls images and runs the awslogs driver; it does not "
	       "read ecs.config, and the agent reads no drop-in. With a proxy "
	       "set for one of them alone the instance half works: it "
	       "registers and cannot pull, or fetches the agent and never "
	       "registers. Where dockerd's way to the registry is not the "
	       "agent's, it is tried as well.",
	.needs = FACT_BIT(PROXIES),
	.also = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
