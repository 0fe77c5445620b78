/*
 * The folder of looks: root's own, so nobody else puts a link where root
 * writes. A fresh look takes the old one's place by two renames; what a killed
 * one left behind goes with the next.
 */
#define _GNU_SOURCE /* O_NOFOLLOW, O_DIRECTORY under every libc */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"

#define DEPTH_MAX 24
#define OLD "old"

/* Removes what is in the folder dir; closes it. A file that stays is not
 * worth an error: it is tried again next time. */
static void empty(int dir, int depth)
{
	DIR *d = fdopendir(dir);
	const struct dirent *ent;

	if (!d) {
		(void)close(dir);
		return;
	}
	while ((ent = readdir(d))) {
		const char *name = ent->d_name;
		int sub;

		if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
		    unlinkat(dir, name, 0) == 0 || depth == DEPTH_MAX)
			continue;
		sub = openat(dir, name,
		             O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (sub >= 0)
			empty(sub, depth + 1);
		(void)unlinkat(dir, name, AT_REMOVEDIR);
	}
	(void)closedir(d);
}

static void remove_all(int dir, const char *name)
{
	int sub = openat(dir, name,
	                 O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (sub >= 0)
		empty(sub, 0);
	(void)unlinkat(dir, name, AT_REMOVEDIR);
}

static bool is_look(const char *name)
{
	return name[0] == '.' || strcmp(name, LOOK_NEAR_NAME) == 0 ||
	       strcmp(name, LOOK_FAR_NAME) == 0;
}

static void remove_leavings(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *ent;

	if (!d) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((ent = readdir(d)))
		if (!is_look(ent->d_name))
			remove_all(dir, ent->d_name);
	(void)closedir(d);
}

int look_open(const char *folder, struct err *e)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		(void)err_set(e, err_code_of_os(errno), errno, "%s: %s", folder,
		              err_text(err_code_of_os(errno)));
		return -1;
	}
	if (fstat(fd, &st) < 0 || st.st_uid != geteuid() ||
	    st.st_mode & (S_IWGRP | S_IWOTH)) {
		(void)err_set(e, ERR_PERM, 0,
		              "%s: others may write to it: not used", folder);
		(void)close(fd);
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		(void)err_set(e, ERR_BUSY, errno, "%s: another look is taken",
		              folder);
		(void)close(fd);
		return -1;
	}
	remove_leavings(fd);
	return fd;
}

bool look_close(int dir, const char *fresh, const char *name, struct err *e)
{
	bool ok;

	(void)renameat(dir, name, dir, OLD);
	ok = renameat(dir, fresh, dir, name) == 0;
	if (!ok)
		(void)err_set(e, err_code_of_os(errno), errno, "%s: %s", name,
		              err_text(err_code_of_os(errno)));
	remove_leavings(dir);
	(void)close(dir);
	return ok;
}
