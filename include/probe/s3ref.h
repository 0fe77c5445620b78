/* s3ref.h - buckets and objects of S3 as people and programs name them. Pure.
 */
#ifndef PROBE_S3REF_H
#define PROBE_S3REF_H

#include "probe/arena.h"

/* Longest key that is asked for; S3 itself takes 1024 bytes. */
#define S3REF_KEY_MAX 512

struct s3_ref {
	struct str bucket, key; /* key empty: the bucket alone */
};

/* The whole text: "bucket", "bucket/key", "s3://bucket/key" or
 * "arn:PARTITION:s3:::bucket/key". false: none of these, or a key that names no
 * single object (a pattern), or one too long. */
bool s3ref_parse(struct str text, struct s3_ref *out);
/* The next s3:// address or ARN in *rest, which is moved past it. */
bool s3ref_next(struct str *rest, struct s3_ref *out);
/* https://... of an object from its bucket's (aws_bucket_url()). Each byte of
 * the key but letters, digits, - _ . ~ and / is written %XX: what the signature
 * is made of must be what goes over the wire. Empty: the key has . or .. for a
 * part, which URL readers fold. */
struct str s3ref_url(struct arena *a, struct str bucket_url, struct str key);

#endif
