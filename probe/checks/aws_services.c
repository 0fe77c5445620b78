#include "reach.h"

static const struct {
	enum aws_service service;
	struct reach_ids ids;
} rows[] = {
	{ SVC_ECR,
	  { FIND_ECR_DNS_FAILED, FIND_ECR_SILENT, FIND_ECR_REFUSED,
	    FIND_ECR_TLS_FAILED, FIND_AWS_TROUBLE } },
	{ SVC_ECR_DKR,
	  { FIND_ECR_DNS_FAILED, FIND_ECR_SILENT, FIND_ECR_REFUSED,
	    FIND_ECR_TLS_FAILED, FIND_AWS_TROUBLE } },
	{ SVC_LOGS,
	  { FIND_LOGS_DNS_FAILED, FIND_LOGS_SILENT, FIND_LOGS_REFUSED,
	    FIND_LOGS_TLS_FAILED, FIND_AWS_TROUBLE } },
	{ SVC_STS,
	  { FIND_STS_UNREACHABLE, FIND_STS_UNREACHABLE, FIND_STS_UNREACHABLE,
	    FIND_STS_UNREACHABLE, FIND_AWS_TROUBLE } },
};

static void judge_caller(const struct fact_endpoints *f, struct findings *out)
{
	const struct endpoint_row *r = reach_row(f, SVC_STS);

	if (!r || (r->outcome != EP_BAD_KEY && r->outcome != EP_EXPIRED))
		return;
	check_raise(out, FIND_STS_BAD_TOKEN, STR_FMT " answers " STR_FMT,
	            STR_ARG(r->host), STR_ARG(r->error_code));
	reach_names(out, f, r);
}

/* Three services or more with errors of their own, next to a network that
 * carried them here, are not about this instance. */
static void judge_region(const struct fact_endpoints *f, struct findings *out)
{
	uint32_t asked = 0, ill = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->kind != EPK_API || r->by_proxy || r->overridden ||
		    r->outcome == EP_NOT_ASKED)
			continue;
		asked++;
		ill += r->outcome == EP_SERVER_ERROR;
	}
	if (ill < 3 || ill * 2 < asked)
		return;
	check_raise(out, FIND_AWS_REGION_EVENT,
	            "%u of %u services of " STR_FMT " answer 5xx", ill, asked,
	            STR_ARG(f->region));
	check_name(out, NAME_REGION, f->region);
}

/* What the host's own side of the path says of the first row that it bears
 * on. */
static void judge_path(const struct fact_endpoints *f, struct findings *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->small_passes)
			check_raise(
				out, FIND_BIG_PACKETS_LOST,
				STR_FMT " (" STR_FMT "): %s; in segments of %u "
					"bytes it answers",
				STR_ARG(r->host), STR_ARG(r->address),
				reach_words(r->outcome), ENDPOINTS_SMALL_MSS);
		else if (f->default_route == ROUTE_NONE && !f->v6_only &&
		         (r->outcome == EP_NO_ROUTE ||
		          r->outcome == EP_DNS_SILENT))
			check_raise(out, FIND_DEFAULT_ROUTE_MISSING,
			            STR_FMT ": %s, and the routing table has "
			                    "no default",
			            STR_ARG(r->host), reach_words(r->outcome));
		else
			continue;
		reach_names(out, f, r);
		return;
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	enum finding_id last = FIND_NONE;

	(void)lim;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct endpoint_row *r = reach_row(ep, rows[i].service);
		enum finding_id id =
			r ? reach_id(r->outcome, &rows[i].ids) : FIND_NONE;

		/* ECR's API and its registry are one thing to a reader. */
		if (id != FIND_NONE && id != last)
			reach_raise(out, id, ep, r);
		last = id;
	}
	judge_caller(ep, out);
	judge_region(ep, out);
	judge_path(ep, out);
}

const struct check check_aws_services = {
	.id = "aws_services",
	.title = "ECR, CloudWatch Logs and STS can be reached",
	.why = "Images come from ECR, the awslogs driver writes to CloudWatch "
	       "Logs. With VPC endpoints each needs one of its own.",
	.needs = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
