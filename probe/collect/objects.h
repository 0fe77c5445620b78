/* objects.h - from S3's answer to a request for an object. Pure. */
#ifndef PROBE_COLLECT_OBJECTS_H
#define PROBE_COLLECT_OBJECTS_H

#include "probe/facts/objects.h"
#include "probe/host.h"

/* Fills all but bucket, key and from; *region, when S3 names another one. */
void object_answer(struct arena *a, const struct http_resp *r,
                   struct object_row *row, struct str *region);

#endif
