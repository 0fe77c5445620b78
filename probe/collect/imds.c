/*
 * The metadata service in three round trips: the token beside a GET without
 * one, then every document side by side, then those whose path the second
 * trip told (the role's keys, the interface). The plain GET costs nothing
 * extra and tells a lost token (hop limit) from a dead service.
 */
#include "probe/collect.h"

#include "imdsdoc.h"
#include "probe/when.h"

enum {
	ANSWER_MS = 1000, /* the SDKs' own patience */
	AGAIN_MS = 2500,  /* once more, where something at least connects */
	TOKEN_BYTES = 2048,
	TEXT_BYTES = 4096,
	DOC_BYTES = 16384,
};

/* What is asked in the second trip; text ones need no parser. */
enum doc {
	DOC_IDENTITY,
	DOC_REGION,
	DOC_AZ,
	DOC_DOMAIN,
	DOC_PARTITION,
	DOC_INFO,
	DOC_ROLES,
	DOC_MAC,
	DOC_PUBLIC,
	DOC_SPOT,
	DOC_REBALANCE,
	DOC_ASG,
	DOC_EVENTS,
	DOC_LIFE,
	DOC_USER_DATA,
	DOC_COUNT
};
static const struct {
	const char *path;
	size_t max_bytes;
	const char *method;
} docs[DOC_COUNT] = {
	[DOC_IDENTITY] = { "dynamic/instance-identity/document", DOC_BYTES,
	                   NULL },
	[DOC_REGION] = { "meta-data/placement/region", TEXT_BYTES, NULL },
	[DOC_AZ] = { "meta-data/placement/availability-zone", TEXT_BYTES,
	             NULL },
	[DOC_DOMAIN] = { "meta-data/services/domain", TEXT_BYTES, NULL },
	[DOC_PARTITION] = { "meta-data/services/partition", TEXT_BYTES, NULL },
	[DOC_INFO] = { "meta-data/iam/info", DOC_BYTES, NULL },
	[DOC_ROLES] = { "meta-data/iam/security-credentials/", TEXT_BYTES,
	                NULL },
	[DOC_MAC] = { "meta-data/mac", TEXT_BYTES, NULL },
	[DOC_PUBLIC] = { "meta-data/public-ipv4", TEXT_BYTES, NULL },
	[DOC_SPOT] = { "meta-data/spot/instance-action", TEXT_BYTES, NULL },
	[DOC_REBALANCE] = { "meta-data/events/recommendations/rebalance",
	                    TEXT_BYTES, NULL },
	[DOC_ASG] = { "meta-data/autoscaling/target-lifecycle-state",
	              TEXT_BYTES, NULL },
	[DOC_EVENTS] = { "meta-data/events/maintenance/scheduled", DOC_BYTES,
	                 NULL },
	[DOC_LIFE] = { "meta-data/instance-life-cycle", TEXT_BYTES, NULL },
	/* It may hold secrets and is not ours to read. */
	[DOC_USER_DATA] = { "user-data", TEXT_BYTES, "HEAD" },
};

struct imds {
	struct collect *c;
	struct fact_imds *out;
	const char *header[1]; /* the token's; unused with v1 */
	size_t n_headers;
	bool stale; /* a 401 to a token that was just made */
};

static struct http_req request(struct imds *m, const char *path,
                               size_t max_bytes, unsigned timeout_ms)
{
	return (struct http_req){
		.url = arena_str(m->c->a, STR_FMT "/latest/%s",
		                 STR_ARG(m->out->endpoint), path)
		               .p,
		.headers = m->header,
		.n_headers = m->n_headers,
		.timeout_ms = collect_left_ms(m->c, timeout_ms),
		.max_bytes = max_bytes,
	};
}

/* Throttled answers are asked for once more, all of them at once. */
static void ask(struct imds *m, struct http_req *q, size_t n,
                struct http_resp *r)
{
	const struct host_ops *ops = m->c->h->ops;

	ops->http(m->c->h, m->c->a, q, n, r);
	for (size_t i = 0; i < n; i++) {
		if (r[i].status != 429 && r[i].status != 503)
			continue;
		q[i].tag = q[i].tag ? "again2" : "again";
		q[i].timeout_ms = collect_left_ms(m->c, ANSWER_MS);
		ops->http(m->c->h, m->c->a, &q[i], 1, &r[i]);
		if (r[i].status == 429 || r[i].status == 503)
			return;
	}
}

static struct str body_of(const struct http_resp *r)
{
	return r->err.code == ERR_NONE && r->status == 200 ? str_trim(r->body)
	                                                   : (struct str){ 0 };
}

static int status_of(const struct http_resp *r)
{
	return r->err.code == ERR_NONE ? r->status : 0;
}

static struct imds_doc doc_of(const struct http_resp *r)
{
	return (struct imds_doc){
		.status = status_of(r),
		.code = r->err.code,
		.text = body_of(r),
	};
}

static int32_t took(const struct http_resp *r)
{
	return status_of(r) && r->http_ms >= 0
	               ? r->http_ms + (r->tcp_ms > 0 ? r->tcp_ms : 0)
	               : -1;
}

static void first_trip(struct imds *m, unsigned timeout_ms, const char *tag)
{
	static const char *const ttl[] = {
		"X-aws-ec2-metadata-token-ttl-seconds: 300"
	};
	struct fact_imds *f = m->out;
	struct http_req q[2];
	struct http_resp r[2] = { 0 };

	m->n_headers = 0;
	q[0] = request(m, "api/token", TOKEN_BYTES, timeout_ms);
	q[0].method = "PUT";
	q[0].headers = ttl;
	q[0].n_headers = 1;
	q[0].secret = HTTP_TOKEN;
	q[0].tag = tag;
	q[1] = request(m, "meta-data/instance-id", TEXT_BYTES, timeout_ms);
	q[1].tag = tag ? "plain-again" : "plain";
	ask(m, q, 2, r);
	f->put_status = status_of(&r[0]);
	f->put_code = r[0].err.code;
	f->plain_status = status_of(&r[1]);
	f->plain_code = r[1].err.code;
	f->latency_ms = took(&r[0]);
	f->state = imdsdoc_state(f, str_trim(r[0].body), body_of(&r[1]));
	if (f->version == 2) {
		m->header[0] =
			arena_str(m->c->a, "X-aws-ec2-metadata-token: " STR_FMT,
		                  STR_ARG(str_trim(r[0].body)))
				.p;
		m->n_headers = 1;
		f->token = m->header[0];
	}
	/* Connected and then nothing: slow, or the fault; ask longer. */
	if (!tag && f->state == IMDS_SILENT && r[0].stage >= STAGE_HTTP)
		first_trip(m, AGAIN_MS, "again");
}

static void keep_text(struct str *to, struct str text)
{
	if (imdsdoc_plain(text))
		*to = text;
}

static void keep_documents(struct imds *m, const struct http_resp *r)
{
	struct fact_imds *f = m->out;
	struct arena *a = m->c->a;
	struct str first = body_of(&r[DOC_ROLES]);
	int32_t ms = took(&r[DOC_IDENTITY]);

	if (!imdsdoc_identity(a, body_of(&r[DOC_IDENTITY]), f) &&
	    status_of(&r[DOC_IDENTITY]) == 200)
		f->state = IMDS_STRANGE;
	keep_text(&f->region, body_of(&r[DOC_REGION]));
	keep_text(&f->az, body_of(&r[DOC_AZ]));
	keep_text(&f->domain, body_of(&r[DOC_DOMAIN]));
	keep_text(&f->partition, body_of(&r[DOC_PARTITION]));
	keep_text(&f->mac, body_of(&r[DOC_MAC]));
	keep_text(&f->public_ip, body_of(&r[DOC_PUBLIC]));
	keep_text(&f->asg_state, body_of(&r[DOC_ASG]));
	keep_text(&f->life_cycle, body_of(&r[DOC_LIFE]));
	f->iam.info = doc_of(&r[DOC_INFO]);
	(void)imdsdoc_info(a, f->iam.info.text, &f->iam); /* 404 is usual */
	f->iam.list_status = status_of(&r[DOC_ROLES]);
	first = str_trim(str_cut(&first, '\n'));
	if (imdsdoc_role(first))
		f->iam.role = first;
	imdsdoc_spot(a, body_of(&r[DOC_SPOT]), f);
	imdsdoc_rebalance(a, body_of(&r[DOC_REBALANCE]), f);
	imdsdoc_events(a, body_of(&r[DOC_EVENTS]), f);
	f->has_user_data = status_of(&r[DOC_USER_DATA]) == 200;
	if (ms >= 0 && (f->latency_ms < 0 || ms < f->latency_ms))
		f->latency_ms = ms;
	m->stale = status_of(&r[DOC_IDENTITY]) == 401;
}

static void second_trip(struct imds *m)
{
	struct http_req q[DOC_COUNT];
	struct http_resp r[DOC_COUNT] = { 0 };

	for (int i = 0; i < DOC_COUNT; i++) {
		q[i] = request(m, docs[i].path, docs[i].max_bytes, ANSWER_MS);
		q[i].method = docs[i].method;
	}
	ask(m, q, DOC_COUNT, r);
	m->out->documents = true;
	keep_documents(m, r);
}

static void keep_keys(struct imds *m, const struct http_resp *r)
{
	struct aws_cred *cred = ARENA_NEW(m->c->a, struct aws_cred);
	struct imds_iam *iam = &m->out->iam;

	iam->keys = doc_of(r);
	iam->garbled = iam->keys.status == 200 &&
	               !imdsdoc_keys(m->c->a, iam->keys.text, iam, cred);
	if (r->err.code == ERR_LIMIT)
		iam->garbled = true;
	iam->keys.text = (struct str){ 0 }; /* it holds the keys */
	if (iam->complete)
		m->out->cred = cred;
}

static void third_trip(struct imds *m)
{
	struct fact_imds *f = m->out;
	struct str v6 = { NULL, 0 };
	const struct {
		const char *name;
		struct str *to;
		bool list;
	} nic[] = {
		{ "subnet-id", &f->subnet, false },
		{ "vpc-id", &f->vpc, false },
		{ "interface-id", &f->interface_id, false },
		{ "security-group-ids", &f->groups, true },
		{ "vpc-ipv4-cidr-blocks", &f->vpc_cidrs, true },
		{ "vpc-ipv6-cidr-blocks", &v6, true },
	};
	struct http_req q[7];
	struct http_resp r[7] = { 0 };
	size_t n = 0, n_nic = 0;

	if (f->mac.n && f->mac.n <= 32)
		for (; n_nic < sizeof(nic) / sizeof(nic[0]); n_nic++)
			q[n++] = request(
				m,
				arena_str(m->c->a,
			                  "meta-data/network/"
			                  "interfaces/macs/" STR_FMT "/%s",
			                  STR_ARG(f->mac), nic[n_nic].name)
					.p,
				TEXT_BYTES, ANSWER_MS);
	if (f->iam.role.n) {
		q[n] = request(
			m,
			arena_str(m->c->a,
		                  "meta-data/iam/security-credentials/" STR_FMT,
		                  STR_ARG(f->iam.role))
				.p,
			DOC_BYTES, ANSWER_MS);
		q[n++].secret = HTTP_CREDS;
	}
	if (n == 0)
		return;
	ask(m, q, n, r);
	for (size_t i = 0; i < n_nic; i++) {
		struct str text = body_of(&r[i]);

		if (nic[i].list ? !str_has(text, STR("<"))
		                : imdsdoc_plain(text))
			*nic[i].to = text;
	}
	if (v6.n)
		f->vpc_cidrs = arena_str(m->c->a, STR_FMT "\n" STR_FMT,
		                         STR_ARG(f->vpc_cidrs), STR_ARG(v6));
	if (f->iam.role.n)
		keep_keys(m, &r[n - 1]);
}

static void find_endpoint(struct collect *c, struct fact_imds *out)
{
	const struct host_ops *ops = c->h->ops;
	struct str where =
		ops->env(c->h, c->a, "AWS_EC2_METADATA_SERVICE_ENDPOINT");
	struct str mode =
		ops->env(c->h, c->a, "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE");

	out->overridden = where.n > 0;
	out->endpoint = STR("http://169.254.169.254");
	if (str_eq_low(mode, STR("ipv6")))
		out->endpoint = STR("http://[fd00:ec2::254]");
	if (where.n)
		out->endpoint = where;
	while (str_ends(out->endpoint, STR("/")))
		out->endpoint.n--;
}

static void look_around(struct collect *c, struct fact_imds *out)
{
	const struct host_ops *ops = c->h->ops;
	struct file_info info;
	struct err e = { 0 };
	struct str text;

	if (ops->read(c->h, c->a, "/sys/class/dmi/id/sys_vendor", 256, &text,
	              &e))
		out->vendor = str_trim(text);
	if (ops->info(c->h, "/root/.aws/credentials", &info, &e)) {
		out->shared_keys = true;
		out->shared_keys_ms = info.mtime_ms;
	}
}

bool collect_imds(struct collect *c, struct fact_imds *out, struct err *e)
{
	struct imds m = { .c = c, .out = out };

	out->latency_ms = -1;
	out->spot_ms = out->rebalance_ms = WHEN_NONE;
	out->iam.expires_ms = out->iam.updated_ms = WHEN_NONE;
	find_endpoint(c, out);
	look_around(c, out);
	if (str_eq_low(c->h->ops->env(c->h, c->a, "AWS_EC2_METADATA_DISABLED"),
	               STR("true")))
		return true;
	first_trip(&m, ANSWER_MS, NULL);
	if (out->put_code == ERR_NOENT && out->plain_code == ERR_NOENT)
		return err_set(e, ERR_NOENT, HOST_UNRECORDED,
		               "metadata service: not recorded");
	if (!out->version)
		return true;
	second_trip(&m);
	if (m.stale) {
		first_trip(&m, ANSWER_MS, "again");
		if (!out->version)
			return true;
		second_trip(&m);
	}
	if (out->state == IMDS_STRANGE)
		out->documents = false;
	else
		third_trip(&m);
	return true;
}
