/* The two readers of ecs.config, each as it is, over the same text. */
#include "probe/cfg.h"
#include "probe/utf8.h"

/* ---- reader A: systemd's EnvironmentFile= */

struct reader_a {
	char *out; /* room for all of the text: it only ever gets shorter */
	size_t n, key, value; /* bytes in out; where the two begin */
	size_t keep; /* blanks behind this many bytes of out are dropped */
	unsigned line, first; /* now, and where the assignment began */
};

enum a_state {
	A_PRE_KEY,
	A_KEY,
	A_PRE_VALUE,
	A_VALUE,
	A_ESCAPE,
	A_SINGLE,
	A_DOUBLE,
	A_DOUBLE_ESCAPE,
	A_COMMENT,
	A_COMMENT_ESCAPE,
};

static bool a_newline(char c)
{
	return c == '\n' || c == '\r';
}

static bool a_blank(char c)
{
	return c == ' ' || c == '\t' || a_newline(c);
}

/* Adds c; a quoted or escaped blank stays when blanks are dropped. */
static void a_add(struct reader_a *r, char c, bool firm)
{
	r->out[r->n++] = c;
	if (firm || !a_blank(c))
		r->keep = r->n;
}

static enum a_state a_bare(struct reader_a *r, enum a_state s, char c)
{
	if (c == '\\')
		return A_ESCAPE;
	if (s == A_PRE_VALUE) {
		if (c == '\'' || c == '"')
			return c == '"' ? A_DOUBLE : A_SINGLE;
		if (a_blank(c))
			return s;
	}
	a_add(r, c, false);
	return A_VALUE;
}

static enum a_state a_quoted(struct reader_a *r, enum a_state s, char c)
{
	if (c == (s == A_SINGLE ? '\'' : '"'))
		return A_PRE_VALUE;
	if (s == A_DOUBLE && c == '\\')
		return A_DOUBLE_ESCAPE;
	a_add(r, c, true);
	return s;
}

static enum a_state a_in_value(struct reader_a *r, enum a_state s, char c)
{
	switch (s) {
	case A_PRE_VALUE:
	case A_VALUE:
		return a_bare(r, s, c);
	case A_SINGLE:
	case A_DOUBLE:
		return a_quoted(r, s, c);
	case A_ESCAPE:
		if (!a_newline(c))
			a_add(r, c, true);
		return A_VALUE;
	default: /* a backslash in double quotes escapes these alone */
		if (!strchr("\"\\`$\n", c))
			a_add(r, '\\', true);
		if (c != '\n')
			a_add(r, c, true);
		return A_DOUBLE;
	}
}

/* true: an assignment is complete. */
static bool a_step(struct reader_a *r, enum a_state *s, char c)
{
	switch (*s) {
	case A_PRE_KEY:
		r->key = r->value = r->keep = r->n;
		r->first = r->line;
		if (c == '#' || c == ';') {
			*s = A_COMMENT;
		} else if (!a_blank(c)) {
			*s = A_KEY;
			r->out[r->n++] = c;
		}
		return false;
	case A_KEY:
		if (a_newline(c))
			*s = A_PRE_KEY;
		else if (c != '=')
			r->out[r->n++] = c;
		else
			*s = A_PRE_VALUE;
		if (c == '=')
			r->value = r->keep = r->n;
		return false;
	case A_COMMENT:
		*s = a_newline(c) ? A_PRE_KEY
		     : c == '\\'  ? A_COMMENT_ESCAPE
		                  : A_COMMENT;
		return false;
	case A_COMMENT_ESCAPE:
		*s = A_COMMENT;
		return false;
	case A_PRE_VALUE:
	case A_VALUE:
		if (a_newline(c)) {
			*s = A_PRE_KEY;
			return true;
		}
		/* fall through */
	default:
		*s = a_in_value(r, *s, c);
		return false;
	}
}

/* systemd drops an assignment whose name or value could not stand in an
 * environment. */
static bool a_accepts(struct str key, struct str value)
{
	if (key.n == 0 || (key.p[0] >= '0' && key.p[0] <= '9'))
		return false;
	for (size_t i = 0; i < key.n; i++) {
		char c = key.p[i];

		if (c != '_' && !(c >= '0' && c <= '9') &&
		    !(str_low(c) >= 'a' && str_low(c) <= 'z'))
			return false;
	}
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if ((c < ' ' && c != '\n' && c != '\t') || c == 127)
			return false;
	}
	return true;
}

static void a_store(const struct reader_a *r, struct cfg_doc *doc)
{
	struct cfg_line *l;

	if (r->first == 0 || r->first > doc->n)
		return;
	l = &doc->line[r->first - 1];
	l->a_key = str_trim((struct str){ r->out + r->key, r->value - r->key });
	l->a_value = (struct str){ r->out + r->value, r->keep - r->value };
	l->a_ok = a_accepts(l->a_key, l->a_value) && !doc->a_refused;
	l->a_lines = r->line - r->first + 1;
}

static void read_a(struct arena *a, struct str text, struct cfg_doc *doc)
{
	struct reader_a r = { .line = 1 };
	enum a_state s = A_PRE_KEY;

	r.out = ARENA_ARRAY(a, char, text.n + 1);
	for (size_t i = 0; i < text.n; i++) {
		if (a_step(&r, &s, text.p[i]))
			a_store(&r, doc);
		if (text.p[i] == '\n')
			r.line++;
	}
	/* What the end of the file cuts off counts, but for a bare key. */
	if (s >= A_PRE_VALUE && s <= A_DOUBLE_ESCAPE)
		a_store(&r, doc);
}

/* ---- reader B: ecs-init's own */

/* Bytes of the blank at the head of s as Unicode has it, or 0. */
static size_t b_blank(struct str s)
{
	size_t used;
	uint32_t c;

	if (s.n == 0)
		return 0;
	c = utf8_next(s, &used);
	if ((c >= 9 && c <= 13) || c == ' ' || c == 0x85 || c == 0xa0 ||
	    c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
	    c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000)
		return used;
	return 0;
}

static struct str b_trim(struct str s)
{
	size_t n;

	while ((n = b_blank(s)) > 0)
		s = str_skip(s, n);
	while (s.n > 0) {
		/* Back to the start of the last character. */
		for (n = 1; n < s.n && n < 4; n++)
			if (((unsigned char)s.p[s.n - n] & 0xc0) != 0x80)
				break;
		if (b_blank(str_skip(s, s.n - n)) != n)
			break;
		s.n -= n;
	}
	return s;
}

static void read_b(struct str text, struct cfg_doc *doc)
{
	for (size_t i = 0; i < doc->n; i++) {
		struct cfg_line *l = &doc->line[i];
		struct str line = b_trim(str_cut(&text, '\n'));

		l->number = (unsigned)i + 1;
		l->b_value = line;
		l->b_key = str_cut(&l->b_value, '=');
		/* With no = the cut leaves no rest at all. */
		l->b_ok = l->b_key.n < line.n;
		if (!l->b_ok)
			l->b_value = (struct str){ NULL, 0 };
		else if (!l->b_value.p)
			l->b_value = STR("");
	}
}

static bool is_utf8(struct str s)
{
	while (s.n) {
		size_t used;

		if (utf8_next(s, &used) == UTF8_BAD)
			return false;
		s = str_skip(s, used);
	}
	return true;
}

void cfg_read(struct arena *a, struct str text, struct cfg_doc *out)
{
	size_t lines = 1;

	*out = (struct cfg_doc){ 0 };
	if (text.n > CFG_MAX_BYTES) {
		text.n = CFG_MAX_BYTES;
		out->cut = true;
	}
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] != '\n')
			continue;
		if (lines == CFG_MAX_LINES) {
			text.n = i;
			out->cut = true;
			break;
		}
		lines++;
	}
	out->bom = str_starts(text, STR("\xef\xbb\xbf"));
	out->a_refused = !is_utf8(text);
	out->n = lines;
	out->line = ARENA_ARRAY(a, struct cfg_line, lines);
	out->note = ARENA_ARRAY(a, struct cfg_note, CFG_MAX_NOTES);
	read_b(text, out);
	read_a(a, text, out);
	for (size_t i = 0; i < out->n; i++) {
		struct cfg_line *l = &out->line[i];

		if (!l->b_ok || l->b_key.n == 0)
			continue;
		l->key = cfg_key_of(l->b_key);
		if (!l->key)
			l->meant = cfg_key_near(l->b_key);
	}
}

struct str cfg_agent_value(const struct cfg_doc *doc, struct str key)
{
	for (size_t i = doc->n; i-- > 0;)
		if (doc->line[i].b_ok && str_eq(doc->line[i].b_key, key))
			return doc->line[i].b_value;
	return (struct str){ NULL, 0 };
}

struct str cfg_init_value(const struct cfg_doc *doc, struct str key)
{
	for (size_t i = doc->n; i-- > 0;)
		if (doc->line[i].a_ok && str_eq(doc->line[i].a_key, key))
			return doc->line[i].a_value;
	return (struct str){ NULL, 0 };
}
