/* gather.h - reads, through a recorder, what a bundle holds beside a pass. */
#ifndef PROBE_GATHER_H
#define PROBE_GATHER_H

#include "probe/bundle.h"

/* h: a recorder behind host_save_more(). docker: its socket may be asked. mono
 * time until_ms is the end. Returns how many rows found no time. */
size_t gather(struct host *h, bool docker, int64_t until_ms);

#endif
