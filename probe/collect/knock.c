/*
 * Which port: one that nobody uses, that is not reserved, and that the agent
 * does not pick for tasks, so that even for an instant it is in nobody's way.
 * Where the rules of the packet filter close a part of the window, one of that
 * part, to see whether they do.
 */
#include "probe/collect.h"

enum { TIMEOUT_MS = 300, TRIES = 3 };

static bool is_free(const struct fact_ports *p, struct str reserved, unsigned n)
{
	return !(p->map.used[n / 8] >> (n % 8) & 1) &&
	       !port_listed(p->kernel_reserved, (uint16_t)n) &&
	       !port_listed(reserved, (uint16_t)n) &&
	       n != AGENT_PORT_INTROSPECTION && n != AGENT_PORT_CREDENTIALS &&
	       n != AGENT_PORT_CREDENTIALS + 1;
}

/* "[22, 51678]", as ECS_RESERVED_PORTS is written. */
static struct str reserved_ports(struct collect *c)
{
	struct str v = { NULL, 0 };

	if (c->got->config.seen.state == SEEN_OK)
		v = str_trim(
			config_value(&c->got->config, "ECS_RESERVED_PORTS"));
	if (str_starts(v, STR("[")))
		v = str_skip(v, 1);
	return str_cut(&v, ']');
}

static bool picked(const struct fact_ports *p, unsigned n)
{
	return n >= p->dynamic.lo && n <= p->dynamic.hi;
}

/* The first free port of lo-hi; 0: none. */
static uint16_t choose(struct collect *c, unsigned lo, unsigned hi, bool any)
{
	const struct fact_ports *p = &c->got->ports;
	struct str reserved = reserved_ports(c);

	for (unsigned n = lo; n <= hi; n++)
		if ((any || !picked(p, n)) && is_free(p, reserved, n))
			return (uint16_t)n;
	return 0;
}

/* The next one at or over lo. */
static uint16_t from(struct collect *c, unsigned lo)
{
	const struct fact_firewall *w = &c->got->firewall;
	const struct fw_ports *shut = &w->window.first_closed;
	uint16_t port = 0;

	if (w->seen.state == SEEN_OK && w->window.closed) {
		unsigned at = lo > shut->lo ? lo : shut->lo;

		port = choose(c, at, shut->hi, false);
		if (!port)
			port = choose(c, at, shut->hi, true);
	}
	if (!port)
		port = choose(c, lo, PORT_WINDOW_HI, false);
	/* The agent may pick from all of it. */
	return port ? port : choose(c, lo, PORT_WINDOW_HI, true);
}

bool collect_knock(struct collect *c, struct fact_knock *out, struct err *e)
{
	if (c->got->ports.seen.state != SEEN_OK) {
		*e = c->got->ports.seen.why;
		return err_wrap(e, "which ports are free");
	}
	out->port = PORT_WINDOW_LO - 1;
	for (int i = 0; i < TRIES; i++) {
		out->port = from(c, out->port + 1u);
		if (out->port == 0)
			return true;
		if (c->h->ops->knock(c->h, c->a, out->port,
		                     collect_left_ms(c, TIMEOUT_MS), &out->got,
		                     e))
			return true;
		if (e->code != ERR_BUSY)
			break;
	}
	out->alone = e->code == ERR_NOENT && e->os != HOST_UNRECORDED;
	return out->alone;
}
