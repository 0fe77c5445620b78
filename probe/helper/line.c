/*
 * One line to the console. The file is the checker's, so it is read as a
 * stranger's: no link of either kind, its own, printable ASCII, the first line
 * alone. Nothing of root's comes out this way.
 */
#define _GNU_SOURCE /* O_NOFOLLOW */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_MAX_BYTES 200
#define CONSOLE_MS 1000 /* a serial line whose other end holds it */

static bool is_its_own(const struct helper *h, const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	       (st->st_uid == h->peer || st->st_uid == 0);
}

static ssize_t read_line(const struct helper *h, char *out, size_t max)
{
	struct stat st;
	ssize_t n = -1;
	int fd = open(h->line, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !is_its_own(h, &st))
		errno = EBADMSG;
	else
		n = read(fd, out, max);
	(void)close(fd);
	return n;
}

static size_t clean(char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n && p[i] != '\n'; i++)
		if (p[i] < 0x20 || p[i] > 0x7e)
			p[i] = '?';
	return i;
}

static bool write_all(int fd, const char *p, size_t n, int64_t until)
{
	while (n) {
		ssize_t w = write(fd, p, n);
		struct pollfd wait = { fd, POLLOUT, 0 };

		if (w > 0) {
			p += w;
			n -= (size_t)w;
		} else if (w < 0 && errno == EAGAIN && helper_now() < until) {
			(void)poll(&wait, 1, 50);
		} else if (w == 0 || errno != EINTR) {
			return false;
		}
	}
	return true;
}

int helper_line(const struct helper *h, int fd)
{
	char text[LINE_MAX_BYTES + 16] = "\r\nprobe: ";
	size_t at = strlen(text);
	ssize_t n = read_line(h, text + at, LINE_MAX_BYTES);
	int out;

	if (n < 0)
		return helper_refuse(h, fd, errno, h->line);
	at += clean(text + at, (size_t)n);
	text[at++] = '\r';
	text[at++] = '\n';
	out = open(h->console, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (out < 0)
		return helper_refuse(h, fd, errno, h->console);
	if (!write_all(out, text, at, helper_now() + CONSOLE_MS)) {
		(void)close(out);
		return helper_refuse(h, fd, ETIMEDOUT, h->console);
	}
	(void)close(out);
	return helper_send(fd, "ok 0\n", 5, helper_now() + h->word_ms) ? 0 : 1;
}
