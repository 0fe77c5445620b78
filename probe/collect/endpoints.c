/*
 * Two rounds. First all names side by side, then every service side by side;
 * what the signed DiscoverPollEndpoint names (control channel, telemetry), and
 * a bucket's true region, make the second round. Each target is contacted
 * once. Addresses come from our own resolving, so that a dead resolver, a dead
 * route and a dead service are told apart.
 */
#include "lookup.h"
#include "outcome.h"
#include "target.h"

#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/when.h"

/* Parts of the time that is left when each step begins; a step gets no more
 * than its cap. SYNs are sent again after 1 and 3 s. */
enum {
	NAMES_MS = 2000,
	FIRST_MS = 3300,
	SECOND_MS = 2500,
	SMALL_MS = 1500,
	REPLY_BYTES = 16384,
};

static const char *const ecs_headers[] = {
	"Content-Type: application/x-amz-json-1.1",
	"X-Amz-Target: "
	"AmazonEC2ContainerServiceV20141113.DiscoverPollEndpoint",
};
static const char *const ecr_headers[] = {
	"Content-Type: application/x-amz-json-1.1",
	"X-Amz-Target: "
	"AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken",
};
static const char *const logs_headers[] = {
	"Content-Type: application/x-amz-json-1.1",
	"X-Amz-Target: Logs_20140328.DescribeLogGroups",
};
static const char *const form_headers[] = {
	"Content-Type: application/x-www-form-urlencoded; charset=utf-8",
};

struct look {
	struct collect *c;
	struct fact_endpoints *f;
	struct aws_where where;
	int64_t skew[ENDPOINTS_MAX];
	size_t recorded; /* answers, or failures, that were there */
	struct str acs, tcs;
};

static unsigned part(const struct look *l, unsigned cap, unsigned percent)
{
	unsigned left = collect_left_ms(l->c, 60000);
	unsigned some = left / 100 * percent;

	return some < 1 ? 1 : some < cap ? some : cap;
}

/* ---- requests */

static struct str discover_body(struct look *l)
{
	struct buf b = buf_init(l->c->a, 1024);
	struct jsonw w = jsonw_init(&b);
	struct str cluster = target_setting(l->c, "ECS_CLUSTER");

	jsonw_obj(&w, NULL);
	if (cluster.n && cluster.n < 256)
		jsonw_str(&w, "cluster", cluster);
	jsonw_end(&w);
	return buf_str(&b);
}

static void shape(struct look *l, const struct endpoint_row *row,
                  struct http_req *q)
{
	q->method = "POST";
	q->headers = form_headers;
	q->n_headers = 1;
	q->service = aws_service_name(row->service);
	switch (row->service) {
	case SVC_ECS:
		q->headers = ecs_headers;
		q->n_headers = 2;
		q->body = discover_body(l);
		break;
	case SVC_ECR:
		q->headers = ecr_headers;
		q->n_headers = 2;
		q->body = STR("{}");
		break;
	case SVC_LOGS:
		q->headers = logs_headers;
		q->n_headers = 2;
		q->body = STR("{}");
		break;
	case SVC_STS:
		q->body = STR("Action=GetCallerIdentity&Version=2011-06-15");
		break;
	default:
		q->method = row->service == SVC_S3 ? "HEAD" : "GET";
		q->headers = NULL;
		q->n_headers = 0;
		break;
	}
}

static struct http_req request(struct look *l, struct endpoint_row *row,
                               unsigned ms)
{
	struct http_req q = { .url = row->url.p };

	if (row->kind == EPK_TLS)
		q.tls_only = true;
	else
		shape(l, row, &q);
	q.proxy = target_proxy(l->c, row);
	q.pin = q.proxy || !row->resolved ? NULL : row->address.p;
	q.region = l->f->region.p;
	if (row->service == SVC_ECS || row->service == SVC_STS)
		q.sign = l->c->got->imds.cred;
	row->signed_ = q.sign != NULL;
	q.timeout_ms = ms;
	q.max_bytes = REPLY_BYTES;
	/* One URL may stand in for every service. */
	q.tag = row->overridden ? row->name : NULL;
	return q;
}

static void read_discovered(struct look *l, struct str body)
{
	struct err e = { 0 };
	struct json j;

	if (!json_parse(l->c->a, body, 128, &j, &e))
		return;
	l->acs = json_str(&j, json_get(&j, 0, "endpoint"), l->c->a);
	l->tcs = json_str(&j, json_get(&j, 0, "telemetryEndpoint"), l->c->a);
}

static void keep_answer(struct look *l, struct endpoint_row *row,
                        const struct http_resp *r)
{
	int64_t skew;

	if (r->err.os != HOST_UNRECORDED)
		l->recorded++;
	outcome_of_http(l->c->a, r, l->c->got->now_ms, row);
	if (row->outcome == EP_FAILED && r->stage == STAGE_TCP &&
	    row->way.kind > WAY_OPEN)
		row->outcome = EP_NO_ROUTE; /* connect() says EINVAL */
	if (outcome_skew(r, row, &skew) && l->f->skew_n < ENDPOINTS_MAX)
		l->skew[l->f->skew_n++] = skew;
	if (row->outcome != EP_OK)
		return;
	if (row->service == SVC_ECS)
		read_discovered(l, r->body);
	else if (row->service == SVC_STS)
		l->f->role_arn = str_trim(
			str_between(r->body, STR("<Arn>"), STR("</Arn>")));
}

/* Rows from first on whose name is no hindrance. */
static void contact(struct look *l, size_t first, unsigned ms)
{
	struct fact_endpoints *f = l->f;
	struct http_req *q = ARENA_ARRAY(l->c->a, struct http_req, f->n + 1);
	struct http_resp *r;
	size_t of[ENDPOINTS_MAX], n = 0;

	for (size_t i = first; i < f->n; i++) {
		if (f->row[i].outcome != EP_OK)
			continue;
		q[n] = request(l, &f->row[i], ms);
		of[n++] = i;
	}
	if (n == 0)
		return;
	r = ARENA_ARRAY(l->c->a, struct http_resp, n);
	l->c->h->ops->http(l->c->h, l->c->a, q, n, r);
	for (size_t k = 0; k < n; k++)
		keep_answer(l, &f->row[of[k]], &r[k]);
}

/* ---- the second round */

/* A bucket that lives elsewhere is reached elsewhere. */
static void add_far_buckets(struct look *l, size_t first_round)
{
	struct fact_endpoints *f = l->f;
	size_t until = f->n + ENDPOINTS_MAX_FAR;

	for (size_t i = 0; i < first_round && f->n < until; i++) {
		struct endpoint_row *near = &f->row[i], *far;
		struct aws_where w = l->where;

		if (near->kind != EPK_BUCKET || near->outcome != EP_OK ||
		    !region_fit(near->bucket_region) ||
		    str_eq(near->bucket_region, f->region))
			continue;
		w.region = near->bucket_region;
		far = target_add(l->c, f, "s3-bucket", SVC_S3, EPK_BUCKET,
		                 aws_bucket_url(l->c->a, near->bucket, &w));
		if (far)
			far->bucket = near->bucket;
	}
}

static void second_round(struct look *l)
{
	struct fact_endpoints *f = l->f;
	size_t first = f->n;

	(void)target_add(l->c, f, aws_service_name(SVC_ACS), SVC_ACS, EPK_TLS,
	                 l->acs);
	(void)target_add(l->c, f, aws_service_name(SVC_TCS), SVC_TCS, EPK_TLS,
	                 l->tcs);
	add_far_buckets(l, first);
	if (f->n == first)
		return;
	l->recorded += lookup(l->c, l->f, first, part(l, NAMES_MS, 40));
	contact(l, first, part(l, SECOND_MS, 95));
}

/* ---- what a failure leaves to ask */

/* It came further than in the first round. */
static bool passes(const struct endpoint_row *row, const struct http_resp *r)
{
	return r->err.code == ERR_NONE ||
	       (row->outcome == EP_TLS_SILENT && r->stage > STAGE_TLS);
}

/* Does the first silent peer that took our connection answer to small segments,
 * and not to full ones at the same time? Then packets of full size get lost,
 * and nobody tells the sender. One that answers both was only slow. */
static void ask_small(struct look *l)
{
	struct fact_endpoints *f = l->f;

	for (size_t i = 0; i < f->n; i++) {
		struct endpoint_row *row = &f->row[i];
		struct http_resp r[2];
		struct http_req q[2];

		if (row->by_proxy || (row->outcome != EP_TLS_SILENT &&
		                      row->outcome != EP_HTTP_SILENT))
			continue;
		q[0] = request(l, row, part(l, SMALL_MS, 80));
		q[1] = q[0];
		q[0].max_segment = ENDPOINTS_SMALL_MSS;
		q[0].tag = "small";
		q[1].tag = "full";
		l->c->h->ops->http(l->c->h, l->c->a, q, 2, r);
		row->small_passes = passes(row, &r[0]) && !passes(row, &r[1]);
		return;
	}
}

static void name_outcomes(struct fact_endpoints *f)
{
	static const char *const text[EP_COUNT] = {
#define X(id, words) [EP_##id] = words,
		ENDPOINT_OUTCOMES(X)
#undef X
	};

	for (size_t i = 0; i < f->n; i++)
		f->row[i].outcome_text = text[f->row[i].outcome];
}

static void median(struct look *l)
{
	size_t n = l->f->skew_n;

	for (size_t i = 1; i < n; i++)
		for (size_t k = i; k && l->skew[k] < l->skew[k - 1]; k--) {
			int64_t t = l->skew[k];

			l->skew[k] = l->skew[k - 1];
			l->skew[k - 1] = t;
		}
	l->f->skew_ms = n ? l->skew[n / 2] : 0;
}

bool collect_endpoints(struct collect *c, struct fact_endpoints *out,
                       struct err *e)
{
	struct look *l = ARENA_NEW(c->a, struct look);
	struct endpoint_row any = { .service = SVC_ECS,
		                    .url = STR("https://x/"),
		                    .host = STR("x") };
	const char *proxy = target_proxy(c, &any);

	l->c = c;
	l->f = out;
	out->proxy = cfg_proxy_shown(c->a, str_of(proxy));
	out->signed_ = c->got->imds.cred != NULL;
	if (!target_where(c, out, &l->where)) {
		/* Nothing to contact: a fact, for the check to judge. */
		if (c->got->imds.seen.state == SEEN_OK)
			return true;
		return err_set(e, ERR_NOENT,
		               c->got->imds.seen.state == SEEN_ABSENT
		                       ? HOST_UNRECORDED
		                       : 0,
		               "the region is not known");
	}
	out->region = arena_copy(c->a, out->region);
	target_rows(c, &l->where, out);
	l->recorded += lookup(c, out, 0, part(l, NAMES_MS, 30));
	contact(l, 0, part(l, FIRST_MS, 60));
	if (l->recorded == 0)
		return err_set(e, ERR_NOENT, HOST_UNRECORDED,
		               "endpoints: not recorded");
	second_round(l);
	ask_small(l);
	target_route(c, out);
	median(l);
	name_outcomes(out);
	return true;
}
