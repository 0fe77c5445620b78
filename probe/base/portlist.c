#include "probe/portlist.h"

static bool port_of(struct str s, uint16_t *out)
{
	uint64_t v;

	if (!str_u64(s, &v) || v > UINT16_MAX)
		return false;
	*out = (uint16_t)v;
	return true;
}

bool port_range_parse(struct str s, struct port_range *out)
{
	struct str lo = str_cut(&s, '-'), hi = s.p ? str_cut(&s, '-') : lo;
	struct port_range r;

	if (!port_of(lo, &r.lo) || !port_of(hi, &r.hi) || r.hi < r.lo)
		return false;
	*out = r;
	return true;
}

bool port_listed(struct str list, uint16_t port)
{
	while (list.n) {
		struct port_range r;

		if (port_range_parse(str_trim(str_cut(&list, ',')), &r) &&
		    port >= r.lo && port <= r.hi)
			return true;
	}
	return false;
}
