/* The sockets by sock_diag. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "diag.h"
#include "io.h"
#include "ports.h"

#define LISTENING (UINT32_C(1) << TCP_STATE_LISTEN)

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

static bool list_udp(struct taking *t, struct diag *d, int family)
{
	const struct diag_ask q = { .family = family,
		                    .protocol = IPPROTO_UDP,
		                    .states = UINT32_MAX };

	t->udp = true;
	return diag_list(d, &q, take, t);
}

static int by_number(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* The listeners' ports, those in a row as one: they are known to be in use, and
 * a server's connections are most of a busy host's. */
static size_t gaps(const struct port_map *m, struct diag_ports *out)
{
	uint16_t port[PORTS_MAX_LISTEN];
	size_t n = 0, n_out = 0;

	if (!m->n_listen)
		return 0;
	for (size_t i = 0; i < m->n_listen; i++)
		port[n++] = m->listen[i].port;
	qsort(port, n, sizeof(*port), by_number);
	for (size_t i = 0; i < n; i++) {
		if (n_out && port[i] <= out[n_out - 1].hi + 1)
			out[n_out - 1].hi = port[i];
		else if (n_out < DIAG_MAX_SKIP)
			out[n_out++] = (struct diag_ports){ port[i], port[i] };
		else
			break;
	}
	return n_out;
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

/* The listeners, then all others but those on a listener's port. */
bool ports_from_diag(struct arena *a, struct port_map *m)
{
	struct diag_ask q = { .family = AF_UNSPEC, .states = LISTENING };
	struct diag_ports skip[DIAG_MAX_SKIP];
	struct taking t = { a, m, false };
	struct diag d;
	bool ok;

	if (!diag_open(&d))
		return false;
	ok = diag_list(&d, &q, take, &t);
	if (ok) {
		q.states = ~LISTENING;
		q.skip = skip;
		q.n_skip = gaps(m, skip);
		ok = diag_list(&d, &q, take, &t);
	}
	/* Kernels without IPv6 or without udp_diag refuse the rest. */
	if (ok) {
		count(m);
		(void)list_udp(&t, &d, AF_INET);
		(void)list_udp(&t, &d, AF_INET6);
	}
	diag_close(&d);
	return ok;
}
