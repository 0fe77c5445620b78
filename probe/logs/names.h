/* names.h - the names that stand in a record. */
#ifndef PROBE_LOGS_NAMES_H
#define PROBE_LOGS_NAMES_H

#include "probe/logscan.h"

/* Reads the names out of text (escapes resolved) into the hit; what it already
 * has under a name is replaced. */
void log_names(struct str text, struct log_hit *hit);
/* What stands between head and the first of the bytes of stops. */
struct str log_after(struct str text, struct str head, struct str stops);
/* The image that a record says was pulled; empty when it names none. */
struct str log_image(struct str text);
/* The object of S3 that a record speaks of, whole. */
bool log_object(struct str text, struct str *bucket, struct str *key);

#endif
