/*
 * facts/images.h - the images that tasks run from this region's private
 * registries of ECR: what runs here, and what the tag is there now.
 */
#ifndef PROBE_FACTS_IMAGES_H
#define PROBE_FACTS_IMAGES_H

#include "probe/awserr.h"
#include "probe/seen.h"

enum image_answer {
	IMAGE_NOT_ASKED, /* no keys, no way to ECR, or too many */
	IMAGE_TOLD,
	IMAGE_TAG_GONE, /* the repository has no such tag, or is gone */
	IMAGE_DENIED,   /* the role may not ask: quiet */
	IMAGE_NO_WORD,  /* ECR could not be reached, or said another thing */
};

struct image_row {
	enum image_answer answer;
	struct str account, repository, tag;
	struct str registry; /* the host */
	struct str running;  /* digest that was pulled; empty: not known */
	struct str now;      /* digest of the tag in ECR, when TOLD */
	/* The same image by another name, too: a manifest of the list that the
	 * tag names, or another manifest of the very same content. */
	bool same;
	struct str family;     /* of a task that runs it */
	uint32_t containers;   /* that run it */
	int64_t built_ms;      /* WHEN_NONE: it does not say */
	int64_t started_s;     /* of the oldest container */
	struct str error_code; /* when it was not TOLD */
	struct aws_denial denial;
};

#define IMAGES_MAX 16

struct fact_images {
	struct seen seen;
	struct image_row *row;
	size_t n;
	uint32_t pinned;    /* by digest: cannot be stale */
	uint32_t elsewhere; /* other registries, other regions */
	uint32_t dropped;   /* over IMAGES_MAX */
};

#endif
