#define _GNU_SOURCE /* getrandom, SOCK_NONBLOCK, SOCK_CLOEXEC */
/* One SNTP packet to each of a few servers, and what comes back. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "io.h"

enum { PORT_NTP = 123, GRACE_MS = 50, STRAYS_MAX = 16 };

struct ask {
	const struct ntp_req *q;
	struct ntp_answer *out;
	int fd;        /* -1: not asked yet, or done */
	int64_t at_ms; /* when to ask, then until when to wait; monotonic */
	bool asked, done;
	uint64_t nonce;
	int64_t sent_us;
	unsigned strays; /* packets that were no answer */
};

static int64_t us_of(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void done(struct ask *k)
{
	if (k->fd >= 0)
		(void)close(k->fd);
	k->fd = -1;
	k->done = true;
}

static void failed(struct ask *k, enum err_code code, int os)
{
	(void)err_set(&k->out->err, code, os, "time service %s: %s",
	              k->q->server, err_text(code));
	done(k);
}

static bool address(const char *text, struct sockaddr_storage *to,
                    socklen_t *len)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)to;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)to;

	memset(to, 0, sizeof(*to));
	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(PORT_NTP);
		*len = sizeof(*v4);
		return true;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(PORT_NTP);
	*len = sizeof(*v6);
	return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1;
}

static void send_one(struct ask *k)
{
	unsigned char packet[NTP_BYTES];
	struct sockaddr_storage to;
	socklen_t len;

	k->asked = true;
	if (!address(k->q->server, &to, &len)) {
		failed(k, ERR_ARG, 0);
		return;
	}
	if (getrandom(&k->nonce, sizeof(k->nonce), GRND_NONBLOCK) !=
	    sizeof(k->nonce))
		k->nonce = (uint64_t)us_of(CLOCK_MONOTONIC) << 20;
	ntp_ask(k->nonce, packet);
	k->fd = socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	               0);
	/* Connected: only that server is heard, and ICMP is told to us. */
	if (k->fd < 0 || connect(k->fd, (struct sockaddr *)&to, len) < 0) {
		failed(k,
		       errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL
		               ? ERR_UNREACH
		               : err_code_of_os(errno),
		       errno);
		return;
	}
	k->sent_us = us_of(CLOCK_REALTIME);
	if (send(k->fd, packet, sizeof(packet), MSG_NOSIGNAL) < 0)
		/* EPERM: a rule of this host drops what goes out. */
		failed(k, err_code_of_os(errno), errno);
}

static void hear(struct ask *k)
{
	unsigned char packet[512];

	while (!k->done) {
		ssize_t n = recv(k->fd, packet, sizeof(packet), 0);
		int64_t now = us_of(CLOCK_REALTIME);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			failed(k, err_code_of_os(errno), errno);
		} else if (ntp_read(packet, (size_t)n, k->nonce, k->sent_us,
		                    now, &k->out->said)) {
			k->out->got_us = now;
			k->out->mono_us = us_of(CLOCK_MONOTONIC);
			done(k);
		} else if (++k->strays == STRAYS_MAX) {
			failed(k, ERR_FORM, 0);
		}
	}
}

static bool has_time(const struct ask *k)
{
	return k->done && k->out->err.code == ERR_NONE &&
	       ntp_usable(&k->out->said);
}

/* Begins what is due and ends what is late. one: another gave a time. */
static void move(struct ask *k, int64_t now, bool one)
{
	if (!k->asked && k->at_ms <= now) {
		k->at_ms = now + k->q->timeout_ms;
		send_one(k);
	}
	if (!k->done && one && k->at_ms > now + GRACE_MS)
		k->at_ms = now + GRACE_MS;
	if (!k->done && k->asked && k->at_ms <= now)
		failed(k, one ? ERR_BUSY : ERR_TIME, 0);
}

/* The time of the next thing to do; INT64_MAX: all is done. */
static int64_t step(struct ask *k, size_t n, int64_t now)
{
	int64_t next = INT64_MAX;
	bool one = false;

	for (size_t i = 0; i < n; i++)
		one = one || has_time(&k[i]);
	for (size_t i = 0; i < n; i++) {
		if (!k[i].done)
			move(&k[i], now, one);
		if (!k[i].done && k[i].at_ms < next)
			next = k[i].at_ms;
	}
	return next;
}

void live_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
              size_t n, struct ntp_answer *out)
{
	struct ask k[NTP_MAX_ASK] = { { 0 } };
	struct pollfd fds[NTP_MAX_ASK];
	int64_t now = live_mono_ms(h), next;

	(void)a;
	if (n > NTP_MAX_ASK)
		n = NTP_MAX_ASK;
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct ntp_answer){ .got_us = 0 };
		k[i] = (struct ask){ &q[i], &out[i], -1, now + q[i].wait_ms,
			             false, false,   0,  0,
			             0 };
	}
	while ((next = step(k, n, now)) != INT64_MAX) {
		for (size_t i = 0; i < n; i++)
			fds[i] = (struct pollfd){ k[i].fd, POLLIN, 0 };
		(void)poll(fds, (nfds_t)n, next > now ? (int)(next - now) : 0);
		for (size_t i = 0; i < n; i++)
			if (fds[i].revents && !k[i].done)
				hear(&k[i]);
		now = live_mono_ms(h);
	}
}
