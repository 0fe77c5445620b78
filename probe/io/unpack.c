#define _GNU_SOURCE /* O_NOFOLLOW */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "probe/buf.h"

#define BLOCK 65536
#define SIZE_MAX_EACH (INT64_C(1) << 40) /* with holes */
#define DEPTH_MAX 32
#define NAME_BYTES 1400

struct reader {
	struct archive *from;
	int fd;
	const char *folder;
	const struct archive_limits *lim;
	struct archive_count *count;
	struct err *e;
	char path[4096], block[BLOCK];
};

static bool bad(struct reader *r, const char *why)
{
	return err_set(r->e, ERR_FORM, 0, "the archive: %s", why);
}

static bool broken(struct reader *r)
{
	const char *why = archive_error_string(r->from);

	return bad(r, why ? why : "cannot be read");
}

/* Into r->path, below the folder; every component is a name. */
static bool place(struct reader *r, const char *name)
{
	struct buf b = { r->path, 0, sizeof(r->path), false };
	struct str rest = str_of(name);
	unsigned depth = 0;

	if (!name || !rest.n || rest.n > NAME_BYTES || name[0] == '/')
		return bad(r, "a name that leads out of it");
	(void)buf_fmt(&b, "%s", r->folder);
	while (rest.n) {
		struct str c = str_cut(&rest, '/');

		if (!c.n || str_eq(c, STR(".")))
			continue;
		if (str_eq(c, STR("..")) || c.n > NAME_MAX)
			return bad(r, "a name that leads out of it");
		if (++depth > DEPTH_MAX)
			return bad(r, "folders too deep");
		(void)buf_fmt(&b, "/" STR_FMT, STR_ARG(c));
	}
	return !b.full || bad(r, "a name that is too long");
}

/* Only we write here, and never a link: no component can be one. */
static void make_folders(struct reader *r)
{
	for (size_t i = strlen(r->folder) + 1; r->path[i]; i++) {
		if (r->path[i] != '/')
			continue;
		r->path[i] = '\0';
		(void)mkdir(r->path, 0700);
		r->path[i] = '/';
	}
}

static bool write_at(struct reader *r, int fd, const char *p, size_t n,
                     int64_t at)
{
	while (n) {
		ssize_t w = pwrite(fd, p, n, (off_t)at);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return err_set(r->e, ERR_IO, w < 0 ? errno : ENOSPC,
			               "%s: %s", r->path, err_text(ERR_IO));
		p += w;
		at += w;
		n -= (size_t)w;
	}
	return true;
}

static bool take_data(struct reader *r, int fd, int64_t size)
{
	const void *p;
	la_int64_t at;
	size_t n;
	int rc;

	while ((rc = archive_read_data_block(r->from, &p, &n, &at)) ==
	       ARCHIVE_OK) {
		r->count->bytes += n;
		if (r->count->bytes > r->lim->max_bytes)
			return err_set(r->e, ERR_LIMIT, 0,
			               "the archive: more than %llu bytes",
			               (unsigned long long)r->lim->max_bytes);
		if (at < 0 || at > size || (int64_t)n > size - at)
			return bad(r, "data beyond the end of a file");
		if (!write_at(r, fd, p, n, at))
			return false;
	}
	return rc == ARCHIVE_EOF || broken(r);
}

static bool take_file(struct reader *r, struct archive_entry *entry)
{
	int64_t size = archive_entry_size(entry);
	bool ok;
	int fd;

	if (size < 0 || size > SIZE_MAX_EACH)
		return bad(r, "a file of an impossible size");
	make_folders(r);
	fd = open(r->path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	          0600);
	if (fd < 0)
		return errno == EEXIST || errno == ENOTDIR || errno == EISDIR
		               ? bad(r, "one name stands for two things")
		               : err_set(r->e, err_code_of_os(errno), errno,
		                         "%s: %s", r->path,
		                         err_text(err_code_of_os(errno)));
	ok = take_data(r, fd, size);
	if (ok && ftruncate(fd, (off_t)size) < 0)
		ok = err_set(r->e, ERR_IO, errno, "%s: %s", r->path,
		             err_text(ERR_IO));
	(void)close(fd);
	return ok;
}

static bool take_entry(struct reader *r, struct archive_entry *entry)
{
	unsigned type = archive_entry_filetype(entry);

	if (++r->count->files > r->lim->max_files)
		return err_set(r->e, ERR_LIMIT, 0,
		               "the archive: more than %zu files",
		               r->lim->max_files);
	if (archive_entry_hardlink(entry) || archive_entry_symlink(entry))
		return bad(r, "a link in it");
	if (!place(r, archive_entry_pathname(entry)))
		return false;
	if (type == AE_IFREG)
		return take_file(r, entry);
	if (type != AE_IFDIR)
		return bad(r, "something in it that is no file");
	make_folders(r);
	(void)mkdir(r->path, 0700);
	return true;
}

static la_ssize_t from_file(struct archive *a, void *ctx, const void **data)
{
	struct reader *r = ctx;
	ssize_t n;

	do
		n = read(r->fd, r->block, BLOCK);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		archive_set_error(a, errno, "cannot be read");
	*data = r->block;
	return n;
}

static bool take_all(struct reader *r)
{
	struct archive_entry *entry;
	int rc;

	while ((rc = archive_read_next_header(r->from, &entry)) == ARCHIVE_OK ||
	       rc == ARCHIVE_WARN)
		if (!take_entry(r, entry))
			return false;
	if (rc != ARCHIVE_EOF)
		return broken(r);
	return r->count->files || bad(r, "nothing is in it");
}

bool archive_unpack(int from, const char *folder,
                    const struct archive_limits *lim, struct archive_count *out,
                    struct err *e)
{
	struct reader *r = calloc(1, sizeof(*r));
	bool ok;

	*out = (struct archive_count){ 0 };
	if (!r)
		return err_set(e, ERR_BUSY, 0, "the archive: no memory");
	r->from = archive_read_new();
	r->fd = from;
	r->folder = folder;
	r->lim = lim;
	r->count = out;
	r->e = e;
	if (!r->from ||
	    archive_read_support_filter_gzip(r->from) != ARCHIVE_OK ||
	    archive_read_support_format_tar(r->from) != ARCHIVE_OK)
		ok = err_set(e, ERR_BUSY, 0, "the archive: no memory");
	else if (archive_read_open(r->from, r, NULL, from_file, NULL) !=
	         ARCHIVE_OK)
		ok = broken(r);
	else
		ok = take_all(r);
	(void)archive_read_free(r->from);
	free(r);
	return ok;
}

bool archive_unpack_file(const char *file, const char *folder,
                         const struct archive_limits *lim,
                         struct archive_count *out, struct err *e)
{
	int fd = open(file, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	bool ok;

	if (fd < 0)
		return err_set(e, err_code_of_os(errno), errno, "%s",
		               err_text(err_code_of_os(errno)));
	ok = archive_unpack(fd, folder, lim, out, e);
	(void)close(fd);
	return ok;
}
