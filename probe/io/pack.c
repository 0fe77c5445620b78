#define _GNU_SOURCE /* SEEK_DATA */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive.h"
#include "probe/buf.h"

#define BLOCK 65536

struct packer {
	struct host *host;
	struct archive *to;
	struct archive_entry *entry;
	const char *folder, *top;
	const struct archive_limits *lim;
	struct archive_count *count;
	struct err *e;
	char path[4096];
	char block[BLOCK], zeros[BLOCK];
};

static bool broken(struct packer *p)
{
	int os = archive_errno(p->to);

	return err_set(p->e, os <= 0 ? ERR_IO : err_code_of_os(os), os,
	               "the archive: %s",
	               archive_error_string(p->to) ? archive_error_string(p->to)
	                                           : "cannot be written");
}

static bool in_time(struct packer *p)
{
	if (!p->lim->until_ms ||
	    p->host->ops->mono_ms(p->host) < p->lim->until_ms)
		return true;
	return err_set(p->e, ERR_TIME, 0, "the archive: out of time");
}

/* Tells where there is data; the bytes of it. */
static uint64_t map_holes(struct packer *p, int fd, off_t size)
{
	uint64_t sum = 0;
	off_t at = 0, end;

	while (at < size && (at = lseek(fd, at, SEEK_DATA)) >= 0) {
		end = lseek(fd, at, SEEK_HOLE);
		if (end < 0 || end > size)
			end = size;
		if (end <= at)
			break;
		archive_entry_sparse_add_entry(p->entry, at, end - at);
		sum += (uint64_t)(end - at);
		at = end;
	}
	/* One stretch from head to tail needs no map. */
	if (sum == (uint64_t)size)
		archive_entry_sparse_clear(p->entry);
	else if (!sum && size)
		archive_entry_sparse_add_entry(p->entry, 0, 0);
	(void)lseek(fd, 0, SEEK_SET);
	return sum;
}

/* n bytes, of the file from at on, or zeros; what has become shorter meanwhile
 * is filled up. */
static bool put_bytes(struct packer *p, int fd, off_t at, off_t n, bool hole)
{
	while (n > 0) {
		size_t want = n < BLOCK ? (size_t)n : BLOCK;
		ssize_t got = hole ? 0 : pread(fd, p->block, want, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			if (!hole)
				memset(p->block, 0, want);
			got = (ssize_t)want;
		}
		if (!in_time(p))
			return false;
		if (archive_write_data(p->to, hole ? p->zeros : p->block,
		                       (size_t)got) < 0)
			return broken(p);
		at += got;
		n -= got;
	}
	return true;
}

/* All of size is handed over, holes as zeros: libarchive drops those. */
static bool put_data(struct packer *p, int fd, off_t size)
{
	off_t at = 0;

	while (at < size) {
		off_t data = lseek(fd, at, SEEK_DATA), end;

		if (data < 0 || data > size)
			data = size;
		end = data < size ? lseek(fd, data, SEEK_HOLE) : size;
		if (end < 0 || end > size)
			end = size;
		if (!put_bytes(p, fd, at, data - at, true) ||
		    !put_bytes(p, fd, data, end - data, false))
			return false;
		at = end > at ? end : size;
	}
	return true;
}

static bool printable(const char *s)
{
	for (; *s; s++)
		if (*s < 0x20 || *s > 0x7e)
			return false;
	return true;
}

static bool join(struct packer *p, const char *head, const char *path)
{
	struct buf b = { p->path, 0, sizeof(p->path), false };

	return buf_fmt(&b, "%s/%s", head, path);
}

static bool put_open(struct packer *p, const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    !join(p, p->top, path)) {
		p->count->skipped++;
		return true;
	}
	archive_entry_clear(p->entry);
	archive_entry_set_pathname(p->entry, p->path);
	archive_entry_set_filetype(p->entry, AE_IFREG);
	archive_entry_set_perm(p->entry, 0600);
	archive_entry_set_size(p->entry, st.st_size);
	archive_entry_set_mtime(p->entry, st.st_mtim.tv_sec, 0);
	p->count->bytes += map_holes(p, fd, st.st_size);
	if (++p->count->files > p->lim->max_files ||
	    p->count->bytes > p->lim->max_bytes)
		return err_set(p->e, ERR_LIMIT, 0,
		               "the archive: more than %llu bytes in %zu files",
		               (unsigned long long)p->lim->max_bytes,
		               p->lim->max_files);
	if (archive_write_header(p->to, p->entry) < ARCHIVE_WARN)
		return broken(p);
	return put_data(p, fd, st.st_size);
}

static bool put(void *ctx, const char *path)
{
	struct packer *p = ctx;
	bool ok = true;
	int fd;

	if (!in_time(p))
		return false;
	fd = printable(path) && join(p, p->folder, path)
	             ? open(p->path,
	                    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
	             : -1;
	if (fd < 0) {
		p->count->skipped++;
		return true;
	}
	ok = put_open(p, path, fd);
	(void)close(fd);
	return ok;
}

static la_ssize_t to_file(struct archive *a, void *ctx, const void *data,
                          size_t n)
{
	const int *fd = ctx;
	ssize_t w;

	do
		w = write(*fd, data, n);
	while (w < 0 && errno == EINTR);
	if (w > 0)
		return w;
	archive_set_error(a, w < 0 ? errno : ENOSPC, "cannot be written");
	return -1;
}

bool archive_pack(struct host *h, const char *folder, const char *top, int to,
                  const struct archive_limits *lim, struct archive_count *out,
                  struct err *e)
{
	struct packer *p = calloc(1, sizeof(*p));
	bool ok;

	*out = (struct archive_count){ 0 };
	if (!p)
		return err_set(e, ERR_BUSY, 0, "the archive: no memory");
	p->host = h;
	p->to = archive_write_new();
	p->entry = archive_entry_new();
	p->folder = folder;
	p->top = top;
	p->lim = lim;
	p->count = out;
	p->e = e;
	if (!p->to || !p->entry ||
	    archive_write_add_filter_gzip(p->to) != ARCHIVE_OK ||
	    archive_write_set_format_pax_restricted(p->to) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(p->to, 1) != ARCHIVE_OK ||
	    archive_write_open(p->to, &to, NULL, to_file, NULL) != ARCHIVE_OK) {
		ok = err_set(e, ERR_BUSY, 0, "the archive: no memory");
	} else {
		e->code = ERR_NONE;
		ok = tree_walk(folder, put, p);
		if (!ok && e->code == ERR_NONE)
			(void)err_set(e, ERR_IO, errno,
			              "%s: cannot be read back", folder);
		if (ok && archive_write_close(p->to) != ARCHIVE_OK)
			ok = broken(p);
	}
	archive_entry_free(p->entry);
	(void)archive_write_free(p->to);
	free(p);
	return ok;
}
