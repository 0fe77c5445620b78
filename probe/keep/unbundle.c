#define _GNU_SOURCE /* O_NOFOLLOW */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../io/io.h"
#include "archive.h"
#include "probe/buf.h"
#include "probe/bundle.h"
#include "work.h"

/* Far above what bundle_make() makes: who packs by hand may have more. */
#define UNPACKED_MAX (UINT64_C(4) << 30)
#define FILES_MAX 200000

static bool there(const char *folder, const char *name)
{
	struct place at = { folder, name };
	struct file_info info;
	struct err e;

	return file_info(at, &info, &e) && info.type == FILE_PLAIN;
}

/* A recording has the time it was made; it stands at the top, or in the one
 * folder that does. */
static bool find_root(const char *folder, struct arena *a, const char **root,
                      struct err *e)
{
	struct place at = { "", folder };
	struct dir_entry *list;
	size_t n;

	*root = folder;
	if (there(folder, "/now"))
		return true;
	if (!file_list(at, a, 16, &list, &n, e) || n != 1 ||
	    list[0].info.type != FILE_DIR)
		return err_set(e, ERR_FORM, 0, "no recording is in it");
	*root = arena_str(a, "%s/%s", folder, list[0].name.p).p;
	return there(*root, "/now") ||
	       err_set(e, ERR_FORM, 0, "no recording is in it");
}

static bool take(const char *file, const char *folder, struct err *e)
{
	const struct archive_limits lim = { UNPACKED_MAX, FILES_MAX, 0 };
	struct archive_count n;
	bool ok;
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_set(e, err_code_of_os(errno), errno, "%s",
		               err_text(err_code_of_os(errno)));
	ok = archive_unpack(fd, folder, &lim, &n, e);
	(void)close(fd);
	return ok;
}

bool bundle_unpack(const char *file, struct arena *a, struct bundle_open *b,
                   const char **root, struct err *e)
{
	struct buf path = { b->folder, 0, sizeof(b->folder), false };
	const char *tmp = getenv("TMPDIR");
	const char *folder;

	b->folder[0] = '\0';
	if (!work_make(tmp && *tmp == '/' ? tmp : "/tmp", a, &folder, e))
		return false;
	(void)buf_fmt(&path, "%s", folder);
	if (!path.full && take(file, folder, e) &&
	    find_root(folder, a, root, e))
		return true;
	tree_remove(folder);
	b->folder[0] = '\0';
	return err_wrap(e, "%s", file);
}

void bundle_close(struct bundle_open *b)
{
	if (b->folder[0])
		tree_remove(b->folder);
	b->folder[0] = '\0';
}
