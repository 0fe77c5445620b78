#include "probe/jsonw.h"

#include "probe/utf8.h"

struct jsonw jsonw_init(struct buf *out)
{
	return (struct jsonw){ .out = out };
}

static void quote(struct buf *b, struct str s)
{
	(void)buf_char(b, '"');
	while (s.n) {
		size_t n;
		uint32_t c = utf8_next(s, &n);

		if (c == '"' || c == '\\')
			(void)buf_fmt(b, "\\%c", (char)c);
		else if (c == '\n')
			(void)buf_add(b, STR("\\n"));
		else if (c == UTF8_BAD)
			(void)buf_add(b, STR("\\ufffd"));
		else if (!utf8_plain(c) && c <= 0xffff)
			(void)buf_fmt(b, "\\u%04x", (unsigned)c);
		else
			(void)buf_add(b, str_head(s, n));
		s = str_skip(s, n);
	}
	(void)buf_char(b, '"');
}

static void lead(struct jsonw *w, const char *key)
{
	if (w->comma[w->depth])
		(void)buf_char(w->out, ',');
	w->comma[w->depth] = true;
	if (key) {
		quote(w->out, str_of(key));
		(void)buf_char(w->out, ':');
	}
}

static void open_at(struct jsonw *w, const char *key, char c)
{
	lead(w, key);
	(void)buf_char(w->out, c);
	if (w->depth + 1 < sizeof(w->comma) / sizeof(*w->comma))
		w->depth++;
	w->comma[w->depth] = false;
}

static void close_at(struct jsonw *w, char c)
{
	(void)buf_char(w->out, c);
	if (w->depth)
		w->depth--;
}

void jsonw_obj(struct jsonw *w, const char *key)
{
	open_at(w, key, '{');
}

void jsonw_end(struct jsonw *w)
{
	close_at(w, '}');
}

void jsonw_arr(struct jsonw *w, const char *key)
{
	open_at(w, key, '[');
}

void jsonw_arr_end(struct jsonw *w)
{
	close_at(w, ']');
}

void jsonw_str(struct jsonw *w, const char *key, struct str v)
{
	lead(w, key);
	quote(w->out, v);
}

void jsonw_int(struct jsonw *w, const char *key, int64_t v)
{
	lead(w, key);
	(void)buf_fmt(w->out, "%lld", (long long)v);
}

void jsonw_milli(struct jsonw *w, const char *key, int64_t v)
{
	lead(w, key);
	(void)buf_fmt(w->out, "%lld.%03lld", (long long)v / 1000,
	              (long long)v % 1000);
}

void jsonw_bool(struct jsonw *w, const char *key, bool v)
{
	lead(w, key);
	(void)buf_add(w->out, v ? STR("true") : STR("false"));
}

void jsonw_null(struct jsonw *w, const char *key)
{
	lead(w, key);
	(void)buf_add(w->out, STR("null"));
}
