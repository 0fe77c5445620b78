/* summary.h - what was seen of the instance, in few words. */
#ifndef PROBE_SUMMARY_H
#define PROBE_SUMMARY_H

#include "probe/pass.h"

#include "lines.h"

/* The lines under a healthy verdict. */
void summary_healthy(struct lines *l, const struct pass *p);
/* The last line: who this is and what the look cost. */
void summary_footer(struct lines *l, const struct pass *p);

/* The cause that the root cannot be told from, when there is one, and the one
 * look that decides; each lines at most for that, 0: all. */
void summary_rival(struct lines *l, const struct pass *p, size_t each);

#endif
