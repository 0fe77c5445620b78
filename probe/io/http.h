/* http.h - one transfer's state, between the files that make up the HTTP side
 * of the door. */
#ifndef PROBE_HTTP_H
#define PROBE_HTTP_H

#include <curl/curl.h>

#include "io.h"
#include "probe/buf.h"

#define HTTP_HOST_MAX 256
#define HTTP_HEADER_MAX 512 /* bytes kept of one header's value */

struct xfer {
	const struct http_req *q;
	struct http_resp *out;
	struct arena *a;
	CURL *c;
	struct curl_slist *headers, *resolve, *connect_to;
	char host[HTTP_HOST_MAX]; /* to resolve: the URL's or the proxy's */
	unsigned port;
	bool tls, tunnel; /* tunnel: TLS through a proxy */
	int64_t until;
	size_t name; /* number of its lookup; SIZE_MAX: none needed */
	bool started, done;
	char *body;
	size_t n, cap;
	bool full;
	bool tcp_up;    /* the socket was connected when it was closed */
	int32_t rtt_ms; /* ... and this is what the kernel measured */
	int verify_err; /* X509_V_ERR_..., 0: fine or not asked */
	char errbuf[CURL_ERROR_SIZE];
};

/* httpset.c: fills host, port, tls, tunnel; false: the URL is not one. */
bool http_parse(struct xfer *x, struct err *e);
/* Makes x->c ready; names is what host resolved to (NULL: nothing to tell). */
bool http_prepare(struct xfer *x, const struct dns_result *names, unsigned ms,
                  struct err *e);
void http_release(struct xfer *x);
/* httpend.c: what became of it. */
void http_judge(struct xfer *x, CURLcode rc);
size_t http_on_header(char *p, size_t size, size_t count, void *arg);
int http_on_close(void *arg, curl_socket_t fd);
size_t http_on_body(char *p, size_t size, size_t count, void *arg);

/* tls.c. Parses the host's CA roots once for the process. */
void tls_load_roots(void);
/* For CURLOPT_SSL_CTX_FUNCTION; arg is the xfer. */
CURLcode tls_on_ctx(CURL *c, void *ctx, void *arg);
/* Why there are no roots; code is ERR_NONE when there are. */
struct err tls_roots_err(void);
const char *tls_verify_text(int verify_err);
/* SHA-256 in hex, for the header that S3 wants. */
void tls_sha256_hex(struct str s, char out[65]);

#endif
