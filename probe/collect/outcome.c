#include "outcome.h"

#include "probe/when.h"

/* What X.509 verification says, as it stands in err.os of an ERR_TLS. */
enum {
	X509_NOT_YET = 9,
	X509_EXPIRED = 10,
	X509_NAME = 62,
};

enum endpoint_outcome outcome_of_dns(const struct dns_result *r)
{
	bool answered = false, asked = false;

	if (r->err.code == ERR_NONE)
		return EP_OK;
	if (r->err.os == HOST_UNRECORDED)
		return EP_NOT_ASKED;
	if (r->n_tries == 0 && r->err.code == ERR_BUSY)
		return EP_FAILED;
	for (size_t i = 0; i < r->n_tries; i++) {
		const struct dns_try *t = &r->tries[i];

		asked = asked || t->code != ERR_BUSY;
		if (t->code != ERR_NONE)
			continue;
		answered = true;
		if (t->rcode == 0 || t->rcode == 3)
			return EP_NAME_MISSING;
	}
	if (answered || r->n_tries == 0)
		return EP_NAME_FAILED;
	return asked ? EP_DNS_SILENT : EP_FAILED;
}

static enum endpoint_outcome of_tls(const struct http_resp *r, int64_t now_ms)
{
	if (r->err.code == ERR_TIME)
		return EP_TLS_SILENT;
	if (r->err.code == ERR_RESET)
		return EP_RESET;
	if (r->err.os == X509_EXPIRED || r->err.os == X509_NOT_YET)
		return EP_TLS_EXPIRED;
	if (r->err.os == X509_NAME)
		return EP_TLS_NAME;
	if (r->cert_expires_ms != WHEN_NONE && r->cert_expires_ms != 0 &&
	    r->cert_expires_ms < now_ms)
		return EP_TLS_EXPIRED;
	return r->err.os > 0 ? EP_TLS_UNTRUSTED : EP_TLS_FAILED;
}

static enum endpoint_outcome of_tcp(const struct http_resp *r, bool by_proxy)
{
	switch (r->err.code) {
	case ERR_TIME:
		return by_proxy ? EP_PROXY_SILENT : EP_TCP_SILENT;
	case ERR_REFUSED:
	case ERR_RESET:
		return by_proxy ? EP_PROXY_REFUSED : EP_TCP_REFUSED;
	case ERR_UNREACH:
	case ERR_PERM: /* a local rule that rejects */
		return by_proxy ? EP_PROXY_SILENT : EP_NO_ROUTE;
	default:
		return EP_FAILED;
	}
}

/* No status line came. */
static enum endpoint_outcome of_failure(const struct http_resp *r,
                                        int64_t now_ms, bool by_proxy)
{
	if (r->err.os == HOST_UNRECORDED)
		return EP_NOT_ASKED;
	if (r->err.code == ERR_PROXY)
		return EP_PROXY_DENIES;
	switch (r->stage) {
	case STAGE_NONE:
		return EP_FAILED;
	case STAGE_DNS:
		return by_proxy                  ? EP_PROXY_NAME
		       : r->err.code == ERR_TIME ? EP_DNS_SILENT
		                                 : EP_NAME_FAILED;
	case STAGE_TCP:
		return of_tcp(r, by_proxy);
	case STAGE_PROXY:
		return r->err.code == ERR_TIME ? EP_PROXY_SILENT
		                               : EP_PROXY_DENIES;
	case STAGE_TLS:
		return of_tls(r, now_ms);
	default:
		return r->err.code == ERR_TIME    ? EP_HTTP_SILENT
		       : r->err.code == ERR_LIMIT ? EP_STRANGER
		                                  : EP_CUT;
	}
}

static enum endpoint_outcome of_error(const struct aws_error *e, int status)
{
	switch (aws_error_kind(e, status)) {
	case AWS_ERR_UNSIGNED:
		return EP_OK; /* the way is free, and that was the question */
	case AWS_ERR_DENIED:
		return EP_DENIED;
	case AWS_ERR_EXPIRED:
		return EP_EXPIRED;
	case AWS_ERR_BAD_KEY:
		return EP_BAD_KEY;
	case AWS_ERR_SIGNATURE:
		return EP_BAD_SIGNATURE;
	case AWS_ERR_SKEW:
		return EP_SKEWED;
	case AWS_ERR_THROTTLED:
		return EP_THROTTLED;
	case AWS_ERR_SERVER:
		return EP_SERVER_ERROR;
	default:
		return EP_REJECTED;
	}
}

/* A reply without any sign of AWS is somebody else's. */
static bool from_aws(const struct http_resp *r, const struct endpoint_row *row)
{
	if (r->request_id.n || r->error_type.n || r->bucket_region.n)
		return true;
	if (row->service == SVC_ECR_DKR)
		return r->status == 401 || r->status == 403;
	return r->status >= 400 && row->error_code.n &&
	       !str_starts(r->content_type, STR("text/html"));
}

static enum endpoint_outcome of_status(const struct http_resp *r,
                                       const struct endpoint_row *row)
{
	const struct aws_error e = { row->error_code, row->error_message };

	if (!from_aws(r, row))
		return r->status >= 500 && !row->by_proxy ? EP_SERVER_ERROR
		                                          : EP_STRANGER;
	if (row->service == SVC_S3 || row->service == SVC_ECR_DKR)
		/* unsigned: any word of theirs says that the way is free */
		return r->status == 503 && row->kind == EPK_API
		               ? EP_SERVER_ERROR
		               : EP_OK;
	if (r->status >= 200 && r->status < 300)
		return EP_OK;
	return of_error(&e, r->status);
}

void outcome_of_http(struct arena *a, const struct http_resp *r, int64_t now_ms,
                     struct endpoint_row *row)
{
	struct aws_error e;

	row->code = r->err.code;
	row->proxy_status =
		r->err.code == ERR_PROXY && r->err.os > 0 ? r->err.os : 0;
	row->http_status = r->status;
	row->request_id = r->request_id;
	row->bucket_region = r->bucket_region;
	row->issuer = r->issuer;
	row->subject = r->subject;
	row->cert_expires_ms = r->cert_expires_ms;
	if (r->address.n)
		row->address = r->address;
	if (row->dns_ms < 0)
		row->dns_ms = r->dns_ms;
	row->tcp_ms = r->tcp_ms;
	row->tls_ms = r->tls_ms;
	row->http_ms = r->http_ms;
	if (r->err.code != ERR_NONE) {
		row->outcome = of_failure(r, now_ms, row->by_proxy);
		return;
	}
	if (row->kind == EPK_TLS) {
		row->outcome = EP_OK;
		return;
	}
	e = aws_error_read(a, r->error_type, r->body);
	if (r->status >= 300) {
		row->error_code = e.code;
		row->error_message = e.message;
		(void)aws_denial_read(e.message, &row->denial); /* if it is */
	}
	row->outcome = of_status(r, row);
}

bool outcome_is_aws(enum endpoint_outcome o)
{
	return o == EP_OK || (o >= EP_DENIED && o <= EP_REJECTED);
}

bool outcome_skew(const struct http_resp *r, const struct endpoint_row *row,
                  int64_t *ms)
{
	int64_t date = r->date.n ? when_parse_http(r->date) : WHEN_NONE;
	int64_t back = r->http_ms > 0 ? r->http_ms / 2 : 0;

	if (date == WHEN_NONE || !outcome_is_aws(row->outcome) || !r->got_ms)
		return false;
	/* Date is cut to the second: on average half a one is missing. */
	*ms = date + 500 - (r->got_ms - back);
	return true;
}
