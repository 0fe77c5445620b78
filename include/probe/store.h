/*
 * store.h - the few files that probe itself keeps, in one folder: memory,
 * ledger, history, spool, bundles, motd. Every failure (a full disk, a
 * read-only root, no descriptors) is an err value; nobody aborts, and callers
 * go on in memory.
 *
 * Names have no slash, do not begin with a dot and are at most STORE_NAME_MAX
 * bytes; others are ERR_ARG. Links are not followed, and only plain files are
 * opened. Two processes may save or append to one name at the same time: each
 * of them waits up to half a second for the other, then ERR_BUSY.
 */
#ifndef PROBE_STORE_H
#define PROBE_STORE_H

#include "probe/host.h"

#define STORE_NAME_MAX 200

struct store {
	int dir; /* -1: not open; every operation is then ERR_NOENT */
};

/* Opens the folder; makes it, mode 0750, when it is not there (its parent must
 * be). ERR_PERM when anybody at all may write in it. */
MUST_CHECK bool store_open(struct store *out, const char *path, struct err *e);
/* The same for a reader: nothing is made. */
MUST_CHECK bool store_look(struct store *out, const char *path, struct err *e);
void store_close(struct store *s);

/* The whole file into a; ERR_NOENT, ERR_LIMIT past max bytes (or past what is
 * left of a), ERR_FORM for what is not a plain file. */
MUST_CHECK bool store_load(const struct store *s, struct arena *a,
                           const char *name, size_t max, struct str *out,
                           struct err *e);
/* All of data or what was there before, after a power cut too: a file beside
 * it, fsync, rename, fsync of the folder. */
MUST_CHECK bool store_save(const struct store *s, const char *name,
                           struct str data, uint32_t mode, struct err *e);
/* Adds line and a line end with one write; sync: fsync before it returns. Past
 * max_bytes the file first becomes NAME.1 (which is then lost). A last line
 * without its end is one whose append never returned: it is cut off. When the
 * write fails the file is as it was. line must hold no line end. mode 0640. */
MUST_CHECK bool store_append(const struct store *s, const char *name,
                             struct str line, bool sync, size_t max_bytes,
                             struct err *e);

/* A file written piece by piece: begin gives a descriptor of the file beside
 * it, commit puts it in place as save does, abandon takes it away; both close
 * the descriptor. */
MUST_CHECK bool store_begin(const struct store *s, const char *name, int *fd,
                            struct err *e);
MUST_CHECK bool store_commit(const struct store *s, const char *name, int fd,
                             uint32_t mode, struct err *e);
void store_abandon(const struct store *s, const char *name, int fd);

/* One process at a time: holds NAME until *fd is closed or the process ends,
 * however it ends. ERR_BUSY names the pid that has it. */
MUST_CHECK bool store_lock(const struct store *s, const char *name, int *fd,
                           struct err *e);
void store_unlock(int fd);
/* Plain files and all, sorted by name, without what store_begin() left there;
 * ERR_LIMIT past max. */
MUST_CHECK bool store_list(const struct store *s, struct arena *a, size_t max,
                           struct dir_entry **out, size_t *n, struct err *e);
/* ERR_NOENT when it is not there. */
MUST_CHECK bool store_remove(const struct store *s, const char *name,
                             struct err *e);

#endif
