#include "target.h"

#include "lookup.h"

#include "buckets.h"

struct str target_setting(struct collect *c, const char *key)
{
	struct str v = { NULL, 0 };

	if (c->got->config.seen.state == SEEN_OK)
		v = str_trim(config_value(&c->got->config, key));
	return v.n ? v : str_trim(c->h->ops->env(c->h, c->a, key));
}

static bool yes(struct str v)
{
	return str_eq_low(v, STR("true")) || str_eq(v, STR("1"));
}

bool target_where(struct collect *c, struct fact_endpoints *f,
                  struct aws_where *w)
{
	const struct fact_imds *m = &c->got->imds;
	const struct partition *p;
	struct str set = target_setting(c, "AWS_DEFAULT_REGION");

	if (!set.n)
		set = target_setting(c, "AWS_REGION");
	f->region_from_config = set.n > 0;
	f->region = set.n ? set : m->region;
	p = partition_by_region(f->region);
	if (!p || !f->region_from_config) {
		/* The metadata service knows partitions we do not. */
		const struct partition *said = partition_by_id(m->partition);

		p = said ? said : p;
	}
	if (!region_fit(f->region) || (!p && !m->domain.n)) {
		f->region = (struct str){ NULL, 0 };
		return false;
	}
	f->suffix = p ? str_of(p->suffix) : m->domain;
	f->partition = p ? str_of(p->id) : m->partition;
	f->fips = yes(target_setting(c, "AWS_USE_FIPS_ENDPOINT"));
	lookup_ways(c, f);
	f->dual = f->v6_only ||
	          yes(target_setting(c, "AWS_USE_DUALSTACK_ENDPOINT"));
	*w = (struct aws_where){
		.region = f->region,
		.suffix = f->suffix,
		.dual_suffix = p ? str_of(p->dual_suffix) : m->domain,
		.account = m->account,
		.fips = f->fips,
		.dual = f->dual,
	};
	return true;
}

static bool named(const struct fact_endpoints *f, enum aws_service s,
                  struct str url)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->row[i].service == s && str_eq(f->row[i].url, url))
			return true;
	return false;
}

/* Fit to stand in a URL and in a report. */
static bool url_fit(struct str url)
{
	if (url.n < 10 || url.n > 300)
		return false;
	for (size_t i = 0; i < url.n; i++)
		if (url.p[i] <= ' ' || url.p[i] > '~' || url.p[i] == '"')
			return false;
	return str_starts(url, STR("https://")) ||
	       str_starts(url, STR("http://"));
}

struct endpoint_row *target_add(struct collect *c, struct fact_endpoints *f,
                                const char *name, enum aws_service s,
                                enum endpoint_kind kind, struct str url)
{
	struct endpoint_row *row;

	if (f->n == ENDPOINTS_MAX || !url_fit(url) || named(f, s, url) ||
	    !url_host(url).n)
		return NULL;
	row = &f->row[f->n++];
	*row = (struct endpoint_row){
		.name = name,
		.service = s,
		.kind = kind,
		.url = arena_copy(c->a, url),
		.host = arena_copy(c->a, url_host(url)),
		.dns_ms = -1,
		.tcp_ms = -1,
		.tls_ms = -1,
		.http_ms = -1,
	};
	row->by_proxy = target_proxy(c, row) != NULL;
	return row;
}

/* An endpoint somebody set: for one service, for all, or in ecs.config. */
static struct str override_of(struct collect *c, enum aws_service s)
{
	struct str v = { NULL, 0 };

	if (s == SVC_ECS)
		v = target_setting(c, "ECS_BACKEND_HOST");
	if (!v.n && aws_service_env(s))
		v = target_setting(c, arena_str(c->a, "AWS_ENDPOINT_URL_%s",
		                                aws_service_env(s))
		                              .p);
	if (!v.n && aws_service_env(s))
		v = target_setting(c, "AWS_ENDPOINT_URL");
	if (v.n && !str_has(v, STR("://")))
		v = arena_str(c->a, "https://" STR_FMT, STR_ARG(v));
	return v;
}

struct endpoint_row *target_api(struct collect *c, const struct aws_where *w,
                                struct fact_endpoints *f, enum aws_service s)
{
	struct str set = override_of(c, s), host = aws_host(c->a, s, w);
	struct endpoint_row *row;
	struct str url = set;

	if (!set.n && !host.n)
		return NULL;
	if (!set.n)
		url = arena_str(c->a, "https://" STR_FMT "/%s", STR_ARG(host),
		                s == SVC_ECR_DKR ? "v2/" : "");
	else if (!str_ends(set, STR("/")))
		url = arena_str(c->a, STR_FMT "/", STR_ARG(set));
	row = target_add(c, f, aws_service_name(s), s, EPK_API, url);
	if (row)
		row->overridden = set.n > 0;
	return row;
}

static void add_bucket(struct collect *c, const struct aws_where *w,
                       struct fact_endpoints *f, const char *name,
                       enum endpoint_kind kind, struct str bucket)
{
	struct endpoint_row *row;

	if (!bucket_fit(bucket) || override_of(c, SVC_S3).n)
		return;
	row = target_add(c, f, name, SVC_S3, kind,
	                 aws_bucket_url(c->a, bucket, w));
	if (row)
		row->bucket = arena_copy(c->a, bucket);
}

static void add_named_buckets(struct collect *c, const struct aws_where *w,
                              struct fact_endpoints *f)
{
	struct bucket_named *named =
		ARENA_ARRAY(c->a, struct bucket_named, BUCKETS_MAX);
	size_t n = buckets_named(c, named), used = f->n + ENDPOINTS_MAX_BUCKETS;

	for (size_t i = 0; i < n && f->n < used; i++)
		add_bucket(c, w, f, "s3-bucket", EPK_BUCKET,
		           named[i].ref.bucket);
}

void target_rows(struct collect *c, const struct aws_where *w,
                 struct fact_endpoints *f)
{
	static const enum aws_service apis[] = {
		SVC_ECS, SVC_S3, SVC_ECR, SVC_ECR_DKR, SVC_LOGS, SVC_STS
	};

	f->row = ARENA_ARRAY(c->a, struct endpoint_row, ENDPOINTS_MAX);
	for (size_t i = 0; i < sizeof(apis) / sizeof(*apis); i++)
		(void)target_api(c, w, f, apis[i]);
	add_bucket(c, w, f, "s3-layers", EPK_LAYERS,
	           arena_str(c->a, "prod-" STR_FMT "-starport-layer-bucket",
	                     STR_ARG(w->region)));
	add_named_buckets(c, w, f);
}

struct endpoint_row *target_ec2(struct collect *c, const struct aws_where *w,
                                struct fact_endpoints *f)
{
	f->row = ARENA_ARRAY(c->a, struct endpoint_row, ENDPOINTS_MAX);
	(void)target_api(c, w, f, SVC_EC2);
	return f->n ? &f->row[0] : NULL;
}

/* The value with user and password, which facts do not hold: the agent logs in
 * with them, so a look without would be refused where the agent is not. */
static struct str with_login(struct collect *c, const char *key,
                             struct str shown)
{
	size_t used = c->a->used, n = 0;
	struct cfg_doc doc;
	struct str text, v;
	char line[512];
	struct err e;

	if (c->got->config.seen.state == SEEN_OK &&
	    c->h->ops->read(c->h, c->a, c->got->config.file[CONFIG_ETC].path,
	                    CFG_MAX_BYTES, &text, &e)) {
		cfg_read(c->a, text, &doc);
		v = str_trim(cfg_agent_value(&doc, str_of(key)));
		if (v.n && v.n < sizeof(line) &&
		    str_eq(str_trim(cfg_proxy_shown(c->a, v)), shown)) {
			memcpy(line, v.p, v.n);
			n = v.n;
		}
	}
	c->a->used = used; /* nothing of the file is kept */
	return n ? arena_copy(c->a, (struct str){ line, n }) : shown;
}

/* HTTP_PROXY in either spelling: Go reads both. */
static struct str proxy_setting(struct collect *c, const char *upper,
                                const char *lower)
{
	struct str v = target_setting(c, upper);

	if (v.n)
		return with_login(c, upper, v);
	v = target_setting(c, lower);
	return v.n ? with_login(c, lower, v) : v;
}

/* The agent's own calls to ECS fall back to HTTP_PROXY; the SDK's clients do
 * not, for an https target. */
const char *target_proxy(struct collect *c, const struct endpoint_row *row)
{
	bool ecs = row->service == SVC_ECS || row->service == SVC_ACS ||
	           row->service == SVC_TCS;
	bool plain = str_starts(row->url, STR("http://"));
	struct str v = { NULL, 0 };

	if (!plain)
		v = proxy_setting(c, "HTTPS_PROXY", "https_proxy");
	if (!v.n && (ecs || plain))
		v = proxy_setting(c, "HTTP_PROXY", "http_proxy");
	if (!v.n || no_proxy_matches(proxy_setting(c, "NO_PROXY", "no_proxy"),
	                             row->host))
		return NULL;
	if (!str_has(v, STR("://")))
		v = arena_str(c->a, "http://" STR_FMT, STR_ARG(v));
	return arena_copy(c->a, v).p;
}
