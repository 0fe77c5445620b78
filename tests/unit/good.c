/* What was well, kept and compared. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe/keep.h"
#include "probe/when.h"
#include "unit.h"

static struct arena a;
static struct changed_row row[CHANGED_MAX];

static struct pass_opts opts(void)
{
	return (struct pass_opts){ .limits = limits_default(),
		                   .deadline_ms = 10000,
		                   .log_window_ms = 86400000 };
}

static bool has(size_t n, const char *what, const char *was, const char *now)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(row[i].what, str_of(what)))
			return str_eq(row[i].was, str_of(was)) &&
			       str_eq(row[i].now, str_of(now));
	return false;
}

static bool again(const struct good *g, struct good *out)
{
	struct buf b = buf_init(&a, GOOD_MAX_BYTES);
	struct err e;

	good_json(g, &b);
	return !b.full && good_parse(buf_str(&b), &a, out, &e);
}

static void test_taken(const struct good *g)
{
	OK(str_eq(g->s[GOOD_AGENT], STR("1.105.1")), "agent");
	OK(g->s[GOOD_DOCKER].n && g->s[GOOD_KERNEL].n && g->s[GOOD_AMI].n &&
	           g->s[GOOD_ROLE].n && g->s[GOOD_GROUPS].n &&
	           g->s[GOOD_PORTS].n && g->s[GOOD_CLUSTER].n,
	   "the rest");
	OK(g->has_config && g->n_keys > 0, "ecs.config");
	OK(str_has(g->s[GOOD_RESOLVER], STR("nameserver")), "resolver");
}

static void test_json(const struct good *g)
{
	struct good *back = ARENA_NEW(&a, struct good);

	OK(again(g, back) && back->at_ms == g->at_ms, "read back");
	OK(good_compare(g, back, &a, row) == 0 &&
	           good_compare(back, g, &a, row) == 0,
	   "the same");
}

static void test_compare(void)
{
	struct good was = { .s = { [GOOD_AGENT] = STR("1.0"),
		                   [GOOD_AMI] = STR("ami-1"),
		                   [GOOD_ROLE] = STR("r") },
		            .has_config = true,
		            .key = { { STR("A"), STR("1"), 1 },
		                     { STR("B"), STR("2"), 2 },
		                     { STR("C"), STR(""), 3 } },
		            .n_keys = 3 };
	struct good now = { .s = { [GOOD_AGENT] = STR("1.1"),
		                   [GOOD_AMI] = STR("ami-1"),
		                   [GOOD_KERNEL] = STR("6.1") },
		            .has_config = true,
		            .key = { { STR("B"), STR("2"), 2 },
		                     { STR("C"), STR(""), 4 },
		                     { STR("D"), STR("5"), 5 } },
		            .n_keys = 3 };
	size_t n = good_compare(&was, &now, &a, row);
	struct buf b = buf_init(&a, 4096);
	struct diff d = { 0, 3600000, row, n };

	OK(n == 4, "four rows; what one side does not know is none");
	OK(has(n, "agent", "1.0", "1.1"), "agent");
	OK(has(n, "ecs.config A", "1", ""), "gone");
	OK(has(n, "ecs.config C", "(set)", "(set)"), "a secret");
	OK(has(n, "ecs.config D", "", "5"), "new");
	OK(str_eq(diff_line(row, n, &a, 60),
	          STR("agent 1.0 -> 1.1; ecs.config A 1 -> (not set)")),
	   "in a line, as many as fit");
	report_diff(&d, &a, &b);
	OK(str_has(buf_str(&b), STR("1970-01-01T00:00:00Z (60 min ago)")) &&
	           str_has(buf_str(&b),
	                   STR("  agent\n    was 1.0\n    now 1.1\n")),
	   "printed");
	now.has_config = false;
	OK(good_compare(&was, &now, &a, row) == 1, "no ecs.config seen");
	b = buf_init(&a, 4096);
	d.n = 0;
	report_diff(&d, &a, &b);
	OK(str_starts(buf_str(&b), STR("Nothing")), "nothing");
}

static void test_parse(void)
{
	static const char *const bad[] = { "", "{", "[]", "{}",
		                           "{\"at_ms\":\"x\"}" };
	struct good *g = ARENA_NEW(&a, struct good);
	struct err e;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		OK(!good_parse(str_of(bad[i]), &a, g, &e) &&
		           g->at_ms == WHEN_NONE,
		   bad[i]);
	OK(good_parse(STR("{\"at_ms\":7,\"agent\":3,\"config\":[1,{},"
	                  "{\"key\":\"K\",\"mark\":70000}]}"),
	              &a, g, &e) &&
	           g->at_ms == 7 && !g->s[GOOD_AGENT].n && g->n_keys == 1,
	   "what fits is taken");
}

/* Written when it is new or differs, and once an hour. */
static void test_kept(struct host *h, struct pass *p)
{
	char dir[] = "/tmp/probe-good.XXXXXX";
	struct good *back = ARENA_NEW(&a, struct good);
	struct good_mark mark = { 0 };
	struct store s;
	struct err e;

	if (!mkdtemp(dir) || !store_open(&s, dir, &e))
		return;
	OK(!good_load(&s, &a, back, &e) && e.code == ERR_NOENT, "none yet");
	OK(keep_good(&s, h, p, &mark, 1000, &a, &e) && mark.saved_ms == 1000,
	   "the first");
	OK(keep_good(&s, h, p, &mark, 2000, &a, &e) && mark.saved_ms == 1000,
	   "nothing new");
	p->facts->agent.version = STR("1.106.0");
	OK(keep_good(&s, h, p, &mark, 3000, &a, &e) && mark.saved_ms == 3000,
	   "another agent");
	OK(good_load(&s, &a, back, &e) &&
	           str_eq(back->s[GOOD_AGENT], STR("1.106.0")),
	   "loaded");
	p->facts->imds.seen.state = SEEN_FAILED;
	OK(keep_good(&s, h, p, &mark, 4000, &a, &e) &&
	           good_load(&s, &a, back, &e) && back->s[GOOD_AMI].n,
	   "what cannot be seen stays");
	OK(keep_good(&s, h, p, &mark, 4000 + 3600000, &a, &e) &&
	           mark.saved_ms == 3604000,
	   "once an hour");
	OK(store_remove(&s, GOOD_NAME, &e), "gone");
	store_close(&s);
	(void)rmdir(dir);
}

int main(void)
{
	struct host h = host_dir("tests/golden/healthy/root");
	struct pass_opts o = opts();
	struct pass p;
	struct good *g;

	a = unit_arena(8u << 20);
	g = ARENA_NEW(&a, struct good);
	pass_run(&h, &a, &o, &p);
	good_take(&h, &p, &a, g);
	test_taken(g);
	test_json(g);
	test_compare();
	test_parse();
	test_kept(&h, &p);
	pass_free(&p);
	return unit_end("good");
}
