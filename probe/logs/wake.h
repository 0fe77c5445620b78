/* wake.h - which lines below the warning level are worth a look. */
#ifndef PROBE_LOGS_WAKE_H
#define PROBE_LOGS_WAKE_H

#include "probe/str.h"

#define WAKE_BITS 12
struct wake {
	uint64_t bits[(1u << WAKE_BITS) / 64];
};
void wake_init(struct wake *w);
/* Does an info message begin with words that a row of signatures.def may look
 * for? Most do not, and their bytes are never touched again. */
bool wake_is(const struct wake *w, struct str msg);

#endif
