/* A Bolt database that may be anything. */
#include <stdint.h>

#include "probe/bolt.h"

static bool read_bytes(void *ctx, uint64_t off, char *buf, size_t n,
                       size_t *got, struct err *e)
{
	const struct str *all = ctx;

	(void)e;
	*got = off >= all->n              ? 0
	       : n < all->n - (size_t)off ? n
	                                  : all->n - (size_t)off;
	if (*got)
		memcpy(buf, all->p + off, *got);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[768 << 10];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str all = { (const char *)data, size }, value;
	struct bolt_src src = { read_bytes, &all };
	struct bolt_bucket meta;
	struct bolt b;
	struct err e;

	if (!bolt_open(&b, &src, &a, &e)) {
		/* Checksums are hard to guess: go on without. */
		b = (struct bolt){ &src, &a, 4096, 3 };
	}
	if (bolt_bucket(&b, STR("metadata"), &meta, &e) &&
	    bolt_get(&b, &meta, STR("cluster-name"), &value, &e) &&
	    value.n > size)
		__builtin_trap();
	return 0;
}
