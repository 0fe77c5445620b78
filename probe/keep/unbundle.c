#include "probe/bundle.h"

#include "../io/archive.h"
#include "../io/io.h"
#include "../io/work.h"
#include "probe/buf.h"

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

bool bundle_unpack(struct host *h, const char *file, struct arena *a,
                   struct bundle_open *b, const char **root, struct err *e)
{
	const struct archive_limits lim = { UNPACKED_MAX, FILES_MAX, 0 };
	struct str tmp = h->ops->env(h, a, "TMPDIR");
	struct archive_count n;
	struct buf path = { b->folder, 0, sizeof(b->folder), false };
	const char *folder;

	b->folder[0] = '\0';
	if (!work_make(str_starts(tmp, STR("/")) ? tmp.p : "/tmp", a, &folder,
	               e))
		return false;
	(void)buf_fmt(&path, "%s", folder);
	if (!path.full && archive_unpack_file(file, folder, &lim, &n, e) &&
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
