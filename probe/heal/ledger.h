/* ledger.h - the lines of ledger.jsonl. */
#ifndef PROBE_HEAL_LEDGER_H
#define PROBE_HEAL_LEDGER_H

#include "probe/heal.h"

/* One line each, on the disk when it returns true. A failure makes the ledger
 * bad: m->ledger_bad. */
MUST_CHECK bool ledger_intent(struct memory *m, const struct store *s,
                              struct arena *a, const struct act_memory *x,
                              struct err *e);
bool ledger_end(struct memory *m, const struct store *s, struct arena *a,
                const struct act_memory *x, struct str words, struct err *e);
/* A bad one is looked at again. */
void ledger_retry(struct memory *m, const struct store *s, struct arena *a);
/* The lines themselves, without their ends. */
void ledger_put_intent(const struct memory *m, const struct act_memory *x,
                       struct arena *a, struct buf *out);
void ledger_put_end(const struct memory *m, const struct act_memory *x,
                    struct str words, struct arena *a, struct buf *out);
void ledger_put_check(const struct memory *m, struct arena *a, struct buf *out);
/* Adds an act; the oldest goes when there is no place. */
struct act_memory *ledger_push(struct memory *m, const struct act_memory *x);

#endif
