#include "probe/partition.h"

static const struct partition partitions[] = {
	{ "aws", "amazonaws.com", "api.aws" },
	{ "aws-cn", "amazonaws.com.cn", "api.amazonwebservices.com.cn" },
	{ "aws-us-gov", "amazonaws.com", "api.aws" },
	{ "aws-iso", "c2s.ic.gov", "api.aws.ic.gov" },
	{ "aws-iso-b", "sc2s.sgov.gov", "api.aws.scloud" },
	{ "aws-iso-e", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk" },
	{ "aws-iso-f", "csp.hci.ic.gov", "api.aws.hci.ic.gov" },
	{ "aws-eusc", "amazonaws.eu", "api.amazonwebservices.eu" },
};

/* First match wins: the narrow heads stand above the wide ones. */
static const struct {
	struct str head;
	const char *id;
} heads[] = {
	{ STR_INIT("us-gov-"), "aws-us-gov" },
	{ STR_INIT("us-isob-"), "aws-iso-b" },
	{ STR_INIT("us-isof-"), "aws-iso-f" },
	{ STR_INIT("us-iso-"), "aws-iso" },
	{ STR_INIT("eu-isoe-"), "aws-iso-e" },
	{ STR_INIT("eusc-"), "aws-eusc" },
	{ STR_INIT("cn-"), "aws-cn" },
	{ STR_INIT("us-"), "aws" },
	{ STR_INIT("eu-"), "aws" },
	{ STR_INIT("ap-"), "aws" },
	{ STR_INIT("sa-"), "aws" },
	{ STR_INIT("ca-"), "aws" },
	{ STR_INIT("me-"), "aws" },
	{ STR_INIT("af-"), "aws" },
	{ STR_INIT("il-"), "aws" },
	{ STR_INIT("mx-"), "aws" },
};

const struct partition *partition_by_id(struct str id)
{
	for (size_t i = 0; i < sizeof(partitions) / sizeof(*partitions); i++)
		if (str_eq(id, str_of(partitions[i].id)))
			return &partitions[i];
	return NULL;
}

bool region_fit(struct str region)
{
	if (region.n < 3 || region.n > 32)
		return false;
	for (size_t i = 0; i < region.n; i++) {
		char c = region.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      (c == '-' && i && i + 1 < region.n)))
			return false;
	}
	return true;
}

const struct partition *partition_by_region(struct str region)
{
	if (!region_fit(region))
		return NULL;
	for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++)
		if (str_starts(region, heads[i].head))
			return partition_by_id(str_of(heads[i].id));
	return NULL;
}

/* host: %R region, %S suffix, %D dual-stack suffix, %A account. fips NULL: the
 * plain host is the only one. */
static const struct service {
	const char *name, *env, *host, *fips, *dual, *fips_dual;
} services[SVC_COUNT] = {
	[SVC_ECS] = { "ecs", "ECS", "ecs.%R.%S", "ecs-fips.%R.%S", "ecs.%R.%D",
	              "ecs-fips.%R.%D" },
	[SVC_ACS] = { "ecs-agent", NULL, NULL, NULL, NULL, NULL },
	[SVC_TCS] = { "ecs-telemetry", NULL, NULL, NULL, NULL, NULL },
	[SVC_S3] = { "s3", "S3", "s3.%R.%S", "s3-fips.%R.%S",
	             "s3.dualstack.%R.%S", "s3-fips.dualstack.%R.%S" },
	[SVC_ECR] = { "ecr", "ECR", "api.ecr.%R.%S", "ecr-fips.%R.%S",
	              "ecr.%R.%D", "ecr-fips.%R.%D" },
	[SVC_ECR_DKR] = { "ecr-dkr", NULL, "%A.dkr.ecr.%R.%S",
	                  "%A.dkr.ecr-fips.%R.%S", "%A.dkr-ecr.%R.on.aws",
	                  "%A.dkr-ecr-fips.%R.on.aws" },
	[SVC_LOGS] = { "logs", "CLOUDWATCH_LOGS", "logs.%R.%S",
	               "logs-fips.%R.%S", "logs.%R.%D", "logs-fips.%R.%D" },
	[SVC_MONITORING] = { "monitoring", "CLOUDWATCH", "monitoring.%R.%S",
	                     "monitoring-fips.%R.%S", "monitoring.%R.%D",
	                     "monitoring-fips.%R.%D" },
	[SVC_STS] = { "sts", "STS", "sts.%R.%S", "sts-fips.%R.%S", "sts.%R.%D",
	              "sts-fips.%R.%D" },
	[SVC_EC2] = { "ec2", "EC2", "ec2.%R.%S", "ec2-fips.%R.%S", "ec2.%R.%D",
	              "ec2-fips.%R.%D" },
};

const char *aws_service_name(enum aws_service s)
{
	return services[s].name;
}

const char *aws_service_env(enum aws_service s)
{
	return services[s].env;
}

/* In GovCloud these have no -fips name: the plain one is it. */
static bool plain_is_fips(enum aws_service s, struct str region)
{
	return str_starts(region, STR("us-gov-")) &&
	       (s == SVC_LOGS || s == SVC_MONITORING || s == SVC_STS ||
	        s == SVC_EC2);
}

static const char *pattern_of(enum aws_service s, const struct aws_where *w)
{
	bool fips = w->fips && !plain_is_fips(s, w->region);

	if (w->dual)
		return fips ? services[s].fips_dual : services[s].dual;
	return fips ? services[s].fips : services[s].host;
}

static struct str value_of(char c, const struct aws_where *w)
{
	switch (c) {
	case 'R':
		return w->region;
	case 'S':
		return w->suffix;
	case 'D':
		return w->dual_suffix;
	default:
		return w->account;
	}
}

struct str aws_host(struct arena *a, enum aws_service s,
                    const struct aws_where *w)
{
	const char *pattern = pattern_of(s, w);
	struct str out = { "", 0 };

	if (!pattern || (s == SVC_ECR_DKR && !w->account.n))
		return out;
	for (const char *p = pattern; *p; p++) {
		struct str piece = { p, 1 };

		if (*p == '%')
			piece = value_of(*++p, w);
		out = arena_str(a, STR_FMT STR_FMT, STR_ARG(out),
		                STR_ARG(piece));
	}
	return out;
}

bool bucket_fit(struct str b)
{
	if (b.n < 3 || b.n > 63)
		return false;
	for (size_t i = 0; i < b.n; i++) {
		char c = b.p[i];
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!word && ((c != '-' && c != '.') || !i || i + 1 == b.n))
			return false;
	}
	return true;
}

struct str aws_bucket_url(struct arena *a, struct str bucket,
                          const struct aws_where *w)
{
	struct str host = aws_host(a, SVC_S3, w);

	/* The wildcard certificate covers one label. */
	if (str_has(bucket, STR(".")))
		return arena_str(a, "https://" STR_FMT "/" STR_FMT,
		                 STR_ARG(host), STR_ARG(bucket));
	return arena_str(a, "https://" STR_FMT "." STR_FMT "/", STR_ARG(bucket),
	                 STR_ARG(host));
}

struct str url_host(struct str url)
{
	size_t at = str_find(url, STR("://"));
	struct str host;

	if (at != SIZE_MAX)
		url = str_skip(url, at + 3);
	host = str_cut(&url, '/');
	if (str_find(host, STR("@")) != SIZE_MAX)
		host = str_skip(host, str_find(host, STR("@")) + 1);
	if (str_starts(host, STR("[")))
		return str_between(host, STR("["), STR("]"));
	return str_cut(&host, ':');
}
