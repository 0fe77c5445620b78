/* The kernel's log from /dev/kmsg: one record a read(), as lines
 * "prio,seq,usec,flags;text". The properties behind a record are left out. */
#define _GNU_SOURCE /* O_CLOEXEC under every libc */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "io.h"

#define RECORD_MAX 8192    /* the kernel's own limit for one read */
#define RECORDS_MAX 200000 /* a log that is written faster than it is read */

/* Makes room by dropping the older half, at a line. */
static size_t drop_half(char *p, size_t n)
{
	size_t from = n / 2;

	while (from < n && (!from || p[from - 1] != '\n'))
		from++;
	memmove(p, p + from, n - from);
	return n - from;
}

bool live_klog(struct host *h, struct arena *a, size_t max_bytes,
               struct str *out, struct err *e)
{
	size_t cap =
		max_bytes < arena_left(a) / 2 ? max_bytes : arena_left(a) / 2;
	int fd =
		open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	char rec[RECORD_MAX], *p;
	size_t n = 0;
	int os = 0;

	(void)h;
	if (fd < 0)
		return err_set(e, err_code_of_os(errno), errno, "/dev/kmsg: %s",
		               err_text(err_code_of_os(errno)));
	p = arena_raw(a, cap);
	for (unsigned i = 0; i < RECORDS_MAX; i++) {
		ssize_t r = read(fd, rec, sizeof(rec));
		struct str line = { rec, r > 0 ? (size_t)r : 0 };

		if (r < 0 && (errno == EPIPE || errno == EINTR))
			continue; /* overwritten under our hands: the next */
		if (r <= 0) {
			os = r < 0 && errno != EAGAIN ? errno : 0;
			break;
		}
		line = str_cut(&line, '\n');
		if (line.n + 1 > cap)
			continue;
		while (n + line.n + 1 > cap)
			n = drop_half(p, n);
		memcpy(p + n, line.p, line.n);
		n += line.n;
		p[n++] = '\n';
	}
	(void)close(fd);
	arena_keep(a, p, n);
	if (os && n == 0)
		return err_set(e, err_code_of_os(os), os, "/dev/kmsg: %s",
		               err_text(err_code_of_os(os)));
	*out = (struct str){ p, n };
	return true;
}
