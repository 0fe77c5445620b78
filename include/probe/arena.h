/*
 * arena.h - memory for one pass. Everything a pass learns lives here and goes
 * at once in arena_reset(). Inputs are capped where they enter (ERR_LIMIT), so
 * an arena that runs out is a bug: arena_get() then aborts and never returns
 * NULL. Memory is zeroed and aligned for any type.
 */
#ifndef PROBE_ARENA_H
#define PROBE_ARENA_H

#include <stddef.h>

#include "probe/str.h"

struct arena {
	unsigned char *base;
	size_t used, cap; /* bytes */
};

void *arena_get(struct arena *a, size_t count, size_t size);
struct str arena_str(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* A terminated copy of s. */
struct str arena_copy(struct arena *a, struct str s);
void arena_reset(struct arena *a);

/* Bytes that arena_get() can still hand out as one block of bytes. */
size_t arena_left(const struct arena *a);
/* A reader takes its cap at the end with arena_raw() (not zeroed), and gives
 * back with arena_keep() all but the first n bytes of that last block. */
char *arena_raw(struct arena *a, size_t n);
void arena_keep(struct arena *a, char *block, size_t n);

#define ARENA_NEW(a, type) ((type *)arena_get((a), 1, sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_get((a), (n), sizeof(type)))

#endif
