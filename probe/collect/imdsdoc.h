/* imdsdoc.h - reads the documents of the metadata service. Pure. */
#ifndef PROBE_COLLECT_IMDSDOC_H
#define PROBE_COLLECT_IMDSDOC_H

#include "probe/facts/imds.h"
#include "probe/host.h"

/* One value on one line, no markup: what a text path of the service holds. */
bool imdsdoc_plain(struct str text);
/* "i-" and 8 or 17 lower-case hex digits. */
bool imdsdoc_instance_id(struct str text);
/* Could be sent as a token header. */
bool imdsdoc_token(struct str text);
/* A role's name, safe to stand in a URL. */
bool imdsdoc_role(struct str text);
/* false: not a JSON object. Fields that are missing stay empty. */
bool imdsdoc_identity(struct arena *a, struct str text, struct fact_imds *out);
bool imdsdoc_info(struct arena *a, struct str text, struct imds_iam *out);
/* Keys go to *cred and nowhere else. */
bool imdsdoc_keys(struct arena *a, struct str text, struct imds_iam *out,
                  struct aws_cred *cred);
void imdsdoc_spot(struct arena *a, struct str text, struct fact_imds *out);
void imdsdoc_rebalance(struct arena *a, struct str text, struct fact_imds *out);
void imdsdoc_events(struct arena *a, struct str text, struct fact_imds *out);
/* What the token request and the GET without a token (put_* and plain_*, and
 * their bodies) say together. Sets version. */
enum imds_state imdsdoc_state(struct fact_imds *f, struct str token,
                              struct str plain);

#endif
