#include "probe/collect.h"

/* "12345.67 ...": milliseconds since boot, or -1. */
static int64_t uptime_ms(struct collect *c)
{
	struct str text, whole, part;
	struct err ignored;
	uint64_t s, hundredths;

	if (!c->h->ops->read(c->h, c->a, "/proc/uptime", 256, &text, &ignored))
		return -1;
	part = str_cut(&text, ' ');
	whole = str_cut(&part, '.');
	if (!str_u64(whole, &s) || !str_u64(str_head(part, 2), &hundredths))
		return -1;
	return (int64_t)(s * 1000 + hundredths * 10);
}

bool collect_klog(struct collect *c, struct fact_klog *out, struct err *e)
{
	out->uptime_ms = uptime_ms(c);
	out->window_ms = c->log_window_ms;
	return c->h->ops->klog(c->h, c->a, 256 * 1024, &out->text, e) ||
	       err_wrap(e, "kernel log");
}
