#include "probe/json.h"

#include "probe/utf8.h"

/* jsmn is a header with the code in it; strict: primitives are checked. */
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wconversion"
#include <jsmn.h>
#pragma GCC diagnostic pop

static const jsmntok_t *tok(const struct json *j, int node)
{
	return (const jsmntok_t *)j->tok + node;
}

static bool here(const struct json *j, int node)
{
	return node >= 0 && node < j->n;
}

static bool blank_behind(struct str text, int end)
{
	return str_trim(str_skip(text, (size_t)end)).n == 0;
}

/* jsmn's strict mode still lets a few malformed shapes through (keys without
 * values, missing commas); depth and pairing are checked here. */
static bool well_formed(const struct json *j)
{
	for (int i = 0; i < j->n; i++) {
		const jsmntok_t *t = tok(j, i);
		int depth = 0;

		for (int p = t->parent; p >= 0; p = tok(j, p)->parent)
			if (++depth > 2 * JSON_MAX_DEPTH)
				return false;
		if (t->parent < 0)
			continue;
		if (tok(j, t->parent)->type == JSMN_OBJECT &&
		    (t->type != JSMN_STRING || t->size != 1))
			return false;
		if (tok(j, t->parent)->type == JSMN_ARRAY &&
		    t->type == JSMN_STRING && t->size != 0)
			return false;
	}
	return true;
}

bool json_parse(struct arena *a, struct str text, int max_tokens,
                struct json *out, struct err *e)
{
	jsmn_parser p;
	jsmntok_t *t;
	int n;

	text = str_trim(text);
	if (text.n == 0 || text.n > INT32_MAX)
		return err_set(e, ERR_FORM, 0, "not JSON: empty");
	jsmn_init(&p);
	n = jsmn_parse(&p, text.p, text.n, NULL, 0);
	if (n <= 0)
		return err_set(e, ERR_FORM, 0, "not JSON");
	if (n > max_tokens)
		return err_set(e, ERR_LIMIT, 0, "JSON of more than %d values",
		               max_tokens);
	t = ARENA_ARRAY(a, jsmntok_t, (size_t)n);
	jsmn_init(&p);
	n = jsmn_parse(&p, text.p, text.n, t, (unsigned)n);
	if (n <= 0 ||
	    !blank_behind(text, t[0].end + (t[0].type == JSMN_STRING)))
		return err_set(e, ERR_FORM, 0, "not JSON");
	*out = (struct json){ text, t, n };
	if (!well_formed(out))
		return err_set(e, ERR_FORM, 0, "not JSON");
	return true;
}

enum json_type json_type(const struct json *j, int node)
{
	if (!here(j, node))
		return JSON_ABSENT;
	switch (tok(j, node)->type) {
	case JSMN_OBJECT:
		return JSON_OBJECT;
	case JSMN_ARRAY:
		return JSON_ARRAY;
	case JSMN_STRING:
		return JSON_STRING;
	default:
		return JSON_PRIM;
	}
}

int json_first(const struct json *j, int node)
{
	return here(j, node) && tok(j, node)->size > 0 ? node + 1 : JSON_NONE;
}

int json_next(const struct json *j, int node)
{
	int parent, i;

	if (!here(j, node))
		return JSON_NONE;
	parent = tok(j, node)->parent;
	for (i = node + 1; i < j->n; i++)
		if (tok(j, i)->parent == parent)
			return i;
		else if (tok(j, i)->start >=
		         tok(j, parent < 0 ? 0 : parent)->end)
			break;
	return JSON_NONE;
}

int json_get(const struct json *j, int object, const char *key)
{
	int found = JSON_NONE;

	if (json_type(j, object) != JSON_OBJECT)
		return JSON_NONE;
	for (int k = json_first(j, object); k >= 0; k = json_next(j, k))
		if (str_eq(json_raw(j, k), str_of(key)))
			found = json_value(j, k);
	return found;
}

int json_count(const struct json *j, int node)
{
	return here(j, node) ? tok(j, node)->size : 0;
}

int json_at(const struct json *j, int node, int i)
{
	int k = json_first(j, node);

	while (i-- > 0 && k >= 0)
		k = json_next(j, k);
	return k;
}

int json_value(const struct json *j, int key)
{
	return json_first(j, key);
}

struct str json_raw(const struct json *j, int node)
{
	if (!here(j, node))
		return (struct str){ NULL, 0 };
	return (struct str){ j->text.p + tok(j, node)->start,
		             (size_t)(tok(j, node)->end -
		                      tok(j, node)->start) };
}

/* Digits that are none read as 0: jsmn let no such string pass. */
static unsigned hex4(struct str s)
{
	uint64_t v = 0;

	(void)str_hex_u64(str_head(s, 4), &v);
	return (unsigned)v;
}

char json_escape(char c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'r':
		return '\r';
	case 'b':
		return '\b';
	case 'f':
		return '\f';
	default:
		return c;
	}
}

/* One \uXXXX, or a surrogate pair; *used counts the bytes behind "\u". */
static unsigned unicode(struct str s, size_t *used)
{
	unsigned hi = hex4(s), lo;

	*used = 4;
	if (hi < 0xd800 || hi > 0xdfff)
		return hi;
	if (hi > 0xdbff || s.n < 10 || s.p[4] != '\\' || s.p[5] != 'u')
		return 0xfffd;
	lo = hex4(str_skip(s, 6));
	if (lo < 0xdc00 || lo > 0xdfff)
		return 0xfffd;
	*used = 10;
	return 0x10000 + ((hi - 0xd800) << 10) + (lo - 0xdc00);
}

struct str json_str(const struct json *j, int node, struct arena *a)
{
	struct str raw = json_raw(j, node);
	size_t n = 0, used;
	char *p;

	if (json_type(j, node) != JSON_STRING || raw.n == 0)
		return (struct str){ "", 0 };
	p = ARENA_ARRAY(a, char, raw.n + 1);
	for (size_t i = 0; i < raw.n; i++) {
		if (raw.p[i] != '\\' || i + 1 == raw.n) {
			p[n++] = raw.p[i];
			continue;
		}
		if (raw.p[++i] != 'u' || raw.n - i < 5) {
			p[n++] = json_escape(raw.p[i]);
			continue;
		}
		n += utf8_put(p + n, unicode(str_skip(raw, i + 1), &used));
		i += used;
	}
	return (struct str){ p, n };
}

bool json_u64(const struct json *j, int node, uint64_t *out)
{
	return json_type(j, node) == JSON_PRIM &&
	       str_u64(json_raw(j, node), out);
}

bool json_bool(const struct json *j, int node, bool dflt)
{
	struct str s = json_raw(j, node);

	if (json_type(j, node) != JSON_PRIM)
		return dflt;
	return str_eq(s, STR("true"))    ? true
	       : str_eq(s, STR("false")) ? false
	                                 : dflt;
}

bool json_is_null(const struct json *j, int node)
{
	return json_type(j, node) == JSON_PRIM &&
	       str_eq(json_raw(j, node), STR("null"));
}
