/* What systemd gives a unit's process: Environment= and its kin. */
#include "probe/buf.h"
#include "probe/cfg.h"

const struct str cfg_proxy_names[CFG_UNIT_VALUES] = {
	[CFG_HTTP] = STR_INIT("HTTP_PROXY"),
	[CFG_HTTP_LOW] = STR_INIT("http_proxy"),
	[CFG_HTTPS] = STR_INIT("HTTPS_PROXY"),
	[CFG_HTTPS_LOW] = STR_INIT("https_proxy"),
	[CFG_NO] = STR_INIT("NO_PROXY"),
	[CFG_NO_LOW] = STR_INIT("no_proxy"),
	[CFG_OPTIONS] = STR_INIT("OPTIONS"),
	[CFG_STORAGE_OPTIONS] = STR_INIT("DOCKER_STORAGE_OPTIONS"),
	[CFG_NETWORK_OPTIONS] = STR_INIT("DOCKER_NETWORK_OPTIONS"),
	[CFG_DOCKER_OPTS] = STR_INIT("DOCKER_OPTS"),
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
	for (int i = 0; i < CFG_UNIT_VALUES; i++)
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
		for (int i = 0; i < CFG_UNIT_VALUES; i++)
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
	else if (str_eq(key, STR("ExecStart")) && str_trim(line).n)
		u->exec = arena_copy(a, str_trim(line));
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
	struct str found[CFG_UNIT_VALUES];
	struct buf b = { room, 0, sizeof(room), false };
	const size_t used = a->used;
	struct cfg_doc doc;

	cfg_read(a, text, &doc);
	for (int i = 0; i < CFG_UNIT_VALUES; i++) {
		struct str v = cfg_init_value(&doc, cfg_proxy_names[i]);

		found[i] = (struct str){ NULL, v.n };
		if (v.p && buf_add(&b, v))
			found[i].p = room + b.n - v.n;
	}
	a->used = used; /* the document is large, and no more needed */
	for (int i = 0; i < CFG_UNIT_VALUES; i++)
		if (found[i].p)
			u->value[i] = arena_copy(a, found[i]);
}

/* The rest of the line behind a word and a blank, or nothing. */
static struct str behind(struct str line, const char *first)
{
	struct str w = str_of(first);

	if (!str_starts(line, w) || line.n == w.n ||
	    (line.p[w.n] != ' ' && line.p[w.n] != '\t'))
		return (struct str){ NULL, 0 };
	return str_skip(line, w.n);
}

void cfg_unit_add_job(struct arena *a, struct str text, struct cfg_unit *u)
{
	char room[LINE_MAX_BYTES];
	struct str w;

	while (text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str rest = behind(line, "env");
		struct str name;

		if (!rest.n || !word(room, &rest, &w) || !str_has(w, STR("=")))
			continue;
		name = str_cut(&w, '=');
		set(a, u, name, w);
	}
}

/* The end of a command, as far as it sticks to a word. */
static struct str unended(struct str w)
{
	return str_ends(w, STR(";")) ? str_head(w, w.n - 1) : w;
}

/* What was set without being exported counts once its name is. */
static void exported(struct arena *a, struct str words,
                     const struct cfg_unit *plain, struct cfg_unit *u)
{
	char room[LINE_MAX_BYTES];
	struct str w;

	while (word(room, &words, &w)) {
		bool given = str_has(w, STR("="));
		struct str name;

		w = unended(w);
		name = str_cut(&w, '=');
		if (given)
			set(a, u, name, w);
		for (int i = 0; !given && i < CFG_UNIT_VALUES; i++)
			if (str_eq(cfg_proxy_names[i], name) &&
			    plain->value[i].p)
				u->value[i] = plain->value[i];
	}
}

void cfg_unit_add_shell(struct arena *a, struct str text, struct cfg_unit *u)
{
	struct cfg_unit plain = { 0 };
	char room[LINE_MAX_BYTES];
	struct str w;

	while (text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));
		struct str rest = behind(line, "export");
		struct str name;

		if (rest.n) {
			exported(a, rest, &plain, u);
			continue;
		}
		if (str_starts(line, STR("#")) || !word(room, &line, &w))
			continue;
		w = unended(w);
		name = str_cut(&w, '=');
		set(a, &plain, name, w);
	}
}

/* One word of dockerd's command line. *wants: the flag whose value is next. */
static void flag(struct arena *a, struct str w, int *wants, struct str out[3])
{
	static const char *const names[] = { "--http-proxy", "--https-proxy",
		                             "--no-proxy" };
	struct str name;
	bool given;

	if (*wants >= 0) {
		out[*wants] = arena_copy(a, w);
		*wants = -1;
		return;
	}
	given = str_has(w, STR("="));
	name = str_cut(&w, '=');
	for (int i = 0; i < 3; i++) {
		if (!str_eq(name, str_of(names[i])))
			continue;
		if (given)
			out[i] = arena_copy(a, w);
		else
			*wants = i;
	}
}

/* The variable that a word is, $NAME or ${NAME}; its number, or -1. *whole: it
 * stays one word. */
static int variable(struct str w, bool *whole)
{
	*whole = str_starts(w, STR("${")) && str_ends(w, STR("}"));
	if (*whole)
		w = str_head(str_skip(w, 2), w.n - 3);
	else if (str_starts(w, STR("$")))
		w = str_skip(w, 1);
	else
		return -1;
	for (int i = 0; i < CFG_UNIT_VALUES; i++)
		if (str_eq(cfg_proxy_names[i], w))
			return i;
	return -1;
}

void cfg_dockerd_flags(struct arena *a, const struct cfg_unit *u,
                       struct str out[3])
{
	char room[LINE_MAX_BYTES], inner[LINE_MAX_BYTES];
	struct str rest = u->exec, w, more;
	int wants = -1;

	memset(out, 0, 3 * sizeof(*out));
	while (word(room, &rest, &w)) {
		bool whole;
		int i = variable(w, &whole);

		if (i < 0 || whole) {
			flag(a, i < 0 ? w : u->value[i], &wants, out);
			continue;
		}
		more = u->value[i];
		while (word(inner, &more, &w))
			flag(a, w, &wants, out);
	}
}
