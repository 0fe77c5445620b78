#include "host_ports.h"

static bool agents_own(const struct sock_row *s)
{
	/* The agent's process is called agent, whatever its container. */
	return str_eq(s->comm, STR("agent")) || s->pid == 0;
}

static void squatters(const struct fact_ports *p, struct findings *out)
{
	for (size_t i = 0; i < p->map.n_listen; i++) {
		const struct sock_row *s = &p->map.listen[i];

		if (s->udp || agents_own(s) ||
		    (s->port != AGENT_PORT_INTROSPECTION &&
		     s->port != AGENT_PORT_CREDENTIALS))
			continue;
		check_raise(out, FIND_AGENT_PORT_TAKEN,
		            "port %u of the ECS agent is held by " STR_FMT
		            " (pid %lld)",
		            s->port, STR_ARG(s->comm), (long long)s->pid);
		check_namef(out, NAME_HOLDER, STR_FMT " (pid %lld)",
		            STR_ARG(s->comm), (long long)s->pid);
		check_namef(out, NAME_PORT, "%u", s->port);
	}
}

/* The agent could not listen, its log says, and nobody else does: that leaves a
 * connection that goes out from this port, or the minute after it. */
static void given_away(const struct facts *f, enum finding_id said,
                       unsigned port, struct findings *out)
{
	const struct fact_ports *p = &f->ports;

	if (!port_refused(&f->logs, said) || p->agent_ports_reserved ||
	    port_listener(p, port) || !port_used(p, port))
		return;
	check_raise(out, FIND_AGENT_PORT_EPHEMERAL,
	            "port %u of the ECS agent is the near end of a connection "
	            "that goes out, or went: the kernel picks from %u-%u",
	            port, p->kernel.lo, p->kernel.hi);
	check_namef(out, NAME_PORT, "%u", port);
	check_namef(out, NAME_WANT, STR_FMT "%s51678-51680",
	            STR_ARG(p->kernel_reserved),
	            p->kernel_reserved.n ? "," : "");
}

static void published(const struct fact_ports *p, struct findings *out)
{
	for (size_t i = 0; i < p->n_published; i++) {
		const struct published_port *b = &p->published[i];

		if (b->answer != ERR_REFUSED && b->answer != ERR_TIME &&
		    b->answer != ERR_UNREACH)
			continue;
		check_raise(out, FIND_PORT_PUBLISHED_DEAD,
		            "nothing answers on port %u, published for " STR_FMT
		            ": %s",
		            b->port, STR_ARG(b->container),
		            err_text(b->answer));
		check_namef(out, NAME_PORT, "%u", b->port);
		check_name(out, NAME_CONTAINER, b->container);
	}
}

static void ranges(const struct fact_ports *p, struct findings *out)
{
	if (p->dynamic.lo < PORT_WINDOW_LO || p->dynamic.hi > PORT_WINDOW_HI) {
		check_raise(out, FIND_PORT_RANGE_OUTSIDE,
		            "dynamic host ports come from %u-%u, rules for "
		            "%u-%u do not cover that",
		            p->dynamic.lo, p->dynamic.hi, PORT_WINDOW_LO,
		            PORT_WINDOW_HI);
		check_namef(out, NAME_HAVE, "%u-%u", p->dynamic.lo,
		            p->dynamic.hi);
	}
	if (!p->agent_ports_reserved && p->kernel.lo <= 51678 &&
	    p->kernel.hi >= 51679)
		check_raise(out, FIND_AGENT_PORTS_UNRESERVED,
		            "51678 and 51679 lie in the kernel's range %u-%u "
		            "and are not reserved",
		            p->kernel.lo, p->kernel.hi);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_ports *p = &f->ports;

	squatters(p, out);
	given_away(f, FIND_LOG_PORT_INTROSPECTION, AGENT_PORT_INTROSPECTION,
	           out);
	given_away(f, FIND_LOG_PORT_CREDENTIALS, AGENT_PORT_CREDENTIALS, out);
	ranges(p, out);
	published(p, out);
	if (p->dynamic_free < (uint64_t)lim->ports_free_min) {
		check_raise(out, FIND_PORTS_EXHAUSTED,
		            "%u of %u ports in %u-%u are free (%u in "
		            "TIME_WAIT)",
		            p->dynamic_free, p->dynamic_free + p->dynamic_used,
		            p->dynamic.lo, p->dynamic.hi, p->map.time_wait);
		check_namef(out, NAME_HAVE, "%u", p->dynamic_free);
	}
}

const struct check check_ports = {
	.id = "ports",
	.title = "ports 31000-61000, the dynamic range, the agent's own ports",
	.why = "Tasks with dynamic host ports need free ports that the load "
	       "balancer can reach; the agent needs 51678 and 51679.",
	.needs = FACT_BIT(PORTS),
	.also = FACT_BIT(LOGS),
	.judge = judge,
};
