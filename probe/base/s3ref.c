#include "probe/s3ref.h"

#include "probe/partition.h"

static bool word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' ||
	       c == '~';
}

static bool plain_key(struct str key)
{
	if (key.n > S3REF_KEY_MAX)
		return false;
	for (size_t i = 0; i < key.n; i++)
		if ((unsigned char)key.p[i] < ' ' || key.p[i] == '*' ||
		    key.p[i] == '$' || key.p[i] == '{' || key.p[i] == '?')
			return false; /* a pattern, or a variable's name */
	return true;
}

/* What stands behind "arn:PARTITION:s3:::"; p is NULL when that does not. */
static struct str behind_arn(struct str text)
{
	struct str rest = str_skip(text, 4), part = str_cut(&rest, ':');

	if (!str_starts(text, STR("arn:aws")) || part.n > 16 ||
	    !str_starts(rest, STR("s3:::")))
		return (struct str){ NULL, 0 };
	return str_skip(rest, 5);
}

bool s3ref_parse(struct str text, struct s3_ref *out)
{
	struct str arn;

	text = str_trim(text);
	arn = behind_arn(text);
	if (arn.p)
		text = arn;
	else if (str_starts(text, STR("s3://")))
		text = str_skip(text, 5);
	out->bucket = str_cut(&text, '/');
	out->key = str_ends(text, STR("/")) ? STR("") : text; /* a folder */
	return bucket_fit(out->bucket) && plain_key(out->key);
}

/* Where an address begins; SIZE_MAX: nowhere. */
static size_t begin(struct str text)
{
	size_t url = str_find(text, STR("s3://"));
	size_t arn = 0;

	for (struct str t = text;; t = str_skip(text, ++arn)) {
		size_t at = str_find(t, STR("arn:aws"));

		if (at == SIZE_MAX)
			return url;
		arn += at;
		if (arn >= url || behind_arn(str_skip(text, arn)).p)
			return arn < url ? arn : url;
	}
}

bool s3ref_next(struct str *rest, struct s3_ref *out)
{
	for (;;) {
		size_t at = begin(*rest), n = 0;
		struct str one;

		if (at == SIZE_MAX) {
			*rest = (struct str){ NULL, 0 };
			return false;
		}
		*rest = str_skip(*rest, at);
		while (n < rest->n && (unsigned char)rest->p[n] > ' ' &&
		       !memchr("\"'\\,;<>)]}", rest->p[n], 10))
			n++;
		one = str_head(*rest, n);
		*rest = str_skip(*rest, n ? n : 1);
		if (s3ref_parse(one, out))
			return true;
	}
}

struct str s3ref_url(struct arena *a, struct str bucket_url, struct str key)
{
	static const char hex[] = "0123456789ABCDEF";
	struct str slash = str_ends(bucket_url, STR("/")) ? STR("") : STR("/");
	struct str rest = key, out = { "", 0 };
	char *p = arena_raw(a, 3 * key.n + 1);
	size_t n = 0;

	while (rest.p) {
		struct str part = str_cut(&rest, '/');

		if (str_eq(part, STR(".")) || str_eq(part, STR(".."))) {
			arena_keep(a, p, 0);
			return out;
		}
	}
	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (word(key.p[i]) || c == '/') {
			p[n++] = key.p[i];
			continue;
		}
		p[n++] = '%';
		p[n++] = hex[c >> 4];
		p[n++] = hex[c & 15];
	}
	arena_keep(a, p, n);
	return arena_str(a, STR_FMT STR_FMT "%.*s", STR_ARG(bucket_url),
	                 STR_ARG(slash), (int)n, p);
}
