/*
 * buf.h - a buffer with a fixed cap. What does not fit is refused whole and
 * .full is set; nothing is ever grown. Used for output and for capped input.
 */
#ifndef PROBE_BUF_H
#define PROBE_BUF_H

#include "probe/arena.h"
#include "probe/err.h"

struct buf {
	char *p;
	size_t n, cap; /* cap: fixed at buf_init() */
	bool full;     /* something was refused */
};

struct buf buf_init(struct arena *a, size_t cap);
bool buf_add(struct buf *b, struct str s);
bool buf_char(struct buf *b, char c);
bool buf_fmt(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

#endif
