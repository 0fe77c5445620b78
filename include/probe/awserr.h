/* awserr.h - what AWS says when it refuses, in its several shapes. Pure. */
#ifndef PROBE_AWSERR_H
#define PROBE_AWSERR_H

#include "probe/arena.h"

struct aws_error {
	struct str code;    /* "AccessDeniedException"; empty: none was said */
	struct str message; /* may be empty */
};
/* From the header x-amzn-ErrorType (may be empty) and the body: JSON with
 * __type, or XML with Code and Message. Texts point into the arena. */
struct aws_error aws_error_read(struct arena *a, struct str header,
                                struct str body);

enum aws_error_kind {
	AWS_ERR_OTHER,
	AWS_ERR_DENIED,
	AWS_ERR_UNSIGNED, /* we sent no signature: the way is free */
	AWS_ERR_EXPIRED,  /* the token */
	AWS_ERR_BAD_KEY,  /* key or token unknown */
	AWS_ERR_SIGNATURE,
	AWS_ERR_SKEW,
	AWS_ERR_THROTTLED,
	AWS_ERR_SERVER,
};
enum aws_error_kind aws_error_kind(const struct aws_error *e, int status);

/* "User: P is not authorized to perform: A on resource: R because no W
 * allows..." or "... with an explicit deny in a W". What is not said is empty.
 */
struct aws_denial {
	struct str principal, action, resource;
	struct str wall; /* "identity-based policy", "VPC endpoint policy" */
	bool explicit_deny;
};
bool aws_denial_read(struct str message, struct aws_denial *out);

#endif
