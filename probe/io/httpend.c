/* What came back of one request, and what became of it when nothing did. */
#define _GNU_SOURCE /* struct tcp_info */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http.h"

static const struct {
	const char *name;
	size_t at;
} wanted[] = {
#define H(name, member)                                  \
	{                                                \
		name, offsetof(struct http_resp, member) \
	}
	H("date", date),
	H("x-amzn-requestid", request_id),
	H("x-amzn-request-id", request_id),
	H("x-amz-request-id", request_id),
	H("x-amz-bucket-region", bucket_region),
	H("x-amzn-errortype", error_type),
	H("server", server),
	H("content-type", content_type),
	H("api-version", api_version),
	H("x-aws-ec2-metadata-token-ttl-seconds", token_ttl),
#undef H
};
#define N_WANTED (sizeof(wanted) / sizeof(wanted[0]))

static struct str *slot(struct http_resp *r, size_t i)
{
	return (struct str *)(void *)((char *)r + wanted[i].at);
}

size_t http_on_header(char *p, size_t size, size_t count, void *arg)
{
	struct str line = { p, size * count }, name;
	struct xfer *x = arg;

	if (str_starts(line,
	               STR("HTTP/"))) { /* of a new reply: 100, then 200 */
		for (size_t i = 0; i < N_WANTED; i++)
			*slot(x->out, i) = (struct str){ NULL, 0 };
		return size * count;
	}
	name = str_cut(&line, ':');
	line = str_head(str_trim(line), HTTP_HEADER_MAX);
	for (size_t i = 0; i < N_WANTED; i++)
		if (str_eq_low(name, str_of(wanted[i].name)) && line.n &&
		    arena_left(x->a) > 2 * HTTP_HEADER_MAX)
			*slot(x->out, i) = arena_copy(x->a, line);
	return size * count;
}

size_t http_on_body(char *p, size_t size, size_t count, void *arg)
{
	struct xfer *x = arg;
	size_t n = size * count, room = x->q->max_bytes - x->n, cap;
	char *more;

	x->full = n > room;
	if (x->full)
		n = room;
	if (x->n + n > x->cap) {
		cap = x->cap ? x->cap * 2 : 4096;
		while (cap < x->n + n)
			cap *= 2;
		more = realloc(x->body, cap);
		if (!more)
			return 0;
		x->body = more;
		x->cap = cap;
	}
	if (n)
		memcpy(x->body + x->n, p, n);
	x->n += n;
	return x->full ? 0 : n;
}

static int32_t ms_between(curl_off_t from_us, curl_off_t to_us)
{
	curl_off_t us = to_us > from_us ? to_us - from_us : 0;

	return (int32_t)((us + 500) / 1000);
}

static curl_off_t time_of(struct xfer *x, CURLINFO what)
{
	curl_off_t us = 0;

	(void)curl_easy_getinfo(x->c, what, &us);
	return us;
}

/* libcurl tells the time of the TCP connection only when TLS is up as well; the
 * socket knows better. */
int http_on_close(void *arg, curl_socket_t fd)
{
	struct sockaddr_storage peer;
	socklen_t len = sizeof(peer), n;
	struct tcp_info info = { 0 };
	struct xfer *x = arg;

	if (getpeername(fd, (struct sockaddr *)&peer, &len) == 0) {
		x->tcp_up = true;
		n = sizeof(info);
		if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &n) == 0)
			x->rtt_ms = (int32_t)(info.tcpi_rtt / 1000);
	}
	return close(fd);
}

static bool connected(const struct xfer *x, CURLcode rc)
{
	if (rc == CURLE_OPERATION_TIMEDOUT)
		return x->tcp_up;
	return rc != CURLE_COULDNT_CONNECT && rc != CURLE_URL_MALFORMAT &&
	       rc != CURLE_OUT_OF_MEMORY;
}

/* How far it came, and how long each step took. */
static void measure(struct xfer *x, CURLcode rc)
{
	curl_off_t tcp = time_of(x, CURLINFO_CONNECT_TIME_T);
	curl_off_t tls = time_of(x, CURLINFO_APPCONNECT_TIME_T);
	curl_off_t total = time_of(x, CURLINFO_TOTAL_TIME_T);
	struct http_resp *r = x->out;
	long connect_code = 0;

	(void)curl_easy_getinfo(x->c, CURLINFO_HTTP_CONNECTCODE, &connect_code);
	r->dns_ms = r->dns_ms < 0 ? 0 : r->dns_ms;
	if (r->status || (rc == CURLE_OK && x->q->tls_only))
		r->stage = STAGE_DONE;
	else if (!tcp && !connected(x, rc))
		r->stage = STAGE_TCP;
	else if (x->tunnel && connect_code / 100 != 2)
		r->stage = STAGE_PROXY;
	else if (x->tls && !tls)
		r->stage = STAGE_TLS;
	else
		r->stage = STAGE_HTTP;
	if (tcp)
		r->tcp_ms =
			ms_between(time_of(x, CURLINFO_NAMELOOKUP_TIME_T), tcp);
	if (tls)
		r->tls_ms = ms_between(tcp, tls);
	if (r->status)
		r->http_ms = ms_between(tls > tcp ? tls : tcp, total);
}

static const char *const waiting_for[STAGE_COUNT] = {
	[STAGE_NONE] = "nothing",
	[STAGE_DNS] = "the name to resolve",
	[STAGE_TCP] = "a connection",
	[STAGE_PROXY] = "the proxy's answer",
	[STAGE_TLS] = "the TLS handshake",
	[STAGE_HTTP] = "the reply",
	[STAGE_DONE] = "the rest of the reply",
};

/* As OpenSSL numbers it; libcurl checks the name itself. */
enum { VERIFY_OTHER_NAME = 62 };

static bool cut_off(const struct xfer *x, long os)
{
	struct str s = str_of(x->errbuf);

	return os == ECONNRESET || os == EPIPE ||
	       str_has(s, STR("SSL_ERROR_SYSCALL")) ||
	       str_has(s, STR("unexpected eof")) ||
	       str_has(s, STR("onnection reset"));
}

static enum err_code code_of_connect(long os)
{
	return os ? err_code_of_os((int)os) : ERR_REFUSED;
}

static enum err_code code_of(const struct xfer *x, CURLcode rc, long os)
{
	switch (rc) {
	case CURLE_OPERATION_TIMEDOUT:
		return ERR_TIME;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return ERR_DNS;
	case CURLE_COULDNT_CONNECT:
		return code_of_connect(os);
	case CURLE_PROXY:
		return ERR_PROXY;
	case CURLE_SSL_CONNECT_ERROR:
		return cut_off(x, os) ? ERR_RESET : ERR_TLS;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_INITFAILED:
		return ERR_TLS;
	case CURLE_GOT_NOTHING:
	case CURLE_RECV_ERROR:
	case CURLE_SEND_ERROR:
	case CURLE_PARTIAL_FILE:
		return ERR_RESET;
	case CURLE_WRITE_ERROR:
		return x->full ? ERR_LIMIT : ERR_BUSY;
	case CURLE_OUT_OF_MEMORY:
		return ERR_BUSY;
	case CURLE_URL_MALFORMAT:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return ERR_ARG;
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9, not allowed */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
		return ERR_FORM;
	default:
		return ERR_IO;
	}
}

static void say_tls(struct xfer *x, CURLcode rc)
{
	bool other_name = rc == CURLE_PEER_FAILED_VERIFICATION;
	struct err roots = tls_roots_err();
	struct err *e = &x->out->err;

	if (roots.code)
		(void)err_set(e, ERR_TLS, 0, "%s: %s", x->q->url, roots.msg);
	else if (x->verify_err)
		(void)err_set(
			e, ERR_TLS, x->verify_err,
			"%s: certificate not accepted: %s (issuer " STR_FMT ")",
			x->q->url, tls_verify_text(x->verify_err),
			STR_ARG(x->out->issuer));
	else
		(void)err_set(e, ERR_TLS, other_name ? VERIFY_OTHER_NAME : 0,
		              "%s: %s", x->q->url,
		              x->errbuf[0] ? x->errbuf
		                           : curl_easy_strerror(rc));
}

static void say(struct xfer *x, CURLcode rc)
{
	const struct http_req *q = x->q;
	struct err *e = &x->out->err;
	long os = 0, connect_code = 0;
	enum err_code code;

	(void)curl_easy_getinfo(x->c, CURLINFO_OS_ERRNO, &os);
	(void)curl_easy_getinfo(x->c, CURLINFO_HTTP_CONNECTCODE, &connect_code);
	code = code_of(x, rc, os);
	if (x->tunnel && connect_code && connect_code / 100 != 2)
		(void)err_set(e, ERR_PROXY, (int)connect_code,
		              "%s: the proxy %s answered %ld to CONNECT",
		              q->url, x->host, connect_code);
	else if (code == ERR_LIMIT)
		(void)err_set(e, code, 0, "%s: more than %zu bytes", q->url,
		              q->max_bytes);
	else if (code == ERR_TIME)
		(void)err_set(e, code, 0, "%s: %u ms waited for %s", q->url,
		              q->timeout_ms, waiting_for[x->out->stage]);
	else if (code == ERR_TLS)
		say_tls(x, rc);
	else if (code == ERR_FORM || code == ERR_IO)
		(void)err_set(e, code, (int)os, "%s: %s", q->url,
		              x->errbuf[0] ? x->errbuf
		                           : curl_easy_strerror(rc));
	else
		(void)err_set(e, code, (int)os, "%s: %s", q->url,
		              err_text(code));
}

void http_judge(struct xfer *x, CURLcode rc)
{
	struct http_resp *r = x->out;
	const char *ip = NULL;
	long status = 0;

	(void)curl_easy_getinfo(x->c, CURLINFO_RESPONSE_CODE, &status);
	(void)curl_easy_getinfo(x->c, CURLINFO_PRIMARY_IP, &ip);
	r->status = (int)status;
	r->got_ms = live_now_ms(NULL);
	if (ip && *ip && arena_left(x->a) > 128)
		r->address = arena_copy(x->a, str_of(ip));
	measure(x, rc);
	if (rc != CURLE_OK)
		say(x, rc);
	if (x->n > arena_left(x->a) / 8 * 7) {
		(void)err_set(&r->err, ERR_LIMIT, 0, "%s: more than %zu bytes",
		              x->q->url, arena_left(x->a) / 8 * 7);
		x->n = 0;
	}
	r->body = STR("");
	if (x->n)
		r->body = arena_copy(x->a, (struct str){ x->body, x->n });
}
