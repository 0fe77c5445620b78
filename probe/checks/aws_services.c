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
}

const struct check check_aws_services = {
	.id = "aws_services",
	.title = "ECR, CloudWatch Logs and STS can be reached",
	.why = "Images come from ECR, the awslogs driver writes to CloudWatch "
	       "Logs. With VPC endpoints each needs one of its own.",
	.needs = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
