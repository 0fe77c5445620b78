/* endpoints.h - what was asked over the network, and how far each came. */
#ifndef PROBE_ENDPOINTS_H
#define PROBE_ENDPOINTS_H

#include "probe/jsonw.h"
#include "probe/pass.h"

#include "lines.h"

/* At most max of them, in the order they were asked in; those that failed have
 * their place before those that answered. */
void endpoints_json(struct jsonw *w, const struct pass *p, size_t max,
                    struct arena *a);
/* How many there are. */
size_t endpoints_count(const struct pass *p);
/* The table of -v. */
void endpoints_text(struct lines *l, const struct pass *p);

/* The same of nameservers (resolvers.c); nothing when none was asked. */
void resolvers_json(struct jsonw *w, const struct pass *p, struct arena *a);
void resolvers_text(struct lines *l, const struct pass *p);

#endif
