/* TLS through the door: a server of our own with a certificate made on the
 * spot; the roots are what AWS_CA_BUNDLE names. */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "probe/host.h"
#include "probe/when.h"
#include "server.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

/* Signed by itself, for one name or address, valid for days from now. */
static struct identity identity_new(const char *cn, const char *alt, long days)
{
	struct identity id = { EVP_EC_gen("P-256"), X509_new() };
	X509_NAME *name = X509_get_subject_name(id.cert);
	X509_EXTENSION *ext;

	(void)X509_set_version(id.cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(id.cert), 1);
	(void)X509_gmtime_adj(X509_getm_notBefore(id.cert), -864000);
	(void)X509_gmtime_adj(X509_getm_notAfter(id.cert), days * 86400);
	(void)X509_set_pubkey(id.cert, id.key);
	(void)X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	                                 (const unsigned char *)cn, -1, -1, 0);
	(void)X509_set_issuer_name(id.cert, name);
	ext = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, alt);
	(void)X509_add_ext(id.cert, ext, -1);
	X509_EXTENSION_free(ext);
	(void)X509_sign(id.cert, id.key, EVP_sha256());
	return id;
}

static void identity_free(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

static void serve(int listener, const struct identity *id)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	(void)sigaction(SIGPIPE, &(struct sigaction){ .sa_handler = SIG_IGN },
	                NULL);
	(void)SSL_CTX_use_certificate(ctx, id->cert);
	(void)SSL_CTX_use_PrivateKey(ctx, id->key);
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		SSL *ssl = SSL_new(ctx);
		char head[2000];
		int n;

		(void)SSL_set_fd(ssl, fd);
		if (fd < 0)
			_exit(0);
		if (SSL_accept(ssl) == 1) {
			n = SSL_read(ssl, head, sizeof(head));
			if (n > 0)
				(void)SSL_write(ssl,
				                "HTTP/1.1 200 OK\r\n"
				                "Content-Length: 2\r\n\r\nok",
				                40);
			(void)SSL_shutdown(ssl);
		}
		SSL_free(ssl);
		(void)close(fd);
	}
}

static struct server start(const struct identity *id)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	struct server s = { 0 };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)bind(fd, (struct sockaddr *)&in, sizeof(in));
	(void)getsockname(fd, (struct sockaddr *)&in, &len);
	(void)listen(fd, 16);
	s.port = ntohs(in.sin_port);
	(void)fflush(stdout);
	s.pid = fork();
	if (s.pid == 0) {
		(void)setpgid(0, 0);
		serve(fd, id);
	}
	(void)setpgid(s.pid, s.pid);
	(void)close(fd);
	return s;
}

static void bundle(const char *path, const struct identity *one,
                   const struct identity *two)
{
	FILE *f = fopen(path, "w");

	(void)fputs("# roots of a test\n", f);
	(void)PEM_write_X509(f, one->cert);
	(void)PEM_write_X509(f, two->cert);
	(void)fclose(f);
}

static void outcomes(struct host *h, const struct server *s)
{
	static const struct {
		const char *name, *host;
		int server; /* 0 trusted, 1 not trusted, 2 expired, 3 silent */
		bool only;
		enum err_code code;
		const char *word, *subject;
	} rows[] = {
		{ "trusted", "127.0.0.1", 0, false, ERR_NONE, "", "CN = good" },
		{ "handshake only", "127.0.0.1", 0, true, ERR_NONE, "",
		  "CN = good" },
		{ "other name", "localhost", 0, false, ERR_TLS, "",
		  "CN = good" },
		{ "unknown authority", "127.0.0.1", 1, false, ERR_TLS,
		  "CN = stranger", "CN = stranger" },
		{ "unknown, handshake only", "127.0.0.1", 1, true, ERR_TLS,
		  "CN = stranger", "CN = stranger" },
		{ "expired", "127.0.0.1", 2, false, ERR_TLS, "expired",
		  "CN = old" },
		{ "silent", "127.0.0.1", 3, true, ERR_TIME, "handshake", "" },
	};
	enum { N = sizeof(rows) / sizeof(rows[0]) };
	struct http_req q[N] = { 0 };
	struct http_resp r[N];

	for (size_t i = 0; i < N; i++)
		q[i] = (struct http_req){
			.url = arena_str(&a, "https://%s:%u/", rows[i].host,
			                 s[rows[i].server].port)
			               .p,
			.timeout_ms = 3000,
			.max_bytes = 100,
			.tls_only = rows[i].only,
		};
	h->ops->http(h, &a, q, N, r);
	for (size_t i = 0; i < N; i++) {
		bool ok = rows[i].code == ERR_NONE;

		EXPECT(rows[i].name, r[i].err.code == rows[i].code);
		EXPECT(rows[i].name, strstr(r[i].err.msg, rows[i].word));
		EXPECT(rows[i].name,
		       r[i].stage == (ok ? STAGE_DONE : STAGE_TLS));
		EXPECT(rows[i].name,
		       r[i].status == (ok && !rows[i].only) * 200);
		EXPECT(rows[i].name,
		       str_eq(r[i].subject, str_of(rows[i].subject)));
		EXPECT(rows[i].name, (r[i].cert_expires_ms != WHEN_NONE) ==
		                             (rows[i].subject[0] != 0));
		EXPECT(rows[i].name, !ok || r[i].tls_ms >= 0);
		if (r[i].err.code != rows[i].code)
			printf("  %s\n", r[i].err.msg);
	}
	EXPECT("expires in ten days",
	       r[0].cert_expires_ms > r[0].got_ms + 9 * INT64_C(86400000) &&
	               r[0].cert_expires_ms <
	                       r[0].got_ms + 11 * INT64_C(86400000));
}

/* In a child: the roots of a process are read once. */
static void without_roots(unsigned port, const char *path, enum err_code want)
{
	pid_t pid;
	int st = -1;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct host h = host_live();
		struct http_resp r;
		struct err e;
		struct http_req q = {
			.url = arena_str(&a, "https://127.0.0.1:%u/", port).p,
			.timeout_ms = 3000,
			.max_bytes = 100,
		};

		(void)setenv("AWS_CA_BUNDLE", path, 1);
		_exit(!host_http(&h, &a, &q, &r, &e) && e.code == want &&
		                      strstr(e.msg, "AWS_CA_BUNDLE") &&
		                      r.stage == STAGE_TLS
		              ? 0
		              : 1);
	}
	EXPECT(path, waitpid(pid, &st, 0) == pid && st == 0);
}

int main(void)
{
	struct identity good = identity_new("good", "IP:127.0.0.1", 10);
	struct identity strange = identity_new("stranger", "IP:127.0.0.1", 10);
	struct identity old = identity_new("old", "IP:127.0.0.1", -1);
	struct server s[4] = { start(&good), start(&strange), start(&old),
		               server_start(NULL) };
	struct host h = host_live();
	char path[64];

	a = (struct arena){ malloc(1 << 20), 0, 1 << 20 };
	without_roots(s[0].port, "/nowhere.pem", ERR_TLS);
	without_roots(s[0].port, "/dev/null", ERR_TLS);
	(void)snprintf(path, sizeof(path), "/tmp/probe-ca.%d", (int)getpid());
	bundle(path, &good, &old);
	(void)setenv("AWS_CA_BUNDLE", path, 1);
	outcomes(&h, s);
	for (size_t i = 0; i < 4; i++)
		server_stop(&s[i]);
	(void)unlink(path);
	identity_free(&good);
	identity_free(&strange);
	identity_free(&old);
	free(a.base);
	return test_end(&t);
}
