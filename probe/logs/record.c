#include "probe/logrec.h"
#include "stamp.h"

static enum log_level level_of(char c)
{
	switch (str_low(c)) {
	case 't':
		return LVL_TRACE;
	case 'd':
		return LVL_DEBUG;
	case 'i':
		return LVL_INFO;
	case 'w':
		return LVL_WARN;
	case 'e':
		return LVL_ERROR;
	case 'c':
	case 'f':
		return LVL_CRIT;
	default:
		return LVL_ANY;
	}
}

/* The whole of word names a level: "warn", "WARNING", "critical". */
static enum log_level level_word(struct str word)
{
	static const char *const words[] = { "trace",   "debug", "info",
		                             "warn",    "error", "critical",
		                             "warning", "crit",  "fatal" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_eq_low(word, str_of(words[i])))
			return level_of(word.p[0]);
	return LVL_ANY;
}

/* Moves *rest past head; false and nothing moved when it does not begin so. */
static bool eat(struct str *rest, const char *head, size_t n)
{
	if (rest->n < n || memcmp(rest->p, head, n) != 0)
		return false;
	*rest = str_skip(*rest, n);
	return true;
}
#define EAT(rest, lit) eat(rest, lit, sizeof(lit) - 1)

/* Where a string ends: the next quote that no backslash stands before. */
static size_t string_end(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != '"')
		i += s.p[i] == '\\' && i + 1 < s.n ? 2 : 1;
	return i < s.n ? i : s.n;
}

static void split_fields(struct logrec *r)
{
	size_t end = string_end(r->msg);

	r->fields = str_skip(r->msg, end + 1);
	r->msg = str_head(r->msg, end);
}

/* How long the level at p is, and which; 0: none. At most 8 bytes are read. */
static size_t level_length(const char *p, enum log_level *level)
{
	static const struct str words[] = {
		[LVL_ANY] = STR_INIT(""),
		[LVL_TRACE] = STR_INIT("trace"),
		[LVL_DEBUG] = STR_INIT("debug"),
		[LVL_INFO] = STR_INIT("info"),
		[LVL_WARN] = STR_INIT("warn"),
		[LVL_ERROR] = STR_INIT("error"),
		[LVL_CRIT] = STR_INIT("critical"),
	};
	struct str w;

	*level = level_of(*p);
	w = words[*level];
	for (size_t i = 0; i < w.n; i++)
		if (str_low(p[i]) != w.p[i])
			return 0;
	return w.n;
}

static bool is(const char *p, const char *lit, size_t n)
{
	return memcmp(p, lit, n) == 0;
}
#define IS(p, lit) is(p, lit, sizeof(lit) - 1)

/* Each returns where the message begins, or 0; QUICK_READ bytes of the line
 * are looked at. */
#define QUICK_READ 64

static size_t quick_logfmt(const char *p, struct logrec *out)
{
	size_t at = 6 + level_length(p + 6, &out->level);

	if (at == 6 || !IS(p, "level=") || !IS(p + at, " time=") ||
	    stamp_wrong(p + at + 6) || !IS(p + at + 26, " msg=\""))
		return 0;
	out->time = (struct str){ p + at + 6, STAMP };
	return at + 32;
}

static size_t quick_json(const char *p, struct logrec *out)
{
	size_t at = 10 + level_length(p + 10, &out->level);

	if (at == 10 || !IS(p, "{\"level\":\"") ||
	    !IS(p + at, "\",\"time\":\"") || stamp_wrong(p + at + 10) ||
	    !IS(p + at + 30, "\",\"msg\":\""))
		return 0;
	out->time = (struct str){ p + at + 10, STAMP };
	return at + 39;
}

static size_t quick_bracket(const char *p, struct logrec *out)
{
	size_t n;

	if (stamp_wrong(p) || p[20] != ' ' || p[21] != '[')
		return 0;
	n = level_length(p + 22, &out->level);
	if (n == 0 || p[22 + n] != ']' || p[23 + n] != ' ')
		return 0;
	out->time = (struct str){ p, STAMP };
	return 24 + n;
}

static size_t quick_head(const char *p, struct logrec *out)
{
	switch (p[0]) {
	case 'l':
		out->shape = SHAPE_LOGFMT;
		return quick_logfmt(p, out);
	case '{':
		out->shape = SHAPE_JSON;
		return quick_json(p, out);
	case '2':
		out->shape = SHAPE_BRACKET;
		return quick_bracket(p, out);
	default:
		return 0;
	}
}

/* A short line is looked at in a place where bytes follow it. */
static size_t quick_short(struct str line, struct logrec *out)
{
	char p[QUICK_READ] = { 0 };
	size_t at;

	memcpy(p, line.p, line.n);
	at = quick_head(p, out);
	if (at)
		out->time.p = line.p + (out->time.p - p);
	return at;
}

bool logrec_quick(struct str line, struct logrec *out)
{
	size_t at;

	if (line.n < STAMP)
		return false;
	at = line.n < QUICK_READ ? quick_short(line, out)
	                         : quick_head(line.p, out);
	/* A message that begins with a blank or an escape is no common one. */
	if (!at || at >= line.n || (unsigned char)line.p[at] <= ' ')
		return false;
	out->raw = line;
	out->fields = (struct str){ NULL, 0 };
	out->msg = (struct str){ line.p + at, line.n - at };
	return true;
}

/* A bare value up to a blank, or a quoted one. */
static struct str value_at(struct str s)
{
	if (s.n && s.p[0] == '"') {
		s = str_skip(s, 1);
		return str_head(s, string_end(s));
	}
	return str_cut(&s, ' ');
}

static bool word_before(struct str s, size_t at)
{
	char c = at ? s.p[at - 1] : ' ';

	return c == ' ' || c == '\t' || c == '{' || c == ',' || c == ':';
}

/* Where the first of the agent's own keys stands, at or before at. */
static size_t first_key(struct str line, size_t at)
{
	static const struct str keys[] = { STR_INIT("time="),
		                           STR_INIT("msg=") };

	for (size_t i = 0; i < 2; i++) {
		size_t k = str_find(str_head(line, at), keys[i]);

		if (k != SIZE_MAX && word_before(line, k))
			at = k;
	}
	return at;
}

/* Each of these returns where what it knows begins, or SIZE_MAX. */

/* level=x within the head of the line, whatever stands before it. */
static size_t read_logfmt(struct str line, struct logrec *r)
{
	size_t at = str_find(str_head(line, LOGREC_HEAD), STR("level="));
	struct str v;

	/* The first line of a paste may have lost its first letter. */
	if (at == SIZE_MAX && str_starts(line, STR("evel=")))
		at = 0;
	else if (at == SIZE_MAX || !word_before(line, at))
		return SIZE_MAX;
	v = str_skip(line, at);
	v = str_skip(v, str_find(v, STR("=")) + 1);
	r->level = level_word(value_at(v));
	if (r->level == LVL_ANY)
		return SIZE_MAX;
	r->shape = SHAPE_LOGFMT;
	at = first_key(line, at);
	r->fields = str_skip(line, at);
	(void)logrec_field(r, STR("time"), &r->time);
	if (!logrec_field(r, STR("msg"), &r->msg))
		r->msg = r->fields;
	return at;
}

/* Where an object of the agent's begins: journald, syslog and others put words
 * of their own before it. SIZE_MAX: nowhere in the head of the line. */
static size_t json_start(struct str line)
{
	static const struct str keys[] = { STR_INIT("{\"level\":"),
		                           STR_INIT("{\"time\":") };
	size_t at = SIZE_MAX;

	if (line.n > 1 && line.p[0] == '{')
		return 0;
	for (size_t i = 0; i < 2 && at == SIZE_MAX; i++)
		at = str_find(str_head(line, LOGREC_HEAD), keys[i]);
	return at;
}

static size_t read_json(struct str line, struct logrec *r)
{
	size_t at = json_start(line);
	struct str level;

	if (at == SIZE_MAX)
		return SIZE_MAX;
	r->shape = SHAPE_JSON;
	r->fields = str_skip(line, at);
	if (!logrec_field(r, STR("level"), &level))
		return SIZE_MAX;
	r->level = level_word(level);
	if (r->level == LVL_ANY)
		return SIZE_MAX;
	(void)logrec_field(r, STR("time"), &r->time);
	if (!logrec_field(r, STR("msg"), &r->msg))
		r->msg = line;
	return at;
}

/* The time at the end of what stands before a level, if it is one. */
static struct str stamp_of(struct str before, const char *line)
{
	struct str s = str_trim(before);

	if (s.n < STAMP)
		return (struct str){ NULL, 0 };
	if (before.p != line) /* journald's [1234] came first */
		return !stamp_wrong(s.p + s.n - STAMP)
		               ? str_skip(s, s.n - STAMP)
		               : (struct str){ NULL, 0 };
	if (s.p[4] == '-' && s.p[7] == '-')
		return s;
	return str_skip(s, s.n - STAMP);
}

/* [WARN] within the head of the line. */
static size_t read_bracket(struct str line, struct logrec *r)
{
	struct str rest = str_head(line, LOGREC_HEAD);

	while (rest.n) {
		struct str before = str_cut(&rest, '['), word;
		struct str tail = rest;

		if (!rest.p)
			return SIZE_MAX;
		word = str_cut(&tail, ']');
		r->level = level_word(word);
		if (r->level == LVL_ANY || !tail.p)
			continue;
		r->shape = SHAPE_BRACKET;
		r->msg = (struct str){ tail.p,
			               (size_t)(line.p + line.n - tail.p) };
		r->msg = str_trim(r->msg);
		r->time = stamp_of(before, line.p);
		return (size_t)(rest.p - line.p);
	}
	return SIZE_MAX;
}

void logrec_plain(struct str line, struct logrec *out)
{
	static size_t (*const readers[])(struct str, struct logrec *) = {
		read_json, read_logfmt, read_bracket
	};
	size_t first = SIZE_MAX;

	*out = (struct logrec){ .raw = line, .msg = line };
	for (size_t i = 0; i < sizeof(readers) / sizeof(*readers); i++) {
		struct logrec r = { .raw = line };
		size_t at = readers[i](line, &r);

		/* One shape may be quoted by another: the outer one counts. */
		if (at < first) {
			first = at;
			*out = r;
		}
	}
}

void logrec_read(struct str line, struct logrec *out)
{
	if (!logrec_quick(line, out))
		logrec_plain(line, out);
	else if (out->shape != SHAPE_BRACKET)
		split_fields(out);
}

bool logrec_field(const struct logrec *r, struct str key, struct str *out)
{
	bool json = r->shape == SHAPE_JSON;
	struct str s = r->fields;

	for (;;) {
		size_t at = str_find(s, key);
		struct str v;

		if (at == SIZE_MAX)
			return false;
		v = str_skip(s, at + key.n);
		if (json && at && s.p[at - 1] == '"' && EAT(&v, "\"")) {
			v = str_trim(v);
			if (EAT(&v, ":")) {
				*out = value_at(str_trim(v));
				return true;
			}
		} else if (!json && word_before(s, at) && EAT(&v, "=")) {
			*out = value_at(v);
			return true;
		}
		s = str_skip(s, at + key.n);
	}
}
