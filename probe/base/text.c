#include "probe/text.h"

#include "probe/utf8.h"

/* Bytes of s that text_clean() may look at for max bytes of output. */
static struct str window(struct str s, size_t max)
{
	return str_head(s, max + 4096);
}

/* What is shown for a code point that may not be: blanks stay blanks. */
static struct str shown(struct str s, uint32_t c, size_t used)
{
	if (c == '\t' || c == '\n' || c == '\r')
		return STR(" ");
	if (!utf8_plain(c))
		return STR("?");
	return str_head(s, used);
}

struct str text_clean(struct arena *a, struct str s, size_t max)
{
	struct str in = str_trim(s), w = window(in, max), rest;
	size_t used, cut = 0;
	struct buf out;
	char *copy;

	/* A secret that the cut leaves without its end is still masked: more
	 * than what is shown is looked at. */
	out = buf_init(a, max + 1);
	copy = arena_raw(a, w.n + 1);
	if (w.n)
		memcpy(copy, w.p, w.n);
	redact_mask(copy, w.n);
	for (rest = (struct str){ copy, w.n }; rest.n;
	     rest = str_skip(rest, used)) {
		uint32_t c = utf8_next(rest, &used);
		struct str v = shown(rest, c, used);

		if (out.n + v.n > max)
			break;
		(void)buf_add(&out, v);
		if (out.n + 3 <= max)
			cut = out.n;
	}
	if (rest.n || w.n < in.n) {
		out.n = cut;
		(void)buf_add(&out, str_head(STR("..."), max - cut));
	}
	out.p[out.n] = '\0';
	arena_keep(a, out.p, out.n + 1);
	return buf_str(&out);
}
