/* The connections of a real process: a child that connects and says nothing. */
#define _GNU_SOURCE /* unshare */
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe/io/rec.h"
#include "probe/host.h"

struct child {
	pid_t pid;
	int hold; /* the child ends when this is closed */
	int peer; /* our end of its connection */
	uint16_t port;
};

static socklen_t loopback(int family, uint16_t port,
                          struct sockaddr_storage *out)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)out;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)out;

	memset(out, 0, sizeof(*out));
	if (family == AF_INET) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	v6->sin6_addr = in6addr_loopback;
	return sizeof(*v6);
}

static void live_of_child(int family, uint16_t port, int hold)
{
	struct sockaddr_storage to;
	socklen_t n = loopback(family, port, &to);
	int fd = socket(family, SOCK_STREAM, 0);
	char c;

	if (fd < 0 || connect(fd, (struct sockaddr *)&to, n) < 0)
		_exit(1);
	_exit(read(hold, &c, 1) == 0 ? 0 : 1);
}

static bool start(struct child *c, int family)
{
	struct sockaddr_storage at;
	socklen_t n = loopback(family, 0, &at);
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), hold[2];

	if (fd < 0 || bind(fd, (struct sockaddr *)&at, n) < 0 ||
	    listen(fd, 4) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0 || pipe(hold) < 0) {
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	c->port = ntohs(
		family == AF_INET
			? ((struct sockaddr_in *)(void *)&at)->sin_port
			: ((struct sockaddr_in6 *)(void *)&at)->sin6_port);
	c->pid = fork();
	if (c->pid == 0) {
		(void)close(fd);
		(void)close(hold[1]);
		live_of_child(family, c->port, hold[0]);
	}
	(void)close(hold[0]);
	c->hold = hold[1];
	c->peer = accept(fd, NULL, NULL); /* it is connected from here on */
	(void)close(fd);
	return c->pid > 0 && c->peer >= 0;
}

static int stop(struct child *c)
{
	int status = -1;

	(void)close(c->hold);
	(void)waitpid(c->pid, &status, 0);
	return status;
}

/* Asks until the child's only connection is in that state with so much unread;
 * what happens on loopback needs no time, but maybe another thread. */
static struct conn_row until(struct host *h, const struct child *c,
                             enum conn_state state, uint32_t unread)
{
	struct conn_row none = { 0 };
	int64_t end = h->ops->mono_ms(h) + 5000;

	while (h->ops->mono_ms(h) < end) {
		struct arena a = unit_arena(262144);
		struct conn_row *row, got = none;
		struct err e;
		size_t n;

		if (h->ops->conns(h, &a, c->pid, &row, &n, &e) && n == 1)
			got = row[0];
		free(a.base);
		got.local = got.remote = none.local;
		if (got.state == state && got.recv_queue == unread)
			return got;
		(void)sched_yield();
	}
	return none;
}

static void test_child(int family, const char *addr)
{
	struct host h = host_live();
	struct arena a = unit_arena(262144);
	struct conn_row *row, now;
	struct child c;
	struct err e;
	size_t n;

	if (!start(&c, family)) {
		free(a.base);
		return; /* no such family here */
	}
	OK(h.ops->conns(&h, &a, c.pid, &row, &n, &e), "its connections");
	OK(n == 1, "one of them");
	OK(n == 1 && row->state == CONN_ESTABLISHED, "established");
	OK(n == 1 && row->remote_port == c.port, "to our port");
	OK(n == 1 && str_eq(row->remote, str_of(addr)), "at our address");
	OK(n == 1 && str_eq(row->local, str_of(addr)), "from its own");
	OK(n == 1 && row->v6 == (family == AF_INET6), "family");
	OK(n == 1 && row->inode && row->rto_ms > 0 && row->rtt_us > 0,
	   "the kernel's own figures");
	OK(n == 1 && row->data_recv_ms < 60000 && row->retransmits == 0 &&
	           row->recv_queue == 0,
	   "silent since now, nothing lost");
	OK(send(c.peer, "hello", 5, MSG_NOSIGNAL) == 5, "we write");
	now = until(&h, &c, CONN_ESTABLISHED, 5);
	OK(now.recv_queue == 5, "which it does not read");
	(void)close(c.peer);
	now = until(&h, &c, CONN_CLOSE_WAIT, 6); /* its end counts as one */
	OK(now.state == CONN_CLOSE_WAIT, "we close, it does not notice");
	OK(stop(&c) == 0, "the child ends well");
	OK(!h.ops->conns(&h, &a, c.pid, &row, &n, &e) && e.code == ERR_NOENT,
	   "a process that is gone");
	free(a.base);
}

/* Runs fn in a child of its own; its answer is the exit status. */
static int apart(bool (*fn)(pid_t parent))
{
	pid_t parent = getpid(), pid = fork();
	int status = -1;

	if (pid == 0)
		_exit(fn(parent) ? 0 : 1);
	(void)waitpid(pid, &status, 0);
	return status;
}

static bool without_rights(pid_t parent)
{
	struct arena a = unit_arena(262144);
	struct host h = host_live();
	struct conn_row *row;
	struct err e;
	size_t n;

	if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
		return false;
	(void)parent; /* may be ours; process 1 is not */
	return !h.ops->conns(&h, &a, 1, &row, &n, &e) && e.code == ERR_PERM;
}

static bool elsewhere(pid_t parent)
{
	struct arena a = unit_arena(262144);
	struct host h = host_live();
	struct conn_row *row;
	struct err e;
	size_t n;

	if (unshare(CLONE_NEWNET) < 0)
		return true; /* not allowed here: nothing to see */
	return !h.ops->conns(&h, &a, parent, &row, &n, &e) &&
	       (e.code == ERR_ARG || e.code == ERR_PERM);
}

static void test_recording(void)
{
	struct arena a = unit_arena(262144);
	const struct conn_row in[2] = {
		{ CONN_ESTABLISHED, false, STR("10.0.0.9"), STR("192.0.2.1"),
		  40000, 443, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 },
		{ .state = CONN_CLOSE_WAIT,
		  .v6 = true,
		  .local = STR("2001:db8::1"),
		  .remote = STR("2001:db8::2"),
		  .remote_port = 65535,
		  .data_recv_ms = UINT32_MAX,
		  .inode = UINT64_MAX },
	};
	struct str text = rec_put_conns(&a, in, 2), again;
	struct conn_row *out;
	size_t n;

	OK(rec_get_conns(text, &a, &out, &n) && n == 2, "read back");
	OK(n == 2 && out[0].inode == 12 && out[0].recv_queue == 11 &&
	           out[0].data_recv_ms == 1 && out[0].local_port == 40000,
	   "numbers in their places");
	OK(n == 2 && out[1].state == CONN_CLOSE_WAIT && out[1].v6 &&
	           out[1].data_recv_ms == UINT32_MAX &&
	           out[1].inode == UINT64_MAX,
	   "the largest");
	again = rec_put_conns(&a, out, n);
	OK(str_eq(text, again), "the same again");
	OK(rec_get_conns(STR(""), &a, &out, &n) && n == 0, "none");
	OK(rec_get_conns(STR("established\tv4\t\t\t192.0.2.1\t443\n"), &a, &out,
	                 &n) &&
	           n == 1 && out[0].remote_port == 443 &&
	           out[0].data_recv_ms == 0,
	   "a short row, made by hand");
	free(a.base);
}

int main(void)
{
	test_child(AF_INET, "127.0.0.1");
	test_child(AF_INET6, "::1");
	OK(apart(without_rights) == 0, "not ours to see");
	OK(apart(elsewhere) == 0, "another network namespace");
	test_recording();
	return unit_end("io_conns");
}
