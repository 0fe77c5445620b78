/*
 * str.h - string slices. A slice never owns its bytes and need not be
 * terminated; it lives as long as the buffer or arena it points into.
 */
#ifndef PROBE_STR_H
#define PROBE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

#define STR(lit) ((struct str)STR_INIT(lit))
#define STR_INIT(lit)                   \
	{                               \
		"" lit, sizeof(lit) - 1 \
	} /* for static tables */
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).n, (s).p

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

/* The slice of a terminated string; NULL gives the empty slice. */
static inline struct str str_of(const char *z)
{
	return (struct str){ z, z ? strlen(z) : 0 };
}

/* Lower case of an ASCII letter, anything else as it is: no locale. */
static inline char str_low(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* The value of a hexadecimal digit in either case, -1 of anything else. */
static inline int str_hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = str_low(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool str_has(struct str s, struct str part);
/* Offset of part in s, or SIZE_MAX. */
size_t str_find(struct str s, struct str part);
bool str_starts(struct str s, struct str head);
bool str_ends(struct str s, struct str tail);
/* ASCII case does not count. */
bool str_eq_low(struct str a, struct str b);
/* s without its first n bytes (or empty). */
struct str str_skip(struct str s, size_t n);
/* At most the first n bytes of s. */
struct str str_head(struct str s, size_t n);
/* What stands between the first a and the next b behind it; empty when either
 * is missing. */
struct str str_between(struct str s, struct str a, struct str b);
struct str str_trim(struct str s);
/* Cuts *rest at the first sep: returns what is before it and moves *rest past
 * it. With no sep, returns all of *rest and leaves it empty with p == NULL. */
struct str str_cut(struct str *rest, char sep);
/* The whole slice must be decimal digits and fit; otherwise false, *out kept.
 */
bool str_u64(struct str s, uint64_t *out);
/* The same in hexadecimal digits, without a prefix. */
bool str_hex_u64(struct str s, uint64_t *out);
/* As str_u64() with an optional leading minus. */
bool str_i64(struct str s, int64_t *out);
/* <0, 0, >0 by bytes, for sorting. */
int str_cmp(struct str a, struct str b);

#endif
