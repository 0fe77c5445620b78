/* hits.h - what was found so far, and what has become history. */
#ifndef PROBE_LOGS_HITS_H
#define PROBE_LOGS_HITS_H

#include "probe/logscan.h"

/* One more record that says id. text: the record, escapes as they stand. */
void log_hit_add(struct log_found *f, enum finding_id id, enum sig_id sig,
                 enum log_level level, struct log_at at, struct str text);
struct log_hit *log_hit_get(const struct log_found *f, enum finding_id id);
/* The marks that make a finding history, as bits of 1 << MARK_x; 0: none. */
uint32_t log_closed_by(enum finding_id id);
/* A mark at a time: what it closes becomes past. */
void log_close(struct log_found *f, enum sig_mark mark, struct log_at at);
/* Is a later than b? By time when both say one and it differs. */
bool log_later(struct log_at a, struct log_at b);

#endif
