#define _GNU_SOURCE /* O_NOFOLLOW */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive.h"
#include "io.h"

#define DEPTH_MAX 40
#define PATH_BYTES 2048
#define ARENA (16u << 20)
#define LIST_MAX 65536

struct walk {
	bool (*see)(void *ctx, const char *path);
	void *ctx;
	struct arena a;
	char path[PATH_BYTES];
};

static int open_folder(int at, const char *name)
{
	return openat(at, name,
	              O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static bool list(int fd, struct arena *a, struct dir_entry **out, size_t *n)
{
	int again = fcntl(fd, F_DUPFD_CLOEXEC, 0); /* the lister closes its */
	struct err e;

	return again >= 0 &&
	       file_list_of(again, "folder", a, LIST_MAX, out, n, &e);
}

static struct walk *walk_new(void)
{
	struct walk *w = calloc(1, sizeof(*w));

	if (!w)
		return NULL;
	w->a = (struct arena){ malloc(ARENA), 0, ARENA };
	if (w->a.base)
		return w;
	free(w);
	return NULL;
}

static void walk_free(struct walk *w)
{
	free(w->a.base);
	free(w);
}

static bool below(struct walk *w, int fd, size_t used, unsigned depth);

static bool one(struct walk *w, int fd, const struct dir_entry *d, size_t used,
                unsigned depth)
{
	size_t n = d->name.n;
	bool go;
	int sub;

	if (used + n + 2 > PATH_BYTES)
		return true;
	memcpy(w->path + used, d->name.p, n + 1);
	if (d->info.type == FILE_PLAIN)
		return w->see(w->ctx, w->path);
	if (d->info.type != FILE_DIR || depth == DEPTH_MAX)
		return true;
	sub = open_folder(fd, d->name.p);
	if (sub < 0)
		return true;
	memcpy(w->path + used + n, "/", 2);
	go = below(w, sub, used + n + 1, depth + 1);
	(void)close(sub);
	return go;
}

/* As deep as DEPTH_MAX. */
static bool below(struct walk *w, int fd, size_t used, unsigned depth)
{
	size_t mark = w->a.used, n;
	struct dir_entry *d;
	bool go = list(fd, &w->a, &d, &n);

	for (size_t i = 0; go && i < n; i++)
		go = one(w, fd, &d[i], used, depth);
	w->a.used = mark;
	return go;
}

bool tree_walk(const char *folder, bool (*see)(void *ctx, const char *path),
               void *ctx)
{
	struct walk *w = walk_new();
	int fd = open_folder(AT_FDCWD, folder);
	bool all = false;

	if (w && fd >= 0) {
		w->see = see;
		w->ctx = ctx;
		all = below(w, fd, 0, 0);
	}
	if (fd >= 0)
		(void)close(fd);
	if (w)
		walk_free(w);
	return all;
}

/* As deep as DEPTH_MAX: deeper than any that is made here. */
static void empty(struct walk *w, int fd, unsigned depth)
{
	size_t mark = w->a.used, n = 0;
	struct dir_entry *d;

	if (depth > DEPTH_MAX || !list(fd, &w->a, &d, &n))
		n = 0;
	for (size_t i = 0; i < n; i++) {
		int sub = d[i].info.type == FILE_DIR
		                  ? open_folder(fd, d[i].name.p)
		                  : -1;

		if (sub >= 0) {
			empty(w, sub, depth + 1);
			(void)close(sub);
		}
		(void)unlinkat(fd, d[i].name.p, sub >= 0 ? AT_REMOVEDIR : 0);
	}
	w->a.used = mark;
}

void tree_remove(const char *folder)
{
	struct walk *w = walk_new();
	int fd = open_folder(AT_FDCWD, folder);

	if (w && fd >= 0)
		empty(w, fd, 0);
	if (fd >= 0) {
		(void)close(fd);
		(void)rmdir(folder);
	}
	if (w)
		walk_free(w);
}
