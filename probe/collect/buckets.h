/* buckets.h - the buckets and objects in use, by whom they are named. */
#ifndef PROBE_COLLECT_BUCKETS_H
#define PROBE_COLLECT_BUCKETS_H

#include "probe/collect.h"
#include "probe/s3ref.h"

/* As many as are contacted, and several objects of some of them. */
#define BUCKETS_MAX 72

struct bucket_named {
	struct s3_ref ref;
	const char *from; /* "probe.conf", "the agent's log", "ecs.config" */
};
/* At most BUCKETS_MAX, each once; their number. Texts live in c->a, or in the
 * facts. */
size_t buckets_named(struct collect *c, struct bucket_named *out);

#endif
