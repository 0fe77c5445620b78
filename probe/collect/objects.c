/*
 * The first byte of each object in use, signed with the instance's role and
 * sent to the bucket's own region over the address that the endpoints' look has
 * tried already. A bucket whose region is not told by HEAD is asked once more
 * where its refusal says that it lives.
 */
#include "objects.h"

#include "buckets.h"
#include "target.h"

enum { OBJECT_MS = 2500, OBJECT_BYTES = 8192 };

struct ask {
	struct object_row *row;
	const struct endpoint_row *by; /* NULL: as the name resolves */
	struct str region;
};

/* ---- the answer */

static bool kms(const struct aws_error *e)
{
	return str_starts(e->code, STR("KMS.")) ||
	       str_has(e->message, STR("perform: kms:")) ||
	       str_has(e->message,
	               STR("ciphertext refers to a customer master key"));
}

static enum object_answer of_error(const struct aws_error *e, int status)
{
	if (kms(e))
		return OBJECT_KMS;
	if (str_eq(e->code, STR("NoSuchKey")))
		return OBJECT_NO_KEY;
	if (str_eq(e->code, STR("NoSuchBucket")))
		return OBJECT_NO_BUCKET;
	if (str_eq(e->code, STR("PermanentRedirect")) ||
	    str_eq(e->code, STR("TemporaryRedirect")) ||
	    str_eq(e->code, STR("AuthorizationHeaderMalformed")) ||
	    str_eq(e->code, STR("IllegalLocationConstraintException")) ||
	    status == 301 || status == 307)
		return OBJECT_ELSEWHERE;
	if (str_eq(e->code, STR("InvalidRange")))
		return OBJECT_READ; /* of an empty object no byte is first */
	switch (aws_error_kind(e, status)) {
	case AWS_ERR_DENIED:
		return OBJECT_DENIED;
	case AWS_ERR_EXPIRED:
	case AWS_ERR_BAD_KEY:
	case AWS_ERR_SIGNATURE:
	case AWS_ERR_SKEW:
		return OBJECT_KEYS_BAD;
	case AWS_ERR_OTHER:
		return e->code.n ? OBJECT_REJECTED : OBJECT_NO_WORD;
	default:
		return OBJECT_NO_WORD; /* throttled, or ill: not of the object
		                        */
	}
}

void object_answer(struct arena *a, const struct http_resp *r,
                   struct object_row *row, struct str *region)
{
	struct aws_error e;

	row->status = r->status;
	row->request_id = r->request_id;
	row->answer = OBJECT_NO_WORD;
	/* Who knows no ranges begins to send all of it: past our cap. */
	if (r->status == 200 || r->status == 206) {
		if (r->request_id.n)
			row->answer = OBJECT_READ;
		return;
	}
	if (r->err.code != ERR_NONE ||
	    (!r->request_id.n && !r->bucket_region.n))
		return;
	e = aws_error_read(a, r->error_type, r->body);
	row->error_code = e.code;
	row->error_message = e.message;
	row->answer = of_error(&e, r->status);
	(void)aws_denial_read(e.message, &row->denial); /* if it is */
	*region = r->bucket_region;
	if (!region->n)
		*region = str_trim(str_between(r->body, STR("<Region>"),
		                               STR("</Region>")));
}

/* ---- the asking */

static const struct endpoint_row *row_of(struct arena *a,
                                         const struct fact_endpoints *f,
                                         struct str bucket, struct str region)
{
	struct str label = arena_str(a, "." STR_FMT ".", STR_ARG(region));

	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->kind == EPK_BUCKET && str_eq(r->bucket, bucket) &&
		    str_has(r->host, label))
			return r;
	}
	return NULL;
}

/* Which row of the endpoints leads to the bucket; false: none does. */
static bool find_way(struct collect *c, struct ask *k)
{
	const struct fact_endpoints *f = &c->got->endpoints;
	const struct endpoint_row *near =
		row_of(c->a, f, k->row->bucket, f->region);

	if (!near || near->outcome != EP_OK)
		return false;
	k->by = near;
	k->region = f->region;
	if (near->http_status == 404) {
		k->row->answer = OBJECT_NO_BUCKET;
		return false;
	}
	if (!region_fit(near->bucket_region) ||
	    str_eq(near->bucket_region, f->region))
		return true;
	k->region = near->bucket_region;
	k->by = row_of(c->a, f, k->row->bucket, k->region);
	return k->by && k->by->outcome == EP_OK;
}

static struct http_req request(struct collect *c, const struct ask *k)
{
	static const char *const headers[] = { "Range: bytes=0-0" };
	struct fact_endpoints f = { 0 };
	struct endpoint_row self = { .service = SVC_S3 };
	struct aws_where w;

	(void)target_where(c, &f, &w); /* it is: the endpoints have a region */
	w.region = k->region;
	self.url = s3ref_url(c->a, aws_bucket_url(c->a, k->row->bucket, &w),
	                     k->row->key);
	self.host = url_host(self.url);
	return (struct http_req){
		.url = self.url.p,
		.headers = headers,
		.n_headers = 1,
		.sign = c->got->imds.cred,
		.service = "s3",
		.region = arena_copy(c->a, k->region).p,
		.proxy = target_proxy(c, &self),
		.pin = k->by && k->by->resolved && !k->by->by_proxy
		               ? k->by->address.p
		               : NULL,
		.timeout_ms = collect_left_ms(c, OBJECT_MS),
		.max_bytes = OBJECT_BYTES,
		.secret = HTTP_DATA,
	};
}

/* One round; those that S3 sends elsewhere are left in k, *n of them. */
static bool ask(struct collect *c, struct ask *k, size_t *n)
{
	struct http_req q[OBJECTS_MAX] = { { 0 } };
	struct http_resp r[OBJECTS_MAX] = { 0 };
	bool recorded = false;
	size_t asked = 0, again = 0;

	for (size_t i = 0; i < *n; i++) {
		q[asked] = request(c, &k[i]);
		if (q[asked].url[0])
			k[asked++] = k[i];
	}
	c->h->ops->http(c->h, c->a, q, asked, r);
	for (size_t i = 0; i < asked; i++) {
		struct str region = { NULL, 0 };
		struct object_row *row = k[i].row;

		recorded = recorded || r[i].err.os != HOST_UNRECORDED;
		row->region = k[i].region;
		object_answer(c->a, &r[i], row, &region);
		if (r[i].err.os == HOST_UNRECORDED)
			row->answer = OBJECT_NOT_ASKED;
		if (row->answer == OBJECT_ELSEWHERE && region_fit(region) &&
		    !str_eq(region, k[i].region))
			k[again++] = (struct ask){ row, NULL, region };
	}
	*n = again;
	return recorded;
}

bool collect_objects(struct collect *c, struct fact_objects *out, struct err *e)
{
	struct bucket_named *named =
		ARENA_ARRAY(c->a, struct bucket_named, BUCKETS_MAX);
	size_t n = buckets_named(c, named), asked = 0;
	struct ask k[OBJECTS_MAX];

	if (c->got->endpoints.seen.state != SEEN_OK) {
		*e = c->got->endpoints.seen.why;
		return err_wrap(e, "objects of S3");
	}
	if (!c->got->endpoints.region.n || !c->got->imds.cred)
		return true; /* no way, or no keys: nothing is said of them */
	for (size_t i = 0; i < n && out->n < OBJECTS_MAX; i++) {
		struct object_row *row = &out->row[out->n];

		if (!named[i].ref.key.n)
			continue;
		*row = (struct object_row){ .bucket = named[i].ref.bucket,
			                    .key = named[i].ref.key,
			                    .from = named[i].from };
		out->n++;
		k[asked].row = row;
		asked += find_way(c, &k[asked]);
	}
	if (asked && !ask(c, k, &asked))
		return err_set(e, ERR_NOENT, HOST_UNRECORDED,
		               "objects of S3: not recorded");
	if (asked)
		(void)ask(c, k, &asked);
	return true;
}
