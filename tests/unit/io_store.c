/* The store: whole files, lines, locks, and every way a disk says no. */
#define _GNU_SOURCE /* unshare, mount */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/store.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;
static char dir[64];
static struct store s;

static const char *at(const char *name)
{
	return arena_str(&a, "%s/%s", dir, name).p;
}

static bool holds(const char *name, const char *want)
{
	struct str got;
	struct err e;

	return store_load(&s, &a, name, 4096, &got, &e) &&
	       str_eq(got, str_of(want));
}

/* How many files there are, whatever their names. */
static size_t files(void)
{
	struct host h = host_live();
	struct dir_entry *list;
	struct err e;
	size_t n = 0;

	return h.ops->list(&h, &a, dir, 64, &list, &n, &e) ? n : 99;
}

static void names(void)
{
	static const char *const bad[] = { "", ".", "..", ".x", "a/b", "/x" };
	char longest[STORE_NAME_MAX + 2];
	struct str got;
	struct err e;

	memset(longest, 'n', sizeof(longest));
	longest[STORE_NAME_MAX + 1] = '\0';
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		EXPECT(bad[i], !store_save(&s, bad[i], STR("x"), 0600, &e) &&
		                       e.code == ERR_ARG);
		EXPECT(bad[i], !store_load(&s, &a, bad[i], 9, &got, &e) &&
		                       e.code == ERR_ARG);
		EXPECT(bad[i],
		       !store_append(&s, bad[i], STR("x"), false, 99, &e) &&
		               e.code == ERR_ARG);
		EXPECT(bad[i],
		       !store_remove(&s, bad[i], &e) && e.code == ERR_ARG);
	}
	EXPECT("too long", !store_save(&s, longest, STR("x"), 0600, &e) &&
	                           e.code == ERR_ARG);
	longest[STORE_NAME_MAX] = '\0';
	EXPECT("longest", store_save(&s, longest, STR("x"), 0600, &e) &&
	                          store_remove(&s, longest, &e));
	EXPECT("no folder",
	       !store_save(&(struct store){ -1 }, "x", STR("x"), 0600, &e) &&
	               e.code == ERR_NOENT);
}

static void whole(void)
{
	struct stat st;
	struct str got;
	struct err e;
	int fd;

	EXPECT("not there",
	       !store_load(&s, &a, "m", 9, &got, &e) && e.code == ERR_NOENT);
	EXPECT("save", store_save(&s, "m", STR("one"), 0600, &e));
	EXPECT("load", holds("m", "one"));
	EXPECT("again", store_save(&s, "m", STR("two\n"), 0644, &e) &&
	                        holds("m", "two\n"));
	EXPECT("mode", stat(at("m"), &st) == 0 && (st.st_mode & 0777) == 0644);
	EXPECT("empty",
	       store_save(&s, "m", STR(""), 0600, &e) && holds("m", ""));
	EXPECT("at the cap", store_save(&s, "m", STR("123456789"), 0600, &e) &&
	                             store_load(&s, &a, "m", 9, &got, &e));
	EXPECT("past it",
	       !store_load(&s, &a, "m", 8, &got, &e) && e.code == ERR_LIMIT);
	EXPECT("nothing beside it", files() == 1);
	EXPECT("in pieces",
	       store_begin(&s, "m", &fd, &e) && write(fd, "new", 3) == 3);
	EXPECT("not yet", holds("m", "123456789"));
	store_abandon(&s, "m", fd);
	EXPECT("abandoned", holds("m", "123456789") && files() == 1);
	EXPECT("left by a kill",
	       store_begin(&s, "m", &fd, &e) &&
	               write(fd, "longer than that", 16) == 16 &&
	               close(fd) == 0);
	EXPECT("and taken over", store_save(&s, "m", STR("x"), 0600, &e) &&
	                                 holds("m", "x") && files() == 1);
	EXPECT("remove", store_remove(&s, "m", &e) && files() == 0);
	EXPECT("twice", !store_remove(&s, "m", &e) && e.code == ERR_NOENT);
}

/* Two at once: the second waits, and gives up in the end. */
static void beside(void)
{
	struct err e;
	int fd, status = 1;
	pid_t child;

	EXPECT("held", store_begin(&s, "m", &fd, &e));
	EXPECT("busy",
	       !store_save(&s, "m", STR("x"), 0600, &e) && e.code == ERR_BUSY);
	store_abandon(&s, "m", fd);
	child = fork();
	if (child == 0) {
		bool ok = true;

		for (int i = 0; i < 200; i++)
			ok = ok && store_save(&s, "m", STR("bbbb"), 0600, &e);
		_exit(!ok);
	}
	for (int i = 0; i < 200; i++) {
		struct str got;
		size_t used = a.used;

		EXPECT("saved", store_save(&s, "m", STR("aaaaaaaa"), 0600, &e));
		EXPECT("one or the other",
		       store_load(&s, &a, "m", 99, &got, &e) &&
		               (str_eq(got, STR("aaaaaaaa")) ||
		                str_eq(got, STR("bbbb"))));
		a.used = used;
	}
	EXPECT("the child's too",
	       waitpid(child, &status, 0) == child && status == 0);
	EXPECT("gone", store_remove(&s, "m", &e) && files() == 0);
}

static void lines(void)
{
	struct err e;

	EXPECT("first", store_append(&s, "l", STR("one"), true, 99, &e) &&
	                        holds("l", "one\n"));
	EXPECT("second", store_append(&s, "l", STR("two"), false, 99, &e) &&
	                         holds("l", "one\ntwo\n"));
	EXPECT("two in one",
	       !store_append(&s, "l", STR("a\nb"), false, 99, &e) &&
	               e.code == ERR_ARG);
	EXPECT("fits", store_append(&s, "l", STR("six"), false, 12, &e) &&
	                       holds("l", "one\ntwo\nsix\n"));
	EXPECT("turns", store_append(&s, "l", STR("new"), true, 12, &e) &&
	                        holds("l", "new\n") &&
	                        holds("l.1", "one\ntwo\nsix\n"));
	EXPECT("longer than all",
	       store_append(&s, "l", STR("0123456789abcdef"), true, 12, &e) &&
	               holds("l", "0123456789abcdef\n") &&
	               holds("l.1", "new\n"));
	EXPECT("gone",
	       store_remove(&s, "l", &e) && store_remove(&s, "l.1", &e));
}

static void torn(void)
{
	static const struct {
		const char *name, *was, *want;
	} rows[] = {
		{ "half a line", "one\ntw", "one\nnew\n" },
		{ "nothing but half", "tw", "new\n" },
		{ "whole", "one\n", "one\nnew\n" },
		{ "empty", "", "new\n" },
		{ "an empty line", "one\n\n", "one\n\nnew\n" },
	};
	static char big[2000];
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		EXPECT(rows[i].name,
		       store_save(&s, "l", str_of(rows[i].was), 0640, &e) &&
		               store_append(&s, "l", STR("new"), true, 4096,
		                            &e) &&
		               holds("l", rows[i].want));
	memset(big, 'x', sizeof(big));
	memcpy(big, "one\n", 4);
	EXPECT("a long half",
	       store_save(&s, "l", (struct str){ big, sizeof(big) }, 0640,
	                  &e) &&
	               store_append(&s, "l", STR("new"), true, 4096, &e) &&
	               holds("l", "one\nnew\n"));
	EXPECT("gone", store_remove(&s, "l", &e));
}

static void odd_files(void)
{
	struct str got;
	struct err e;
	struct store w;

	EXPECT("target", store_save(&s, "real", STR("x"), 0600, &e));
	(void)!symlink("real", at("link"));
	(void)!mkfifo(at("fifo"), 0600);
	(void)!mkdir(at("sub"), 0700);
	for (size_t i = 0; i < 3; i++) {
		const char *name =
			((const char *[]){ "link", "fifo", "sub" })[i];

		EXPECT(name, !store_load(&s, &a, name, 99, &got, &e) &&
		                     e.code == ERR_FORM);
		EXPECT(name, !store_append(&s, name, STR("y"), false, 99, &e) &&
		                     e.code == ERR_FORM);
	}
	EXPECT("the target", holds("real", "x"));
	EXPECT("a link is replaced, not followed",
	       store_save(&s, "link", STR("y"), 0600, &e) &&
	               holds("real", "x") && holds("link", "y"));
	EXPECT("not there", !store_look(&w, at("none"), &e) &&
	                            e.code == ERR_NOENT && w.dir < 0);
	EXPECT("a file", !store_open(&w, at("real"), &e) && w.dir < 0);
	EXPECT("made", store_open(&w, at("sub/new"), &e));
	store_close(&w);
	(void)chmod(at("sub"), 0777);
	EXPECT("anybody's", !store_open(&w, at("sub"), &e) &&
	                            e.code == ERR_PERM && w.dir < 0);
	(void)rmdir(at("sub/new"));
	(void)rmdir(at("sub"));
	EXPECT("gone", store_remove(&s, "link", &e) &&
	                       store_remove(&s, "fifo", &e) &&
	                       store_remove(&s, "real", &e) && files() == 0);
}

static void locks(void)
{
	int fd, second = -1, status = 1;
	struct err e;
	pid_t child;

	EXPECT("taken", store_lock(&s, "lock", &fd, &e));
	EXPECT("not twice",
	       !store_lock(&s, "lock", &second, &e) && e.code == ERR_BUSY);
	EXPECT("by whom",
	       str_ends(str_of(e.msg), arena_str(&a, " %ld", (long)getpid())));
	(void)close(fd);
	child = fork();
	if (child == 0) {
		(void)!store_lock(&s, "lock", &fd, &e);
		_exit(0); /* held to the end */
	}
	EXPECT("ended", waitpid(child, &status, 0) == child && status == 0);
	EXPECT("free again", store_lock(&s, "lock", &fd, &e));
	(void)close(fd);
	EXPECT("gone", store_remove(&s, "lock", &e));
}

static void listing(void)
{
	struct dir_entry *list;
	struct err e;
	size_t n;
	int fd = -1;

	EXPECT("two", store_save(&s, "b", STR("12"), 0600, &e) &&
	                      store_save(&s, "a", STR(""), 0600, &e) &&
	                      store_begin(&s, "c", &fd, &e));
	EXPECT("sorted", store_list(&s, &a, 9, &list, &n, &e) && n == 2 &&
	                         str_eq(list[0].name, STR("a")) &&
	                         str_eq(list[1].name, STR("b")) &&
	                         list[1].info.size == 2);
	EXPECT("too many",
	       !store_list(&s, &a, 1, &list, &n, &e) && e.code == ERR_LIMIT);
	store_abandon(&s, "c", fd);
	EXPECT("gone", store_remove(&s, "a", &e) && store_remove(&s, "b", &e));
}

/* ---- a disk that says no; each in a child, for the limits are its own */

static int no_growth(void)
{
	const struct rlimit tight = { 10, 10 };
	struct err e;

	if (!store_save(&s, "m", STR("old"), 0600, &e) ||
	    !store_append(&s, "l", STR("one"), true, 99, &e))
		return 1;
	(void)setrlimit(RLIMIT_FSIZE, &tight);
	if (store_save(&s, "m", STR("longer than ten"), 0600, &e) ||
	    e.code != ERR_IO || e.os != EFBIG)
		return 2;
	if (!holds("m", "old") || files() != 2)
		return 3;
	/* The kernel writes the part that fits: it must not stay. */
	if (store_append(&s, "l", STR("123456789"), true, 99, &e) ||
	    !holds("l", "one\n"))
		return 4;
	return !store_append(&s, "l", STR("two"), true, 99, &e) ||
	       !holds("l", "one\ntwo\n");
}

static int full_disk(void)
{
	static char big[300 * 1024];
	struct err e;

	memset(big, 'x', sizeof(big));
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("t", dir, "tmpfs", 0, "size=64k,mode=0750") < 0)
		return 0; /* not allowed here */
	store_close(&s);
	if (!store_open(&s, dir, &e) ||
	    !store_save(&s, "m", STR("old"), 0600, &e))
		return 1;
	if (store_save(&s, "m", (struct str){ big, sizeof(big) }, 0600, &e) ||
	    e.os != ENOSPC || !holds("m", "old") || files() != 1)
		return 2;
	if (store_append(&s, "l", (struct str){ big, sizeof(big) }, true,
	                 1 << 20, &e) ||
	    e.os != ENOSPC || !holds("l", ""))
		return 3;
	if (mount("t", dir, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		return 0;
	if (store_save(&s, "m", STR("new"), 0600, &e) || e.os != EROFS ||
	    store_append(&s, "l", STR("x"), true, 99, &e) || e.os != EROFS)
		return 4;
	return !holds("m", "old");
}

static int no_descriptors(void)
{
	const struct rlimit none = { 3, 3 };
	struct str got;
	struct err e;

	(void)setrlimit(RLIMIT_NOFILE, &none);
	return store_save(&s, "m", STR("x"), 0600, &e) ||
	       store_load(&s, &a, "m", 9, &got, &e) ||
	       store_append(&s, "m", STR("x"), false, 9, &e) || e.os != EMFILE;
}

static void refused(const char *name, int (*work)(void))
{
	struct err e;
	int status = -1;
	pid_t child = fork();

	if (child == 0)
		_exit(work());
	EXPECT(name, waitpid(child, &status, 0) == child);
	EXPECT(name, WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (status)
		printf("%s: step %d\n", name, WEXITSTATUS(status));
	(void)!store_remove(&s, "m", &e);
	(void)!store_remove(&s, "l", &e);
}

int main(void)
{
	static _Alignas(16) unsigned char mem[4u << 20];
	struct err e;

	a = (struct arena){ mem, 0, sizeof(mem) };
	(void)host_live(); /* signals as in the program */
	(void)snprintf(dir, sizeof(dir), "/tmp/probe-store.XXXXXX");
	if (!mkdtemp(dir) || !store_open(&s, dir, &e))
		return 1;
	names();
	whole();
	beside();
	lines();
	torn();
	odd_files();
	locks();
	listing();
	refused("a limit on size", no_growth);
	refused("a full and a read-only disk", full_disk);
	refused("no descriptors", no_descriptors);
	EXPECT("nothing is left", files() == 0);
	store_close(&s);
	(void)rmdir(dir);
	return test_end(&t);
}
