/* Names of what was asked, made fit for a folder. */
#include "probe/text.h"
#include "rec.h"

#define PART_MAX 150 /* bytes of one name; a longer one ends in its hash */

static uint32_t hash(struct str s)
{
	uint32_t h = 2166136261u; /* FNV-1a */

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h;
}

static bool fit(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c != '\0' && strchr("._=&%,+-@?", c));
}

/* Adds s as (part of) one name: what is not fit becomes '_'. */
static void add(struct buf *b, struct str s)
{
	struct str head = s.n > PART_MAX ? str_head(s, PART_MAX - 9) : s;

	if (str_eq(s, STR(".")) || str_eq(s, STR("..")))
		head = STR("_");
	for (size_t i = 0; i < head.n; i++)
		(void)buf_char(b, fit(head.p[i]) ? head.p[i] : '_');
	if (head.n < s.n && s.n > PART_MAX)
		(void)buf_fmt(b, "~%08x", (unsigned)hash(s));
}

/* A whole path too long for us is told apart by its hash. */
static void finish(struct rec_path *p, struct buf *b, struct str all)
{
	if (b->full) {
		b->n = 0;
		b->full = false;
		(void)buf_fmt(b, "/long/%08x", (unsigned)hash(all));
	}
	p->z[b->n] = '\0';
}

static struct buf begin(struct rec_path *p)
{
	return (struct buf){ p->z, 0, sizeof(p->z) - 1, false };
}

struct rec_path rec_file(const char *path, const char *suffix)
{
	struct rec_path p;
	struct buf b = begin(&p);

	(void)buf_add(&b, str_of(path));
	/* "/" and "/var/" name the folder itself: its notes go inside it */
	if (suffix[0] && b.n && b.p[b.n - 1] == '/')
		b.n--;
	(void)buf_add(&b, str_of(suffix));
	finish(&p, &b, str_of(path));
	return p;
}

struct rec_path rec_named(const char *folder, const char *name)
{
	struct str rest = str_of(name);
	struct rec_path p;
	struct buf b = begin(&p);

	(void)buf_char(&b, '/');
	(void)buf_add(&b, str_of(folder));
	while (rest.n) {
		(void)buf_char(&b, '/');
		add(&b, str_cut(&rest, '/'));
	}
	finish(&p, &b, str_of(name));
	return p;
}

struct rec_path rec_ask(const struct dns_ask *q)
{
	char both[REC_PATH_MAX];
	struct buf b = { both, 0, sizeof(both) - 1, false };

	(void)buf_fmt(&b, "%s/%s", q->server, q->name);
	both[b.n] = '\0';
	return rec_named("ask", both);
}

/* "host:port" -> "host_port"; the scheme gives the port that is not told. */
static void add_peer(struct buf *b, struct str peer, bool tls)
{
	size_t close = str_find(peer, STR("]"));
	struct str tail = close == SIZE_MAX ? peer : str_skip(peer, close);

	if (str_starts(peer, STR("[")))
		peer = str_skip(peer, 1);
	for (size_t i = 0; i < peer.n; i++)
		if (peer.p[i] != ']')
			(void)buf_char(b, fit(peer.p[i]) ? peer.p[i] : '_');
	if (!str_has(tail, STR(":")))
		(void)buf_add(b, tls ? STR("_443") : STR("_80"));
}

struct rec_path rec_http(const struct http_req *q)
{
	struct str url = str_of(q->url), path, part;
	bool tls = str_starts(url, STR("https://"));
	size_t at = str_find(url, STR("://"));
	struct rec_path p;
	struct buf b = begin(&p);

	if (at != SIZE_MAX)
		url = str_skip(url, at + 3);
	path = str_cut(&url, '?');
	(void)buf_add(&b, STR("/http/"));
	add(&b, str_of(q->tls_only ? "TLS" : q->method ? q->method : "GET"));
	(void)buf_char(&b, '/');
	part = str_cut(&path, '/');
	if (str_has(part, STR("@")))
		(void)str_cut(&part, '@'); /* no user info in a name */
	if (q->unix_path) {
		(void)buf_add(&b, STR("unix"));
		add(&b, str_of(q->unix_path));
	} else {
		add_peer(&b, part, tls);
	}
	(void)buf_char(&b, '/');
	for (part = str_cut(&path, '/'); path.p; part = str_cut(&path, '/')) {
		add(&b, part.n ? part : STR("_"));
		(void)buf_char(&b, '/');
	}
	add(&b, part.n ? part : STR("@"));
	if (url.n) {
		(void)buf_char(&b, '?');
		add(&b, url);
	}
	if (q->tag) {
		(void)buf_char(&b, '@');
		add(&b, str_of(q->tag));
	}
	(void)buf_add(&b, STR(".http"));
	redact_mask(b.p, b.n);
	finish(&p, &b, str_of(q->url));
	return p;
}

struct rec_path rec_cmd(const char *const *argv)
{
	char line[REC_PATH_MAX];
	struct buf b = { line, 0, sizeof(line), false };
	struct rec_path p;
	struct buf o = begin(&p);

	for (size_t i = 0; argv[i]; i++) {
		if (i)
			(void)buf_char(&b, ' ');
		(void)buf_add(&b, str_of(argv[i]));
	}
	for (size_t i = 0; i < b.n; i++)
		if (b.p[i] == '/')
			b.p[i] = '-';
	(void)buf_add(&o, STR("/cmd/"));
	/* "/usr/bin/x -a" -> "usr-bin-x_-a" */
	add(&o, str_skip(buf_str(&b), 1));
	redact_mask(o.p, o.n);
	finish(&p, &o, buf_str(&b));
	return p;
}
