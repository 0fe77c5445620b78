#include "probe/check.h"

static void window(const struct fact_firewall *w, struct findings *out)
{
	if (!w->window.closed)
		return;
	check_raise(
		out, FIND_FIREWALL_WINDOW_CLOSED,
		"%u ports of 31000-61000 are closed (%u-%u ...) by: " STR_FMT,
		w->window.closed, w->window.first_closed.lo,
		w->window.first_closed.hi, STR_ARG(w->window.rule));
	check_name(out, NAME_LINE, w->window.rule);
	check_namef(out, NAME_PORT, "%u-%u", w->window.first_closed.lo,
	            w->window.first_closed.hi);
}

static void credentials_route(const struct facts *f, struct findings *out)
{
	const struct fact_firewall *w = &f->firewall;
	bool running = f->agent.seen.state == SEEN_OK &&
	               f->agent.answer == AGENT_ANSWERS;

	if (!running || !w->iptables)
		return;
	if (!w->dnat_credentials || !w->redirect_credentials)
		check_raise(out, FIND_CREDENTIALS_ROUTE_GONE,
		            "no iptables rule leads 169.254.170.2:80 to the "
		            "agent's port 51679 (%s)",
		            w->redirect_credentials ? "PREROUTING"
		            : w->dnat_credentials   ? "OUTPUT"
		                                    : "PREROUTING and OUTPUT");
	else if (w->route_localnet == 0)
		check_raise(out, FIND_CREDENTIALS_ROUTE_GONE,
		            "net.ipv4.conf.all.route_localnet is 0: tasks "
		            "cannot reach 169.254.170.2");
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	window(&f->firewall, out);
	credentials_route(f, out);
}

const struct check check_firewall = {
	.id = "firewall",
	.title = "the host's packet filter on 31000-61000 and 169.254.170.2",
	.why = "A filter on the host itself closes ports that the security "
	       "group opens, and without ecs-init's rules no task gets "
	       "credentials.",
	.needs = FACT_BIT(FIREWALL),
	.also = FACT_BIT(AGENT),
	.judge = judge,
};
