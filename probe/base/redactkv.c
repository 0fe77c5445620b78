/* Secrets known by the name they are given. */
#include "redact.h"

/* Names that are a secret's in any spelling, in any form of text. */
static const char *const sure[] = {
	"authorization",
	"awsaccesskeyid",
	"accesskeyid",
	"awssecretaccesskey",
	"awssecretkey",
	"awssessiontoken",
	"engineauthdata",
	"passwd",
	"password",
	"proxyauthorization",
	"registrytoken",
	"secretaccesskey",
	"secretkey",
	"securitytoken",
	"sessiontoken",
	"xamzcredential",
	"xamzsecuritytoken",
	"xamzsignature",
	"xawsec2metadatatoken",
	"xregistryauth",
	"xregistryconfig",
};

/* Parts of a name that make the value of KEY=VALUE or "key": "value" one. */
static const char *const smells[] = {
	"APIKEY", "API_KEY",  "API-KEY", "AUTH",   "CREDENTIAL", "PASSPHRASE",
	"PASSWD", "PASSWORD", "PRIVATE", "SECRET", "SIGNATURE",  "TOKEN",
};

/* ... and the names that have such a part and are known to be harmless. */
static const char *const harmless_ends[] = {
	"AUTH_TYPE",  "AUTHTYPE", "DIR",        "ENABLED", "ERROR",
	"EXPIRATION", "FILE",     "HTTPTOKENS", "PATH",    "PORT",
	"SECONDS",    "SOURCE",   "SUPPORTED",  "TIMEOUT", "TTL",
	"_TYPE",      "ENDPOINT", "ENDPOINTS",  "REGION",  "SCOPES",
	"PROVIDER",   "STATUS",
};

static bool in_list(const char *p, size_t at, size_t end,
                    const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (redact_same(p, at, end, list[i]))
			return true;
	return false;
}

bool redact_same(const char *p, size_t at, size_t end, const char *name)
{
	for (; at < end; at++) {
		if (p[at] == '_' || p[at] == '-')
			continue;
		if (!*name || str_low(p[at]) != *name)
			return false;
		name++;
	}
	return !*name;
}

/* Offset behind the part in the word, ASCII case apart; 0: not in it. */
static size_t behind_part(struct str word, const char *part)
{
	size_t len = strlen(part);

	for (size_t i = 0; i + len <= word.n; i++)
		if (str_eq_low((struct str){ word.p + i, len },
		               (struct str){ part, len }))
			return i + len;
	return 0;
}

static bool starts_low(struct str s, const char *head)
{
	return str_eq_low(str_head(s, strlen(head)), str_of(head));
}

/* privateIp, private_dns_name, author: the part is there and means nothing. */
static bool innocent(struct str word, const char *part, size_t behind)
{
	struct str tail = str_skip(word, behind);

	while (tail.n && (tail.p[0] == '_' || tail.p[0] == '-'))
		tail = str_skip(tail, 1);
	if (strcmp(part, "PRIVATE") == 0)
		return starts_low(tail, "ip") || starts_low(tail, "dns") ||
		       starts_low(tail, "addr") || starts_low(tail, "host") ||
		       starts_low(tail, "subnet") || starts_low(tail, "net");
	if (strcmp(part, "AUTH") == 0)
		return starts_low(tail, "or") && !starts_low(tail, "oriz");
	return false;
}

static bool smells_of_secret(struct str word)
{
	for (size_t i = 0; i < sizeof(harmless_ends) / sizeof(char *); i++) {
		struct str end = str_of(harmless_ends[i]);

		if (word.n >= end.n &&
		    str_eq_low(str_skip(word, word.n - end.n), end))
			return false;
	}
	for (size_t i = 0; i < sizeof(smells) / sizeof(char *); i++) {
		size_t behind = behind_part(word, smells[i]);

		if (behind && !innocent(word, smells[i], behind))
			return true;
	}
	return false;
}

/* What stands around a value, and so says where it ends. */
struct value {
	size_t from, slashes; /* backslashes in front of the opening quote */
	char quote;           /* 0: none */
	bool line;            /* without a quote: to the end of the line */
};

static size_t blanks(const char *p, size_t n, size_t i)
{
	while (i < n && (p[i] == ' ' || p[i] == '\t'))
		i++;
	return i;
}

/* Backslashes and then a quote; gives the place behind it, or i. */
static size_t quote_at(const char *p, size_t n, size_t i, struct value *v)
{
	size_t k = i;

	while (k < n && p[k] == '\\')
		k++;
	if (k == n || (p[k] != '"' && p[k] != '\''))
		return i;
	v->slashes = k - i;
	v->quote = p[k];
	return k + 1;
}

static size_t value_end(const char *p, size_t n, const struct value *v)
{
	size_t i = v->from, run = 0;

	for (; i < n && p[i] != '\n' && p[i] != '\r'; i++) {
		if (v->quote && p[i] == v->quote && run <= v->slashes)
			return i - run;
		if (!v->quote && !v->line &&
		    ((unsigned char)p[i] <= ' ' ||
		     strchr("\"'&,;)]}<>\\", p[i])))
			return i;
		run = p[i] == '\\' ? run + 1 : 0;
	}
	return i;
}

/* ARNs name things; they open none. */
static bool is_plain_value(struct str v)
{
	return v.n == 0 || str_starts(v, STR("arn:")) ||
	       str_eq_low(v, STR("true")) || str_eq_low(v, STR("false")) ||
	       str_eq_low(v, STR("null"));
}

/* A word of prose does not look like this. */
static bool looks_random(struct str v)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < v.n; i++) {
		digit = digit || (v.p[i] >= '0' && v.p[i] <= '9');
		letter = letter ||
		         (str_low(v.p[i]) >= 'a' && str_low(v.p[i]) <= 'z');
		if (!redact_is_word(v.p[i]) && !strchr("+/=.*", v.p[i]))
			return false;
	}
	return v.n >= 16 && digit && letter;
}

static bool line_begins(const char *p, size_t at)
{
	while (at && (p[at - 1] == ' ' || p[at - 1] == '\t'))
		at--;
	if (at >= 6 && memcmp(p + at - 6, "export", 6) == 0)
		return true;
	return at == 0 || p[at - 1] == '\n';
}

/* user:password@host:port without a scheme, in a variable named ..._PROXY. */
static size_t proxy(char *p, size_t from, size_t end)
{
	for (size_t i = end; i > from; i--)
		if (p[i - 1] == '@') {
			redact_fill(p, from, i - 1);
			return i - 1;
		}
	return from;
}

static size_t mask_value(char *p, size_t n, size_t at, size_t end,
                         struct value *v, char sep, bool certain)
{
	struct str word = { p + at, end - at };
	size_t to;

	if (redact_same(p, at, end, "ecsengineauthdata") ||
	    redact_same(p, at, end, "engineauthdata"))
		return redact_auth_data(p, n, v->from);
	if (redact_same(p, at, end, "authorization") ||
	    redact_same(p, at, end, "proxyauthorization"))
		v->line = !v->quote;
	to = value_end(p, n, v);
	if (str_eq_low(str_skip(word, word.n > 5 ? word.n - 5 : 0),
	               STR("proxy")) &&
	    !str_has((struct str){ p + v->from, to - v->from }, STR("://")))
		return proxy(p, v->from, to);
	if (is_plain_value((struct str){ p + v->from, to - v->from }))
		return at;
	if (!certain && !smells_of_secret(word))
		return at;
	if (!certain && sep == ':' && !v->quote &&
	    !looks_random((struct str){ p + v->from, to - v->from }))
		return at;
	redact_fill(p, v->from, to);
	return to;
}

/* Where the value of the word [at, end) would begin, and its kind; false when
 * what follows the word is no separator. *sep: '=', ':', '>' or ' '. */
static bool find_value(const char *p, size_t n, size_t at, size_t end,
                       bool certain, struct value *v, char *sep)
{
	struct value own = { 0 };
	size_t key = quote_at(p, n, end, &own); /* behind the key's own quote */
	size_t i = blanks(p, n, key);
	bool spaced;

	if (i == n)
		return false;
	*sep = p[i];
	v->from = i + 1;
	if (p[i] == '>')
		return i == end && at && p[at - 1] == '<' && certain;
	if (p[i] != ':' && p[i] != '=') {
		*sep = ' '; /* --password value */
		v->from = i;
		return i == end + 1 && p[at] == '-';
	}
	v->from = blanks(p, n, i + 1);
	spaced = *sep == '=' && (i > key || v->from > i + 1);
	v->line = *sep == '=' && line_begins(p, at);
	return !spaced || certain || v->line;
}

/* "KEY=VALUE": the quote in front of the key ends the value. */
static void quote_around(const char *p, size_t at, struct value *v)
{
	if (!at || (p[at - 1] != '"' && p[at - 1] != '\''))
		return;
	v->quote = p[at - 1];
	while (at > v->slashes + 1 && p[at - 2 - v->slashes] == '\\')
		v->slashes++;
}

size_t redact_pair(char *p, size_t n, size_t at)
{
	struct value v = { 0 };
	size_t end = at, i;
	bool certain;
	char sep;

	while (end < n && redact_is_word(p[end]))
		end++;
	if (end - at > 128)
		return at;
	certain = in_list(p, at, end, sure, sizeof(sure) / sizeof(sure[0]));
	if (!find_value(p, n, at, end, certain, &v, &sep))
		return at;
	if (sep == ':' && v.from < n && p[v.from] == '[') {
		v.from++; /* Go prints header values in brackets */
		if (redact_same(p, at, end, "env"))
			return redact_docker_env(p, n, v.from);
	}
	i = quote_at(p, n, v.from, &v);
	if (i == v.from && sep == '=' && p[end] == '=')
		quote_around(p, at, &v);
	v.from = i;
	return mask_value(p, n, at, end, &v, sep, certain);
}
