/*
 * The host's CA roots and the peer's certificate. The roots are the one thing
 * here that outlives a pass: parsing some 140 of them takes 10 ms and 2 MB, so
 * it is done once and all connections share the result.
 */
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "http.h"
#include "probe/when.h"

#define BUNDLE_MAX (8u * 1024 * 1024)
#define SUBJECT_MAX 256

/* Where distributions keep them: RHEL and Amazon Linux, Debian, SUSE, Alpine.
 */
static const char *const places[] = {
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/ssl/cert.pem",
	"/etc/pki/tls/cert.pem",
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct {
	X509_STORE *store;
	struct err err;
} roots;

/* Adds every certificate of a bundle; false when there is none. */
static bool add_bundle(const char *path, struct err *e)
{
	struct file_info info;
	struct arena a = { 0 };
	struct str text;
	unsigned added = 0;
	BIO *b = NULL;
	X509 *x;

	if (!file_info((struct place){ "", path }, &info, e))
		return false;
	if (info.size > BUNDLE_MAX)
		return err_set(e, ERR_LIMIT, 0, "%s: too large", path);
	a.cap = (size_t)info.size + 256;
	a.base = malloc(a.cap);
	if (!a.base)
		return err_set(e, ERR_BUSY, 0, "%s: no memory", path);
	if (file_read((struct place){ "", path }, &a, (size_t)info.size, &text,
	              e)) {
		b = BIO_new_mem_buf(text.p, (int)text.n);
		while (b && (x = PEM_read_bio_X509(b, NULL, NULL, NULL))) {
			added += (unsigned)X509_STORE_add_cert(roots.store, x);
			X509_free(x);
		}
		BIO_free(b);
		if (!added)
			(void)err_set(e, ERR_FORM, 0,
			              "%s: no certificate in it", path);
	}
	free(a.base);
	return added > 0;
}

static bool add_folder(const char *path)
{
	struct file_info info;
	struct err none;

	return file_info((struct place){ "", path }, &info, &none) &&
	       info.type == FILE_DIR &&
	       X509_STORE_load_locations(roots.store, NULL, path) == 1;
}

static bool load(struct err *e)
{
	const char *aws = getenv("AWS_CA_BUNDLE");
	const char *file = getenv("SSL_CERT_FILE");
	const char *dir = getenv("SSL_CERT_DIR");
	bool some = false;

	roots.store = X509_STORE_new();
	if (!roots.store)
		return err_set(e, ERR_BUSY, 0, "no memory for CA roots");
	(void)X509_STORE_set_flags(roots.store, X509_V_FLAG_PARTIAL_CHAIN);
	/* As in the SDKs: a bundle that is named must be there. */
	if (aws && *aws)
		return add_bundle(aws, e) || err_wrap(e, "AWS_CA_BUNDLE");
	if (file && *file) {
		some = add_bundle(file, e);
		if (!some)
			return err_wrap(e, "SSL_CERT_FILE");
	}
	if (dir && *dir)
		some = add_folder(dir) || some;
	for (size_t i = 0; !some && i < sizeof(places) / sizeof(char *); i++)
		some = add_bundle(places[i], e);
	return some || err_set(e, ERR_NOENT, 0,
	                       "no CA roots on this host (looked for "
	                       "AWS_CA_BUNDLE, SSL_CERT_FILE, %s, %s)",
	                       places[0], places[2]);
}

static void load_once(void)
{
	struct err e;

	if (!load(&e))
		roots.err = e;
}

void tls_load_roots(void)
{
	(void)pthread_once(&once, load_once);
}

struct err tls_roots_err(void)
{
	return roots.err;
}

static struct str name_text(struct arena *a, const X509_NAME *name)
{
	struct str s = { NULL, 0 };
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long n;

	if (!b)
		return s;
	(void)X509_NAME_print_ex(b, name, 0,
	                         XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB);
	n = BIO_get_mem_data(b, &p);
	if (n > 0 && arena_left(a) > SUBJECT_MAX * 2)
		s = arena_copy(
			a, str_head((struct str){ p, (size_t)n }, SUBJECT_MAX));
	BIO_free(b);
	return s;
}

static void note_peer(struct xfer *x, X509 *cert)
{
	struct tm t = { 0 };

	x->out->issuer = name_text(x->a, X509_get_issuer_name(cert));
	x->out->subject = name_text(x->a, X509_get_subject_name(cert));
	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &t) == 1)
		x->out->cert_expires_ms =
			when_of(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
		                t.tm_hour, t.tm_min, t.tm_sec);
}

/* Stands in for OpenSSL's own check, calls it, and keeps what was seen. */
static int verify(X509_STORE_CTX *ctx, void *arg)
{
	struct xfer *x = arg;
	int ok = X509_verify_cert(ctx);
	X509 *cert = X509_STORE_CTX_get0_cert(ctx);

	if (cert)
		note_peer(x, cert);
	if (ok <= 0)
		x->verify_err = X509_STORE_CTX_get_error(ctx);
	return ok;
}

CURLcode tls_on_ctx(CURL *c, void *ctx, void *arg)
{
	SSL_CTX *s = ctx;

	(void)c;
	if (roots.err.code != ERR_NONE)
		return CURLE_SSL_CACERT_BADFILE;
	(void)X509_STORE_up_ref(roots.store);
	SSL_CTX_set_cert_store(s, roots.store);
	SSL_CTX_set_cert_verify_callback(s, verify, arg);
	return CURLE_OK;
}

const char *tls_verify_text(int verify_err)
{
	return X509_verify_cert_error_string(verify_err);
}

void tls_sha256_hex(struct str s, char out[65])
{
	unsigned char md[EVP_MAX_MD_SIZE] = { 0 };
	unsigned len = 0;

	if (EVP_Digest(s.p ? s.p : "", s.n, md, &len, EVP_sha256(), NULL) != 1)
		len = 0;
	for (unsigned i = 0; i < 32; i++)
		(void)snprintf(out + i * 2, 3, "%02x",
		               i < len ? (unsigned)md[i] : 0u);
}
