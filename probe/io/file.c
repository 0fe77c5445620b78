#define _GNU_SOURCE /* O_PATH */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "io.h"

static bool fail(struct err *e, struct place at, int os)
{
	enum err_code code = err_code_of_os(os);

	return err_set(e, code, os, "%s: %s", at.path, err_text(code));
}

/* The next component of *rest; empty at the end. */
static struct str component(struct str *rest)
{
	struct str c = { NULL, 0 };

	while (rest->n && (c.n == 0 || str_eq(c, STR("."))))
		c = str_cut(rest, '/');
	return str_eq(c, STR(".")) ? (struct str){ NULL, 0 } : c;
}

/* open() below a root, link by link refused. -1 and errno. */
static int open_below(struct place at, int flags)
{
	int fd = open(at.root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct str rest = str_of(at.path), c, next;
	char name[NAME_MAX + 1];

	for (c = component(&rest); fd >= 0 && c.n; c = next) {
		int up = fd, os;

		next = component(&rest);
		if (c.n > NAME_MAX || str_eq(c, STR(".."))) {
			(void)close(fd);
			errno = c.n > NAME_MAX ? ENAMETOOLONG : EACCES;
			return -1;
		}
		memcpy(name, c.p, c.n);
		name[c.n] = '\0';
		fd = openat(up, name,
		            O_NOFOLLOW | O_CLOEXEC |
		                    (next.n ? O_PATH | O_DIRECTORY : flags));
		os = errno;
		(void)close(up);
		errno = os;
	}
	return fd;
}

static int open_at(struct place at, int flags)
{
	int fd;

	if (at.root[0])
		return open_below(at, flags);
	do
		fd = open(at.path, flags | O_CLOEXEC);
	while (fd < 0 && errno == EINTR);
	return fd;
}

/* Looks before it opens: opening a device can change it, and a FIFO would
 * wait. -1 with *e filled. */
static int open_plain(struct place at, struct stat *st, struct err *e)
{
	int fd = open_at(at, O_PATH), ok;

	if (fd < 0) {
		(void)fail(e, at, errno);
		return -1;
	}
	ok = fstat(fd, st);
	(void)close(fd);
	if (ok < 0 || !S_ISREG(st->st_mode)) {
		(void)err_set(e, ERR_FORM, 0, "%s: not a plain file", at.path);
		return -1;
	}
	fd = open_at(at, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0) {
		(void)fail(e, at, errno);
		return -1;
	}
	if (fstat(fd, st) < 0 || !S_ISREG(st->st_mode)) {
		(void)err_set(e, ERR_FORM, 0, "%s: not a plain file", at.path);
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Reads on until n bytes or the end; -1 and errno. */
static ssize_t read_full(int fd, char *p, size_t n, off_t off)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r =
			off < 0 ? read(fd, p + got, n - got)
				: pread(fd, p + got, n - got, off + (off_t)got);

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

bool file_read(struct place at, struct arena *a, size_t max_bytes,
               struct str *out, struct err *e)
{
	size_t left = arena_left(a), room;
	struct stat st;
	ssize_t n;
	char *p;
	int fd = open_plain(at, &st, e), os;

	if (fd < 0)
		return false;
	/* Files of /proc and /sys have size 0: nothing is known beforehand. */
	if (st.st_size > 0 && (uint64_t)st.st_size > max_bytes) {
		(void)close(fd);
		return err_set(e, ERR_LIMIT, 0, "%s: more than %zu bytes",
		               at.path, max_bytes);
	}
	room = max_bytes < left ? max_bytes + 1 : left;
	p = arena_raw(a, room);
	n = read_full(fd, p, room, -1);
	os = errno;
	(void)close(fd);
	arena_keep(a, p, n > 0 ? (size_t)n : 0);
	if (n < 0)
		return fail(e, at, os);
	if ((size_t)n > max_bytes || (size_t)n == left) {
		arena_keep(a, p, 0);
		return err_set(e, ERR_LIMIT, 0, "%s: more than %zu bytes",
		               at.path,
		               (size_t)n > max_bytes ? max_bytes : left);
	}
	*out = (struct str){ p, (size_t)n };
	return true;
}

bool file_read_at(struct place at, uint64_t off, char *buf, size_t n,
                  size_t *got, struct err *e)
{
	struct stat st;
	ssize_t r;
	int fd, os;

	if (off > INT64_MAX - n)
		return err_set(e, ERR_ARG, 0, "%s: offset too large", at.path);
	fd = open_plain(at, &st, e);
	if (fd < 0)
		return false;
	r = read_full(fd, buf, n, (off_t)off);
	os = errno;
	(void)close(fd);
	if (r < 0)
		return fail(e, at, os);
	*got = (size_t)r;
	return true;
}

bool file_small(const char *path, char *buf, size_t n)
{
	struct err e;
	size_t got;

	if (!file_read_at((struct place){ "", path }, 0, buf, n - 1, &got, &e))
		return false;
	buf[got] = '\0';
	return true;
}

static struct file_info info_of(const struct stat *st)
{
	return (struct file_info){
		.type = S_ISREG(st->st_mode)    ? FILE_PLAIN
		        : S_ISDIR(st->st_mode)  ? FILE_DIR
		        : S_ISLNK(st->st_mode)  ? FILE_LINK
		        : S_ISSOCK(st->st_mode) ? FILE_SOCKET
		                                : FILE_OTHER,
		.size = st->st_size > 0 ? (uint64_t)st->st_size : 0,
		.mtime_ms = (int64_t)st->st_mtim.tv_sec * 1000 +
		            st->st_mtim.tv_nsec / 1000000,
		.mode = st->st_mode & 07777,
		.uid = st->st_uid,
	};
}

bool file_info(struct place at, struct file_info *out, struct err *e)
{
	struct stat st;
	int fd = open_at(at, O_PATH), bad, os;

	if (fd < 0)
		return fail(e, at, errno);
	bad = fstat(fd, &st);
	os = errno;
	(void)close(fd);
	if (bad)
		return fail(e, at, os);
	*out = info_of(&st);
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct dir_entry *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static bool is_dot(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static size_t count_entries(DIR *d, size_t stop)
{
	const struct dirent *ent;
	size_t n = 0;

	while (n < stop && (ent = readdir(d)))
		n += !is_dot(ent->d_name);
	rewinddir(d);
	return n;
}

bool file_list_of(int fd, const char *path, struct arena *a, size_t max,
                  struct dir_entry **out, size_t *n, struct err *e)
{
	struct place at = { "", path };
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	size_t want, got = 0, bytes;
	const struct dirent *ent;
	struct dir_entry *list;
	struct stat st;

	if (!d) {
		(void)fail(e, at, errno);
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	want = count_entries(d, max + 1);
	bytes = want * (sizeof(*list) + 64);
	if (want > max || bytes > arena_left(a)) {
		(void)closedir(d);
		return err_set(e, ERR_LIMIT, 0, "%s: more than %zu entries",
		               path, max);
	}
	list = ARENA_ARRAY(a, struct dir_entry, want + 1);
	while (got < want && (ent = readdir(d))) {
		struct str name = str_of(ent->d_name);

		/* One that went away since is not there. */
		if (is_dot(ent->d_name) || name.n + 64 > arena_left(a) ||
		    fstatat(fd, ent->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		list[got].name = arena_copy(a, name);
		list[got++].info = info_of(&st);
	}
	(void)closedir(d);
	qsort(list, got, sizeof(*list), by_name);
	*out = list;
	*n = got;
	return true;
}

bool file_list(struct place at, struct arena *a, size_t max,
               struct dir_entry **out, size_t *n, struct err *e)
{
	int fd = open_at(at, O_RDONLY | O_DIRECTORY | O_NONBLOCK);

	return file_list_of(fd, at.path, a, max, out, n, e);
}

bool file_fs(const char *path, struct fs_info *out, struct err *e)
{
	struct statvfs v;
	uint64_t unit;

	if (statvfs(path, &v) < 0)
		return fail(e, (struct place){ "", path }, errno);
	unit = v.f_frsize ? v.f_frsize : v.f_bsize;
	*out = (struct fs_info){
		.total_kib = (uint64_t)v.f_blocks * unit / 1024,
		.avail_kib = (uint64_t)v.f_bavail * unit / 1024,
		.inodes = v.f_files,
		.inodes_avail = v.f_favail,
		.read_only = v.f_flag & ST_RDONLY && mounts_read_only(path),
	};
	return true;
}
