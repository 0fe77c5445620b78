/* The second try of an answer that did not fit UDP. */
#define _GNU_SOURCE /* SOCK_NONBLOCK, SOCK_CLOEXEC */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dns.h"

int dns_connect(const struct dns_ip *server, int type)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		                  .sin_port = htons(53) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		                   .sin6_port = htons(53) };
	const struct sockaddr *sa = (const void *)&v4;
	socklen_t len = sizeof(v4);
	int fd, os;

	memcpy(&v4.sin_addr, server->b, 4);
	memcpy(&v6.sin6_addr, server->b, 16);
	if (server->len == 16) {
		sa = (const void *)&v6;
		len = sizeof(v6);
	}
	fd = socket(sa->sa_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, sa, len) == 0 || errno == EINPROGRESS)
		return fd;
	os = errno;
	(void)close(fd);
	errno = os;
	return -1;
}

void dns_tcp_begin(struct dns_tcp *t, struct arena *a,
                   const struct dns_ip *server, const unsigned char *query,
                   size_t n)
{
	if (t->asked)
		return;
	t->asked = true;
	t->fd = arena_left(a) < 2 * DNS_TCP_MAX
	                ? -1
	                : dns_connect(server, SOCK_STREAM);
	if (t->fd < 0) {
		t->failed = true;
		return;
	}
	t->buf = ARENA_ARRAY(a, unsigned char, DNS_TCP_MAX + 2);
	t->buf[0] = (unsigned char)(n >> 8);
	t->buf[1] = (unsigned char)n;
	memcpy(t->buf + 2, query, n);
	t->out = n + 2;
}

static bool again(int os)
{
	return os == EAGAIN || os == EWOULDBLOCK || os == EINTR ||
	       os == EINPROGRESS || os == ENOTCONN || os == EALREADY;
}

bool dns_tcp_step(struct dns_tcp *t, size_t *len)
{
	ssize_t r;

	if (t->fd < 0)
		return false;
	while (t->sent < t->out) {
		r = send(t->fd, t->buf + t->sent, t->out - t->sent,
		         MSG_NOSIGNAL);
		if (r < 0) {
			if (!again(errno))
				t->failed = true;
			return false;
		}
		t->sent += (size_t)r;
	}
	for (;;) {
		size_t want =
			t->got < 2 ? 2
				   : 2 + ((size_t)t->buf[0] << 8 | t->buf[1]);

		if (t->got >= 2 && t->got == want) {
			*len = want - 2;
			return true;
		}
		if (want > DNS_TCP_MAX + 2) {
			t->failed = true;
			return false;
		}
		r = recv(t->fd, t->buf + t->got, want - t->got, 0);
		if (r <= 0) {
			if (r == 0 || !again(errno))
				t->failed = true;
			return false;
		}
		t->got += (size_t)r;
	}
}

void dns_tcp_end(struct dns_tcp *t)
{
	if (t->fd >= 0)
		(void)close(t->fd);
	t->fd = -1;
}
