#include "reach.h"

static const struct reach_ids region_ids = {
	.name = FIND_S3_DNS_FAILED,
	.silent = FIND_S3_SILENT,
	.refused = FIND_S3_REFUSED,
	.tls = FIND_S3_TLS_FAILED,
};

static void judge_bucket(const struct fact_endpoints *f,
                         const struct endpoint_row *r, struct findings *out)
{
	enum finding_id id = reach_id(r->outcome, &region_ids);

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
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	const struct endpoint_row *r = reach_row(ep, SVC_S3);

	(void)lim;
	if (!r)
		return;
	(void)reach_judge(out, ep, r, &region_ids);
	for (size_t i = 0; i < ep->n; i++)
		if (ep->row[i].kind == EPK_BUCKET)
			judge_bucket(ep, &ep->row[i], out);
		else if (ep->row[i].kind == EPK_LAYERS && r->outcome == EP_OK)
			(void)reach_judge(out, ep, &ep->row[i], &region_ids);
	if (r->outcome == EP_OK)
		check_raise(out, FIND_S3_OK, STR_FMT, STR_ARG(r->host));
}

const struct check check_s3 = {
	.id = "s3",
	.title = "S3 answers, in this region and for the buckets in use",
	.why = "Image layers of ECR, environment files and the agent's own "
	       "download come from S3. A gateway endpoint reaches this "
	       "region's buckets only. That S3 refuses (403) proves the way; "
	       "whether a key may be read is the role's matter.",
	.needs = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
