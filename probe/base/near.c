/* near.c - edit distance between names. */
#include "probe/near.h"

enum { NEAR_MAX = 40 };

/* Edits (insert, drop, change, swap neighbours) that make b of a. */
static size_t edits(struct str a, struct str b)
{
	size_t row[3][NEAR_MAX + 1] = { 0 };

	for (size_t k = 0; k <= b.n; k++)
		row[1][k] = k;
	for (size_t i = 1; i <= a.n; i++) {
		row[2][0] = i;
		for (size_t k = 1; k <= b.n; k++) {
			bool same = str_low(a.p[i - 1]) == str_low(b.p[k - 1]);
			size_t least = row[1][k - 1] + !same;

			if (row[1][k] + 1 < least)
				least = row[1][k] + 1;
			if (row[2][k - 1] + 1 < least)
				least = row[2][k - 1] + 1;
			if (i > 1 && k > 1 && a.p[i - 1] == b.p[k - 2] &&
			    a.p[i - 2] == b.p[k - 1] && row[0][k - 2] < least)
				least = row[0][k - 2] + 1;
			row[2][k] = least;
		}
		memcpy(row[0], row[1], sizeof(row[0]));
		memcpy(row[1], row[2], sizeof(row[1]));
	}
	return row[1][b.n];
}

const char *near_name(struct str s, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t least = s.n < 4 ? 2 : 4; /* a typo or three, not another word */

	if (s.n > NEAR_MAX)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		struct str name = str_of(names[i]);
		size_t d;

		if (name.n > NEAR_MAX)
			continue;
		d = edits(s, name);
		if (d < least && d < name.n) {
			least = d;
			best = names[i];
		}
	}
	return best;
}
