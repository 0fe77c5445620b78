/* word.h - bytes at any place, four or eight at a time. */
#ifndef PROBE_LOGS_WORD_H
#define PROBE_LOGS_WORD_H

#include "probe/str.h"

static inline uint32_t word4(const char *p)
{
	uint32_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

static inline uint64_t word8(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* The upper bits of it are well mixed. */
static inline uint32_t word_mix(uint32_t w)
{
	return w * UINT32_C(2654435761);
}

/* Are n bytes, at least 4, the same? musl's memcmp() looks at each alone. */
static inline bool word_same(const char *a, const char *b, size_t n)
{
	if (n < 8)
		return word4(a) == word4(b) &&
		       word4(a + n - 4) == word4(b + n - 4);
	for (size_t i = 0; i + 8 < n; i += 8)
		if (word8(a + i) != word8(b + i))
			return false;
	return word8(a + n - 8) == word8(b + n - 8);
}

#endif
