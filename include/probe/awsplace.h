/*
 * awsplace.h - where AWS is for this instance and with which keys, for who
 * calls it outside of a pass: found as the collectors find it (ecs.config, our
 * own environment, the metadata service), proxy and overrides included.
 */
#ifndef PROBE_AWSPLACE_H
#define PROBE_AWSPLACE_H

#include "probe/host.h"
#include "probe/partition.h"

struct aws_place {
	struct str region, instance;  /* terminated; instance may be empty */
	struct str url[SVC_COUNT];    /* LOGS and MONITORING */
	const char *proxy[SVC_COUNT]; /* NULL: none */
	struct aws_cred cred;
	int64_t expires_ms; /* of the keys, wall clock; WHEN_NONE: not said */
};
#define AWS_PLACE_ARENA (16u * 1024)
/* Asks the metadata service, at most some seconds. Texts live in a, which needs
 * AWS_PLACE_ARENA. ERR_AUTH: no keys, and why. */
MUST_CHECK bool aws_place_find(struct host *h, struct arena *a,
                               struct aws_place *out, struct err *e);

#endif
