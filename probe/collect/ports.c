#include "probe/collect.h"

static bool used(const struct port_map *m, unsigned port)
{
	return m->used[port / 8] >> (port % 8) & 1;
}

static uint32_t count_used(const struct port_map *m, struct port_range r)
{
	uint32_t n = 0;

	for (unsigned p = r.lo; p && p <= r.hi; p++)
		n += used(m, p);
	return n;
}

static uint32_t width(struct port_range r)
{
	return r.hi ? (uint32_t)(r.hi - r.lo) + 1 : 0;
}

/* "32768\t60999" */
static struct port_range kernel_range(struct collect *c)
{
	struct port_range r = { 0, 0 };
	struct str text, lo;
	struct err ignored;
	uint64_t a, b;

	if (!c->h->ops->read(c->h, c->a,
	                     "/proc/sys/net/ipv4/ip_local_port_range", 256,
	                     &text, &ignored))
		return r;
	text = str_trim(text);
	lo = str_cut(&text, '\t');
	if (str_u64(str_trim(lo), &a) && str_u64(str_trim(text), &b) &&
	    b <= UINT16_MAX && a <= b)
		r = (struct port_range){ (uint16_t)a, (uint16_t)b };
	return r;
}

/* The agent's order: its own setting, the kernel's range, 49153-65535
 * (agent/utils/ephemeral_ports_linux.go). */
static void dynamic_range(struct collect *c, struct fact_ports *out)
{
	struct str set = { NULL, 0 };

	if (c->got->config.seen.state == SEEN_OK)
		set = config_value(&c->got->config,
		                   "ECS_DYNAMIC_HOST_PORT_RANGE");
	out->dynamic = (struct port_range){ 49153, 65535 };
	if (out->kernel.hi)
		out->dynamic = out->kernel;
	out->dynamic_set = set.n && port_range_parse(set, &out->dynamic);
}

/* Connects to what Docker publishes on TCP; sends nothing. */
static void try_published(struct collect *c, struct fact_ports *out)
{
	const struct fact_docker *d = &c->got->docker;
	struct http_req q[PORTS_MAX_PUBLISHED];
	struct http_resp r[PORTS_MAX_PUBLISHED];

	if (d->seen.state != SEEN_OK)
		return;
	for (size_t i = 0; i < d->n_ports; i++) {
		const struct docker_port *p = &d->port[i];
		struct str to = p->address;

		if (p->udp || out->n_published == PORTS_MAX_PUBLISHED ||
		    str_has(to, STR(":")))
			continue;
		if (!to.n || str_eq(to, STR("0.0.0.0")))
			to = STR("127.0.0.1");
		q[out->n_published] = (struct http_req){
			.url = arena_str(c->a, "http://" STR_FMT ":%u/",
			                 STR_ARG(to), p->port)
			               .p,
			.timeout_ms = collect_left_ms(c, 500),
			.tls_only = true,
		};
		out->published[out->n_published++] = (struct published_port){
			.port = p->port,
			.container = arena_copy(c->a, p->container),
		};
	}
	c->h->ops->http(c->h, c->a, q, out->n_published, r);
	for (size_t i = 0; i < out->n_published; i++)
		out->published[i].answer = r[i].err.code;
}

bool collect_ports(struct collect *c, struct fact_ports *out, struct err *e)
{
	const struct port_range window = { PORT_WINDOW_LO, PORT_WINDOW_HI };
	struct err ignored;

	if (!c->h->ops->ports(c->h, c->a, &out->map, e))
		return err_wrap(e, "sockets");
	out->kernel = kernel_range(c);
	dynamic_range(c, out);
	if (c->h->ops->read(c->h, c->a,
	                    "/proc/sys/net/ipv4/ip_local_reserved_ports", 65536,
	                    &out->kernel_reserved, &ignored))
		out->kernel_reserved = str_trim(out->kernel_reserved);
	out->agent_ports_reserved =
		port_listed(out->kernel_reserved, AGENT_PORT_INTROSPECTION) &&
		port_listed(out->kernel_reserved, AGENT_PORT_CREDENTIALS);
	out->window_used = count_used(&out->map, window);
	out->window_free = width(window) - out->window_used;
	out->dynamic_used = count_used(&out->map, out->dynamic);
	out->dynamic_free = width(out->dynamic) - out->dynamic_used;
	try_published(c, out);
	return true;
}
