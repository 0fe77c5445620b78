/* What systemd gives a unit's process: Environment= and its kin. */
#include "probe/buf.h"
#include "probe/cfg.h"

const struct str cfg_proxy_names[CFG_PROXIES] = {
	[CFG_HTTP] = STR_INIT("HTTP_PROXY"),
	[CFG_HTTP_LOW] = STR_INIT("http_proxy"),
	[CFG_HTTPS] = STR_INIT("HTTPS_PROXY"),
	[CFG_HTTPS_LOW] = STR_INIT("https_proxy"),
	[CFG_NO] = STR_INIT("NO_PROXY"),
	[CFG_NO_LOW] = STR_INIT("no_proxy"),
};

enum { LINE_MAX_BYTES = 4096 };

uint64_t cfg_hash(struct str s)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(1099511628211);
	return h;
}

static void set(struct arena *a, struct cfg_unit *u, struct str name,
                struct str value)
{
	for (int i = 0; i < CFG_PROXIES; i++)
		if (str_eq(cfg_proxy_names[i], name))
			u->value[i] = arena_copy(a, value);
}

/* One character from s at i: a backslash takes the next one as it is, %% is a
 * percent sign. The offset behind it. */
static size_t one(struct str s, size_t i, char *c)
{
	char next = i + 1 < s.n ? s.p[i + 1] : 0;

	*c = s.p[i];
	if (!(*c == '\\' && next) && !(*c == '%' && next == '%'))
		return i + 1;
	*c = next;
	return i + 2;
}

/* The next word of *rest, in room, as systemd cuts them; quotes of either kind
 * are gone. false: there is none, or a quote is not closed. */
static bool word(char room[LINE_MAX_BYTES], struct str *rest, struct str *out)
{
	char quote = 0;
	size_t i = 0, n = 0;

	*rest = str_trim(*rest);
	while (i < rest->n && n < LINE_MAX_BYTES) {
		char c = rest->p[i];

		if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
			i++;
			continue;
		}
		if (!quote && (c == ' ' || c == '\t'))
			break;
		i = one(*rest, i, &c);
		room[n++] = c;
	}
	*rest = str_skip(*rest, i);
	*out = (struct str){ room, n };
	return i > 0 && quote == 0;
}

static void assign(struct arena *a, struct str v, struct cfg_unit *u)
{
	char room[LINE_MAX_BYTES];
	struct str w;

	if (str_trim(v).n == 0)
		memset(u->value, 0, sizeof(u->value));
	while (word(room, &v, &w)) {
		struct str name = str_cut(&w, '=');

		set(a, u, name, w);
	}
}

static void forget(struct str v, struct cfg_unit *u)
{
	char room[LINE_MAX_BYTES];
	struct str w;

	if (str_trim(v).n == 0)
		memset(u->unset, 0, sizeof(u->unset));
	while (word(room, &v, &w))
		for (int i = 0; i < CFG_PROXIES; i++)
			if (str_eq(cfg_proxy_names[i], w))
				u->unset[i] = true;
}

static void add_path(struct arena *a, struct str v, struct cfg_unit *u)
{
	char room[LINE_MAX_BYTES];
	struct str path;

	if (str_trim(v).n == 0)
		u->n_files = 0;
	if (!word(room, &v, &path))
		return;
	if (str_starts(path, STR("-"))) /* it may be missing */
		path = str_skip(path, 1);
	if (str_starts(path, STR("/")) && u->n_files < CFG_UNIT_FILES)
		u->file[u->n_files++] = arena_copy(a, path);
}

static void take(struct arena *a, struct str line, struct cfg_unit *u)
{
	struct str key = str_trim(str_cut(&line, '='));

	if (str_eq(key, STR("Environment")) ||
	    str_eq(key, STR("DefaultEnvironment")))
		assign(a, line, u);
	else if (str_eq(key, STR("EnvironmentFile")))
		add_path(a, line, u);
	else if (str_eq(key, STR("UnsetEnvironment")))
		forget(line, u);
}

void cfg_unit_add(struct arena *a, struct str text, struct cfg_unit *u)
{
	char joined[LINE_MAX_BYTES];
	struct buf b = { joined, 0, sizeof(joined), false };

	while (text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));
		bool more = str_ends(line, STR("\\"));

		if (str_starts(line, STR("#")) || str_starts(line, STR(";")))
			continue; /* also between continued lines */
		if (more)
			line = str_head(line, line.n - 1);
		(void)buf_add(&b, line);
		if (more && text.n) {
			(void)buf_char(&b, ' ');
			continue;
		}
		if (!b.full)
			take(a, buf_str(&b), u);
		b = (struct buf){ joined, 0, sizeof(joined), false };
	}
}

void cfg_unit_add_file(struct arena *a, struct str text, struct cfg_unit *u)
{
	char room[LINE_MAX_BYTES];
	struct str found[CFG_PROXIES];
	struct buf b = { room, 0, sizeof(room), false };
	const size_t used = a->used;
	struct cfg_doc doc;

	cfg_read(a, text, &doc);
	for (int i = 0; i < CFG_PROXIES; i++) {
		struct str v = cfg_init_value(&doc, cfg_proxy_names[i]);

		found[i] = (struct str){ NULL, v.n };
		if (v.p && buf_add(&b, v))
			found[i].p = room + b.n - v.n;
	}
	a->used = used; /* the document is large, and no more needed */
	for (int i = 0; i < CFG_PROXIES; i++)
		if (found[i].p)
			u->value[i] = arena_copy(a, found[i]);
}
