/* The flat record: made from a pass, written, read back. */
#include "probe/record.h"

#include "probe/when.h"
#include "unit.h"

#define ARENA (4u << 20)

static struct pass_opts opts(void)
{
	return (struct pass_opts){ .limits = limits_default(),
		                   .deadline_ms = 10000,
		                   .log_window_ms = 86400000 };
}

static struct pass sick; /* tests/golden/no-role */
static struct pass well; /* tests/golden/healthy */

static void run(const char *root, struct arena *a, struct pass *p)
{
	struct host h = host_dir(root);
	struct pass_opts o = opts();

	pass_run(&h, a, &o, p);
}

static bool is(const struct record *r, enum field_id f, const char *want)
{
	bool same = str_eq(r->s[f], str_of(want));

	if (!same)
		printf("%s: " STR_FMT ", not %s\n", field_info[f].name,
		       STR_ARG(r->s[f]), want);
	return same;
}

static struct record_about stands(const struct pass *p)
{
	return (struct record_about){
		.kind = RECORD_VERDICT,
		.at_ms = 1790000000000,
		.status = p->verdict.status,
		.class = p->verdict.class,
		.cause = p->verdict.root ? p->verdict.root->id : CAUSE_NONE,
		.since_ms = 1790000000000,
		.duration_ms = RECORD_NONE,
	};
}

static void test_sick(struct arena *a)
{
	struct record_about about = stands(&sick);
	struct record r;

	about.changed = true;
	about.previous = CAUSE_NONE;
	about.why_not = "no restart would help";
	record_make(&sick, &about, a, &r);
	OK(is(&r, FIELD_KIND, "verdict"), "kind");
	OK(is(&r, FIELD_STATUS, "critical"), "status");
	OK(is(&r, FIELD_CLASS, "credentials"), "class");
	OK(is(&r, FIELD_CAUSE, "no-instance-profile"), "cause");
	OK(is(&r, FIELD_PREVIOUS, "none"), "it was healthy");
	OK(is(&r, FIELD_RESTART, "no"), "restart");
	OK(is(&r, FIELD_TITLE, "no role is attached to this instance"),
	   "title");
	OK(str_has(r.s[FIELD_EVIDENCE], STR("404")), "evidence");
	OK(is(&r, FIELD_INSTANCE, "i-0abc1234def567890"), "instance");
	OK(is(&r, FIELD_WHY_NOT, "no restart would help"), "why not");
	OK(is(&r, FIELD_PASS_CAUSE, "no-instance-profile"), "this pass");
	OK(r.n[FIELD_CONFIDENCE] > 50 && r.n[FIELD_CONFIDENCE] <= 100,
	   "percent");
	OK(r.n[FIELD_DURATION_MS] == RECORD_NONE, "not known");
	OK(r.n[FIELD_DISK_PCT] >= 0 && r.n[FIELD_MEM_PCT] > 0, "figures");
}

static void test_well(struct arena *a)
{
	struct record_about about = stands(&well);
	struct record r;

	about.kind = RECORD_RECOVERY;
	about.changed = true;
	about.previous = CAUSE_DISK_FULL;
	about.duration_ms = 60000;
	record_make(&well, &about, a, &r);
	OK(is(&r, FIELD_KIND, "recovery"), "kind");
	OK(is(&r, FIELD_STATUS, "ok"), "status");
	OK(is(&r, FIELD_CLASS, "healthy"), "class");
	OK(is(&r, FIELD_CAUSE, "none"), "cause");
	OK(is(&r, FIELD_PREVIOUS, "disk-full"), "previous");
	OK(is(&r, FIELD_TITLE, "healthy"), "title");
	OK(is(&r, FIELD_RESTART, "no"), "restart");
	OK(r.n[FIELD_DURATION_MS] == 60000, "duration");
	OK(r.n[FIELD_CONFIDENCE] == 100, "all could look");
	OK(r.n[FIELD_BLIND] == 0, "none was blind");
	OK(r.s[FIELD_SLOWEST].n && r.n[FIELD_SLOWEST_MS] >= 0, "slowest");
}

/* The cause stands, and this pass does not see it. */
static void test_remembered(struct arena *a)
{
	struct record_about about = stands(&sick);
	struct record first, r;

	record_make(&sick, &about, a, &first);
	about.kind = RECORD_HEARTBEAT;
	about.before = &first;
	record_make(&well, &about, a, &r);
	OK(is(&r, FIELD_CAUSE, "no-instance-profile") &&
	           is(&r, FIELD_PASS_CAUSE, "none") &&
	           is(&r, FIELD_PASS_STATUS, "ok"),
	   "both are told");
	OK(str_eq(r.s[FIELD_TITLE], first.s[FIELD_TITLE]), "its title");
	OK(str_eq(r.s[FIELD_EVIDENCE], first.s[FIELD_EVIDENCE]),
	   "its evidence");
	OK(r.n[FIELD_CONFIDENCE] == first.n[FIELD_CONFIDENCE],
	   "its confidence");
	about.before = NULL;
	record_make(&well, &about, a, &r);
	OK(is(&r, FIELD_TITLE, "no-instance-profile"), "by its id");
	OK(is(&r, FIELD_RESTART, "no"), "by its row");
	about.before = &first;
	record_make(NULL, &about, a, &r);
	OK(is(&r, FIELD_INSTANCE, "i-0abc1234def567890"),
	   "who it is, from before");
	OK(r.n[FIELD_PASS_MS] == RECORD_NONE && !r.s[FIELD_PASS_STATUS].n,
	   "no pass");
	OK(r.n[FIELD_UP_S] == RECORD_NONE, "not a start");
	about.kind = RECORD_START;
	about.up_ms = 12999;
	record_make(&well, &about, a, &r);
	OK(r.n[FIELD_UP_S] == 12, "how long the host is up");
}

static void test_json(struct arena *a)
{
	struct record_about about = stands(&sick);
	struct buf b = buf_init(a, RECORD_MAX), again;
	struct record r, back;
	struct err e;

	record_make(&sick, &about, a, &r);
	record_json(&r, a, &b);
	OK(!b.full && b.n > 300 && b.n < 1500, "of a usual size");
	OK(!str_has(buf_str(&b), STR("\n")), "one line");
	OK(record_parse(buf_str(&b), a, &back, &e), "read back");
	again = buf_init(a, RECORD_MAX);
	record_json(&back, a, &again);
	OK(str_eq(buf_str(&b), buf_str(&again)), "the same");
	record_copy(&back, a, &r);
	OK(str_eq(r.s[FIELD_CLUSTER], back.s[FIELD_CLUSTER]) &&
	           (!r.s[FIELD_CLUSTER].n ||
	            r.s[FIELD_CLUSTER].p != back.s[FIELD_CLUSTER].p),
	   "copied");
}

/* Every text at its cap, and every byte of it one that grows. */
static void test_longest(struct arena *a)
{
	struct buf b = buf_init(a, 2 * RECORD_MAX);
	char *text = arena_raw(a, 4096);
	struct record r, back;
	struct err e;

	memset(text, '"', 4096);
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		r.s[f] = (struct str){ text, field_info[f].cap };
		r.n[f] = -INT64_C(1234567890123456789);
	}
	OK(buf_add(&b, STR("before")), "it is put behind");
	record_json(&r, a, &b);
	OK(!b.full && b.n <= RECORD_MAX + 6 &&
	           str_starts(buf_str(&b), STR("before{")),
	   "within its cap");
	OK(record_parse(str_skip(buf_str(&b), 6), a, &back, &e), "read back");
}

static void test_parse(struct arena *a)
{
	static const struct {
		const char *name, *line;
		bool ok;
	} rows[] = {
		{ "empty", "{}", true },
		{ "unknown fields", "{\"more\":[1,{}],\"kind\":\"act\"}",
		  true },
		{ "wrong types", "{\"kind\":7,\"at_ms\":\"x\"}", true },
		{ "not an object", "[]", false },
		{ "cut", "{\"kind\":\"ac", false },
		{ "nothing", "", false },
		{ "two", "{}{}", false },
	};
	struct record r;
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		OK(record_parse(str_of(rows[i].line), a, &r, &e) == rows[i].ok,
		   rows[i].name);
	OK(record_parse(STR("{\"kind\":7,\"at_ms\":\"x\",\"pass_ms\":12}"), a,
	                &r, &e) &&
	           !r.s[FIELD_KIND].n && r.n[FIELD_AT_MS] == RECORD_NONE &&
	           r.n[FIELD_PASS_MS] == 12,
	   "what fits is taken");
	OK(record_parse(STR("{\"title\":\"a\\u001b[31m http://u:p@h/\"}"), a,
	                &r, &e) &&
	           is(&r, FIELD_TITLE, "a?[31m http://***@h/"),
	   "cleaned");
}

int main(void)
{
	struct arena a = unit_arena(ARENA);

	run("tests/golden/no-role/root", &a, &sick);
	run("tests/golden/healthy/root", &a, &well);
	test_sick(&a);
	test_well(&a);
	test_remembered(&a);
	test_json(&a);
	test_longest(&a);
	test_parse(&a);
	pass_free(&sick);
	pass_free(&well);
	return unit_end("record");
}
