/* work.h - the folder in which a bundle is put together or taken apart: new,
 * ours alone, gone afterwards. */
#ifndef PROBE_WORK_H
#define PROBE_WORK_H

#include "probe/arena.h"
#include "probe/err.h"

#define WORK_HEAD ".probe-bundle."

/* Makes one in folder; also removes those that a kill left there an hour ago or
 * more. *out lives in a. */
MUST_CHECK bool work_make(const char *folder, struct arena *a, const char **out,
                          struct err *e);
/* Brings the file `from` of the work folder to folder/name, over what is there
 * (a link is replaced, not followed), for good. */
MUST_CHECK bool work_hand_over(const char *work, const char *from,
                               const char *folder, const char *name,
                               struct err *e);

#endif
