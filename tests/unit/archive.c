/* A folder into an archive and back: holes, long names, limits. */
#define _GNU_SOURCE /* SEEK_HOLE */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../probe/io/archive.h"
#include "unit.h"

static struct arena a;
static char dir[64];

static const char *at(const char *name)
{
	return arena_str(&a, "%s/%s", dir, name).p;
}

static void make(const char *name, const char *text, off_t where)
{
	int fd = open(at(name), O_CREAT | O_WRONLY | O_TRUNC, 0600);

	OK(pwrite(fd, text, strlen(text), where) == (ssize_t)strlen(text),
	   "written");
	(void)close(fd);
}

static bool holds(const char *name, const char *text, off_t where)
{
	char got[64] = { 0 };
	int fd = open(at(name), O_RDONLY);
	bool same =
		pread(fd, got, strlen(text), where) == (ssize_t)strlen(text) &&
		strcmp(got, text) == 0;

	(void)close(fd);
	return same;
}

static const struct archive_limits wide = { 1 << 20, 100, 0 };

static bool pack(const char *folder, const struct archive_limits *lim,
                 struct archive_count *n, struct err *e)
{
	struct host h = host_live();
	int fd = open(at("out"), O_CREAT | O_RDWR | O_TRUNC, 0600);
	bool ok = archive_pack(&h, at(folder), "top", fd, lim, n, e);

	(void)close(fd);
	return ok;
}

static bool unpack(const struct archive_limits *lim, struct archive_count *n,
                   struct err *e)
{
	int fd = open(at("out"), O_RDONLY);
	bool ok;

	tree_remove(at("back"));
	(void)mkdir(at("back"), 0700);
	ok = archive_unpack(fd, at("back"), lim, n, e);
	(void)close(fd);
	return ok;
}

static void round_trip(void)
{
	char longest[201] = { 0 }, path[256];
	struct archive_count n;
	struct stat st;
	struct err e = { 0 };

	(void)mkdir(at("in"), 0700);
	(void)mkdir(at("in/sub"), 0700);
	memset(longest, 'n', 200);
	(void)snprintf(path, sizeof(path), "in/sub/%s", longest);
	make("in/plain", "hello", 0);
	make("in/empty", "", 0);
	make("in/sub/holes", "end", (off_t)1 << 32);
	make(path, "long", 0);
	make("in/odd\n", "x", 0);
	(void)!symlink("/etc/passwd", at("in/link"));
	(void)mkfifo(at("in/fifo"), 0600);
	OK(pack("in", &wide, &n, &e) && n.files == 4 && n.skipped == 1,
	   "plain files with plain names");
	OK(n.bytes < 100000, "holes do not count");
	OK(stat(at("out"), &st) == 0 && st.st_size < 4000, "nor are they kept");
	OK(unpack(&wide, &n, &e) && n.files == 4, "back");
	(void)snprintf(path, sizeof(path), "back/top/sub/%s", longest);
	OK(holds("back/top/plain", "hello", 0) && holds(path, "long", 0) &&
	           holds("back/top/sub/holes", "end", (off_t)1 << 32),
	   "as they were");
	OK(stat(at("back/top/sub/holes"), &st) == 0 &&
	           st.st_size == ((off_t)1 << 32) + 3 && st.st_blocks < 1000,
	   "with their holes");
	OK(stat(at("back/top/empty"), &st) == 0 && st.st_size == 0, "empty");
}

static void limits(void)
{
	const struct archive_limits few = { 1 << 20, 2, 0 },
				    small = { 3, 100, 0 },
				    late = { 1 << 20, 100, 1 };
	struct archive_count n;
	struct err e = { 0 };

	OK(!pack("in", &few, &n, &e) && e.code == ERR_LIMIT, "files");
	OK(!pack("in", &small, &n, &e) && e.code == ERR_LIMIT, "bytes");
	OK(!pack("in", &late, &n, &e) && e.code == ERR_TIME, "time");
	OK(!pack("none", &wide, &n, &e) && e.code == ERR_IO, "no folder");
	OK(pack("in", &wide, &n, &e), "packed");
	OK(!unpack(&few, &n, &e) && e.code == ERR_LIMIT, "files of a stranger");
	OK(!unpack(&small, &n, &e) && e.code == ERR_LIMIT, "bytes of one");
}

int main(void)
{
	a = unit_arena(1 << 20);
	(void)snprintf(dir, sizeof(dir), "/tmp/probe-archive.XXXXXX");
	if (!mkdtemp(dir))
		return 1;
	round_trip();
	limits();
	(void)!symlink("/etc", at("in/sub/out"));
	tree_remove(dir);
	OK(access(dir, F_OK) < 0 && access("/etc/passwd", F_OK) == 0,
	   "removed, and no link followed");
	return unit_end("archive");
}
