/*
 * The TCP connections of one process: the inodes behind its descriptors, found
 * again in the kernel's list of sockets, each then asked for its counters. Only
 * these few are asked, for tcp_info takes the socket's lock.
 */
#define _GNU_SOURCE /* O_DIRECTORY */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "diag.h"
#include "io.h"

#define FDS_MAX 65536    /* descriptors looked at */
#define SOCKETS_MAX 4096 /* of them sockets */

static bool fail(struct err *e, int64_t pid, int os)
{
	enum err_code code = err_code_of_os(os);

	/* Asking about a process that is gone can end in ESRCH. */
	if (os == ESRCH)
		code = ERR_NOENT;
	return err_set(e, code, os, "connections of process %lld: %s",
	               (long long)pid, err_text(code));
}

/* The kernel lists sockets of our own namespace only: in another one, nothing
 * found would mean nothing. */
static bool same_network(int64_t pid, struct err *e)
{
	char path[48];
	struct stat own, its;

	(void)snprintf(path, sizeof(path), "/proc/%lld/ns/net", (long long)pid);
	if (stat(path, &its) < 0)
		return fail(e, pid, errno);
	if (stat("/proc/self/ns/net", &own) < 0)
		return fail(e, pid, errno);
	if (own.st_dev != its.st_dev || own.st_ino != its.st_ino)
		return err_set(e, ERR_ARG, 0,
		               "process %lld is in another network namespace",
		               (long long)pid);
	return true;
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* "socket:[12345]" */
static bool socket_inode(int dir, const char *name, uint64_t *out)
{
	char link[64];
	ssize_t n = readlinkat(dir, name, link, sizeof(link));
	struct str s = { link, n > 0 ? (size_t)n : 0 };

	if (!str_starts(s, STR("socket:[")))
		return false;
	return str_u64(str_between(s, STR("["), STR("]")), out);
}

static bool inodes_of(int64_t pid, uint64_t *list, size_t *n, struct err *e)
{
	char path[48];
	const struct dirent *ent;
	size_t fds = 0;
	int fd;
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%lld/fd", (long long)pid);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	d = fd < 0 ? NULL : fdopendir(fd);
	if (!d) {
		(void)fail(e, pid, errno);
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	*n = 0;
	while ((ent = readdir(d)) && fds++ < FDS_MAX && *n < SOCKETS_MAX)
		*n += socket_inode(fd, ent->d_name, &list[*n]);
	(void)closedir(d);
	if (fds > FDS_MAX || *n == SOCKETS_MAX)
		return err_set(e, ERR_LIMIT, 0,
		               "process %lld: too many descriptors",
		               (long long)pid);
	qsort(list, *n, sizeof(*list), by_number);
	return true;
}

struct wanted {
	struct arena *a;
	const uint64_t *inode; /* sorted */
	size_t n_inodes;
	struct inet_diag_sockid id[CONNS_MAX];
	struct conn_row *row;
	size_t n;
	bool answered; /* the one asked last */
};

static enum conn_state state_of(unsigned state)
{
	switch (state) {
	case 1:
		return CONN_ESTABLISHED;
	case 2:
		return CONN_SYN_SENT;
	case 4:
	case 5:
		return CONN_FIN_WAIT;
	case 8:
		return CONN_CLOSE_WAIT;
	default:
		return CONN_OTHER;
	}
}
#define STATES (1u << 1 | 1u << 2 | 1u << 4 | 1u << 5 | 1u << 8)

static struct str address(struct arena *a, int family, const void *addr)
{
	char text[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(family, addr, text, sizeof(text));
	/* An IPv4 peer of an IPv6 socket is an IPv4 peer. */
	return arena_copy(a, str_starts(str_of(text), STR("::ffff:"))
	                             ? str_of(text + 7)
	                             : str_of(text));
}

static void take(void *arg, const struct inet_diag_msg *d,
                 const unsigned char *attrs, size_t n_attrs)
{
	struct wanted *w = arg;
	uint64_t inode = d->idiag_inode;

	(void)attrs, (void)n_attrs;
	if (w->n == CONNS_MAX || !inode ||
	    !bsearch(&inode, w->inode, w->n_inodes, sizeof(inode), by_number))
		return;
	w->id[w->n] = d->id;
	w->row[w->n++] = (struct conn_row){
		.v6 = d->idiag_family == AF_INET6,
		.inode = inode,
		.local = address(w->a, d->idiag_family, d->id.idiag_src),
		.remote = address(w->a, d->idiag_family, d->id.idiag_dst),
		.local_port = ntohs(d->id.idiag_sport),
		.remote_port = ntohs(d->id.idiag_dport),
	};
}

/* The kernel may be older or newer than our header: what it gives, counts. */
static bool info_of(const unsigned char *p, size_t n, struct tcp_info *out)
{
	struct rtattr at;

	while (n >= sizeof(at)) {
		size_t body, step;

		memcpy(&at, p, sizeof(at));
		if (at.rta_len < sizeof(at) || at.rta_len > n)
			return false;
		body = at.rta_len - sizeof(at);
		if (at.rta_type == INET_DIAG_INFO) {
			memset(out, 0, sizeof(*out));
			memcpy(out, p + sizeof(at),
			       body < sizeof(*out) ? body : sizeof(*out));
			return true;
		}
		step = RTA_ALIGN((size_t)at.rta_len);
		p += step < n ? step : n;
		n -= step < n ? step : n;
	}
	return false;
}

static void fill(void *arg, const struct inet_diag_msg *d,
                 const unsigned char *attrs, size_t n_attrs)
{
	struct wanted *w = arg;
	struct conn_row *r = &w->row[w->n];
	struct tcp_info t;

	if (d->idiag_inode != r->inode || !info_of(attrs, n_attrs, &t))
		return;
	w->answered = true;
	r->state = state_of(d->idiag_state);
	r->send_queue = d->idiag_wqueue;
	r->recv_queue = d->idiag_rqueue;
	r->retransmits = t.tcpi_retransmits;
	r->total_retrans = t.tcpi_total_retrans;
	r->backoff = t.tcpi_backoff;
	r->rto_ms = t.tcpi_rto / 1000;
	r->rtt_us = t.tcpi_rtt;
	r->unacked = t.tcpi_unacked;
	if (r->state == CONN_SYN_SENT)
		return; /* the ages are the machine's, not the socket's */
	r->data_recv_ms = t.tcpi_last_data_recv;
	r->data_sent_ms = t.tcpi_last_data_sent;
	r->ack_recv_ms = t.tcpi_last_ack_recv;
}

/* Asks for each; one that has gone since is left out. */
static size_t fill_all(struct diag *d, struct wanted *w)
{
	size_t kept = 0, all = w->n;

	for (size_t i = 0; i < all; i++) {
		const struct diag_ask q = {
			.family = w->row[i].v6 ? AF_INET6 : AF_INET,
			.protocol = IPPROTO_TCP,
			.states = STATES,
			.one = &w->id[i],
		};

		w->n = kept;
		w->row[kept] = w->row[i];
		w->answered = false;
		if (diag_list(d, &q, fill, w) && w->answered)
			kept++;
	}
	return kept;
}

bool live_conns(struct host *h, struct arena *a, int64_t pid,
                struct conn_row **out, size_t *n, struct err *e)
{
	const struct diag_ask v4 = { .family = AF_INET,
		                     .protocol = IPPROTO_TCP,
		                     .states = STATES };
	const struct diag_ask v6 = { .family = AF_INET6,
		                     .protocol = IPPROTO_TCP,
		                     .states = STATES };
	struct wanted w = { .a = a };
	struct diag d;
	uint64_t *inode;
	bool ok;

	(void)h;
	if (arena_left(a) <
	    SOCKETS_MAX * sizeof(*inode) + CONNS_MAX * (sizeof(*w.row) + 160))
		return err_set(e, ERR_LIMIT, 0, "no room for connections");
	w.row = ARENA_ARRAY(a, struct conn_row, CONNS_MAX);
	inode = ARENA_ARRAY(a, uint64_t, SOCKETS_MAX);
	if (!same_network(pid, e) || !inodes_of(pid, inode, &w.n_inodes, e))
		return false;
	w.inode = inode;
	if (!diag_open(&d))
		return fail(e, pid, errno);
	ok = diag_list(&d, &v4, take, &w);
	if (ok) {
		/* A kernel without IPv6 refuses. */
		(void)diag_list(&d, &v6, take, &w);
		*n = fill_all(&d, &w);
		*out = w.row;
	}
	diag_close(&d);
	return ok || err_set(e, ERR_IO, 0,
	                     "the kernel does not list its connections");
}
