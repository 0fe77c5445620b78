/* Connections that say nothing: opened, and closed once they stand. */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "netns.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dnsmsg.h"
#include "io.h"

#define MAX_TRIES (NETNS_MAX_TARGETS * NETNS_MAX_TRIES)

static enum netns_outcome outcome_of(int os)
{
	switch (os) {
	case 0:
		return NETNS_CONNECTED;
	case ECONNREFUSED:
		return NETNS_REFUSED;
	case ECONNRESET:
	case ECONNABORTED:
		return NETNS_RESET;
	case ETIMEDOUT:
		return NETNS_SILENT;
	case ENETUNREACH:
	case EHOSTUNREACH:
	case ENETDOWN:
	case EADDRNOTAVAIL: /* no address to come from */
	case EPERM:         /* a local rule */
	case EACCES:
		return NETNS_UNREACHABLE;
	default:
		return NETNS_FAILED;
	}
}

/* -1 with *os: it ended at once, 0 for well. */
static int begin(const struct dns_ip *ip, uint16_t port, int *os)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		                  .sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		                   .sin6_port = htons(port) };
	const struct sockaddr *sa = (const void *)&v4;
	socklen_t len = sizeof(v4);
	int fd;

	memcpy(&v4.sin_addr, ip->b, 4);
	memcpy(&v6.sin6_addr, ip->b, 16);
	if (ip->len == 16) {
		sa = (const void *)&v6;
		len = sizeof(v6);
	}
	fd = socket(sa->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	            0);
	*os = fd < 0 ? errno : 0;
	if (fd < 0)
		return -1;
	if (connect(fd, sa, len) < 0)
		*os = errno;
	if (*os == EINPROGRESS)
		return fd;
	(void)close(fd);
	return -1;
}

struct open_try {
	int fd;
	int64_t began;
	struct netns_try *t;
};

static void start_all(struct netns_result *out, struct open_try *list,
                      size_t *n)
{
	for (size_t i = 0; i < out->n; i++)
		for (size_t k = 0; k < out->answer[i].n_tries; k++) {
			struct netns_try *t = &out->answer[i].tries[k];
			int64_t now = live_mono_ms(NULL);
			struct dns_ip ip;
			int os, fd;

			if (!dns_ip_parse(t->addr, &ip))
				continue;
			fd = begin(&ip, out->answer[i].port, &os);
			if (fd < 0)
				t->outcome = outcome_of(os);
			else
				list[(*n)++] = (struct open_try){ fd, now, t };
		}
}

static void settle(struct open_try *o, int64_t now)
{
	socklen_t len = sizeof(int);
	int os = 0;

	if (getsockopt(o->fd, SOL_SOCKET, SO_ERROR, &os, &len) < 0)
		os = errno;
	o->t->outcome = outcome_of(os);
	o->t->ms = (int32_t)(now - o->began);
	(void)close(o->fd);
	o->fd = -1;
}

void netns_connect(struct netns_result *out, int64_t until)
{
	struct open_try list[MAX_TRIES];
	struct pollfd p[MAX_TRIES];
	size_t n = 0, open;
	int64_t now;

	start_all(out, list, &n);
	for (open = n; open;) {
		now = live_mono_ms(NULL);
		if (now >= until)
			break;
		for (size_t i = 0; i < n; i++)
			p[i] = (struct pollfd){ list[i].fd, POLLOUT, 0 };
		(void)poll(p, (nfds_t)n, (int)(until - now));
		now = live_mono_ms(NULL);
		for (size_t i = 0; i < n; i++)
			if (list[i].fd >= 0 && p[i].revents) {
				settle(&list[i], now);
				open--;
			}
	}
	now = live_mono_ms(NULL);
	for (size_t i = 0; i < n; i++)
		if (list[i].fd >= 0) {
			list[i].t->outcome = NETNS_SILENT;
			list[i].t->ms = (int32_t)(now - list[i].began);
			(void)close(list[i].fd);
		}
}
