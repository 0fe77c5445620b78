/* probe.conf: what is read, and what is refused with its place. */
#include "unit.h"

#include "probe/buf.h"
#include "probe/conf.h"

static struct arena arena;

static bool parse(const char *text, struct conf *c, struct err *e)
{
	arena_reset(&arena);
	*e = (struct err){ 0 };
	return conf_parse("probe.conf", str_of(text), &arena, c, e);
}

static void test_defaults(void)
{
	struct conf c = conf_default();

	OK(conf_num(&c, CONF_HEAL) == 1, "heal is plan");
	OK(conf_num(&c, CONF_INTERVAL) == 30000, "times are in ms");
	OK(conf_num(&c, CONF_HEAL_MAX) == 3, "a number");
	OK(str_eq(conf_text(&c, CONF_STATE_DIR), STR("/var/lib/probe")),
	   "a path");
	OK(!c.v[CONF_HEAL].set && c.v[CONF_HEAL].line == 0, "not set");
	for (size_t i = 0; i < CONF_COUNT; i++) {
		struct buf line = buf_init(&arena, 256);
		struct conf d;
		struct err e = { 0 };

		(void)buf_fmt(&line, "%s = %s", conf_info[i].key,
		              conf_info[i].dflt);
		OK(conf_parse("x", buf_str(&line), &arena, &d, &e),
		   conf_info[i].key);
		OK(d.v[i].set && d.v[i].num == c.v[i].num &&
		           str_eq(d.v[i].text, c.v[i].text),
		   "a default written down is the default");
	}
}

static void test_read(void)
{
	struct conf c;
	struct err e;

	OK(parse("# all\n\n\theal=on # at last\r\n interval = 1m\n"
	         "unit = a#b.service\nbuckets =\nlimits = a=1, b=2\n"
	         "state-dir = /srv/p",
	         &c, &e),
	   "a file");
	OK(conf_num(&c, CONF_HEAL) == 2 && c.v[CONF_HEAL].line == 3, "heal");
	OK(conf_num(&c, CONF_INTERVAL) == 60000, "interval");
	OK(str_eq(conf_text(&c, CONF_UNIT), STR("a#b.service")),
	   "a # within a word is no comment");
	OK(c.v[CONF_BUCKETS].set && conf_text(&c, CONF_BUCKETS).n == 0,
	   "an empty list");
	OK(str_eq(conf_text(&c, CONF_LIMITS), STR("a=1, b=2")),
	   "a list with = in it");
	OK(str_eq(conf_text(&c, CONF_STATE_DIR), STR("/srv/p")),
	   "no line end at the end");
	OK(conf_text(&c, CONF_STATE_DIR).p[6] == '\0', "terminated");
	OK(parse("", &c, &e) && conf_num(&c, CONF_HEAL) == 1,
	   "an empty file is all defaults");
}

static void test_refused(void)
{
	static const struct {
		const char *text, *says;
	} rows[] = {
		{ "heal = on\nintervall = 1s", "probe.conf:2: no key intervall;"
		                               " did you mean interval?" },
		{ "frobnicate = 1", "probe.conf:1: no key frobnicate" },
		{ "= 1", "probe.conf:1: no key " },
		{ "heal", "probe.conf:1: is not `key = value`" },
		{ "heal = maybe", "probe.conf:1: heal: is one of off|plan|on" },
		{ "heal =", "probe.conf:1: heal: is one of off|plan|on" },
		{ "\n\nheal = on\n\nheal = on",
		  "probe.conf:5: heal: stands on line 3 too" },
		{ "interval = soon", "probe.conf:1: interval: is a time like "
		                     "30s, from 1 s to 3600 s" },
		{ "interval = 999ms", "probe.conf:1: interval: is a time like "
		                      "30s, from 1 s to 3600 s" },
		{ "heal-max = 101",
		  "probe.conf:1: heal-max: is a number from 0 to 12" },
		{ "heal-max = 3x",
		  "probe.conf:1: heal-max: is a number from 0 to 12" },
		{ "state-dir = var",
		  "probe.conf:1: state-dir: is a path from / on" },
		{ "state-dir = /var/../etc",
		  "probe.conf:1: state-dir: is a path from / on" },
		{ "unit =", "probe.conf:1: unit: has 1 to 200 bytes" },
		{ "heal = on\nunit = a\x1b[31m", "probe.conf:2: is not text" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct conf c = { .v[CONF_HEAL].num = 77 };
		struct err e;

		OK(!parse(rows[i].text, &c, &e), rows[i].text);
		OK(strcmp(e.msg, rows[i].says) == 0, e.msg);
		OK(e.code == ERR_FORM, "its code");
		OK(c.v[CONF_HEAL].num == 77, "all or nothing");
	}
}

static void test_long(void)
{
	static char text[CONF_MAX_BYTES + 1];
	struct conf c;
	struct err e = { 0 };
	struct str all = { text, sizeof(text) };

	memset(text, '\n', sizeof(text));
	OK(conf_parse("x", str_head(all, CONF_MAX_BYTES), &arena, &c, &e),
	   "64 KiB");
	OK(!conf_parse("x", all, &arena, &c, &e) && e.code == ERR_LIMIT,
	   "and not a byte more");
}

int main(void)
{
	arena = unit_arena(1 << 20);
	test_defaults();
	test_read();
	test_refused();
	test_long();
	return unit_end("conf");
}
