/*
 * Hides secrets byte for byte: same length, and whatever a parser needs
 * (quotes, brackets, line ends) stays. Masking masked text changes nothing, so
 * that a recording of a replay is the recording. When in doubt about a value
 * it is masked; when in doubt about a sentence it is kept, for the signatures
 * of the log reader must see the same text live and replayed.
 */
#include "redact.h"

#include "probe/text.h"

static bool is_base64(char c)
{
	return redact_is_word(c) || c == '+' || c == '/' || c == '=';
}

static bool ends_token(char c)
{
	return (unsigned char)c <= ' ' || strchr("\"'<>\\`|^", c) != NULL;
}

static bool at_low(const char *p, size_t n, size_t at, const char *word)
{
	size_t len = strlen(word);

	return n - at >= len &&
	       str_eq_low((struct str){ p + at, len }, str_of(word));
}

/* The end of what can be the user, password and host of a URL at from. A "/"
 * in a password makes it no URL, but it is a password: behind a colon that no
 * port follows the search goes on to the "@". */
static size_t authority_end(const char *p, size_t n, size_t from)
{
	size_t end = from;
	bool odd = false;

	for (; end < n && !ends_token(p[end]) && p[end] != '@'; end++) {
		if (strchr("/?#", p[end]) && !odd)
			break;
		if (p[end] == ':' && p[from] != '[')
			odd = end + 1 < n &&
			      (p[end + 1] < '0' || p[end + 1] > '9');
	}
	return end;
}

/* Masks the user info of scheme://user:password@host. */
static size_t url(char *p, size_t n, size_t at)
{
	size_t from = at + 3, end, last = 0;

	if (n - at < 4 || memcmp(p + at, "://", 3) != 0)
		return at;
	for (end = authority_end(p, n, from); end < n && p[end] == '@';
	     end = authority_end(p, n, end + 1))
		last = end;
	redact_fill(p, from, last);
	return last ? last : from;
}

/* The same with everything percent-encoded: %3A%2F%2Fuser%3Apw%40host. */
static size_t url_coded(char *p, size_t n, size_t at)
{
	size_t from = at + 9, end, last = 0;

	if (!at_low(p, n, at, "%3a%2f%2f"))
		return at;
	for (end = from; end < n && !ends_token(p[end]) && p[end] != '&';
	     end++) {
		if (at_low(p, n, end, "%2f") || p[end] == '/')
			break;
		if (at_low(p, n, end, "%40") || p[end] == '@')
			last = end;
	}
	if (!last)
		return from;
	redact_fill(p, from, last);
	return last;
}

/* AKIA or ASIA and 16 more; the first four say what kind of key it is. */
static size_t key_id(char *p, size_t n, size_t at)
{
	size_t end = at + 4;

	if (n - at < 20 || p[at] != 'A' ||
	    !(memcmp(p + at, "AKIA", 4) == 0 || memcmp(p + at, "ASIA", 4) == 0))
		return at;
	while (end < n && ((p[end] >= 'A' && p[end] <= 'Z') ||
	                   (p[end] >= '0' && p[end] <= '9')))
		end++;
	if (end - at < 16 || end - at > 128)
		return at;
	redact_fill(p, at + 4, end);
	return end;
}

/* Tokens known by their first bytes: STS session tokens, IMDS tokens, JWT. */
static size_t token(char *p, size_t n, size_t at)
{
	static const struct {
		const char *head;
		size_t min;
	} kinds[] = {
		{ "IQoJb3JpZ2lu", 40 }, { "FwoG", 80 }, { "FQoG", 80 },
		{ "AQoD", 80 },         { "AQAE", 40 }, { "eyJ", 40 },
	};
	size_t end = at;

	if (p[at] != 'I' && p[at] != 'F' && p[at] != 'A' && p[at] != 'e')
		return at;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct str head = str_of(kinds[i].head);

		if (!str_starts((struct str){ p + at, n - at }, head))
			continue;
		while (end < n &&
		       (is_base64(p[end]) || (p[end] == '.' && p[at] == 'e')))
			end++;
		if (end - at < kinds[i].min)
			return at;
		redact_fill(p, at, end);
		return end;
	}
	return at;
}

/* The body of a PEM private key, up to its END line, line ends kept. */
static size_t pem(char *p, size_t n, size_t at)
{
	struct str s = { p + at, n - at }, head;
	size_t from, end;

	if (p[at] != '-' || !str_starts(s, STR("-----BEGIN ")))
		return at;
	head = str_head(s, 64);
	from = str_find(head, STR("PRIVATE KEY-----"));
	if (from == SIZE_MAX)
		return at + 11;
	from += at + 16;
	end = str_find((struct str){ p + from, n - from }, STR("-----END"));
	end = end == SIZE_MAX ? n : from + end;
	for (size_t i = from; i < end; i++) {
		if (p[i] == '\\' && i + 1 < end)
			i++; /* \n in a JSON string */
		else if (is_base64(p[i]) || p[i] == '*')
			p[i] = '*';
	}
	return end;
}

/* The id in /v2/credentials/ID is all that a task's credentials need. */
static size_t credentials_id(char *p, size_t n, size_t at)
{
	size_t from = at + 13, end = from;

	if (p[at] != '/' || !at_low(p, n, at, "/credentials/"))
		return at;
	while (end < n && redact_is_word(p[end]))
		end++;
	if (end - from < 8)
		return from;
	redact_fill(p, from, end);
	return end;
}

/* The n of an escaped line end is no part of the word behind it. */
static bool escaped(const char *p, size_t i)
{
	return i && p[i - 1] == '\\' && memchr("nrt", p[i], 3);
}

static bool word_begins(const char *p, size_t i)
{
	if (!redact_is_word(p[i]) || escaped(p, i))
		return false;
	return i == 0 || !redact_is_word(p[i - 1]) || escaped(p, i - 1);
}

static void pass(char *p, size_t n)
{
	static size_t (*const inside[])(char *, size_t, size_t) = {
		url,
		url_coded,
		credentials_id,
		pem,
	};
	static size_t (*const at_word[])(char *, size_t, size_t) = {
		key_id,
		token,
		redact_pair,
	};
	size_t i = 0;

	while (i < n) {
		size_t to = i;

		for (size_t r = 0; to == i && r < 3 && word_begins(p, i); r++)
			to = at_word[r](p, n, i);
		if (memchr(":%/-", p[i], 4))
			for (size_t r = 0; to == i && r < 4; r++)
				to = inside[r](p, n, i);
		i = to > i ? to : i + 1;
	}
}

static size_t stars(const char *p, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++)
		count += p[i] == '*';
	return count;
}

#define PASSES_MAX 64 /* hostile text only: two are enough for any other */

void redact_mask(char *p, size_t n)
{
	size_t before, after = stars(p, n);

	for (unsigned i = 0; i < PASSES_MAX; i++) {
		before = after;
		pass(p, n);
		after = stars(p, n);
		if (after == before)
			break;
	}
}
