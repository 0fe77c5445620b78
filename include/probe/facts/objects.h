/*
 * facts/objects.h - what S3 says when this instance's role asks for the first
 * byte of an object that is in use. It is the way to the bucket, its region and
 * its key that are looked at: tasks read their files with their own execution
 * role, of which a refusal here says nothing.
 */
#ifndef PROBE_FACTS_OBJECTS_H
#define PROBE_FACTS_OBJECTS_H

#include "probe/awserr.h"
#include "probe/seen.h"

enum object_answer {
	OBJECT_NOT_ASKED, /* its bucket cannot be reached: see endpoints */
	OBJECT_READ,      /* also an empty one */
	OBJECT_DENIED,
	OBJECT_KMS,    /* S3 gives it, the key that it lies under does not */
	OBJECT_NO_KEY, /* the bucket may be listed, and it is not there */
	OBJECT_NO_BUCKET,
	OBJECT_ELSEWHERE, /* another region than S3 itself named before */
	OBJECT_KEYS_BAD,  /* expired, unknown, skewed: of our own keys */
	OBJECT_REJECTED,  /* any other error of S3: an archived object */
	OBJECT_NO_WORD,   /* no answer, or one that is not S3's */
};

struct object_row {
	struct str bucket, key, region;
	const char *from; /* who names it: "probe.conf" */
	enum object_answer answer;
	int status;
	struct str error_code, error_message, request_id;
	struct aws_denial denial; /* of DENIED and KMS; may be empty */
};

#define OBJECTS_MAX 8

struct fact_objects {
	struct seen seen;
	struct object_row row[OBJECTS_MAX];
	size_t n;
};

#endif
