/* endpoints.h - what was asked over the network, and how far each came. */
#ifndef PROBE_ENDPOINTS_H
#define PROBE_ENDPOINTS_H

#include "probe/jsonw.h"
#include "probe/pass.h"

#include "lines.h"

/* p NULL: an empty list. */
void endpoints_json(struct jsonw *w, const struct pass *p, struct arena *a);
/* The table of -v. */
void endpoints_text(struct lines *l, const struct pass *p);

/* The same of nameservers (resolvers.c); nothing when none was asked. */
void resolvers_json(struct jsonw *w, const struct pass *p, struct arena *a);
void resolvers_text(struct lines *l, const struct pass *p);

#endif
