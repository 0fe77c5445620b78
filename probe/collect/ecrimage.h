/* ecrimage.h - names of images in ECR, what Docker knows of an image, and what
 * ecr:BatchGetImage answers. Pure. */
#ifndef PROBE_COLLECT_ECRIMAGE_H
#define PROBE_COLLECT_ECRIMAGE_H

#include "probe/arena.h"
#include "probe/buf.h"

struct ecr_name {
	struct str host, account, region, repository, tag;
	bool pinned; /* it names a digest */
};
/* "ACCOUNT.dkr.ecr.REGION.SUFFIX/REPOSITORY[:TAG][@DIGEST]", FIPS and
 * dual-stack hosts as well. false: not such a name. */
bool ecr_name_read(struct str image, struct ecr_name *out);
/* "sha256:" and 64 hex digits. */
bool digest_fit(struct str s);

#define ECR_MAX_DIGESTS 4
struct ecr_local { /* of Docker's /images/ID/json */
	struct str digest[ECR_MAX_DIGESTS];
	size_t n;
	int64_t built_ms; /* WHEN_NONE: a made-up date, or none */
};
/* Digests by which it was pulled from host/repository; they point into body. */
MUST_CHECK bool ecr_local_read(struct arena *a, struct str body,
                               const struct ecr_name *name,
                               struct ecr_local *out, struct err *e);

#define ECR_MAX_CHILDREN 12
struct ecr_manifest {
	struct str tag, digest;
	struct str config; /* of a manifest of one platform */
	struct str child[ECR_MAX_CHILDREN], arch[ECR_MAX_CHILDREN];
	size_t n_children; /* of a list */
};
#define ECR_MAX_IMAGES 16
struct ecr_reply {
	struct ecr_manifest image[ECR_MAX_IMAGES];
	size_t n;
	struct str missing[ECR_MAX_IMAGES]; /* tags that do not exist */
	size_t n_missing;
};
MUST_CHECK bool ecr_reply_read(struct arena *a, struct str body,
                               struct ecr_reply *out, struct err *e);
/* Is what runs, pulled by these digests and known to Docker by id, what m
 * names: m itself, a manifest of its list, or the same content? */
bool ecr_same(const struct ecr_local *local, struct str id,
              const struct ecr_manifest *m);
/* The request for n tags, or digests, of one repository. */
struct str ecr_request(struct arena *a, const struct ecr_name *name,
                       const char *kind, const struct str *ids, size_t n);

#endif
