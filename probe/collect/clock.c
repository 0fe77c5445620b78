#include "probe/collect.h"

/* A denial comes after the signature was checked. */
static enum clock_signed taken(const struct fact_endpoints *f)
{
	enum clock_signed got = CLOCK_UNTRIED;

	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->outcome == EP_SKEWED)
			return CLOCK_REFUSED;
		if (r->signed_ &&
		    (r->outcome == EP_OK || r->outcome == EP_DENIED))
			got = CLOCK_TAKEN;
	}
	return got;
}

bool collect_clock(struct collect *c, struct fact_clock *out, struct err *e)
{
	const struct fact_endpoints *ep = &c->got->endpoints;
	struct clock_info info;

	if (ep->seen.state == SEEN_OK) {
		out->skew_ms = ep->skew_ms;
		out->skew_n = ep->skew_n;
		out->taken = taken(ep);
	}
	out->asked = c->got->ntp.seen.state == SEEN_OK;
	if (out->asked)
		out->ntp = c->got->ntp;
	out->kernel = c->h->ops->clock(c->h, &info, e);
	if (out->kernel) {
		out->synced = info.synced;
		out->max_error_us = info.max_error_us;
		out->freq_ppb = info.freq_ppb;
		out->tolerance_ppb = info.tolerance_ppb;
	}
	/* else *e says why */
	return out->kernel || out->skew_n || out->ntp.any;
}
