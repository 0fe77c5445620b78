#define _GNU_SOURCE /* mkdtemp, O_DIRECTORY */
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive.h"
#include "io.h"

#define ENTRIES_MAX 4096
#define OLD_MS (60 * 60 * 1000)

static bool fail(struct err *e, const char *path)
{
	int os = errno;

	return err_set(e, err_code_of_os(os), os, "%s: %s", path,
	               err_text(err_code_of_os(os)));
}

static int64_t wall_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void sweep(const char *folder, struct arena *a)
{
	struct place at = { "", folder };
	size_t mark = a->used, n;
	struct dir_entry *list;
	int64_t now = wall_ms();
	struct err e;

	if (!file_list(at, a, ENTRIES_MAX, &list, &n, &e))
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (list[i].info.type == FILE_DIR &&
		    list[i].info.uid == geteuid() &&
		    str_starts(list[i].name, STR(WORK_HEAD)) &&
		    now - list[i].info.mtime_ms > OLD_MS)
			tree_remove(
				arena_str(a, "%s/%s", folder, list[i].name.p)
					.p);
	a->used = mark;
}

bool work_make(const char *folder, struct arena *a, const char **out,
               struct err *e)
{
	struct str path;

	sweep(folder, a);
	path = arena_str(a, "%s/" WORK_HEAD "XXXXXX", folder);
	if (!mkdtemp((char *)(uintptr_t)path.p))
		return fail(e, folder);
	*out = path.p;
	return true;
}

bool work_hand_over(const char *work, const char *from, const char *folder,
                    const char *name, struct err *e)
{
	int w = open(work, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int f = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = w >= 0 && f >= 0 && renameat(w, from, f, name) == 0;

	if (!ok)
		(void)fail(e, name);
	else
		(void)fsync(f);
	if (w >= 0)
		(void)close(w);
	if (f >= 0)
		(void)close(f);
	return ok;
}
