/* The sockets of our network namespace, and who holds the listeners. */
#include "ports.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "io.h"

void ports_add(struct arena *a, struct port_map *m, const struct sock_seen *s)
{
	char text[INET6_ADDRSTRLEN] = "";
	struct sock_row *r;

	if (!s->udp) {
		m->total++;
		m->established += s->state == TCP_STATE_ESTABLISHED;
		m->time_wait += s->state == TCP_STATE_TIME_WAIT;
		m->close_wait += s->state == TCP_STATE_CLOSE_WAIT;
		if (s->port && s->state != TCP_STATE_CLOSE)
			m->used[s->port / 8] |= (uint8_t)(1u << (s->port % 8));
	}
	/* An unconnected UDP socket is in state "close". */
	if (s->state != (s->udp ? TCP_STATE_CLOSE : TCP_STATE_LISTEN) ||
	    !s->port)
		return;
	if (m->n_listen == PORTS_MAX_LISTEN) {
		m->dropped++;
		return;
	}
	(void)inet_ntop(s->v6 ? AF_INET6 : AF_INET, s->addr, text,
	                sizeof(text));
	r = &m->listen[m->n_listen++];
	*r = (struct sock_row){ .addr = arena_copy(a, str_of(text)),
		                .port = s->port,
		                .udp = s->udp,
		                .v6 = s->v6,
		                .uid = s->uid,
		                .inode = s->inode };
}

static int by_port(const void *a, const void *b)
{
	const struct sock_row *x = a, *y = b;

	if (x->udp != y->udp)
		return x->udp - y->udp;
	if (x->port != y->port)
		return (int)x->port - (int)y->port;
	if (x->v6 != y->v6)
		return x->v6 - y->v6;
	return str_cmp(x->addr, y->addr);
}

/* Room for the addresses that ports_add() copies. */
#define ROOM (PORTS_MAX_LISTEN * (sizeof(struct sock_row) + 128))

bool live_ports(struct host *h, struct arena *a, struct port_map *out,
                struct err *e)
{
	struct port_map *m = out;

	(void)h;
	if (arena_left(a) < ROOM)
		return err_set(e, ERR_LIMIT, 0, "no room for the sockets");
	*m = (struct port_map){ 0 };
	m->listen = ARENA_ARRAY(a, struct sock_row, PORTS_MAX_LISTEN);
	if (!ports_from_diag(a, m)) {
		struct sock_row *list = m->listen;

		*m = (struct port_map){ .listen = list, .from_proc = true };
		if (!ports_from_proc(a, m, e))
			return false;
	}
	qsort(m->listen, m->n_listen, sizeof(*m->listen), by_port);
	ports_find_owners(a, m);
	return true;
}
