/* What libcurl is told about one request. */
#include "http.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Host and port of a URL; the host without brackets. */
static bool url_parts(const char *url, unsigned flags, char host[HTTP_HOST_MAX],
                      unsigned *port, bool *tls)
{
	CURLU *u = curl_url();
	char *name = NULL, *num = NULL, *scheme = NULL;
	struct str s;
	uint64_t n = 0;
	bool ok = false;

	if (!u || curl_url_set(u, CURLUPART_URL, url, flags) ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) ||
	    curl_url_get(u, CURLUPART_HOST, &name, 0))
		goto out;
	*tls = strcmp(scheme, "https") == 0;
	*port = *tls ? 443 : strcmp(scheme, "http") == 0 ? 80 : 1080;
	if (curl_url_get(u, CURLUPART_PORT, &num, 0) == CURLUE_OK &&
	    str_u64(str_of(num), &n))
		*port = (unsigned)n;
	s = str_of(name);
	if (str_starts(s, STR("[")) && s.n > 2)
		s = (struct str){ s.p + 1, s.n - 2 };
	ok = s.n > 0 && s.n < HTTP_HOST_MAX;
	if (ok) {
		memcpy(host, s.p, s.n);
		host[s.n] = '\0';
	}
out:
	curl_free(name);
	curl_free(num);
	curl_free(scheme);
	curl_url_cleanup(u);
	return ok;
}

bool http_parse(struct xfer *x, struct err *e)
{
	const struct http_req *q = x->q;
	bool proxy_tls;

	if (!str_starts(str_of(q->url), STR("http://")) &&
	    !str_starts(str_of(q->url), STR("https://")))
		return err_set(e, ERR_ARG, 0, "%s: not http or https", q->url);
	if (!url_parts(q->url, 0, x->host, &x->port, &x->tls))
		return err_set(e, ERR_ARG, 0, "%s: not a URL", q->url);
	if (q->proxy && !q->unix_path) {
		x->tunnel = x->tls;
		if (!url_parts(q->proxy,
		               CURLU_DEFAULT_SCHEME | CURLU_NON_SUPPORT_SCHEME,
		               x->host, &x->port, &proxy_tls))
			return err_set(e, ERR_ARG, 0,
			               "the proxy's address is not a URL");
	}
	return true;
}

static void add(struct curl_slist **list, const char *line)
{
	struct curl_slist *more = curl_slist_append(*list, line);

	if (more) /* without memory the request goes out with less */
		*list = more;
}

static bool has_header(const struct http_req *q, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < q->n_headers; i++) {
		struct str h = str_of(q->headers[i]);

		if (h.n > len && h.p[len] == ':' &&
		    str_eq_low(str_head(h, len), str_of(name)))
			return true;
	}
	return false;
}

/* Address and name go their own ways: the name is resolved by us (libcurl's
 * resolver would block the whole batch), the pin replaces it. */
static void set_address(struct xfer *x, const struct dns_result *names)
{
	char line[HTTP_HOST_MAX + 64 * DNS_MAX_ADDR];
	struct buf b = { line, 0, sizeof(line), false };
	const struct http_req *q = x->q;

	if (q->unix_path) {
		(void)curl_easy_setopt(x->c, CURLOPT_UNIX_SOCKET_PATH,
		                       q->unix_path);
	} else if (q->pin && !q->proxy) {
		(void)buf_fmt(
			&b, strchr(q->pin, ':') ? "::[%s]:" : "::%s:", q->pin);
		add(&x->connect_to, line);
		(void)curl_easy_setopt(x->c, CURLOPT_CONNECT_TO, x->connect_to);
	} else if (names) {
		(void)buf_fmt(&b, "%s:%u:", x->host, x->port);
		for (size_t i = 0; i < names->n_addr; i++) {
			bool v6 = str_has(names->addr[i], STR(":"));

			(void)buf_fmt(&b, v6 ? "%s[" STR_FMT "]" : "%s" STR_FMT,
			              i ? "," : "", STR_ARG(names->addr[i]));
		}
		add(&x->resolve, line);
		(void)curl_easy_setopt(x->c, CURLOPT_RESOLVE, x->resolve);
	}
}

static void set_method(struct xfer *x)
{
	const struct http_req *q = x->q;
	const char *m = q->method ? q->method : "GET";
	bool get = strcmp(m, "GET") == 0;

	if (strcmp(m, "HEAD") == 0) {
		(void)curl_easy_setopt(x->c, CURLOPT_NOBODY, 1L);
	} else if (!get || q->body.n) {
		(void)curl_easy_setopt(x->c, CURLOPT_POSTFIELDSIZE_LARGE,
		                       (curl_off_t)q->body.n);
		(void)curl_easy_setopt(x->c, CURLOPT_POSTFIELDS,
		                       q->body.n ? q->body.p : "");
		(void)curl_easy_setopt(x->c, CURLOPT_CUSTOMREQUEST, m);
		if (!has_header(q, "Content-Type"))
			add(&x->headers, "Content-Type:");
	}
	if (q->tls_only)
		(void)curl_easy_setopt(x->c, CURLOPT_CONNECT_ONLY, 1L);
}

static bool set_sign(struct xfer *x, struct err *e)
{
	const struct http_req *q = x->q;
	char line[128], hex[65];

	if (!q->sign)
		return true;
	if (!q->service || !q->region ||
	    snprintf(line, sizeof(line), "aws:amz:%s:%s", q->region,
	             q->service) >= (int)sizeof(line))
		return err_set(e, ERR_ARG, 0, "%s: no signing scope", q->url);
	(void)curl_easy_setopt(x->c, CURLOPT_AWS_SIGV4, line);
	(void)curl_easy_setopt(x->c, CURLOPT_USERNAME,
	                       arena_copy(x->a, q->sign->key_id).p);
	(void)curl_easy_setopt(x->c, CURLOPT_PASSWORD,
	                       arena_copy(x->a, q->sign->secret).p);
	if (q->sign->token.n)
		add(&x->headers,
		    arena_str(x->a, "x-amz-security-token: " STR_FMT,
		              STR_ARG(q->sign->token))
		            .p);
	if (strcmp(q->service, "s3") == 0) {
		tls_sha256_hex(q->body, hex);
		(void)snprintf(line, sizeof(line), "x-amz-content-sha256: %s",
		               hex);
		add(&x->headers, line);
	}
	return true;
}

static void set_proxy(struct xfer *x)
{
	const struct http_req *q = x->q;
	bool on = q->proxy && !q->unix_path;

	(void)curl_easy_setopt(x->c, CURLOPT_PROXY, on ? q->proxy : "");
	(void)curl_easy_setopt(x->c, CURLOPT_NOPROXY, on ? "" : "*");
	(void)curl_easy_setopt(x->c, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (on)
		(void)curl_easy_setopt(x->c, CURLOPT_PROXYPORT, (long)x->port);
	if (x->tunnel)
		(void)curl_easy_setopt(x->c, CURLOPT_HTTPPROXYTUNNEL, 1L);
}

static void set_tls(struct xfer *x)
{
	(void)curl_easy_setopt(x->c, CURLOPT_CAINFO, NULL);
	(void)curl_easy_setopt(x->c, CURLOPT_CAPATH, NULL);
	(void)curl_easy_setopt(x->c, CURLOPT_SSL_CTX_FUNCTION, tls_on_ctx);
	(void)curl_easy_setopt(x->c, CURLOPT_SSL_CTX_DATA, x);
	/* A resumed session would show no certificate. */
	(void)curl_easy_setopt(x->c, CURLOPT_SSL_SESSIONID_CACHE, 0L);
}

/* Before the SYN: it tells the peer how much to send at once, too. */
static int on_socket(void *arg, curl_socket_t fd, curlsocktype purpose)
{
	const struct xfer *x = arg;
	int most = (int)x->q->max_segment;

	(void)purpose;
	if (most &&
	    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &most, sizeof(most)) != 0)
		return CURL_SOCKOPT_ERROR; /* an answer would prove nothing */
	return CURL_SOCKOPT_OK;
}

bool http_prepare(struct xfer *x, const struct dns_result *names, unsigned ms,
                  struct err *e)
{
	const struct http_req *q = x->q;

	x->c = curl_easy_init();
	if (!x->c)
		return err_set(e, ERR_BUSY, 0, "%s: no memory", q->url);
	for (size_t i = 0; i < q->n_headers; i++)
		add(&x->headers, q->headers[i]);
	(void)curl_easy_setopt(x->c, CURLOPT_URL, q->url);
	(void)curl_easy_setopt(x->c, CURLOPT_PRIVATE, x);
	(void)curl_easy_setopt(x->c, CURLOPT_ERRORBUFFER, x->errbuf);
	(void)curl_easy_setopt(x->c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(x->c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(x->c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(x->c, CURLOPT_HTTP_VERSION,
	                       CURL_HTTP_VERSION_1_1);
	(void)curl_easy_setopt(x->c, CURLOPT_USERAGENT, "probe/" PROBE_VERSION);
	(void)curl_easy_setopt(x->c, CURLOPT_TIMEOUT_MS, (long)(ms ? ms : 1));
	(void)curl_easy_setopt(x->c, CURLOPT_FRESH_CONNECT, 1L);
	(void)curl_easy_setopt(x->c, CURLOPT_FORBID_REUSE, 1L);
	(void)curl_easy_setopt(x->c, CURLOPT_HEADERFUNCTION, http_on_header);
	(void)curl_easy_setopt(x->c, CURLOPT_HEADERDATA, x);
	(void)curl_easy_setopt(x->c, CURLOPT_WRITEFUNCTION, http_on_body);
	(void)curl_easy_setopt(x->c, CURLOPT_WRITEDATA, x);
	(void)curl_easy_setopt(x->c, CURLOPT_CLOSESOCKETFUNCTION,
	                       http_on_close);
	(void)curl_easy_setopt(x->c, CURLOPT_CLOSESOCKETDATA, x);
	(void)curl_easy_setopt(x->c, CURLOPT_SOCKOPTFUNCTION, on_socket);
	(void)curl_easy_setopt(x->c, CURLOPT_SOCKOPTDATA, x);
	set_address(x, names);
	set_proxy(x);
	set_method(x);
	if (x->tls)
		set_tls(x);
	if (!set_sign(x, e))
		return false;
	(void)curl_easy_setopt(x->c, CURLOPT_HTTPHEADER, x->headers);
	return true;
}

void http_release(struct xfer *x)
{
	curl_easy_cleanup(x->c);
	curl_slist_free_all(x->headers);
	curl_slist_free_all(x->resolve);
	curl_slist_free_all(x->connect_to);
	free(x->body);
	x->c = NULL;
	x->headers = x->resolve = x->connect_to = NULL;
	x->body = NULL;
}
