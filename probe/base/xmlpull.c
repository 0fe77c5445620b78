#include "probe/xmlpull.h"

struct xml xml_init(struct str text)
{
	return (struct xml){ .rest = text };
}

static enum xml_event stop(struct xml *x, bool bad)
{
	x->bad = x->bad || bad;
	x->rest = (struct str){ NULL, 0 };
	return XML_END;
}

/* Skips through mark; false when it does not come. */
static bool pass(struct xml *x, struct str mark)
{
	size_t at = str_find(x->rest, mark);

	if (at == SIZE_MAX)
		return false;
	x->rest = str_skip(x->rest, at + mark.n);
	return true;
}

static enum xml_event close_element(struct xml *x, struct str *name)
{
	x->closing = false;
	*name = x->path[--x->depth];
	return XML_CLOSE;
}

/* Behind '<', at a name or '/'. */
static enum xml_event element(struct xml *x, struct str *name)
{
	bool end = str_starts(x->rest, STR("/"));
	size_t at = str_find(x->rest, STR(">"));
	struct str inner;

	if (at == SIZE_MAX)
		return stop(x, true);
	inner = str_head(x->rest, at);
	x->rest = str_skip(x->rest, at + 1);
	if (end) {
		inner = str_trim(str_skip(inner, 1));
		if (x->depth == 0 || !str_eq(inner, x->path[x->depth - 1]))
			return stop(x, true);
		return close_element(x, name);
	}
	x->closing = str_ends(inner, STR("/"));
	if (x->closing)
		inner.n--;
	for (size_t i = 0; i < inner.n; i++)
		if (inner.p[i] <= ' ')
			inner.n = i;
	if (inner.n == 0 || x->depth == XML_DEPTH)
		return stop(x, true);
	x->path[x->depth++] = inner;
	*name = inner;
	return XML_OPEN;
}

enum xml_event xml_next(struct xml *x, struct str *name)
{
	if (x->closing)
		return close_element(x, name);
	while (x->rest.n) {
		size_t at = str_find(x->rest, STR("<"));
		struct str text = str_head(x->rest, at);

		x->rest = str_skip(x->rest, at);
		text = str_trim(text);
		if (text.n && x->depth) {
			*name = text;
			return XML_TEXT;
		}
		if (x->rest.n == 0)
			break;
		if (str_starts(x->rest, STR("<!--"))) {
			if (!pass(x, STR("-->")))
				return stop(x, true);
		} else if (str_starts(x->rest, STR("<?")) ||
		           str_starts(x->rest, STR("<!"))) {
			if (!pass(x, STR(">")))
				return stop(x, true);
		} else {
			x->rest = str_skip(x->rest, 1);
			return element(x, name);
		}
	}
	return stop(x, x->depth != 0);
}

bool xml_in(const struct xml *x, struct str parent, struct str name)
{
	return x->depth >= 2 && str_eq(x->path[x->depth - 1], name) &&
	       str_eq(x->path[x->depth - 2], parent);
}

bool xml_within(const struct xml *x, struct str name)
{
	for (unsigned i = 0; i < x->depth; i++)
		if (str_eq(x->path[i], name))
			return true;
	return false;
}

struct str xml_plain(struct arena *a, struct str s)
{
	static const struct {
		struct str from;
		char to;
	} names[] = {
		{ STR_INIT("&lt;"), '<' },   { STR_INIT("&gt;"), '>' },
		{ STR_INIT("&quot;"), '"' }, { STR_INIT("&apos;"), '\'' },
		{ STR_INIT("&#39;"), '\'' }, { STR_INIT("&#34;"), '"' },
		{ STR_INIT("&amp;"), '&' },
	};
	char *p = (char *)arena_copy(a, s).p; /* our own copy */
	size_t n = 0;

	for (size_t i = 0; i < s.n;) {
		size_t k = 0;

		while (k < sizeof(names) / sizeof(*names) &&
		       !str_starts(str_skip(s, i), names[k].from))
			k++;
		if (k < sizeof(names) / sizeof(*names)) {
			p[n++] = names[k].to;
			i += names[k].from.n;
		} else {
			p[n++] = s.p[i++];
		}
	}
	return (struct str){ p, n };
}
