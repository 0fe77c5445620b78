/*
 * partition.h - AWS's partitions and the host names of its services; and the
 * small address questions that go with them. Pure.
 */
#ifndef PROBE_PARTITION_H
#define PROBE_PARTITION_H

#include "probe/arena.h"

struct partition {
	const char *id, *suffix, *dual_suffix;
};
/* By id ("aws-cn"), or by a region's shape; NULL when neither is known. */
const struct partition *partition_by_id(struct str id);
const struct partition *partition_by_region(struct str region);
/* Lower-case letters, digits and dashes only, 3 to 32: fit for a host name. */
bool region_fit(struct str region);

enum aws_service {
	SVC_ECS,
	SVC_ACS, /* the agent's control channel: host only by discovery */
	SVC_TCS, /* telemetry, the same */
	SVC_S3,
	SVC_ECR,
	SVC_ECR_DKR,
	SVC_LOGS,
	SVC_MONITORING,
	SVC_STS,
	SVC_EC2,
	SVC_COUNT
};
/* "ecs": for people; and the suffix of AWS_ENDPOINT_URL_<...>, or NULL. */
const char *aws_service_name(enum aws_service s);
const char *aws_service_env(enum aws_service s);

struct aws_where {
	struct str region, suffix, dual_suffix, account;
	bool fips, dual;
};
/* The regional host of a service; empty for those found by discovery, and for
 * the registry when the account is not known. */
struct str aws_host(struct arena *a, enum aws_service s,
                    const struct aws_where *w);
/* "https://..." of a bucket: virtual host style where its name allows it. */
struct str aws_bucket_url(struct arena *a, struct str bucket,
                          const struct aws_where *w);
/* 3 to 63 of a-z, 0-9, dot and dash. */
bool bucket_fit(struct str bucket);

/* Is the address (text, v4 or v6) in one of the CIDRs, a line each? */
bool address_in(struct str address, struct str cidrs);
/* In a range that is never public (RFC 1918, 4193, link-local, loopback). */
bool address_private(struct str address);
/* Does this NO_PROXY list (as Go reads it) exempt the host? */
bool no_proxy_matches(struct str list, struct str host);
/* The host of "scheme://host[:port]/..." without brackets; empty if none. */
struct str url_host(struct str url);

#endif
