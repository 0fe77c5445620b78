/* This host's own default route, asked for only when something has no route. */
#include "target.h"

enum { ROUTE_BYTES = 65536 };

/* An "unreachable default" is the opposite of a route. */
static bool rejects(struct str flags)
{
	return flags.n == 4 && (flags.p[1] == '2' || flags.p[1] == '3');
}

/* A line of /proc/net/route: interface, destination, gateway, flags. Halves
 * of everything (0.0.0.0/1), as VPN clients set them, count. */
static bool is_default(struct str line)
{
	struct str dest;

	(void)str_cut(&line, '\t');
	dest = str_cut(&line, '\t');
	(void)str_cut(&line, '\t');
	return str_eq(dest, STR("00000000")) && !rejects(str_cut(&line, '\t'));
}

void target_route(struct collect *c, struct fact_endpoints *f)
{
	struct err e = { 0 };
	struct str text;
	bool needed = false;

	for (size_t i = 0; i < f->n; i++)
		needed = needed || f->row[i].outcome == EP_DNS_SILENT ||
		         (f->row[i].outcome == EP_NO_ROUTE &&
		          !str_has(f->row[i].address, STR(":")));
	if (!needed || !c->h->ops->read(c->h, c->a, "/proc/net/route",
	                                ROUTE_BYTES, &text, &e))
		return;
	f->default_route = ROUTE_NONE;
	(void)str_cut(&text, '\n'); /* the heading */
	while (text.n && f->default_route == ROUTE_NONE)
		if (is_default(str_cut(&text, '\n')))
			f->default_route = ROUTE_SOME;
}
