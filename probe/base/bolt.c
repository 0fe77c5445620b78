/* Pages are numbered from 0; 0 and 1 are the two meta pages, of which the one
 * with the higher transaction id and a right checksum counts. A page: id u64,
 * flags u16, count u16, overflow u32, then its elements. All numbers are in the
 * byte order of the machine that wrote them: little-endian everywhere ECS is.
 */
#include "probe/bolt.h"

enum {
	HEAD = 16, /* of a page, and of an element */
	META_SIZE = 64,
	FLAG_BRANCH = 1,
	FLAG_LEAF = 2,
	FLAG_META = 4,
	DEPTH_MAX = 12,
	PAGE_BYTES_MAX = 128 * 1024, /* a page with its overflow */
	SPARE = 8192,                /* of the arena, for the caller */
};
#define MAGIC UINT32_C(0xED0CDAED)
#define NO_PAGE UINT64_MAX

static uint64_t num(struct str s, size_t at, size_t bytes)
{
	uint64_t v = 0;

	for (size_t i = bytes; i-- > 0;)
		v = v << 8 | (unsigned char)s.p[at + i];
	return v;
}

static uint64_t fnv1a(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

/* ERR_FORM when the file ends before n bytes are there. */
static bool bytes_at(struct bolt *b, uint64_t off, size_t n, struct str *out,
                     struct err *e)
{
	size_t got = 0;
	char *p;

	if (n + SPARE > arena_left(b->a))
		return err_set(e, ERR_LIMIT, 0, "its pages are too large");
	p = ARENA_ARRAY(b->a, char, n);
	if (!b->src->read(b->src->ctx, off, p, n, &got, e))
		return false;
	if (got < n)
		return err_set(e, ERR_FORM, 0, "it ends at byte %llu",
		               (unsigned long long)(off + got));
	*out = (struct str){ p, n };
	return true;
}

/* Takes the meta page at off, if it is one and newer than *txid. *e stays as
 * it is, unless the file itself cannot be read. */
static void take_meta(struct bolt *b, uint64_t off, uint64_t *txid,
                      struct err *e)
{
	struct err why;
	struct str m;
	uint64_t id;

	if (!bytes_at(b, off, HEAD + META_SIZE, &m, &why)) {
		if (why.code != ERR_FORM)
			*e = why;
		return;
	}
	if (!(num(m, 8, 2) & FLAG_META))
		return;
	m = str_skip(m, HEAD);
	if (num(m, 0, 4) != MAGIC || num(m, 4, 4) != 2 ||
	    num(m, 56, 8) != fnv1a(str_head(m, 56)))
		return;
	id = num(m, 48, 8);
	if (b->page_size && id < *txid)
		return;
	*txid = id;
	b->page_size = (uint32_t)num(m, 8, 4);
	b->root = num(m, 16, 8);
}

bool bolt_open(struct bolt *b, const struct bolt_src *src, struct arena *a,
               struct err *e)
{
	static const uint32_t sizes[] = { 4096, 16384, 65536, 8192, 1024 };
	struct err unread = { .code = ERR_NONE };
	uint64_t txid = 0;
	char first[1];
	size_t got;

	/* A file that may not be read is not a damaged one. */
	if (!src->read(src->ctx, 0, first, sizeof(first), &got, e))
		return false;
	*b = (struct bolt){ .src = src, .a = a };
	take_meta(b, 0, &txid, &unread);
	/* Where the second one stands depends on a size that only the first
	 * one tells; when that is damaged, the usual sizes are tried. */
	if (b->page_size)
		take_meta(b, b->page_size, &txid, &unread);
	for (size_t i = 0; i < 5 && !b->page_size; i++)
		take_meta(b, sizes[i], &txid, &unread);
	if (!b->page_size && unread.code != ERR_NONE) {
		*e = unread;
		return false;
	}
	if (b->page_size < 1024 || b->page_size > 65536 || b->root < 2)
		return err_set(e, ERR_FORM, 0, "not a Bolt database");
	return true;
}

static bool load(struct bolt *b, uint64_t id, struct str *page, struct err *e)
{
	uint64_t off = id * b->page_size;
	uint64_t n;

	if (id < 2 || id > UINT64_MAX / b->page_size / 2)
		return err_set(e, ERR_FORM, 0, "page %llu cannot be",
		               (unsigned long long)id);
	if (!bytes_at(b, off, HEAD, page, e))
		return false;
	n = (num(*page, 12, 4) + 1) * b->page_size;
	if (num(*page, 0, 8) != id)
		return err_set(e, ERR_FORM, 0, "page %llu is another one",
		               (unsigned long long)id);
	if (n > PAGE_BYTES_MAX)
		return err_set(e, ERR_LIMIT, 0, "page %llu is too large",
		               (unsigned long long)id);
	return bytes_at(b, off, (size_t)n, page, e);
}

/* n bytes at pos behind element i; false when they are not in the page. */
static bool inside(struct str page, size_t i, uint64_t pos, uint64_t n,
                   struct str *out)
{
	uint64_t at = HEAD + i * HEAD + pos;

	if (at > page.n || n > page.n - at)
		return false;
	*out = (struct str){ page.p + at, (size_t)n };
	return true;
}

/* The child that may hold key: the last one that does not begin behind it. */
static uint64_t branch_to(struct str page, size_t count, struct str key)
{
	uint64_t to = NO_PAGE;

	for (size_t i = 0; i < count; i++) {
		size_t at = HEAD + i * HEAD;
		struct str k;

		if (!inside(page, i, num(page, at, 4), num(page, at + 4, 4),
		            &k))
			return NO_PAGE;
		if (to != NO_PAGE && str_cmp(k, key) > 0)
			break;
		to = num(page, at + 8, 8);
	}
	return to;
}

static bool leaf_find(struct str page, size_t count, struct str key,
                      uint32_t *flags, struct str *value, struct err *e)
{
	for (size_t i = 0; i < count; i++) {
		size_t at = HEAD + i * HEAD;
		uint64_t n_key = num(page, at + 8, 4),
			 pos = num(page, at + 4, 4);
		struct str k;

		if (!inside(page, i, pos, n_key, &k) ||
		    !inside(page, i, pos + n_key, num(page, at + 12, 4), value))
			return err_set(e, ERR_FORM, 0, "an element is damaged");
		if (!str_eq(k, key))
			continue;
		*flags = (uint32_t)num(page, at, 4);
		return true;
	}
	return err_set(e, ERR_NOENT, 0, "no such key");
}

static bool find(struct bolt *b, const struct bolt_bucket *in, struct str key,
                 uint32_t *flags, struct str *value, struct err *e)
{
	struct str page = in->inside;
	uint64_t id = in->page;

	for (int depth = 0; depth < DEPTH_MAX; depth++) {
		size_t count;

		if (id && !load(b, id, &page, e))
			return false;
		if (page.n < HEAD)
			break;
		count = num(page, 10, 2);
		if (HEAD + count * HEAD > page.n)
			break;
		if (num(page, 8, 2) & FLAG_LEAF)
			return leaf_find(page, count, key, flags, value, e);
		if (!(num(page, 8, 2) & FLAG_BRANCH) || !id)
			break;
		id = branch_to(page, count, key);
		if (id == NO_PAGE)
			break;
	}
	return err_set(e, ERR_FORM, 0, "a page is damaged");
}

bool bolt_bucket(struct bolt *b, struct str name, struct bolt_bucket *out,
                 struct err *e)
{
	struct bolt_bucket root = { .page = b->root };
	struct str value;
	uint32_t flags;

	if (!find(b, &root, name, &flags, &value, e))
		return false;
	if (!(flags & 1) || value.n < HEAD)
		return err_set(e, ERR_FORM, 0, "a bucket is damaged");
	*out = (struct bolt_bucket){ .page = num(value, 0, 8) };
	if (out->page == 0)
		out->inside = str_skip(value, HEAD);
	return true;
}

bool bolt_get(struct bolt *b, const struct bolt_bucket *bucket, struct str key,
              struct str *value, struct err *e)
{
	uint32_t flags;

	return find(b, bucket, key, &flags, value, e);
}
