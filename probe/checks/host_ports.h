/* host_ports.h - which port a log line means, and who has it. */
#ifndef PROBE_CHECKS_HOST_PORTS_H
#define PROBE_CHECKS_HOST_PORTS_H

#include "probe/check.h"

/* Its text, empty when the line names none. */
static inline struct str port_wanted(const struct log_hit *h, uint64_t *port)
{
	struct str none = { NULL, 0 };

	for (size_t i = 0; i < h->n_names; i++) {
		struct str s = { h->names[i].text, h->names[i].n };

		if (h->names[i].id == NAME_PORT && str_u64(s, port) &&
		    *port > 0 && *port <= UINT16_MAX)
			return s;
	}
	return none;
}

static inline const struct sock_row *port_listener(const struct fact_ports *p,
                                                   uint64_t port)
{
	for (size_t i = 0; i < p->map.n_listen; i++)
		if (!p->map.listen[i].udp && p->map.listen[i].port == port)
			return &p->map.listen[i];
	return NULL;
}

/* Does the agent's log say so, and nothing later that it is over? */
static inline bool port_refused(const struct fact_logs *f, enum finding_id said)
{
	bool is = false;

	for (size_t i = 0; f->seen.state == SEEN_OK && i < f->found.n_hits; i++)
		is = is || (f->found.hits[i].finding == said &&
		            !f->found.hits[i].past);
	return is;
}

/* By a TCP socket in any state: a listener, a connection, or TIME-WAIT. */
static inline bool port_used(const struct fact_ports *p, unsigned port)
{
	return p->map.used[port / 8] >> (port % 8) & 1;
}

static inline struct str port_published_by(const struct facts *f, uint64_t port)
{
	const struct fact_docker *d = &f->docker;

	for (size_t i = 0; d->seen.state == SEEN_OK && i < d->n_ports; i++)
		if (!d->port[i].udp && d->port[i].port == port)
			return d->port[i].container;
	return (struct str){ NULL, 0 };
}

#endif
