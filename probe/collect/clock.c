#include "probe/collect.h"

bool collect_clock(struct collect *c, struct fact_clock *out, struct err *e)
{
	const struct fact_endpoints *ep = &c->got->endpoints;
	struct clock_info info;

	if (ep->seen.state == SEEN_OK) {
		out->skew_ms = ep->skew_ms;
		out->skew_n = ep->skew_n;
	}
	out->kernel = c->h->ops->clock(c->h, &info, e);
	if (out->kernel) {
		out->synced = info.synced;
		out->max_error_us = info.max_error_us;
	}
	return out->kernel || out->skew_n; /* else *e says why */
}
