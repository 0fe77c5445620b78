/* unitfiles.h - the environment that systemd gives a unit, from its files. */
#ifndef PROBE_COLLECT_UNITFILES_H
#define PROBE_COLLECT_UNITFILES_H

#include "probe/cfg.h"
#include "probe/collect.h"

struct unitfiles {
	struct cfg_unit env;
	struct str path;       /* the last file that set a proxy, or empty */
	struct str flags_path; /* the last one with a flag --...-proxy */
	bool found;            /* the unit's file or a drop-in of it */
};

/* Reads system.conf, the unit's file, its drop-ins and environment files into
 * *out (zeroed by the caller). false: one of them is there and cannot be read;
 * *e says which. */
MUST_CHECK bool unitfiles_read(struct collect *c, const char *unit,
                               struct unitfiles *out, struct err *e);

#endif
