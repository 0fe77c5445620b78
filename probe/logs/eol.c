/* eol.c - where lines end. Each byte of a log is read here once, by vectors
 * when there are any; most are never looked at again. */
#include "probe/logrec.h"

#ifdef __SSE2__
#include <immintrin.h>
#endif

#define BLOCK 64 /* no more than LOG_ENDS_MIN */

size_t log_eol_plain(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != '\n')
		i++;
	return i;
}

size_t log_eol(const char *p, size_t n)
{
	const char *at = n ? memchr(p, '\n', n) : NULL;

	return at ? (size_t)(at - p) : n;
}

static size_t ends_from(const char *p, size_t i, size_t n, uint32_t *at,
                        size_t k, size_t max)
{
	for (; i < n && k < max; i++)
		if (p[i] == '\n')
			at[k++] = (uint32_t)i;
	return k;
}

static size_t ends_plain(const char *p, size_t n, uint32_t *at, size_t max)
{
	return ends_from(p, 0, n, at, 0, max);
}

#ifdef __SSE2__
/* The first of a block's ends is written whether there is one or not: that a
 * block has none, or one, is no news worth a branch. */
#define ENDS_BY(mask)                                                         \
	size_t i = 0, k = 0;                                                  \
                                                                              \
	for (; i + BLOCK <= n && k + BLOCK <= max; i += BLOCK) {              \
		uint64_t m = mask(p + i);                                     \
                                                                              \
		at[k] = (uint32_t)i + (uint32_t)__builtin_ctzll(m | TOP);     \
		k += m != 0;                                                  \
		for (m &= m - 1; __builtin_expect(m != 0, 0); m &= m - 1)     \
			at[k++] = (uint32_t)i + (uint32_t)__builtin_ctzll(m); \
	}                                                                     \
	return i + BLOCK <= n ? k : ends_from(p, i, n, at, k, max)
#define TOP (UINT64_C(1) << 63)

static inline uint64_t mask16(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	v = _mm_cmpeq_epi8(v, _mm_set1_epi8('\n'));
	return (uint64_t)(unsigned)_mm_movemask_epi8(v);
}

static inline uint64_t mask_sse2(const char *p)
{
	return mask16(p) | mask16(p + 16) << 16 | mask16(p + 32) << 32 |
	       mask16(p + 48) << 48;
}

__attribute__((target("avx2"))) static inline uint64_t mask32(const char *p)
{
	__m256i v = _mm256_loadu_si256((const __m256i *)(const void *)p);

	v = _mm256_cmpeq_epi8(v, _mm256_set1_epi8('\n'));
	return (uint64_t)(unsigned)_mm256_movemask_epi8(v);
}

__attribute__((target("avx2"))) static inline uint64_t mask_avx2(const char *p)
{
	return mask32(p) | mask32(p + 32) << 32;
}

static size_t ends_sse2(const char *p, size_t n, uint32_t *at, size_t max)
{
	ENDS_BY(mask_sse2);
}

__attribute__((target("avx2,bmi"))) static size_t
ends_avx2(const char *p, size_t n, uint32_t *at, size_t max)
{
	ENDS_BY(mask_avx2);
}

static bool has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
}
#endif

log_ends_fn *log_ends_way(unsigned i)
{
	switch (i) {
	case 0:
		return ends_plain;
#ifdef __SSE2__
	case 1:
		return ends_sse2;
	case 2:
		return has_avx2() ? ends_avx2 : NULL;
#endif
	default:
		return NULL;
	}
}
