/* redactstrict.c - the allow-list: what may leave the machine by its name. */
#include "redact.h"

#include "probe/text.h"

/* ---- KEY=VALUE lines */

/* Settings that make a diagnosis; the keys of ECS are known by their head. */
static bool key_may_stay(struct str key)
{
	static const char *const keys[] = {
		"AWS_CA_BUNDLE",
		"AWS_DEFAULT_REGION",
		"AWS_REGION",
		"AWS_ENDPOINT_URL",
		"DAEMON_MAXFILES",
		"DAEMON_PIDFILE_TIMEOUT",
		"DOCKER_HOST",
		"HOME",
		"LANG",
		"LC_ALL",
		"NO_PROXY",
		"OPTIONS",
		"PATH",
		"SSL_CERT_DIR",
		"SSL_CERT_FILE",
		"DOCKER_STORAGE_OPTIONS",
	};
	size_t n = sizeof(keys) / sizeof(*keys);

	if (str_starts(key, STR("ECS_")) ||
	    str_starts(key, STR("AWS_EC2_METADATA")) ||
	    (key.n >= 6 && str_eq_low(str_skip(key, key.n - 6), STR("_PROXY"))))
		return true;
	for (size_t i = 0; i < n; i++)
		if (str_eq(key, str_of(keys[i])))
			return true;
	return false;
}

static struct str after(struct str s, const char *word)
{
	size_t n = strlen(word);

	return str_starts(s, str_of(word)) ? str_trim(str_skip(s, n)) : s;
}

/* A comment may hold what was once a setting. */
static void env_line(char *p, size_t from, size_t to)
{
	struct str line = { p + from, to - from }, key;
	size_t eq = str_find(line, STR("="));

	if (eq == SIZE_MAX)
		return;
	key = after(str_trim(str_head(line, eq)), "#");
	key = after(key, "export ");
	if (!key_may_stay(key))
		redact_fill(p, from + eq + 1, to);
}

static void env_file(char *p, size_t n)
{
	size_t from = 0, to;

	for (; from < n; from = to + 1) {
		to = from;
		while (to < n && p[to] != '\n')
			to++;
		env_line(p, from, to);
	}
}

/* Environment=A=b "C=d e" of a unit: every value goes but those that may stay;
 * what a quote opens it closes. */
static size_t unit_pairs(char *p, size_t n, size_t at)
{
	while (at < n && p[at] != '\n') {
		size_t key = at, eq;
		char quote = p[at] == '"' || p[at] == '\'' ? p[at] : 0;

		key += quote != 0;
		for (eq = key; eq < n && redact_is_word(p[eq]);)
			eq++;
		for (at = eq; at < n && p[at] != '\n'; at++)
			if (quote ? p[at] == quote : p[at] == ' ')
				break;
		if (eq < at && p[eq] == '=' &&
		    !key_may_stay((struct str){ p + key, eq - key }))
			redact_fill(p, eq + 1, at);
		at += at < n && p[at] != '\n';
	}
	return at;
}

static void unit_env(char *p, size_t n)
{
	static const struct str word = STR_INIT("Environment=");
	size_t at = 0, next;

	while (at < n) {
		next = str_find((struct str){ p + at, n - at }, word);
		if (next == SIZE_MAX)
			return;
		at = unit_pairs(p, n, at + next + word.n);
	}
}

/* ---- Docker's JSON */

static size_t string_end(const char *p, size_t n, size_t from)
{
	while (from < n && p[from] != '"')
		from += p[from] == '\\' && from + 1 < n ? 2 : 1;
	return from < n ? from : n;
}

/* Behind `"name":`, blanks skipped; SIZE_MAX: not there. */
static size_t member(const char *p, size_t n, size_t at, const char *name,
                     char opens)
{
	size_t len = strlen(name);

	if (n - at < len + 4 || memcmp(p + at + 1, name, len) != 0 ||
	    p[at + 1 + len] != '"')
		return SIZE_MAX;
	at += len + 2;
	while (at < n && (p[at] == ' ' || p[at] == ':'))
		at++;
	return at < n && p[at] == opens ? at + 1 : SIZE_MAX;
}

/* Of an argv the program stays. */
static size_t argv_json(char *p, size_t n, size_t at, bool keep_first)
{
	for (; at < n && p[at] != ']'; at++) {
		size_t end;

		if (p[at] != '"')
			continue;
		end = string_end(p, n, at + 1);
		if (!keep_first)
			redact_fill(p, at + 1, end);
		keep_first = false;
		at = end;
		if (at >= n)
			break;
	}
	return at;
}

static bool label_may_stay(struct str key)
{
	return str_starts(key, STR("com.amazonaws.")) ||
	       str_starts(key, STR("com.docker.")) ||
	       str_starts(key, STR("org.opencontainers.image."));
}

static size_t labels_json(char *p, size_t n, size_t at)
{
	bool stays = false, value = false;

	for (; at < n && p[at] != '}'; at++) {
		size_t end;

		value = value || p[at] == ':';
		if (p[at] == ',')
			value = false;
		if (p[at] != '"')
			continue;
		end = string_end(p, n, at + 1);
		if (!value)
			stays = label_may_stay(
				(struct str){ p + at + 1, end - at - 1 });
		else if (!stays)
			redact_fill(p, at + 1, end);
		at = end;
		if (at >= n)
			break;
	}
	return at;
}

static void docker_json(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t at;

		if (p[i] != '"')
			continue;
		if ((at = member(p, n, i, "Labels", '{')) != SIZE_MAX)
			i = labels_json(p, n, at) - 1;
		else if ((at = member(p, n, i, "Cmd", '[')) != SIZE_MAX ||
		         (at = member(p, n, i, "Entrypoint", '[')) != SIZE_MAX)
			i = argv_json(p, n, at, true) - 1;
		else if ((at = member(p, n, i, "Args", '[')) != SIZE_MAX)
			i = argv_json(p, n, at, false) - 1;
		else if ((at = member(p, n, i, "Command", '"')) != SIZE_MAX) {
			size_t end = string_end(p, n, at), from = at;

			while (from < end && p[from] != ' ')
				from++;
			redact_fill(p, from, end);
			i = end;
		}
	}
}

/* ---- words that are random */

static int kind_of(char c)
{
	if (c >= 'a' && c <= 'z')
		return 1;
	if (c >= 'A' && c <= 'Z')
		return 2;
	if (c >= '0' && c <= '9')
		return 3;
	return c == '/' ? 4 : c == '+' ? 5 : 0;
}

/* Neither a path nor a name in camel case changes its kind of letter so often:
 * base64 does at two places of three. AWS's keys are 40 letters long; of those
 * less is asked. */
static bool is_random(const char *p, size_t n)
{
	size_t kinds[6] = { 0 }, turns = 0;
	size_t least = n == 40 ? 30 : n < 60 ? 42 : 35; /* percent */

	for (size_t i = 0; i < n; i++) {
		kinds[kind_of(p[i])]++;
		turns += i && kind_of(p[i]) != kind_of(p[i - 1]);
	}
	if (n < 32 || kinds[1] < 2 || kinds[2] < 2 || turns * 100 < n * least)
		return false;
	return n == 40 ? kinds[4] <= 6 : kinds[3] > 1;
}

static void random_words(char *p, size_t n)
{
	size_t from = 0, to;

	for (; from < n; from = to + 1) {
		to = from;
		while (to < n && kind_of(p[to]))
			to++;
		if (is_random(p + from, to - from))
			redact_fill(p, from, to);
	}
}

/* ---- what a line says by its form */

/* Masks the word behind flag, up to the end of the line; from its last colon
 * on when that is all that is secret. */
static void behind_flag(char *p, size_t from, size_t to, const char *flag,
                        bool colon)
{
	size_t len = strlen(flag);

	for (size_t i = from; i + len < to; i++) {
		size_t at = i + len, end;

		if (memcmp(p + i, flag, len) != 0)
			continue;
		for (end = at; end < to && (unsigned char)p[end] > ' ';)
			end++;
		while (colon && at < end && p[at] != ':')
			at++;
		redact_fill(p, at + (colon && at < end), end);
	}
}

/* The signature of a URL of Azure's. */
static void signatures(char *p, size_t from, size_t to)
{
	for (size_t i = from; i + 5 < to; i++) {
		size_t end = i + 5;

		if ((p[i] != '?' && p[i] != '&') ||
		    memcmp(p + i + 1, "sig=", 4) != 0)
			continue;
		while (end < to && (unsigned char)p[end] > ' ' &&
		       !strchr("&\"'", p[end]))
			end++;
		redact_fill(p, i + 5, end);
	}
}

static void commands(char *p, size_t n)
{
	size_t from = 0, to;

	for (; from < n; from = to + 1) {
		struct str line;

		for (to = from; to < n && p[to] != '\n';)
			to++;
		line = (struct str){ p + from, to - from };
		signatures(p, from, to);
		if (str_has(line, STR(" login ")))
			behind_flag(p, from, to, " -p ", false);
		if (str_has(line, STR("curl "))) {
			behind_flag(p, from, to, " -u ", true);
			behind_flag(p, from, to, " --user ", true);
		}
	}
}

/* ---- which rule for what */

static bool has(const char *path, const char *part)
{
	return str_has(str_of(path), str_of(part));
}

void redact_strict(const char *path, char *p, size_t n)
{
	static const char *const env[] = { "/etc/ecs/ecs.config",
		                           "/var/lib/ecs/ecs.config",
		                           "/etc/sysconfig/", "/etc/default/",
		                           "/etc/environment" };
	struct str s = str_of(path);

	for (size_t i = 0; i < sizeof(env) / sizeof(*env); i++)
		if (str_starts(s, str_of(env[i])) &&
		    !str_ends(s, STR(".json")) && !has(path, ".@"))
			env_file(p, n);
	if (has(path, "systemctl") || str_ends(s, STR(".service")) ||
	    str_ends(s, STR(".conf")))
		unit_env(p, n);
	if (has(path, "docker.sock"))
		docker_json(p, n);
	redact_mask(p, n);
	commands(p, n);
	random_words(p, n);
	redact_mask(p, n); /* what stands out now that these are gone */
}
