/* outcome.h - from an answer, or none, to how far a connection came. Pure. */
#ifndef PROBE_COLLECT_OUTCOME_H
#define PROBE_COLLECT_OUTCOME_H

#include "probe/facts/endpoints.h"
#include "probe/host.h"

enum endpoint_outcome outcome_of_dns(const struct dns_result *r);
/* Fills everything an answer tells into row. */
void outcome_of_http(struct arena *a, const struct http_resp *r, int64_t now_ms,
                     struct endpoint_row *row);
/* What their clock says minus ours; false: the answer does not tell. */
bool outcome_skew(const struct http_resp *r, const struct endpoint_row *row,
                  int64_t *ms);
/* Did the row get to talk to AWS itself? */
bool outcome_is_aws(enum endpoint_outcome o);

#endif
