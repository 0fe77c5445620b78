#define _GNU_SOURCE /* SOCK_NONBLOCK, getifaddrs */
/* A listener for an instant, and a connection to it from another address of
 * this host. Both ends are reset at once, so that nothing is left in the port's
 * range, TIME_WAIT neither. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

struct pair {
	struct sockaddr_in to, from;
	int listener, client;
};

static bool same(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_addr.s_addr == b->sin_addr.s_addr;
}

/* The address that packets to the world go out with. Nothing is sent. */
static bool primary(struct sockaddr_in *out, struct err *e)
{
	struct sockaddr_in far = { .sin_family = AF_INET,
		                   .sin_port = htons(9) };
	socklen_t n = sizeof(*out);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	(void)inet_pton(AF_INET, "192.0.2.1", &far.sin_addr);
	ok = fd >= 0 &&
	     connect(fd, (struct sockaddr *)&far, sizeof(far)) == 0 &&
	     getsockname(fd, (struct sockaddr *)out, &n) == 0;
	if (!ok)
		(void)err_set(e, err_code_of_os(errno), errno,
		              "the host's own address: %s",
		              err_text(err_code_of_os(errno)));
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* Docker's bridge rather than another; never loopback, never link-local. */
static bool second(const struct sockaddr_in *first, struct sockaddr_in *out,
                   struct err *e)
{
	struct ifaddrs *list = NULL;
	bool found = false, docker = false;

	if (getifaddrs(&list) < 0)
		return err_set(e, err_code_of_os(errno), errno,
		               "the host's addresses: %s",
		               err_text(err_code_of_os(errno)));
	for (const struct ifaddrs *i = list; i && !docker; i = i->ifa_next) {
		struct sockaddr_in a;
		uint32_t ip;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
		    i->ifa_flags & IFF_LOOPBACK)
			continue;
		memcpy(&a, i->ifa_addr, sizeof(a));
		ip = ntohl(a.sin_addr.s_addr);
		if (same(&a, first) || ip >> 16 == 0xa9fe)
			continue;
		*out = a;
		found = true;
		docker = strcmp(i->ifa_name, "docker0") == 0;
	}
	freeifaddrs(list);
	return found ||
	       err_set(e, ERR_NOENT, 0, "this host has no second address");
}

static bool listens(struct pair *p, struct err *e)
{
	p->listener =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->listener >= 0 &&
	    bind(p->listener, (struct sockaddr *)&p->to, sizeof(p->to)) == 0 &&
	    listen(p->listener, 1) == 0)
		return true;
	return err_set(e,
	               errno == EADDRINUSE ? ERR_BUSY : err_code_of_os(errno),
	               errno, "a listener on port %u: %s",
	               ntohs(p->to.sin_port), strerror(errno));
}

static enum netns_outcome outcome_of(int os)
{
	switch (err_code_of_os(os)) {
	case ERR_NONE:
		return NETNS_CONNECTED;
	case ERR_REFUSED:
		return NETNS_REFUSED;
	case ERR_RESET:
		return NETNS_RESET;
	case ERR_TIME:
		return NETNS_SILENT;
	case ERR_UNREACH:
		return NETNS_UNREACHABLE;
	default:
		/* EPERM and EACCES: a rule on the way out. */
		return os == EPERM || os == EACCES ? NETNS_REFUSED
		                                   : NETNS_FAILED;
	}
}

static enum netns_outcome connects(struct pair *p, unsigned timeout_ms)
{
	const struct linger reset = { 1, 0 };
	struct pollfd fd = { -1, POLLOUT, 0 };
	socklen_t n = sizeof(int);
	int os = 0;

	p->client =
		socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	p->from.sin_port = 0;
	if (p->client < 0 ||
	    setsockopt(p->client, SOL_SOCKET, SO_LINGER, &reset,
	               sizeof(reset)) < 0 ||
	    bind(p->client, (struct sockaddr *)&p->from, sizeof(p->from)) < 0)
		return NETNS_FAILED;
	if (connect(p->client, (struct sockaddr *)&p->to, sizeof(p->to)) == 0)
		return NETNS_CONNECTED;
	if (errno != EINPROGRESS)
		return outcome_of(errno);
	fd.fd = p->client;
	if (poll(&fd, 1, (int)timeout_ms) <= 0)
		return NETNS_SILENT;
	if (getsockopt(p->client, SOL_SOCKET, SO_ERROR, &os, &n) < 0)
		return NETNS_FAILED;
	return outcome_of(os);
}

static void shut(struct pair *p)
{
	const struct linger reset = { 1, 0 };
	int got = p->listener >= 0 ? accept(p->listener, NULL, NULL) : -1;

	if (got >= 0) {
		(void)setsockopt(got, SOL_SOCKET, SO_LINGER, &reset,
		                 sizeof(reset));
		(void)close(got);
	}
	if (p->listener >= 0)
		(void)close(p->listener);
	if (p->client >= 0)
		(void)close(p->client);
}

static struct str text_of(struct arena *a, const struct sockaddr_in *at)
{
	char text[INET_ADDRSTRLEN] = "";

	(void)inet_ntop(AF_INET, &at->sin_addr, text, sizeof(text));
	return arena_copy(a, str_of(text));
}

bool live_knock(struct host *h, struct arena *a, uint16_t port,
                unsigned timeout_ms, struct knock *out, struct err *e)
{
	struct pair p = { .listener = -1, .client = -1 };
	int64_t began = live_mono_ms(h);
	bool ok;

	if (!primary(&p.to, e) || !second(&p.to, &p.from, e))
		return false;
	p.to.sin_port = htons(port);
	ok = listens(&p, e);
	if (ok) {
		out->outcome = connects(&p, timeout_ms);
		out->ms = (int32_t)(live_mono_ms(h) - began);
	}
	shut(&p);
	if (!ok)
		return false;
	out->from = text_of(a, &p.from);
	out->to = text_of(a, &p.to);
	return true;
}
