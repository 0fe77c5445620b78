/* The recorder's files. Masking needs a copy, and the pass's arenas are not
 * sized for it: the heap is used. */
#define _GNU_SOURCE /* O_NOFOLLOW under every libc */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "probe/text.h"
#include "rec.h"
#include "save.h"

#define CONTEXT 4096u /* bytes looked at around a block */

/* Opens s->to + path for writing, folders made; -1 when it can't or mustn't be.
 */
static int create(const struct saver *s, const char *path, int flags)
{
	char full[REC_PATH_MAX * 2];
	struct buf b = { full, 0, sizeof(full), false };
	struct str rest = str_of(path);
	size_t from;

	while (rest.n)
		if (str_eq(str_cut(&rest, '/'), STR("..")))
			return -1;
	if (!buf_fmt(&b, "%s", s->to))
		return -1;
	from = b.n + 1;
	if (!buf_fmt(&b, "%s%s", path[0] == '/' ? "" : "/", path))
		return -1;
	for (size_t i = from; i < b.n; i++) {
		if (full[i] != '/')
			continue;
		full[i] = '\0';
		(void)mkdir(full, s->shared ? 0750 : 0700);
		full[i] = '/';
	}
	return open(full, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags,
	            s->shared ? 0640 : 0600);
}

/* Is there an answer already, good or bad? */
static bool recorded(const struct saver *s, const char *path)
{
	struct place at = { s->to, path };
	struct rec_path bad = rec_file(path, ".@err");
	struct place bad_at = { s->to, bad.z };
	struct file_info info;
	struct err e;

	return file_info(at, &info, &e) || file_info(bad_at, &info, &e);
}

/* False when no more than max_bytes may be written in all. */
static bool spend(struct saver *s, size_t n)
{
	return atomic_fetch_add(&s->spent, n) + n <= s->max_bytes;
}

static void mask(const struct saver *s, const char *path, char *p, size_t n)
{
	if (s->strict)
		redact_strict(path, p, n);
	else
		redact_mask(p, n);
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

void save_put(struct saver *s, const char *path, struct str head,
              struct str body, enum http_secret kind)
{
	bool ok = false;
	char *p;
	int fd;

	if (s->more && recorded(s, path))
		return;
	p = malloc(head.n + body.n + 1);
	fd = p && spend(s, head.n + body.n) ? create(s, path, O_TRUNC) : -1;

	if (fd >= 0) {
		if (head.n)
			memcpy(p, head.p, head.n);
		if (body.n)
			memcpy(p + head.n, body.p, body.n);
		redact_mask(p, head.n);
		if (kind == HTTP_TOKEN)
			rec_mask_body(kind, p + head.n, body.n);
		mask(s, path, p + head.n, body.n);
		ok = write_all(fd, p, head.n + body.n);
		ok = close(fd) == 0 && ok;
	}
	s->failed += !ok;
	free(p);
}

/* A little more is read around it, so that a secret that the block
 * cuts is known for what it is. */
bool save_block(struct saver *s, const char *path, uint64_t off,
                const char *buf, size_t n)
{
	uint64_t from = off > CONTEXT ? off - CONTEXT : 0;
	size_t before = (size_t)(off - from), pre = 0, post = 0;
	char *p = malloc(before + n + CONTEXT);
	struct file_info info = { 0 };
	struct err none;
	bool ok = false;
	int fd = -1;

	if (s->more && recorded(s, path)) {
		ok = true;
		goto out;
	}
	if (!p)
		goto out;
	if (!s->from->ops->read_at(s->from, path, from, p, before, &pre,
	                           &none) ||
	    pre != before)
		memset(p, '\n', before);
	memcpy(p + before, buf, n);
	if (!s->from->ops->read_at(s->from, path, off + n, p + before + n,
	                           CONTEXT, &post, &none))
		post = 0;
	mask(s, path, p, before + n + post);
	if (!s->from->ops->info(s->from, path, &info, &none))
		info.size = 0;
	fd = spend(s, n) ? create(s, path, 0) : -1;
	if (fd < 0)
		goto out;
	if (info.size < off + n)
		info.size = off + n;
	ok = ftruncate(fd, (off_t)info.size) == 0 &&
	     lseek(fd, (off_t)off, SEEK_SET) >= 0 &&
	     write_all(fd, p + before, n);
	ok = close(fd) == 0 && ok;
out:
	free(p);
	return ok;
}
