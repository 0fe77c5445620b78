/*
 * bolt.h - reads values out of a Bolt database (the agent's agent.db) without
 * writing or locking it. The file may change under us and may be anything:
 * every offset is checked, every walk has an end.
 */
#ifndef PROBE_BOLT_H
#define PROBE_BOLT_H

#include "probe/arena.h"
#include "probe/err.h"

struct bolt_src {
	/* Up to n bytes at off; *got may be short only at the end. */
	bool (*read)(void *ctx, uint64_t off, char *buf, size_t n, size_t *got,
	             struct err *e);
	void *ctx;
};

struct bolt {
	const struct bolt_src *src;
	struct arena *a;
	uint32_t page_size; /* 1 KiB to 64 KiB */
	uint64_t root;      /* page of the root bucket */
};

/* A bucket: a page, or the page's bytes when it is kept inside its parent. */
struct bolt_bucket {
	uint64_t page; /* 0: in line */
	struct str inside;
};

/* ERR_FORM when it is no Bolt file, or damaged. */
MUST_CHECK bool bolt_open(struct bolt *b, const struct bolt_src *src,
                          struct arena *a, struct err *e);
/* ERR_NOENT when there is no such bucket. */
MUST_CHECK bool bolt_bucket(struct bolt *b, struct str name,
                            struct bolt_bucket *out, struct err *e);
/* ERR_NOENT when there is no such key. The value lies in the arena. */
MUST_CHECK bool bolt_get(struct bolt *b, const struct bolt_bucket *bucket,
                         struct str key, struct str *value, struct err *e);

#endif
