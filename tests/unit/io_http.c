#include "probe/host.h"
#include "server.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;
static struct server tcp;

/* A listener whose queue is full: connects to it hang. */
static unsigned full_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)bind(fd, (struct sockaddr *)&in, sizeof(in));
	(void)listen(fd, 0);
	(void)getsockname(fd, (struct sockaddr *)&in, &len);
	for (int i = 0; i < 4; i++) {
		int c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		(void)connect(c, (struct sockaddr *)&in, len);
	}
	return ntohs(in.sin_port);
}

struct row {
	const char *name, *scheme, *path;
	unsigned port;          /* 0: the server's */
	const char *proxy_path; /* not NULL: through the server as a proxy */
	enum err_code code;
	enum http_stage stage;
	int status;
	const char *body;
};

static void run_rows(struct host *h, const struct row *rows, size_t n)
{
	struct http_req *q = ARENA_ARRAY(&a, struct http_req, n);
	struct http_resp *r = ARENA_ARRAY(&a, struct http_resp, n);
	int64_t from = h->ops->mono_ms(h), took;

	for (size_t i = 0; i < n; i++) {
		unsigned port = rows[i].port ? rows[i].port : tcp.port;
		const char *host =
			rows[i].proxy_path ? rows[i].proxy_path : "127.0.0.1";

		q[i] = (struct http_req){
			.url = arena_str(&a, "%s://%s:%u%s", rows[i].scheme,
			                 host, port, rows[i].path)
			               .p,
			.timeout_ms = 1000,
			.max_bytes = 4999,
		};
		if (rows[i].proxy_path)
			q[i].proxy = arena_str(&a, "http://u:pw@127.0.0.1:%u",
			                       tcp.port)
			                     .p;
	}
	h->ops->http(h, &a, q, n, r);
	took = h->ops->mono_ms(h) - from;
	EXPECT("all side by side within one timeout", took < 3000);
	for (size_t i = 0; i < n; i++) {
		EXPECT(rows[i].name, r[i].err.code == rows[i].code);
		EXPECT(rows[i].name, r[i].stage == rows[i].stage);
		EXPECT(rows[i].name, r[i].status == rows[i].status);
		EXPECT(rows[i].name,
		       !rows[i].body ||
		               str_eq(r[i].body, str_of(rows[i].body)));
		EXPECT("no password in a message", !strstr(r[i].err.msg, "pw"));
		if (r[i].err.code != rows[i].code ||
		    r[i].stage != rows[i].stage)
			printf("  %s stage %d status %d: %s\n",
			       err_name(r[i].err.code), (int)r[i].stage,
			       r[i].status, r[i].err.msg);
	}
}

static void outcomes(struct host *h)
{
	struct row rows[] = {
		{ "ok", "http", "/ok", 0, NULL, ERR_NONE, STAGE_DONE, 200,
		  "ok" },
		{ "no redirect", "http", "/moved", 0, NULL, ERR_NONE,
		  STAGE_DONE, 302, "" },
		{ "cap", "http", "/big", 0, NULL, ERR_LIMIT, STAGE_DONE, 200,
		  NULL },
		{ "no reply", "http", "/slow", 0, NULL, ERR_TIME, STAGE_HTTP, 0,
		  "" },
		{ "half a reply", "http", "/half", 0, NULL, ERR_RESET,
		  STAGE_DONE, 200, "x" },
		{ "reset", "http", "/reset", 0, NULL, ERR_RESET, STAGE_HTTP, 0,
		  "" },
		{ "closed", "http", "/empty", 0, NULL, ERR_RESET, STAGE_HTTP, 0,
		  "" },
		{ "not http", "http", "/garbage", 0, NULL, ERR_FORM, STAGE_HTTP,
		  0, NULL },
		{ "refused", "http", "/ok", server_free_port(), NULL,
		  ERR_REFUSED, STAGE_TCP, 0, "" },
		{ "no connection", "http", "/ok", full_port(), NULL, ERR_TIME,
		  STAGE_TCP, 0, "" },
		{ "no handshake", "https", "/", 0, NULL, ERR_TIME, STAGE_TLS, 0,
		  "" },
		{ "proxy says no", "https", "/", 443, "example.test", ERR_PROXY,
		  STAGE_PROXY, 0, "" },
		{ "proxy is silent", "https", "/", 443, "silent.test", ERR_TIME,
		  STAGE_PROXY, 0, "" },
		{ "bad scheme", "ftp", "/", 0, NULL, ERR_ARG, STAGE_NONE, 0,
		  "" },
	};

	run_rows(h, rows, sizeof(rows) / sizeof(rows[0]));
}

static void details(struct host *h)
{
	struct http_req q = { .timeout_ms = 2000, .max_bytes = 8000 };
	const char *const headers[] = { "X-One: 1", "Content-Type: a/b" };
	struct http_resp r;
	struct err e;

	q.url = arena_str(&a, "http://localhost:%u/ok", tcp.port).p;
	EXPECT("by name", host_http(h, &a, &q, &r, &e));
	EXPECT("date", str_eq(r.date, STR("Wed, 21 Oct 2015 07:28:00 GMT")));
	EXPECT("request id", str_eq(r.request_id, STR("req-1")));
	EXPECT("server", str_eq(r.server, STR("test")));
	EXPECT("type", str_eq(r.content_type, STR("text/plain")));
	EXPECT("api", str_eq(r.api_version, STR("1.41")));
	EXPECT("region", str_eq(r.bucket_region, STR("us-east-2")));
	EXPECT("address", str_eq(r.address, STR("127.0.0.1")));
	EXPECT("times", r.dns_ms >= 0 && r.tcp_ms >= 0 && r.http_ms >= 0);
	EXPECT("no tls", r.tls_ms == -1);
	q.url = arena_str(&a, "http://nowhere.test:%u/echo", tcp.port).p;
	q.pin = "127.0.0.1";
	q.method = "PUT";
	q.headers = headers;
	q.n_headers = 2;
	EXPECT("pinned", host_http(h, &a, &q, &r, &e));
	EXPECT("method", str_starts(r.body, STR("PUT /echo HTTP/1.1\r\n")));
	EXPECT("host", str_has(r.body, STR("\r\nHost: nowhere.test:")));
	EXPECT("header", str_has(r.body, STR("\r\nX-One: 1\r\n")));
	EXPECT("length", str_has(r.body, STR("\r\nContent-Length: 0\r\n")));
	EXPECT("no type of its own", !str_has(r.body, STR("urlencoded")));
	q.method = "HEAD";
	EXPECT("head", host_http(h, &a, &q, &r, &e) && r.body.n == 0);
}

static void signing(struct host *h)
{
	struct aws_cred cred = { STR("AKIDEXAMPLE"), STR("secret"),
		                 STR("session") };
	struct http_req q = { .timeout_ms = 2000,
		              .max_bytes = 8000,
		              .method = "POST",
		              .body = STR("{}"),
		              .sign = &cred,
		              .service = "ecs",
		              .region = "eu-west-1" };
	struct http_resp r;
	struct err e;

	q.url = arena_str(&a, "http://127.0.0.1:%u/echo", tcp.port).p;
	EXPECT("signed", host_http(h, &a, &q, &r, &e));
	EXPECT("scope", str_has(r.body, STR("/eu-west-1/ecs/aws4_request")));
	EXPECT("token", str_has(r.body, STR("x-amz-security-token: session")));
	EXPECT("no secret", !str_has(r.body, STR("secret\r")));
	q.service = "s3";
	q.method = "HEAD";
	q.body = STR("");
	EXPECT("s3", host_http(h, &a, &q, &r, &e));
	q.region = NULL;
	EXPECT("no scope", !host_http(h, &a, &q, &r, &e) && e.code == ERR_ARG);
}

static void over_unix(struct host *h)
{
	char path[64];
	struct http_req q = { .url = "http://docker/ok",
		              .unix_path = path,
		              .timeout_ms = 2000,
		              .max_bytes = 100 };
	struct http_resp r;
	struct server s;
	struct err e;

	(void)snprintf(path, sizeof(path), "/tmp/probe-test.%d", (int)getpid());
	EXPECT("no socket",
	       !host_http(h, &a, &q, &r, &e) && e.code == ERR_NOENT);
	s = server_start(path);
	EXPECT("unix", host_http(h, &a, &q, &r, &e) && r.status == 200);
	server_stop(&s);
	EXPECT("nobody there",
	       !host_http(h, &a, &q, &r, &e) && e.code == ERR_REFUSED);
	(void)unlink(path);
}

int main(void)
{
	struct host h = host_live();

	a = (struct arena){ malloc(1 << 20), 0, 1 << 20 };
	tcp = server_start(NULL);
	outcomes(&h);
	details(&h);
	signing(&h);
	over_unix(&h);
	server_stop(&tcp);
	free(a.base);
	return test_end(&t);
}
