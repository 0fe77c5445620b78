#include "probe/arena.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { ALIGN = _Alignof(max_align_t) };

void *arena_get(struct arena *a, size_t count, size_t size)
{
	size_t at = (a->used + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (size && count > SIZE_MAX / size)
		abort();
	if (at > a->cap || count * size > a->cap - at)
		abort();
	a->used = at + count * size;
	return memset(a->base + at, 0, count * size);
}

struct str arena_str(struct arena *a, const char *fmt, ...)
{
	va_list ap, again;
	char *p;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	p = ARENA_ARRAY(a, char, (size_t)n + 1);
	(void)vsnprintf(p, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ p, (size_t)n };
}

void arena_reset(struct arena *a)
{
	a->used = 0;
}

struct str arena_copy(struct arena *a, struct str s)
{
	char *p = ARENA_ARRAY(a, char, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

size_t arena_left(const struct arena *a)
{
	size_t left = a->cap - a->used;

	return left > ALIGN ? left - ALIGN : 0;
}

char *arena_raw(struct arena *a, size_t n)
{
	size_t at = (a->used + ALIGN - 1) & ~(size_t)(ALIGN - 1);

	if (at > a->cap || n > a->cap - at)
		abort();
	a->used = at + n;
	return (char *)a->base + at;
}

void arena_keep(struct arena *a, char *block, size_t n)
{
	a->used = (size_t)(block - (char *)a->base) + n;
}
