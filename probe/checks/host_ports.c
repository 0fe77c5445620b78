#include "host_ports.h"

static void held(const struct facts *f, const struct sock_row *s,
                 struct findings *out)
{
	struct str container = port_published_by(f, s->port);
	const char *of = container.n ? ", for container " : "";

	if (s->pid) {
		check_raise(out, FIND_HOST_PORT_HELD,
		            "port %u, which a task wants, is held by " STR_FMT
		            " (pid %lld)%s" STR_FMT,
		            s->port, STR_ARG(s->comm), (long long)s->pid, of,
		            STR_ARG(container));
		check_namef(out, NAME_HOLDER, STR_FMT " (pid %lld)",
		            STR_ARG(s->comm), (long long)s->pid);
	} else {
		check_raise(out, FIND_HOST_PORT_HELD,
		            "port %u, which a task wants, is held by a "
		            "process of uid %u%s" STR_FMT,
		            s->port, s->uid, of, STR_ARG(container));
		check_namef(out, NAME_HOLDER, "uid %u", s->uid);
	}
	check_namef(out, NAME_PORT, "%u", s->port);
	check_name(out, NAME_CONTAINER, container);
}

/* What the kernel must be told to keep its hands off: what it knows already,
 * and this one. */
static void name_reserved(const struct fact_ports *p, unsigned port,
                          struct findings *out)
{
	check_namef(out, NAME_WANT, STR_FMT "%s%u", STR_ARG(p->kernel_reserved),
	            p->kernel_reserved.n ? "," : "", port);
}

static void in_passing(const struct fact_ports *p, unsigned port,
                       struct findings *out)
{
	if (!port_used(p, port) || port < p->kernel.lo || port > p->kernel.hi ||
	    port_listed(p->kernel_reserved, (uint16_t)port))
		return;
	check_raise(out, FIND_HOST_PORT_EPHEMERAL,
	            "port %u, which a task wants, is the near end of a "
	            "connection that goes out: the kernel picks from %u-%u",
	            port, p->kernel.lo, p->kernel.hi);
	check_namef(out, NAME_PORT, "%u", port);
	check_namef(out, NAME_HAVE, "%u-%u", p->kernel.lo, p->kernel.hi);
	name_reserved(p, port, out);
}

/* With a range of its own the agent gives no port outside it: one that is
 * published there was asked for, and the kernel may give it away. */
static void fixed(const struct facts *f, struct findings *out)
{
	const struct fact_ports *p = &f->ports;

	for (size_t i = 0; p->dynamic_set && i < p->n_published; i++) {
		unsigned n = p->published[i].port;

		if ((n >= p->dynamic.lo && n <= p->dynamic.hi) ||
		    n < p->kernel.lo || n > p->kernel.hi ||
		    port_listed(p->kernel_reserved, (uint16_t)n))
			continue;
		check_raise(out, FIND_HOST_PORT_UNRESERVED,
		            "%u of " STR_FMT " lies in the kernel's %u-%u", n,
		            STR_ARG(p->published[i].container), p->kernel.lo,
		            p->kernel.hi);
		check_namef(out, NAME_PORT, "%u", n);
		name_reserved(p, n, out);
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct log_found *l = &f->logs.found;

	(void)lim;
	for (size_t i = 0; f->logs.seen.state == SEEN_OK && i < l->n_hits;
	     i++) {
		const struct log_hit *h = &l->hits[i];
		const struct sock_row *s;
		uint64_t port = 0;

		if (h->past || h->finding != FIND_LOG_PORT_TAKEN ||
		    !port_wanted(h, &port).n)
			continue;
		s = port_listener(&f->ports, port);
		if (s)
			held(f, s, out);
		else
			in_passing(&f->ports, (unsigned)port, out);
	}
	fixed(f, out);
}

const struct check check_host_ports = {
	.id = "host_ports",
	.title = "the fixed host ports that tasks want",
	.why = "\"port is already allocated\" has a holder: a program, "
	       "another task, or a connection that goes out and was given "
	       "that port by the kernel.",
	.needs = FACT_BIT(PORTS) | FACT_BIT(LOGS),
	.also = FACT_BIT(DOCKER),
	.judge = judge,
};
