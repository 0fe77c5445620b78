/* boot.h - how long each step of this boot took until the agent was there. */
#ifndef PROBE_BOOT_H
#define PROBE_BOOT_H

#include "probe/jsonw.h"
#include "probe/pass.h"

#include "lines.h"

/* In order; each builds on the one before. */
enum boot_step {
	BOOT_METADATA,
	BOOT_DOCKER,
	BOOT_USER_DATA,
	BOOT_AGENT,
	BOOT_REGISTERED,
	BOOT_STEPS
};

struct boot {
	bool known;             /* it is a boot of the last hour */
	int64_t ms[BOOT_STEPS]; /* since boot; -1: not (yet) known */
};

struct boot boot_of(const struct pass *p);
/* Both print nothing when the boot is long ago. */
void boot_json(struct jsonw *w, const struct pass *p);
void boot_text(struct lines *l, const struct pass *p);

#endif
