/* The sockets of our network namespace, by sock_diag. */
#include "ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
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

struct taking {
	struct arena *a;
	struct port_map *m;
	bool udp;
};

static void take(void *arg, const struct inet_diag_msg *d,
                 const unsigned char *attrs, size_t n_attrs)
{
	const struct taking *t = arg;
	struct sock_seen s = { .udp = t->udp,
		               .v6 = d->idiag_family == AF_INET6,
		               .state = d->idiag_state,
		               .port = ntohs(d->id.idiag_sport),
		               .uid = d->idiag_uid,
		               .inode = d->idiag_inode };

	(void)attrs, (void)n_attrs;
	memcpy(s.addr, d->id.idiag_src, sizeof(s.addr));
	ports_add(t->a, t->m, &s);
}

static bool dump_udp(struct taking *t, struct diag *d, int family)
{
	const struct diag_ask q = { .family = family,
		                    .protocol = IPPROTO_UDP,
		                    .states = UINT32_MAX };

	t->udp = true;
	return diag_list(d, &q, take, t);
}

#define LISTENING (UINT32_C(1) << TCP_STATE_LISTEN)

/* The listeners, then all others but those on a listener's port: it is known
 * to be in use, and a server's connections are most of a busy host's. */
static bool dump_tcp(struct taking *t, struct diag *d)
{
	struct diag_ask q = { .family = AF_UNSPEC, .states = LISTENING };
	uint16_t skip[DIAG_MAX_SKIP];

	if (!diag_list(d, &q, take, t))
		return false;
	for (size_t i = 0; i < t->m->n_listen && q.n_skip < DIAG_MAX_SKIP; i++)
		if (t->m->listen[i].port > 1 &&
		    t->m->listen[i].port < UINT16_MAX)
			skip[q.n_skip++] = t->m->listen[i].port;
	q.states = ~LISTENING;
	q.skip = skip;
	return diag_list(d, &q, take, t);
}

static uint32_t figure(const char *text, const char *line, const char *key)
{
	struct str s = str_between(str_of(text), str_of(line), STR("\n"));
	uint64_t v = 0;

	s = str_between(s, str_of(key), STR(" "));
	return str_u64(s, &v) && v <= UINT32_MAX ? (uint32_t)v : 0;
}

/* How many there are in all, where not all were listed. */
static void count(struct port_map *m)
{
	char v4[512], v6[512];
	uint32_t in_use, waiting, listed = m->total - m->time_wait;

	if (!file_small("/proc/net/sockstat", v4, sizeof(v4)))
		return;
	waiting = figure(v4, "\nTCP:", " tw ");
	in_use = figure(v4, "\nTCP:", " inuse ");
	if (file_small("/proc/net/sockstat6", v6, sizeof(v6)))
		in_use += figure(v6, "TCP6:", " inuse ");
	if (waiting > m->time_wait)
		m->time_wait = waiting;
	if (in_use > listed) /* a server's, and those are open mostly */
		m->established += in_use - listed;
	if (in_use + waiting > m->total)
		m->total = in_use + waiting;
}

static bool from_diag(struct arena *a, struct port_map *m)
{
	struct taking t = { a, m, false };
	struct diag d;
	bool ok;

	if (!diag_open(&d))
		return false;
	/* Kernels without IPv6 or without udp_diag refuse the rest. */
	ok = dump_tcp(&t, &d);
	if (ok) {
		count(m);
		(void)dump_udp(&t, &d, AF_INET);
		(void)dump_udp(&t, &d, AF_INET6);
	}
	diag_close(&d);
	return ok;
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
	if (!from_diag(a, m)) {
		struct sock_row *list = m->listen;

		*m = (struct port_map){ .listen = list, .from_proc = true };
		if (!ports_from_proc(a, m, e))
			return false;
	}
	qsort(m->listen, m->n_listen, sizeof(*m->listen), by_port);
	ports_find_owners(a, m);
	return true;
}
