/* The small texts of a recording: lines of "key value", or of columns parted
 * by tabs. Unknown keys and columns are passed over. */
#include <stddef.h>

#include "probe/text.h"
#include "rec.h"

#define FIELD_MAX 1024 /* bytes of outside text in one line */

/* One line's worth of outside text: no line break may get in. */
static void put_line(struct buf *b, const char *key, struct str v)
{
	size_t from;

	if (!v.n)
		return;
	(void)buf_fmt(b, "%s ", key);
	from = b->n;
	(void)buf_add(b, str_head(v, FIELD_MAX));
	for (size_t i = from; i < b->n; i++)
		if ((unsigned char)b->p[i] < ' ')
			b->p[i] = ' ';
	(void)buf_char(b, '\n');
}

static const char *const stages[STAGE_COUNT] = {
	[STAGE_NONE] = "NONE",   [STAGE_DNS] = "DNS", [STAGE_TCP] = "TCP",
	[STAGE_PROXY] = "PROXY", [STAGE_TLS] = "TLS", [STAGE_HTTP] = "HTTP",
	[STAGE_DONE] = "DONE",
};

static enum http_stage stage_of(struct str s)
{
	for (unsigned i = 0; i < STAGE_COUNT; i++)
		if (str_eq(s, str_of(stages[i])))
			return (enum http_stage)i;
	return STAGE_NONE;
}

static void put_error(struct buf *b, const char *key, const struct err *err)
{
	if (err->code == ERR_NONE)
		return;
	(void)buf_fmt(b, "%s%s %d", key, err_name(err->code), err->os);
	if (err->msg[0])
		put_line(b, "", str_of(err->msg));
	else
		(void)buf_char(b, '\n');
}

struct str rec_put_err(struct arena *a, const struct err *err)
{
	struct buf b = buf_init(a, 512);

	put_error(&b, "", err);
	return buf_str(&b);
}

void rec_get_err(struct str line, struct err *err)
{
	struct str code, os;
	int64_t n = 0;

	line = str_cut(&line, '\n');
	code = str_cut(&line, ' ');
	os = str_cut(&line, ' ');
	(void)str_i64(os, &n);
	line = str_trim(line);
	(void)err_set(err, err_code_of(code.p ? code.p : "", code.n),
	              n > -4096 && n < 4096 ? (int)n : 0, STR_FMT,
	              STR_ARG(str_head(line, sizeof(err->msg) - 1)));
}

/* The headers of struct http_resp by the keys they have in a head. */
static const struct {
	const char *key;
	size_t at;
} fields[] = {
#define F(key, member)                                  \
	{                                               \
		key, offsetof(struct http_resp, member) \
	}
	F("address", address),           F("date", date),
	F("request-id", request_id),     F("bucket-region", bucket_region),
	F("error-type", error_type),     F("server", server),
	F("content-type", content_type), F("api-version", api_version),
	F("token-ttl", token_ttl),       F("issuer", issuer),
	F("subject", subject),
#undef F
};
#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

static struct str *field(struct http_resp *r, size_t i)
{
	return (struct str *)(void *)((char *)r + fields[i].at);
}

struct str rec_put_http(struct arena *a, const struct http_resp *r)
{
	struct buf b = buf_init(a, 2048 + N_FIELDS * (FIELD_MAX + 32));
	struct http_resp copy = *r;

	put_error(&b, "error ", &r->err);
	if (r->status)
		(void)buf_fmt(&b, "status %d\n", r->status);
	(void)buf_fmt(&b, "stage %s\nms %d %d %d %d\ngot %lld\n",
	              stages[r->stage < STAGE_COUNT ? r->stage : 0], r->dns_ms,
	              r->tcp_ms, r->tls_ms, r->http_ms, (long long)r->got_ms);
	if (r->cert_expires_ms != INT64_MIN)
		(void)buf_fmt(&b, "expires %lld\n",
		              (long long)r->cert_expires_ms);
	for (size_t i = 0; i < N_FIELDS; i++)
		put_line(&b, fields[i].key, *field(&copy, i));
	(void)buf_char(&b, '\n');
	return buf_str(&b);
}

static void get_i32(struct str *rest, int32_t *out)
{
	int64_t v;

	if (str_i64(str_cut(rest, ' '), &v) && v >= -1 && v < INT32_MAX)
		*out = (int32_t)v;
}

/* How far a failure must have come when a head doesn't say. */
static enum http_stage stage_guess(const struct http_resp *r, bool tls)
{
	switch (r->err.code) {
	case ERR_NONE:
	case ERR_LIMIT:
		return STAGE_DONE;
	case ERR_DNS:
		return STAGE_DNS;
	case ERR_TLS:
		return STAGE_TLS;
	case ERR_PROXY:
		return STAGE_PROXY;
	case ERR_RESET:
		return tls ? STAGE_TLS : STAGE_HTTP;
	default:
		return STAGE_TCP;
	}
}

/* Steps not told are 0 as far as the attempt came, -1 beyond. */
static void times_guess(struct http_resp *r, bool tls)
{
	r->dns_ms = r->stage > STAGE_NONE ? 0 : -1;
	r->tcp_ms = r->stage > STAGE_TCP ? 0 : -1;
	r->tls_ms = tls && r->stage > STAGE_TLS ? 0 : -1;
	r->http_ms = r->stage == STAGE_DONE ? 0 : -1;
}

static void get_http_line(struct str key, struct str v, struct http_resp *r,
                          struct str *ms)
{
	int64_t n;

	if (str_eq(key, STR("error")))
		rec_get_err(v, &r->err);
	else if (str_eq(key, STR("status")) && str_i64(str_trim(v), &n) &&
	         n > 0 && n < 1000)
		r->status = (int)n;
	else if (str_eq(key, STR("stage")))
		r->stage = stage_of(str_trim(v));
	else if (str_eq(key, STR("ms")))
		*ms = v;
	else if (str_eq(key, STR("got")))
		(void)str_i64(v, &r->got_ms);
	else if (str_eq(key, STR("expires")))
		(void)str_i64(v, &r->cert_expires_ms);
	for (size_t i = 0; i < N_FIELDS; i++)
		if (str_eq(key, str_of(fields[i].key)))
			*field(r, i) = v;
}

bool rec_get_http(struct str text, const char *url, struct http_resp *r)
{
	bool tls = str_starts(str_of(url), STR("https:"));
	struct str ms = { NULL, 0 };

	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct str key;

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!line.n)
			break;
		key = str_cut(&line, ' ');
		get_http_line(key, line, r, &ms);
	}
	r->body = text;
	if (r->stage == STAGE_NONE && (r->status || r->err.code))
		r->stage = stage_guess(r, tls);
	times_guess(r, tls);
	get_i32(&ms, &r->dns_ms);
	get_i32(&ms, &r->tcp_ms);
	get_i32(&ms, &r->tls_ms);
	get_i32(&ms, &r->http_ms);
	/* A status, a failure, or a handshake that was all that was asked. */
	return r->status || r->err.code || r->stage == STAGE_DONE;
}

/* Which types a server answered for. */
static const char *const types[4] = { "-", "A", "AAAA", "A,AAAA" };

struct str rec_put_dns(struct arena *a, const struct dns_result *r)
{
	struct buf b = buf_init(a, 4096);

	put_error(&b, "error ", &r->err);
	if (r->from_hosts_file)
		(void)buf_add(&b, STR("hosts-file\n"));
	(void)buf_fmt(&b, "ms %d\n", r->ms);
	for (size_t i = 0; i < r->n_addr && i < DNS_MAX_ADDR; i++)
		put_line(&b, "addr", r->addr[i]);
	for (size_t i = 0; i < r->n_tries && i < DNS_MAX_SERVERS; i++)
		(void)buf_fmt(&b, "try " STR_FMT " %s %d %d %s\n",
		              STR_ARG(r->tries[i].server),
		              err_name(r->tries[i].code), r->tries[i].rcode,
		              r->tries[i].ms,
		              types[r->tries[i].a + 2 * r->tries[i].aaaa]);
	return buf_str(&b);
}

static void get_try(struct str v, struct dns_result *r)
{
	struct dns_try *t;
	struct str code;

	if (r->n_tries == DNS_MAX_SERVERS)
		return;
	t = &r->tries[r->n_tries++];
	t->server = str_cut(&v, ' ');
	code = str_cut(&v, ' ');
	t->code = err_code_of(code.p ? code.p : "", code.n);
	get_i32(&v, &t->rcode);
	get_i32(&v, &t->ms);
	/* not said: an answer is one for both */
	t->a = t->aaaa =
		!v.p && t->code == ERR_NONE && (t->rcode == 0 || t->rcode == 3);
	for (unsigned i = 0; v.p && i < 4; i++)
		if (str_eq(str_trim(v), str_of(types[i]))) {
			t->a = i & 1;
			t->aaaa = i & 2;
		}
}

bool rec_get_dns(struct str text, struct dns_result *r)
{
	while (text.n) {
		struct str v = str_cut(&text, '\n');
		struct str key = str_cut(&v, ' ');

		v = str_trim(v);
		if (str_eq(key, STR("error")))
			rec_get_err(v, &r->err);
		else if (str_eq(key, STR("hosts-file")))
			r->from_hosts_file = true;
		else if (str_eq(key, STR("ms")))
			get_i32(&v, &r->ms);
		else if (str_eq(key, STR("addr")) && r->n_addr < DNS_MAX_ADDR)
			r->addr[r->n_addr++] = v;
		else if (str_eq(key, STR("try")))
			get_try(v, r);
	}
	return r->n_addr || r->err.code;
}

void rec_mask_body(enum http_secret kind, char *p, size_t n)
{
	if (kind == HTTP_TOKEN)
		memset(p, '*', n);
	else
		redact_mask(p, n);
}
