/* Two values that are texts of their own. */
#include "redact.h"

/* A run of backslashes and a double quote at i: *slashes of them; gives the
 * length of all, or 0. */
static size_t quote_run(const char *p, size_t n, size_t i, size_t *slashes)
{
	size_t k = i;

	while (k < n && p[k] == '\\')
		k++;
	if (k == n || p[k] != '"')
		return 0;
	*slashes = k - i;
	return k - i + 1;
}

/* Keys that tell one form of the value from another, and registries' names. */
static bool is_known_key(const char *p, size_t from, size_t to, char next)
{
	static const char *const known[] = { "auth", "username", "password",
		                             "email", "identitytoken" };
	bool dot = false;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (redact_same(p, from, to, known[i]))
			return true;
	for (size_t i = from; i < to; i++) {
		dot = dot || p[i] == '.';
		if (!redact_is_word(p[i]) && !strchr(".:/", p[i]))
			return false;
	}
	return dot && next == '{';
}

/* The string at [from, to) is closed by a quote of len bytes: mask it unless
 * it is a key worth keeping. */
static void mask_string(char *p, size_t n, size_t from, size_t to, size_t len)
{
	size_t i = to + len;
	char next = 0;

	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	if (i < n && p[i] == ':') {
		for (i++; i < n && (p[i] == ' ' || p[i] == '\t'); i++)
			;
		next = i < n ? p[i] : 0;
		if (is_known_key(p, from, to, next))
			return;
	}
	redact_fill(p, from, to);
}

/* What stands outside of the strings: brackets and blanks are kept. */
static void mask_outside(char *p, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (!strchr("{}[]:, \t'", p[i]))
			p[i] = '*';
}

size_t redact_auth_data(char *p, size_t n, size_t at)
{
	size_t level = SIZE_MAX, open = 0, i = at, len, slashes = 0;
	bool in = false;

	for (; i < n && p[i] != '\n' && p[i] != '\r'; i += len ? len : 1) {
		len = quote_run(p, n, i, &slashes);
		if (len && level == SIZE_MAX)
			level = slashes;
		if (len && slashes < level)
			break; /* the quote of the text around us */
		if (len && slashes == level) {
			if (in)
				mask_string(p, n, open, i, len);
			in = !in;
			open = i + len;
		} else if (!in) {
			mask_outside(p, i, i + (len ? len : 1));
		}
	}
	if (in)
		redact_fill(p, open, i);
	return i;
}

static bool is_allowed(struct str key)
{
	static const char *const heads[] = {
		"ECS_",
		"AWS_CA_BUNDLE",
		"AWS_DEFAULT_REGION",
		"AWS_EC2_METADATA",
		"AWS_ENDPOINT_URL",
		"AWS_REGION",
		"SSL_CERT_",
	};

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (str_starts(key, str_of(heads[i])))
			return true;
	return str_eq(key, STR("PATH")) ||
	       (key.n >= 6 &&
	        str_eq_low(str_skip(key, key.n - 6), STR("_PROXY")));
}

/* Only what a diagnosis needs is kept of a container's environment. The rest
 * of the rules then pass over it as well: we go no further than the bracket. */
size_t redact_docker_env(char *p, size_t n, size_t at)
{
	size_t i = at;

	while (i < n && p[i] != ']') {
		size_t slashes = 0, inner = 0,
		       len = quote_run(p, n, i, &slashes);
		size_t from = i + len, eq, end;

		if (!len) {
			i++;
			continue;
		}
		for (end = from; end < n; end++) {
			size_t l = quote_run(p, n, end, &inner);

			if (l && inner <= slashes)
				break;
			end += l ? l - 1 : 0;
		}
		for (eq = from; eq < end && p[eq] != '='; eq++)
			;
		if (eq < end &&
		    !is_allowed((struct str){ p + from, eq - from }))
			redact_fill(p, eq + 1, end);
		i = end < n ? end + slashes + 1 : end;
	}
	return at;
}
