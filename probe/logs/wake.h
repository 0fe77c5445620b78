/* wake.h - which lines below the warning level are worth a look. */
#ifndef PROBE_LOGS_WAKE_H
#define PROBE_LOGS_WAKE_H

#include "probe/str.h"

#define WAKE_BITS 10
#define WAKE_MAX 64
struct wake {
	uint8_t first[1u << WAKE_BITS]; /* of the words, by their first bytes */
	uint8_t next[WAKE_MAX];         /* 0 ends a chain */
	uint64_t head[WAKE_MAX], mask[WAKE_MAX]; /* of the first 8 bytes */
};
void wake_init(struct wake *w);
/* Does an info message begin with words that a row of signatures.def may look
 * for? Most do not, and their bytes are never touched again. */
bool wake_is(const struct wake *w, struct str msg);

#endif
