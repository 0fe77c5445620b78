/* wake.h - which lines below the warning level are worth a look. */
#ifndef PROBE_LOGS_WAKE_H
#define PROBE_LOGS_WAKE_H

#include "word.h"

#define WAKE_BITS 10
#define WAKE_MAX 64
/* Places of a message that are looked at together, four bytes each. The second
 * overlaps the first, so that a word of six bytes is known by two of them. */
#define WAKE_PLACES 5
#define WAKE_PLACE(i) ((i) ? 4 * (i)-2 : 0)
#define WAKE_HASH_BITS 9
struct wake {
	/* The words that are possible with such bytes at a place. */
	uint64_t fits[WAKE_PLACES][1u << WAKE_HASH_BITS];
	uint8_t first[1u << WAKE_BITS]; /* of the words, by their first bytes */
	uint8_t next[WAKE_MAX];         /* 0 ends a chain */
	uint64_t head[WAKE_MAX], mask[WAKE_MAX]; /* of the first 8 bytes */
};
void wake_init(struct wake *w);

static inline unsigned wake_hash(const char *p)
{
	return word_mix(word4(p)) >> (32 - WAKE_HASH_BITS);
}

/* Not 0: wake_is() may be true of a message whose first 18 bytes are at p. */
static inline uint64_t wake_may(const struct wake *w, const char *p)
{
	uint64_t left = ~UINT64_C(0);

	for (size_t i = 0; i < WAKE_PLACES; i++)
		left &= w->fits[i][wake_hash(p + WAKE_PLACE(i))];
	return left;
}

/* Does an info message begin with words that a row of signatures.def may look
 * for? Most do not, and their bytes are never touched again. */
bool wake_is(const struct wake *w, struct str msg);

#endif
