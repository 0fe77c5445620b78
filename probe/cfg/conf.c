/* conf.c - probe.conf, read by the rows of conf.def. */
#include "probe/conf.h"

#include "probe/near.h"
#include "probe/when.h"

const struct conf_info conf_info[CONF_COUNT] = {
#define CONF(id, key_, type_, arg_, dflt_, min_, max_, text_) \
	[CONF_##id] = { .key = key_,                          \
		        .type = CONF_IS_##type_,              \
		        .arg = arg_,                          \
		        .dflt = dflt_,                        \
		        .min = min_,                          \
		        .max = max_,                          \
		        .text = text_ },
#include "probe/conf.def"
#undef CONF
};

/* One line that is being read. */
struct place {
	const char *name;
	unsigned line;
};

static bool wrong(const struct place *at, struct err *e, const char *key,
                  const char *what)
{
	return err_set(e, ERR_FORM, 0, "%s:%u: %s%s%s", at->name, at->line, key,
	               *key ? ": " : "", what);
}

static bool flag(struct str v, int64_t *num)
{
	static const struct str yes[] = { STR_INIT("yes"), STR_INIT("true"),
		                          STR_INIT("on"), STR_INIT("1") },
				no[] = { STR_INIT("no"), STR_INIT("false"),
		                         STR_INIT("off"), STR_INIT("0") };

	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (str_eq_low(v, yes[i]) || str_eq_low(v, no[i])) {
			*num = str_eq_low(v, yes[i]);
			return true;
		}
	return false;
}

static bool choice(struct str words, struct str v, int64_t *num)
{
	for (int64_t i = 0; words.n; i++)
		if (str_eq(str_cut(&words, '|'), v)) {
			*num = i;
			return true;
		}
	return false;
}

/* No step up: a folder's name is what it says. */
static bool path(struct str v)
{
	return v.n && v.p[0] == '/' && !str_has(v, STR("/../")) &&
	       !str_ends(v, STR("/.."));
}

static bool in(const struct conf_info *k, int64_t n)
{
	return n >= k->min && n <= k->max;
}

/* Does v fit the key? *num is set when the type has one. */
static bool fits(const struct conf_info *k, struct str v, int64_t *num)
{
	switch (k->type) {
	case CONF_IS_FLAG:
		return flag(v, num);
	case CONF_IS_CHOICE:
		return choice(str_of(k->arg), v, num);
	case CONF_IS_TIME:
		return when_span(v, num) && in(k, *num);
	case CONF_IS_NUMBER:
		return str_i64(v, num) && in(k, *num);
	case CONF_IS_PATH:
		return path(v) && in(k, (int64_t)v.n);
	case CONF_IS_TEXT:
	case CONF_IS_LIST:
		return in(k, (int64_t)v.n);
	}
	return false;
}

static bool refuse(const struct place *at, const struct conf_info *k,
                   struct err *e)
{
	long long lo = k->min, hi = k->max;

	switch (k->type) {
	case CONF_IS_FLAG:
		return wrong(at, e, k->key, "is yes or no");
	case CONF_IS_CHOICE:
		return err_set(e, ERR_FORM, 0, "%s:%u: %s: is one of %s",
		               at->name, at->line, k->key, k->arg);
	case CONF_IS_TIME:
		return err_set(e, ERR_FORM, 0,
		               "%s:%u: %s: is a time like %s, from %lld s to "
		               "%lld s",
		               at->name, at->line, k->key, k->dflt, lo / 1000,
		               hi / 1000);
	case CONF_IS_NUMBER:
		return err_set(e, ERR_FORM, 0,
		               "%s:%u: %s: is a number from %lld to %lld",
		               at->name, at->line, k->key, lo, hi);
	case CONF_IS_PATH:
		return wrong(at, e, k->key, "is a path from / on");
	case CONF_IS_TEXT:
	case CONF_IS_LIST:
		return err_set(e, ERR_FORM, 0,
		               "%s:%u: %s: has %lld to %lld bytes", at->name,
		               at->line, k->key, lo, hi);
	}
	return false;
}

static bool unknown(const struct place *at, struct str key, struct err *e)
{
	const char *names[CONF_COUNT], *near;

	for (size_t i = 0; i < CONF_COUNT; i++)
		names[i] = conf_info[i].key;
	near = near_name(key, names, CONF_COUNT);
	return err_set(e, ERR_FORM, 0, "%s:%u: no key " STR_FMT "%s%s%s",
	               at->name, at->line, STR_ARG(str_head(key, 64)),
	               near ? "; did you mean " : "", near ? near : "",
	               near ? "?" : "");
}

static bool set(const struct place *at, struct str key, struct str v,
                struct conf *out, struct err *e)
{
	for (size_t i = 0; i < CONF_COUNT; i++) {
		const struct conf_info *k = &conf_info[i];
		int64_t num = 0;

		if (!str_eq(key, str_of(k->key)))
			continue;
		if (out->v[i].set)
			return err_set(e, ERR_FORM, 0,
			               "%s:%u: %s: stands on line %u too",
			               at->name, at->line, k->key,
			               out->v[i].line);
		if (!fits(k, v, &num))
			return refuse(at, k, e);
		out->v[i] = (struct conf_value){ v, num, true, at->line };
		return true;
	}
	return unknown(at, key, e);
}

/* Up to a # at the head or behind a blank. */
static struct str code(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' &&
		    (i == 0 || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			return str_trim(str_head(line, i));
	return str_trim(line);
}

static bool plain(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] < ' ' || line.p[i] == 0x7f)
			if (line.p[i] != '\t' &&
			    !(line.p[i] == '\r' && i + 1 == line.n))
				return false;
	return true;
}

struct conf conf_default(void)
{
	struct conf c = { 0 };

	for (size_t i = 0; i < CONF_COUNT; i++) {
		c.v[i].text = str_of(conf_info[i].dflt);
		(void)fits(&conf_info[i], c.v[i].text, &c.v[i].num);
	}
	return c;
}

bool conf_parse(const char *name, struct str text, struct arena *a,
                struct conf *out, struct err *e)
{
	struct place at = { name, 0 };
	struct conf c = conf_default();

	if (text.n > CONF_MAX_BYTES)
		return err_set(e, ERR_LIMIT, 0, "%s: more than %u bytes", name,
		               CONF_MAX_BYTES);
	while (text.n) {
		struct str line = str_cut(&text, '\n'), value;
		struct str key;

		at.line++;
		if (!plain(line))
			return wrong(&at, e, "", "is not text");
		value = code(line);
		if (!value.n)
			continue;
		key = str_trim(str_cut(&value, '='));
		if (!value.p)
			return wrong(&at, e, "", "is not `key = value`");
		if (!set(&at, key, str_trim(value), &c, e))
			return false;
	}
	for (size_t i = 0; i < CONF_COUNT; i++)
		if (c.v[i].set)
			c.v[i].text = arena_copy(a, c.v[i].text);
	*out = c;
	return true;
}
