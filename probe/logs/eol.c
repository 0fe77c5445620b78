#include "probe/logrec.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t log_eol_plain(const char *p, size_t n)
{
	size_t i = 0;

	while (i < n && p[i] != '\n')
		i++;
	return i;
}

#ifdef __SSE2__
static int newlines(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);

	return _mm_movemask_epi8(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')));
}

size_t log_eol(const char *p, size_t n)
{
	size_t i = 0;

	for (; i + 64 <= n; i += 64) {
		int a = newlines(p + i), b = newlines(p + i + 16);
		int c = newlines(p + i + 32), d = newlines(p + i + 48);

		if (a | b | c | d) {
			uint64_t m = (uint64_t)(unsigned)a |
			             (uint64_t)(unsigned)b << 16 |
			             (uint64_t)(unsigned)c << 32 |
			             (uint64_t)(unsigned)d << 48;

			return i + (size_t)__builtin_ctzll(m);
		}
	}
	return i + log_eol_plain(p + i, n - i);
}
#else
size_t log_eol(const char *p, size_t n)
{
	const char *at = n ? memchr(p, '\n', n) : NULL;

	return at ? (size_t)(at - p) : n;
}
#endif
