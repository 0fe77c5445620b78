/* proxies.h - what the checks of proxy settings share. */
#ifndef PROBE_CHECKS_PROXIES_H
#define PROBE_CHECKS_PROXIES_H

#include "probe/check.h"

static const char *const proxy_who[PROXY_PLACES] = {
	[PROXY_FILE] = "ecs.config",
	[PROXY_AGENT] = "the running agent",
	[PROXY_INIT] = "ecs-init",
	[PROXY_DOCKER] = "dockerd",
};

/* What its https requests go through. ECS is asked by the agent through
 * HTTP_PROXY too, when that is all there is. */
static inline struct str proxy_way_of(const struct fact_proxies *f,
                                      enum proxy_place p)
{
	const struct proxy_way *w = &f->way[p];

	if (!w->known)
		return STR("not seen");
	if (w->https.n)
		return w->https;
	return p <= PROXY_AGENT && w->http.n ? w->http : STR("none");
}

static inline bool proxy_none(const struct fact_proxies *f, enum proxy_place p)
{
	return f->way[p].known && !f->way[p].https.n && !f->way[p].http.n;
}

static inline bool proxy_some(const struct fact_proxies *f, enum proxy_place p)
{
	return f->way[p].known && (f->way[p].https.n || f->way[p].http.n);
}

#endif
