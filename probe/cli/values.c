/* values.c - option values that are lists, and names that are nearly right. */
#include "cli.h"

#include <stdio.h>

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

const char *cli_near(struct str s, const char *const *names, size_t n)
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

bool cli_ids(struct str list, bool *hit, struct err *e)
{
	while (list.n) {
		struct str id = str_trim(str_cut(&list, ','));
		const char *names[64], *near;
		bool found = false;

		for (size_t i = 0; i < checks_count; i++) {
			if (i < 64)
				names[i] = checks[i]->id;
			if (str_eq_low(id, str_of(checks[i]->id)))
				hit[i] = found = true;
		}
		near = cli_near(id, names,
		                checks_count < 64 ? checks_count : 64);
		if (!found)
			return err_set(e, ERR_ARG, 0,
			               "no check " STR_FMT "%s%s; see probe "
			               "list checks",
			               STR_ARG(str_head(id, 64)),
			               near ? ": did you mean " : "",
			               near ? near : "");
	}
	return true;
}

static bool limit(struct str name, struct str value, struct limits *lim,
                  struct err *e)
{
	int64_t n;

	if (!str_i64(value, &n))
		return err_set(e, ERR_ARG, 0, "--limit is NAME=NUMBER");
#define LIMIT(id, dflt, min, max, unit, text)                                \
	if (str_eq(name, STR(#id))) {                                        \
		if (n < (min) || n > (max))                                  \
			return err_set(e, ERR_ARG, 0, "%s is from %d to %d", \
			               #id, min, max);                       \
		lim->id = n;                                                 \
		return true;                                                 \
	}
#include "probe/limits.def"
#undef LIMIT
	return err_set(e, ERR_ARG, 0,
	               "no limit " STR_FMT "; see probe list limits",
	               STR_ARG(str_head(name, 64)));
}

bool cli_limits(struct str list, struct limits *lim, struct err *e)
{
	while (list.n) {
		struct str one = str_cut(&list, ',');
		struct str name = str_cut(&one, '=');

		if (!limit(str_trim(name), str_trim(one), lim, e))
			return false;
	}
	return true;
}

bool cli_pass_opts(const struct cli *c, bool *skip, struct pass_opts *out,
                   struct err *e)
{
	*out = (struct pass_opts){
		.limits = limits_default(),
		.skip = skip,
		.deadline_ms = (unsigned)c->opt[OPT_DEADLINE_].num,
		.log_window_ms = c->opt[OPT_SINCE_].num,
	};
	memset(skip, 0, checks_count * sizeof(*skip));
	if (c->opt[OPT_ONLY_].set) {
		if (!cli_ids(c->opt[OPT_ONLY_].text, skip, e))
			return err_wrap(e, "--only");
		for (size_t i = 0; i < checks_count; i++)
			skip[i] = !skip[i];
	}
	if (!cli_ids(c->opt[OPT_SKIP_].text, skip, e))
		return err_wrap(e, "--skip");
	return cli_limits(c->opt[OPT_LIMIT_].text, &out->limits, e);
}
