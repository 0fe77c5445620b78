#define _GNU_SOURCE /* O_NOFOLLOW under every libc, flock */
#include "probe/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "io.h"
#include "storefile.h"

#define FOLDER_MODE 0750
#define PLAIN (O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
#define WAIT_TRIES 50 /* 10 ms each */

bool store_fail(struct err *e, const char *name, int os)
{
	enum err_code code = os == EWOULDBLOCK ? ERR_BUSY : err_code_of_os(os);

	/* A link, a FIFO without a reader, a folder. */
	if (os == ELOOP || os == ENXIO || os == EISDIR)
		return err_set(e, ERR_FORM, os, "%s: not a plain file", name);
	return err_set(e, code, os, "%s: %s", name, err_text(code));
}

bool store_named(const struct store *s, const char *name, struct err *e)
{
	size_t n = strlen(name);

	if (s->dir < 0)
		return err_set(e, ERR_NOENT, 0, "%s: no folder to keep it in",
		               name);
	if (n == 0 || n > STORE_NAME_MAX || name[0] == '.' || strchr(name, '/'))
		return err_set(e, ERR_ARG, 0, "%.64s: not a name", name);
	return true;
}

/* ---- the folder */

bool store_look(struct store *out, const char *path, struct err *e)
{
	struct stat st;

	out->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->dir < 0)
		return store_fail(e, path, errno);
	if (fstat(out->dir, &st) == 0 && !(st.st_mode & S_IWOTH))
		return true;
	store_close(out);
	return err_set(e, ERR_PERM, 0, "%s: anybody may write there", path);
}

bool store_open(struct store *out, const char *path, struct err *e)
{
	out->dir = -1;
	if (mkdir(path, FOLDER_MODE) < 0 && errno != EEXIST)
		return store_fail(e, path, errno);
	return store_look(out, path, e);
}

void store_close(struct store *s)
{
	if (s->dir >= 0)
		(void)close(s->dir);
	s->dir = -1;
}

/* ---- files */

/* -1 and *e. */
static int open_file(const struct store *s, const char *name, int flags,
                     struct err *e)
{
	struct stat st;
	int fd = openat(s->dir, name, flags | PLAIN, STORE_LINE_MODE);

	if (fd < 0) {
		(void)store_fail(e, name, errno);
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	(void)close(fd);
	(void)err_set(e, ERR_FORM, 0, "%s: not a plain file", name);
	return -1;
}

bool store_load(const struct store *s, struct arena *a, const char *name,
                size_t max, struct str *out, struct err *e)
{
	size_t room, got = 0;
	ssize_t n = 0;
	char *p;
	int fd, os;

	if (!store_named(s, name, e))
		return false;
	fd = open_file(s, name, O_RDONLY, e);
	if (fd < 0)
		return false;
	room = max < arena_left(a) ? max + 1 : arena_left(a);
	p = arena_raw(a, room);
	while (got < room) {
		n = read(fd, p + got, room - got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	os = errno;
	(void)close(fd);
	arena_keep(a, p, n < 0 || got == room ? 0 : got);
	if (n < 0)
		return store_fail(e, name, os);
	if (got == room)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %zu bytes", name,
		               room - 1);
	*out = (struct str){ p, got };
	return true;
}

static bool write_all(int fd, struct str s)
{
	while (s.n) {
		ssize_t w = write(fd, s.p, s.n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w == 0)
			errno = ENOSPC;
		if (w <= 0)
			return false;
		s = str_skip(s, (size_t)w);
	}
	return true;
}

/* Waits for another writer of the same file, not for ever. */
static bool take(int fd)
{
	const struct timespec nap = { 0, 10 * 1000 * 1000 };

	for (unsigned i = 0; flock(fd, LOCK_EX | LOCK_NB) < 0; i++) {
		if (errno != EWOULDBLOCK || i == WAIT_TRIES)
			return false;
		(void)nanosleep(&nap, NULL);
		errno = EWOULDBLOCK;
	}
	return true;
}

static bool same_file(const struct store *s, const char *name, int fd)
{
	struct stat x, y;

	return fstat(fd, &x) == 0 &&
	       fstatat(s->dir, name, &y, AT_SYMLINK_NOFOLLOW) == 0 &&
	       x.st_ino == y.st_ino && x.st_dev == y.st_dev;
}

/* Another process may rename it between the two. */
int store_hold(const struct store *s, const char *name, int flags,
               struct err *e)
{
	for (unsigned i = 0; i < WAIT_TRIES; i++) {
		int fd = open_file(s, name, flags | O_CREAT, e);

		if (fd < 0)
			return -1;
		if (!take(fd)) {
			(void)store_fail(e, name, errno);
			(void)close(fd);
			return -1;
		}
		if (same_file(s, name, fd))
			return fd;
		(void)close(fd);
	}
	(void)store_fail(e, name, EWOULDBLOCK);
	return -1;
}

/* The name of the file beside it. */
struct beside {
	char z[STORE_NAME_MAX + 8];
};

static struct beside beside(const char *name)
{
	struct beside t = { "" };
	struct buf b = { t.z, 0, sizeof(t.z), false };

	(void)buf_fmt(&b, ".%s.new", name);
	return t;
}

bool store_begin(const struct store *s, const char *name, int *fd,
                 struct err *e)
{
	struct beside t;

	if (!store_named(s, name, e))
		return false;
	t = beside(name);
	*fd = store_hold(s, t.z, O_RDWR, e);
	if (*fd < 0)
		return false;
	/* What a kill left there. */
	if (ftruncate(*fd, 0) == 0 && fchmod(*fd, 0600) == 0)
		return true;
	(void)store_fail(e, name, errno);
	store_abandon(s, name, *fd);
	return false;
}

void store_abandon(const struct store *s, const char *name, int fd)
{
	struct beside t = beside(name);

	(void)unlinkat(s->dir, t.z, 0);
	(void)close(fd);
}

bool store_commit(const struct store *s, const char *name, int fd,
                  uint32_t mode, struct err *e)
{
	struct beside t = beside(name);

	if (fchmod(fd, mode) < 0 || fsync(fd) < 0 ||
	    renameat(s->dir, t.z, s->dir, name) < 0) {
		(void)store_fail(e, name, errno);
		store_abandon(s, name, fd);
		return false;
	}
	(void)close(fd);
	return fsync(s->dir) == 0 || store_fail(e, name, errno);
}

bool store_save(const struct store *s, const char *name, struct str data,
                uint32_t mode, struct err *e)
{
	int fd;

	if (!store_begin(s, name, &fd, e))
		return false;
	if (write_all(fd, data))
		return store_commit(s, name, fd, mode, e);
	(void)store_fail(e, name, errno);
	store_abandon(s, name, fd);
	return false;
}

/* ---- the rest */

bool store_lock(const struct store *s, const char *name, int *fd, struct err *e)
{
	char text[24] = { 0 };
	struct buf b = { text, 0, sizeof(text), false };
	ssize_t n;
	int os;

	if (!store_named(s, name, e))
		return false;
	*fd = open_file(s, name, O_RDWR | O_CREAT, e);
	if (*fd < 0)
		return false;
	if (flock(*fd, LOCK_EX | LOCK_NB) == 0) {
		/* The pid is a favour to whoever comes second. */
		(void)buf_fmt(&b, "%ld\n", (long)getpid());
		if (ftruncate(*fd, 0) == 0)
			(void)!pwrite(*fd, b.p, b.n, 0);
		return true;
	}
	os = errno;
	n = pread(*fd, text, sizeof(text) - 1, 0);
	(void)close(*fd);
	if (os != EWOULDBLOCK)
		return store_fail(e, name, os);
	b.n = n > 0 ? (size_t)n : 0;
	return err_set(e, ERR_BUSY, 0, "%s: held by process " STR_FMT, name,
	               STR_ARG(str_trim(buf_str(&b))));
}

void store_unlock(int fd)
{
	(void)close(fd);
}

bool store_list(const struct store *s, struct arena *a, size_t max,
                struct dir_entry **out, size_t *n, struct err *e)
{
	size_t got, kept = 0;
	struct dir_entry *list;
	int fd;

	if (s->dir < 0)
		return err_set(e, ERR_NOENT, 0, "no folder to list");
	fd = openat(s->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!file_list_of(fd, "state", a, max, &list, &got, e))
		return false;
	for (size_t i = 0; i < got; i++)
		if (list[i].name.p[0] != '.')
			list[kept++] = list[i];
	*out = list;
	*n = kept;
	return true;
}

bool store_remove(const struct store *s, const char *name, struct err *e)
{
	if (!store_named(s, name, e))
		return false;
	return unlinkat(s->dir, name, 0) == 0 || store_fail(e, name, errno);
}
