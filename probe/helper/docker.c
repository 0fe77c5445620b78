/* A fixed request to Docker's socket, and a stream passed through. */
#define _GNU_SOURCE /* memmem, POLLRDHUP */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define HEAD_MS 5000 /* Docker's head comes at once, or it hangs */
#define SEND_MS 2000 /* a peer that doesn't read is let go */

static int connect_to(const char *path, int64_t until)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct timeval left;
	int64_t ms = until - helper_now();
	int fd, os;

	if (strlen(path) >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(to.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (ms < 1)
		ms = 1;
	left = (struct timeval){ ms / 1000, (ms % 1000) * 1000 };
	/* A full backlog blocks connect(); this is its deadline. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof(left));
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		os = errno == EAGAIN ? ETIMEDOUT : errno;
		(void)close(fd);
		errno = os;
		return -1;
	}
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* "HTTP/1.1 200 OK": 200, or 0. */
static int status_of(const char *p, size_t n)
{
	int v = 0;

	if (n < 12 || memcmp(p, "HTTP/1.", 7) != 0 || p[8] != ' ')
		return 0;
	for (size_t i = 9; i < 12; i++) {
		if (p[i] < '0' || p[i] > '9')
			return 0;
		v = v * 10 + (p[i] - '0');
	}
	return v;
}

/* 0 or an errno. */
static int read_head(int fd, int64_t until, int *status,
                     struct docker_rest *rest)
{
	const char *end;
	ssize_t r;

	rest->n = 0;
	while (rest->n < sizeof(rest->p)) {
		struct pollfd p = { fd, POLLIN, 0 };
		int64_t left = until - helper_now();

		if (left <= 0 || (poll(&p, 1, (int)left) == 0))
			return ETIMEDOUT;
		r = recv(fd, rest->p + rest->n, sizeof(rest->p) - rest->n,
		         MSG_DONTWAIT);
		if (r < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (r <= 0)
			return r ? errno : ECONNRESET;
		rest->n += (size_t)r;
		end = memmem(rest->p, rest->n, "\r\n\r\n", 4);
		if (!end)
			continue;
		*status = status_of(rest->p, rest->n);
		rest->n -= (size_t)(end + 4 - rest->p);
		memmove(rest->p, end + 4, rest->n);
		return *status ? 0 : EBADMSG;
	}
	return EBADMSG;
}

int helper_docker(const struct helper *h, const char *request, int64_t until,
                  int *status, struct docker_rest *rest)
{
	int fd = connect_to(h->docker, until), os;

	if (fd < 0)
		return -1;
	os = helper_send(fd, request, strlen(request), until)
	             ? read_head(fd, until, status, rest)
	             : ECONNRESET;
	if (!os)
		return fd;
	(void)close(fd);
	errno = os;
	return -1;
}

/* Docker's bytes to the peer, until one of them is gone. The peer says nothing
 * more: what it sends ends the stream too. */
static void pass_on(int from, int to)
{
	char some[4096];

	for (;;) {
		struct pollfd p[2] = { { from, POLLIN, 0 },
			               { to, POLLIN | POLLRDHUP, 0 } };
		ssize_t n;

		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return;
		if (p[1].revents)
			return;
		if (!p[0].revents)
			continue;
		n = recv(from, some, sizeof(some), MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0 ||
		    !helper_send(to, some, (size_t)n, helper_now() + SEND_MS))
			return;
	}
}

int helper_stream(const struct helper *h, int fd, const struct verb *v)
{
	struct docker_rest rest;
	int status = 0, from;
	int64_t until;

	from = helper_docker(h, v->request, helper_now() + HEAD_MS, &status,
	                     &rest);
	if (from < 0)
		return helper_refuse(h, fd, errno, h->docker);
	if (status != 200) {
		(void)close(from);
		return helper_refuse(h, fd, EPROTO, h->docker);
	}
	until = helper_now() + SEND_MS;
	if (helper_send(fd, "ok 0\n", 5, until) &&
	    helper_send(fd, rest.p, rest.n, until))
		pass_on(from, fd);
	(void)close(from);
	return 0;
}
