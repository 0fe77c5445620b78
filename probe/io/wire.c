#define _GNU_SOURCE /* SOCK_CLOEXEC under every libc */
#include "probe/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "io.h"

static bool no(struct err *e, const char *what, int os)
{
	enum err_code code = err_code_of_os(os);

	return err_set(e, code, os, "%s: %s", what, err_text(code));
}

bool wire_datagram(const char *path, struct str data, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd, os;
	ssize_t n;

	if (strlen(path) >= sizeof(to.sun_path))
		return err_set(e, ERR_ARG, 0, "%s: too long", path);
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return no(e, path, errno);
	do
		n = sendto(fd, data.p, data.n, MSG_NOSIGNAL,
		           (struct sockaddr *)&to, sizeof(to));
	while (n < 0 && errno == EINTR);
	os = errno;
	(void)close(fd);
	return n == (ssize_t)data.n || no(e, path, n < 0 ? os : EIO);
}

/* Waits for events until the time is over: 1; 0: it is over; -1: errno. */
static int wait_for(int fd, short events, int64_t until)
{
	struct pollfd p = { fd, events, 0 };
	int n;

	do {
		int64_t left = until - live_mono_ms(NULL);

		if (left <= 0)
			return 0;
		n = poll(&p, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	return n;
}

static int link_up(int fd, unsigned port, int64_t until)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                  .sin_port = htons((uint16_t)port),
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(int);
	int os = 0;

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return errno;
	if (wait_for(fd, POLLOUT, until) <= 0)
		return ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &os, &len) < 0)
		return errno;
	return os;
}

static int push(int fd, struct str data, int64_t until)
{
	while (data.n) {
		ssize_t n = send(fd, data.p, data.n, MSG_NOSIGNAL);

		if (n > 0)
			data = str_skip(data, (size_t)n);
		else if (n < 0 && errno == EAGAIN) {
			if (wait_for(fd, POLLOUT, until) <= 0)
				return ETIMEDOUT;
		} else if (n < 0 && errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

/* A reset says that it was not taken; an end, or silence, that it was. */
static int finish(int fd, int64_t until)
{
	char c;
	ssize_t n;

	if (shutdown(fd, SHUT_WR) < 0)
		return errno;
	if (wait_for(fd, POLLIN, until) <= 0)
		return 0;
	n = recv(fd, &c, 1, 0);
	return n < 0 && errno != EINTR ? errno : 0;
}

bool wire_stream(unsigned port, struct str data, unsigned timeout_ms,
                 struct err *e)
{
	int64_t until = live_mono_ms(NULL) + timeout_ms;
	int os, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	                    0);
	char what[32];

	(void)snprintf(what, sizeof(what), "127.0.0.1:%u", port);
	if (fd < 0)
		return no(e, what, errno);
	os = link_up(fd, port, until);
	if (!os)
		os = push(fd, data, until);
	if (!os)
		os = finish(fd, until);
	(void)close(fd);
	return os == 0 || no(e, what, os);
}
