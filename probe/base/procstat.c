#include "probe/procstat.h"

/* Field 22 of the line; the first two are cut off with the name. */
#define FIELDS_TO_START 18

bool procstat_parse(struct str text, struct procstat *out)
{
	struct procstat s = { 0 };
	size_t open = str_find(text, STR("(")), close = 0;
	struct str rest;

	/* The last one: the name may hold brackets and blanks. */
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == ')')
			close = i;
	if (open == SIZE_MAX || close <= open)
		return false;
	s.comm = (struct str){ text.p + open + 1, close - open - 1 };
	rest = str_trim(str_skip(text, close + 1));
	if (!rest.n)
		return false;
	s.state = rest.p[0];
	(void)str_cut(&rest, ' ');
	for (int i = 0; i < FIELDS_TO_START; i++)
		(void)str_cut(&rest, ' ');
	if (!str_u64(str_cut(&rest, ' '), &s.start))
		return false;
	*out = s;
	return true;
}

bool uptime_parse(struct str text, int64_t *ms)
{
	struct str part = str_cut(&text, ' '), whole = str_cut(&part, '.');
	uint64_t s, hundredths = 0;

	if (!str_u64(whole, &s) || s > INT64_MAX / 2000)
		return false;
	if (part.n == 2)
		(void)str_u64(part, &hundredths);
	*ms = (int64_t)(s * 1000 + hundredths * 10);
	return true;
}
