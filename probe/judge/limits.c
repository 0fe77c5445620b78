/* limits.c - the thresholds: their defaults, and others than those. */
#include "probe/judge.h"

struct limits limits_default(void)
{
	return (struct limits){
#define LIMIT(name, dflt, min, max, unit, text) .name = (dflt),
#include "probe/limits.def"
#undef LIMIT
	};
}

static bool limit(struct str name, struct str value, struct limits *lim,
                  struct err *e)
{
	int64_t n;

	if (!str_i64(value, &n))
		return err_set(e, ERR_ARG, 0, "a limit is NAME=NUMBER");
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

bool limits_set(struct str list, struct limits *lim, struct err *e)
{
	while (list.n) {
		struct str one = str_cut(&list, ',');
		struct str name = str_cut(&one, '=');

		if (!limit(str_trim(name), str_trim(one), lim, e))
			return false;
	}
	return true;
}
