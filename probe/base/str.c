#include "probe/str.h"

size_t str_find(struct str s, struct str part)
{
	const char *from = s.p, *at;
	size_t left = s.n;

	if (part.n == 0)
		return 0;
	while (from && left >= part.n) {
		at = memchr(from, part.p[0], left - part.n + 1);
		if (!at)
			break;
		if (memcmp(at, part.p, part.n) == 0)
			return (size_t)(at - s.p);
		left -= (size_t)(at - from) + 1;
		from = at + 1;
	}
	return SIZE_MAX;
}

bool str_has(struct str s, struct str part)
{
	return str_find(s, part) != SIZE_MAX;
}

bool str_starts(struct str s, struct str head)
{
	return s.n >= head.n && str_eq(str_head(s, head.n), head);
}

bool str_ends(struct str s, struct str tail)
{
	return s.n >= tail.n && str_eq(str_skip(s, s.n - tail.n), tail);
}

bool str_eq_low(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (str_low(a.p[i]) != str_low(b.p[i]))
			return false;
	return true;
}

struct str str_skip(struct str s, size_t n)
{
	if (n >= s.n)
		return (struct str){ NULL, 0 };
	return (struct str){ s.p + n, s.n - n };
}

struct str str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

struct str str_between(struct str s, struct str a, struct str b)
{
	size_t at = str_find(s, a), end;

	if (at == SIZE_MAX)
		return (struct str){ NULL, 0 };
	s = str_skip(s, at + a.n);
	end = str_find(s, b);
	return end == SIZE_MAX ? (struct str){ NULL, 0 } : str_head(s, end);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.n > 0 && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_cut(struct str *rest, char sep)
{
	struct str head = *rest;
	const char *at = rest->n ? memchr(rest->p, sep, rest->n) : NULL;

	if (!at) {
		*rest = (struct str){ NULL, 0 };
		return head;
	}
	head.n = (size_t)(at - head.p);
	*rest = (struct str){ at + 1, rest->n - head.n - 1 };
	return head;
}

bool str_u64(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = (unsigned)(unsigned char)s.p[i] - '0';

		if (d > 9 || v > (UINT64_MAX - d) / 10)
			return false;
		v = v * 10 + d;
	}
	*out = v;
	return true;
}

bool str_hex_u64(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		int d = str_hex(s.p[i]);

		if (d < 0 || v >> 60)
			return false;
		v = v << 4 | (unsigned)d;
	}
	if (s.n == 0)
		return false;
	*out = v;
	return true;
}

bool str_i64(struct str s, int64_t *out)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	uint64_t v;

	if (!str_u64(minus ? str_skip(s, 1) : s, &v) || v > INT64_MAX)
		return false;
	*out = minus ? -(int64_t)v : (int64_t)v;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}
