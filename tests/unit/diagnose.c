/* From findings to one root cause. */
#include "unit.h"

#include "probe/diagnose.h"
#include "probe/json.h"
#include "probe/report.h"

static struct findings raise(struct arena *a, const enum finding_id *ids)
{
	struct findings f = findings_init(a);

	for (size_t i = 0; ids[i]; i++)
		check_raise(&f, ids[i], "it is so");
	return f;
}

static const struct row {
	const char *name;
	enum finding_id have[8];
	enum cause_id root;
	size_t causes;
} rows[] = {
	{ "nothing", { FIND_NONE }, CAUSE_NONE, 0 },
	{ "a marker alone", { FIND_DISK_OK }, CAUSE_NONE, 0 },
	{ "one thing", { FIND_MEM_LOW }, CAUSE_MEMORY_SHORT, 1 },
	{ "the deeper explains the shallower",
	  { FIND_MEM_LOW, FIND_KERNEL_OOM_TASK, FIND_KERNEL_OOM_HOST },
	  CAUSE_HOST_OUT_OF_MEMORY,
	  1 },
	{ "the worse comes first",
	  { FIND_MEM_LOW, FIND_DISK_FULL },
	  CAUSE_DISK_FULL,
	  2 },
	{ "a consequence does not stand alone",
	  { FIND_KERNEL_FS_ERROR, FIND_KERNEL_TASK_HUNG },
	  CAUSE_DISK_READ_ONLY,
	  1 },
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct arena a = unit_arena(1 << 20);
		struct findings f = raise(&a, rows[i].have);
		struct diagnosis d[DIAGNOSE_MAX];
		size_t n = diagnose(&f, &a, d);

		OK(n == rows[i].causes, rows[i].name);
		OK(n == 0 || d[0].id == rows[i].root, rows[i].name);
		for (size_t k = 0; n && k < f.n; k++)
			OK(f.list[k].explained_by != EXPLAINED_NOT,
			   "all is explained");
		free(a.base);
	}
}

/* Names fill the slots; what is not known reads as it says. */
static void test_names(void)
{
	struct arena a = unit_arena(1 << 20);
	struct findings f = findings_init(&a);
	struct diagnosis d[DIAGNOSE_MAX];

	check_raise(&f, FIND_DISK_FULL, "x");
	check_name(&f, NAME_PATH, STR("/var/lib/docker"));
	check_name(&f, NAME_HAVE, STR("3 MiB"));
	OK(diagnose(&f, &a, d) == 1, "one cause");
	OK(str_has(d[0].title, STR("/var/lib/docker has 3 MiB left")),
	   "title is filled");
	OK(str_eq(d[0].name, STR("disk-full")), "kebab case");
	OK(d[0].live && d[0].confidence == 95, "a live look counts fully");
	OK(d[0].n_fix >= 3, "steps");
	f = findings_init(&a);
	check_raise(&f, FIND_IMDS_SLOW, "x"); /* no word on disks */
	check_name(&f, NAME_HAVE, STR("300 ms"));
	check_raise(&f, FIND_DISK_FULL, "x");
	OK(diagnose(&f, &a, d) == 2, "two causes");
	OK(str_has(d[0].title, STR("a file system has no room left")),
	   "a name of something else is none of it");
	f = findings_init(&a);
	check_raise(&f, FIND_DISK_FULL, "x");
	OK(diagnose(&f, &a, d) == 1, "one cause");
	OK(str_has(d[0].title, STR("a file system has no room left")),
	   "words for what is not known");
}

/* Steps are pasted by root; an image's name is chosen by anyone. */
static void test_pasted(void)
{
	static const struct {
		const char *image;
		bool shown;
	} names[] = {
		{ "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:1", true },
		{ "x;reboot", false },
		{ "x$(reboot)", false },
		{ "x`reboot`", false },
		{ "x|sh", false },
		{ "x&&reboot", false },
		{ "--config=/x", false },
		{ "x>/etc/y", false },
		{ "x'y", false },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct arena a = unit_arena(1 << 20);
		struct findings f = findings_init(&a);
		struct str image = str_of(names[i].image);
		struct diagnosis d[DIAGNOSE_MAX];
		bool said = false;

		check_raise(&f, FIND_LOG_PULL_FAILED, "x");
		check_name(&f, NAME_IMAGE, image);
		OK(diagnose(&f, &a, d) == 1, "one cause");
		for (size_t k = 0; k < d[0].n_fix; k++)
			said = said || str_has(d[0].fix[k], image);
		OK(said == names[i].shown, names[i].image);
		OK(str_has(d[0].title, image), "the title names it");
		free(a.base);
	}
}

/* All that can be found at once, each with the longest text, is a report. */
static void test_everything(void)
{
	static struct pass p;
	struct arena a = unit_arena(8 << 20);
	struct buf out = buf_init(&a, REPORT_MAX);
	const struct report_look look = { .verbose = true, .columns = 80 };
	struct json j;
	struct err e;
	char text[241];

	memset(text, 'x', 240);
	text[240] = '\0';
	p.facts = ARENA_NEW(&a, struct facts);
	p.checked = ARENA_ARRAY(&a, struct checked, checks_count + 1);
	for (size_t i = 0; i < checks_count; i++)
		p.checked[i].check = checks[i];
	p.found = findings_init(&a);
	for (unsigned id = 1; id < FIND_COUNT; id++) {
		if (finding_info[id].severity < SEV_WARN)
			continue;
		check_raise(&p.found, (enum finding_id)id, "%s", text);
		check_name(&p.found, NAME_HOST, str_of(text));
		check_name(&p.found, NAME_PATH, str_of(text));
	}
	p.n_causes = diagnose(&p.found, &a, p.causes);
	p.verdict.root = p.causes;
	p.verdict.status = SEV_CRIT;
	report_json(&p, &look, &a, &out);
	OK(p.n_causes == DIAGNOSE_MAX && p.found.n == JUDGE_MAX_FINDINGS,
	   "no more can be");
	OK(!out.full && json_parse(&a, buf_str(&out), 8000, &j, &e),
	   "it is whole JSON");
	out.n = 0;
	p.daemon = STR("would start it, does not (held): patching");
	report_text(&p, &look, &a, &out);
	OK(str_has(buf_str(&out), STR("\nAnd probe daemon? would start it, "
	                              "does not (held): patching\n")),
	   "what the daemon makes of it");
	OK(out.n > 1000 && out.p[out.n - 1] == '\n', "whole lines");
	free(a.base);
}

static void test_ids(void)
{
	OK(cause_of(STR("disk-full")) == CAUSE_DISK_FULL, "kebab");
	OK(cause_of(STR("DISK_FULL")) == CAUSE_DISK_FULL, "snake");
	OK(cause_of(STR("disk")) == CAUSE_NONE, "a part is none");
	OK(finding_of(STR("mem-low")) == FIND_MEM_LOW, "finding");
	OK(finding_of(STR("")) == FIND_NONE, "empty");
}

/* Tables: lists end, slots have names, no row is blank. */
static void test_tables(void)
{
	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		const struct cause_info *i = &cause_info[c];

		OK(i->all[0] || i->any[0], i->name);
		OK(*i->title && *i->fix && *i->means && *i->restart_why &&
		           *i->disprove,
		   i->name);
		OK(i->confidence > 10 && i->confidence <= 99, i->name);
		OK(!i->all[CAUSE_MAX_ALL - 1] && !i->any[CAUSE_MAX_LIST - 1] &&
		           !i->explains[CAUSE_MAX_LIST - 1],
		   "no list is full to the brim");
		OK(strlen(i->title) < 200, i->name);
	}
}

/* The wall that refused decides who must act. */
static void test_walls(void)
{
	static const struct {
		const char *wall, *step;
	} walls[] = {
		{ "", "aws iam attach-role-policy" },
		{ "no identity-based policy allows it",
		  "aws iam attach-role-policy" },
		{ "the VPC endpoint's policy does not allow it",
		  "the owner of the VPC endpoint" },
		{ "no service control policy allows it",
		  "the organization's administrators" },
		{ "the permissions boundary does not allow it",
		  "whoever set the permissions boundary" },
		{ "the resource's own policy denies it", "the owner of" },
		{ "a policy denies it", "find the statement" },
	};

	for (size_t i = 0; i < sizeof(walls) / sizeof(*walls); i++) {
		struct arena a = unit_arena(1 << 20);
		struct findings f = findings_init(&a);
		struct diagnosis d[DIAGNOSE_MAX];

		check_raise(&f, FIND_LOG_REGISTER_DENIED, "x");
		check_name(&f, NAME_WALL, str_of(walls[i].wall));
		OK(diagnose(&f, &a, d) == 1, walls[i].wall);
		OK(str_starts(d[0].fix[0], str_of(walls[i].step)),
		   walls[i].wall);
		for (size_t k = 0; k < d[0].n_fix; k++)
			OK(!str_starts(d[0].fix[k], STR("?")), "no mark left");
		free(a.base);
	}
}

int main(void)
{
	test_walls();
	test_rows();
	test_names();
	test_pasted();
	test_everything();
	test_ids();
	test_tables();
	return unit_end("diagnose");
}
