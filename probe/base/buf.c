#include "probe/buf.h"

#include <stdarg.h>
#include <stdio.h>

struct buf buf_init(struct arena *a, size_t cap)
{
	return (struct buf){ arena_raw(a, cap), 0, cap, false };
}

bool buf_add(struct buf *b, struct str s)
{
	if (s.n > b->cap - b->n) {
		b->full = true;
		return false;
	}
	if (s.n)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	return true;
}

bool buf_char(struct buf *b, char c)
{
	return buf_add(b, (struct str){ &c, 1 });
}

bool buf_fmt(struct buf *b, const char *fmt, ...)
{
	size_t left = b->cap - b->n;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(b->p + b->n, left, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= left) {
		b->full = true;
		return false;
	}
	b->n += (size_t)n;
	return true;
}
