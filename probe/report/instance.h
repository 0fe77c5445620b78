/* instance.h - who this instance is, from the facts that say so. */
#ifndef PROBE_INSTANCE_H
#define PROBE_INSTANCE_H

#include "probe/pass.h"

/* Cleaned; what is not known is empty. */
struct instance {
#define FIELD(name) struct str name;
#include "instance.def"
#undef FIELD
};

struct instance instance_of(const struct pass *p, struct arena *a);

#endif
