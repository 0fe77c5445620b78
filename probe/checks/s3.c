#include "reach.h"

static const struct reach_ids region_ids = {
	.name = FIND_S3_DNS_FAILED,
	.silent = FIND_S3_SILENT,
	.refused = FIND_S3_REFUSED,
	.tls = FIND_S3_TLS_FAILED,
};

/* Does any address outside of the VPC answer, S3's aside? */
static bool public_answers(const struct fact_endpoints *f)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->row[i].service != SVC_S3 && f->row[i].resolved &&
		    !f->row[i].is_private && f->row[i].outcome == EP_OK)
			return true;
	return false;
}

/* The region that a bucket's host names: BUCKET.s3.REGION.SUFFIX. */
static struct str region_of(const struct endpoint_row *r)
{
	struct str s = r->host;

	if (str_starts(s, r->bucket))
		s = str_skip(s, r->bucket.n + 1);
	(void)str_cut(&s, '.');
	if (str_starts(s, STR("dualstack.")))
		(void)str_cut(&s, '.');
	return str_cut(&s, '.');
}

/* The way to a bucket of another region; true when that is what failed. */
static bool judge_far(const struct facts *f, const struct endpoint_row *r,
                      struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	const struct endpoint_row *near = reach_row(ep, SVC_S3);
	struct str far = region_of(r);

	if (near->outcome != EP_OK || !region_fit(far) ||
	    str_eq(far, ep->region) || r->outcome != EP_TCP_SILENT)
		return false;
	check_raise(out, FIND_S3_BUCKET_FAR_SILENT,
	            STR_FMT " (" STR_FMT ", in " STR_FMT
	                    "): packets vanish; " STR_FMT " answers, and %s",
	            STR_ARG(r->host), STR_ARG(r->address), STR_ARG(far),
	            STR_ARG(near->host),
	            public_answers(ep) ? "other public addresses do"
	                               : "no other public address does");
	reach_names(out, ep, r);
	check_name(out, NAME_VALUE, far);
	if (f->imds.seen.state == SEEN_OK)
		check_name(out, NAME_RESOURCE, f->imds.subnet);
	return true;
}

/* False when the way to it is shut. */
static bool judge_bucket(const struct facts *all, const struct endpoint_row *r,
                         struct findings *out)
{
	const struct fact_endpoints *f = &all->endpoints;
	enum finding_id id = reach_id(r->outcome, &region_ids);

	if (judge_far(all, r, out))
		return false;
	if (id != FIND_NONE) {
		reach_raise(out, FIND_S3_BUCKET_UNREACHABLE, f, r);
	} else if (r->outcome == EP_OK && r->http_status == 404) {
		check_raise(out, FIND_S3_NO_SUCH_BUCKET,
		            "bucket " STR_FMT " does not exist",
		            STR_ARG(r->bucket));
		reach_names(out, f, r);
	} else if (r->bucket_region.n && str_has(r->host, f->region) &&
	           !str_eq(r->bucket_region, f->region)) {
		check_raise(out, FIND_S3_BUCKET_ELSEWHERE,
		            "bucket " STR_FMT " is in " STR_FMT
		            ", this instance in " STR_FMT,
		            STR_ARG(r->bucket), STR_ARG(r->bucket_region),
		            STR_ARG(f->region));
		check_name(out, NAME_BUCKET, r->bucket);
		check_name(out, NAME_VALUE, r->bucket_region);
		check_name(out, NAME_REGION, f->region);
	}
	return id == FIND_NONE;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	const struct endpoint_row *r = reach_row(ep, SVC_S3);
	bool open = true;

	(void)lim;
	if (!r)
		return;
	(void)reach_judge(out, ep, r, &region_ids);
	for (size_t i = 0; i < ep->n; i++)
		if (ep->row[i].kind == EPK_BUCKET)
			open = judge_bucket(f, &ep->row[i], out) && open;
		else if (ep->row[i].kind == EPK_LAYERS && r->outcome == EP_OK)
			(void)reach_judge(out, ep, &ep->row[i], &region_ids);
	if (r->outcome == EP_OK)
		check_raise(out, FIND_S3_OK, STR_FMT, STR_ARG(r->host));
	if (r->outcome == EP_OK && open)
		check_raise(out, FIND_S3_BUCKETS_OK, STR_FMT, STR_ARG(r->host));
}

const struct check check_s3 = {
	.id = "s3",
	.title = "S3 answers, in this region and for the buckets in use",
	.why = "Image layers of ECR, environment files and the agent's own "
	       "download come from S3. A gateway endpoint reaches this "
	       "region's buckets only. That S3 refuses (403) proves the way; "
	       "whether a key may be read is the role's matter.",
	.needs = FACT_BIT(ENDPOINTS),
	.also = FACT_BIT(IMDS),
	.judge = judge,
};
