#define _DEFAULT_SOURCE /* writev */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "storefile.h"

/* The size up to and with the last line end; -1 and errno. */
static off_t whole_lines(int fd, off_t size)
{
	char block[512];
	char *p = block;

	while (size > 0) {
		size_t n = size < (off_t)sizeof(block) ? (size_t)size
		                                       : sizeof(block);
		ssize_t got = pread(fd, p, n, size - (off_t)n);

		if (got != (ssize_t)n)
			return -1;
		while (n && block[n - 1] != '\n') {
			n--;
			size--;
		}
		if (n)
			break;
	}
	return size;
}

/* Moves a file that is full out of the way and opens the next one. */
static int turn(const struct store *s, const char *name, int fd, struct err *e)
{
	char old[STORE_NAME_MAX + 8];
	struct buf b = { old, 0, sizeof(old), false };

	(void)buf_fmt(&b, "%s.1", name);
	if (renameat(s->dir, name, s->dir, old) < 0 || fsync(s->dir) < 0) {
		(void)store_fail(e, name, errno);
		(void)close(fd);
		return -1;
	}
	(void)close(fd);
	return store_hold(s, name, O_RDWR | O_APPEND, e);
}

/* One write, so that a reader never sees half of it; when it fails the file is
 * cut back to size. */
static bool add_line(int fd, off_t size, struct str line)
{
	char end = '\n';
	struct iovec v[2] = { { (void *)(uintptr_t)line.p, line.n },
		              { &end, 1 } };
	ssize_t w;
	int os;

	do
		w = writev(fd, v, 2);
	while (w < 0 && errno == EINTR);
	if (w == (ssize_t)(line.n + 1))
		return true;
	os = w < 0 ? errno : ENOSPC;
	if (ftruncate(fd, size) < 0)
		os = errno; /* the next append cuts it off */
	errno = os;
	return false;
}

/* Its size without a last line that was never finished; -1 and *e. */
static off_t heal(int fd, const char *name, struct err *e)
{
	struct stat st;
	off_t size = -1;

	if (fstat(fd, &st) == 0)
		size = whole_lines(fd, st.st_size);
	if (size < 0 || (size < st.st_size && ftruncate(fd, size) < 0)) {
		(void)store_fail(e, name, errno);
		return -1;
	}
	return size;
}

bool store_append(const struct store *s, const char *name, struct str line,
                  bool sync, size_t max_bytes, struct err *e)
{
	off_t size;
	bool ok;
	int fd;

	if (!store_named(s, name, e))
		return false;
	if (str_has(line, STR("\n")))
		return err_set(e, ERR_ARG, 0, "%s: more than one line", name);
	fd = store_hold(s, name, O_RDWR | O_APPEND, e);
	if (fd < 0)
		return false;
	size = heal(fd, name, e);
	if (size < 0) {
		(void)close(fd);
		return false;
	}
	if (size && (uint64_t)size + line.n + 1 > max_bytes) {
		fd = turn(s, name, fd, e);
		if (fd < 0)
			return false;
		size = 0;
	}
	ok = add_line(fd, size, line) && (!sync || fdatasync(fd) == 0) &&
	     /* A new file needs its name on the disk too. */
	     (!sync || size || fsync(s->dir) == 0);
	if (!ok)
		(void)store_fail(e, name, errno);
	(void)close(fd);
	return ok;
}
