/* One pass: what is stuck is left behind, what is missing is UNKNOWN. */
#include "unit.h"

#include <unistd.h>

#include "probe/pass.h"

static int gate[2]; /* the stuck read waits for a byte here */

struct wrapped {
	struct host host; /* first: the operations get it back by a cast */
	struct host dir;
	struct host_ops ops;
};

static bool stuck_fs(struct host *h, const char *path, struct fs_info *out,
                     struct err *e)
{
	char c;

	(void)h, (void)path;
	*out = (struct fs_info){ .total_kib = 1 };
	return read(gate[0], &c, 1) == 1 ||
	       err_set(e, ERR_IO, 0, "the gate is gone");
}

static const struct checked *by_id(const struct pass *p, const char *id)
{
	for (size_t i = 0; i < checks_count; i++)
		if (strcmp(p->checked[i].check->id, id) == 0)
			return &p->checked[i];
	return NULL;
}

static bool *all_but(struct arena *a, const char *one, const char *two)
{
	bool *skip = ARENA_ARRAY(a, bool, checks_count);

	for (size_t i = 0; i < checks_count; i++)
		skip[i] = strcmp(checks[i]->id, one) != 0 &&
		          strcmp(checks[i]->id, two) != 0;
	return skip;
}

static void test_stuck(void)
{
	struct arena a = unit_arena(PASS_ARENA);
	static struct wrapped w; /* the late worker still looks at it */
	struct pass_opts o = { .limits = limits_default(),
		               .deadline_ms = 700,
		               .log_window_ms = 86400000 };
	const struct checked *c;
	struct pass p;

	w.dir = host_dir("tests/cases/memory/low/root");
	w.ops = *w.dir.ops;
	w.ops.fs = stuck_fs;
	w.host = (struct host){ &w.ops, w.dir.root };
	OK(pipe(gate) == 0, "pipe");
	o.skip = all_but(&a, "disk", "memory");
	pass_run(&w.host, &a, &o, &p);
	c = by_id(&p, "disk");
	OK(c->sev == SEV_UNKNOWN, "the stuck group is unknown");
	OK(strcmp(c->needs, "an answer before the deadline") == 0, "says why");
	OK(p.facts->disk.seen.why.code == ERR_TIME, "its error is TIME");
	OK(p.left_behind, "and it was left behind");
	c = by_id(&p, "memory");
	OK(c->sev == SEV_WARN, "the others were judged");
	OK(p.verdict.status == SEV_WARN && p.verdict.root &&
	           p.verdict.root->id == CAUSE_MEMORY_SHORT,
	   "and give the verdict");
	OK(by_id(&p, "kernel_log")->left_out, "a skipped check is left out");
	OK(write(gate[1], "xxxxxxxx", 8) == 8, "let go");
	pass_free(&p); /* keeps what the late worker still writes to */
}

static int64_t as_measured(struct host *h, const char *what, int64_t value)
{
	(void)h, (void)what;
	return value;
}

static void stuck_http(struct host *h, struct arena *a,
                       const struct http_req *q, size_t n,
                       struct http_resp *out)
{
	struct fs_info none;
	struct err e;

	(void)a, (void)q;
	memset(out, 0, n * sizeof(*out));
	(void)stuck_fs(h, "", &none, &e);
}

/* What waits for the stuck one never begins, and took no time. */
static void test_not_reached(void)
{
	struct arena a = unit_arena(PASS_ARENA);
	static struct wrapped w; /* the late worker still looks at it */
	struct pass_opts o = { .limits = limits_default(),
		               .deadline_ms = 400,
		               .log_window_ms = 86400000 };
	struct pass p;

	w.dir = host_dir("tests/cases/memory/low/root");
	w.ops = *w.dir.ops;
	OK(pipe(gate) == 0, "pipe");
	w.ops.http = stuck_http;
	w.ops.measured = as_measured;
	w.host = (struct host){ &w.ops, w.dir.root };
	o.skip = all_but(&a, "ecs_api", "memory");
	pass_run(&w.host, &a, &o, &p);
	OK(p.facts->endpoints.seen.why.code == ERR_TIME, "not reached");
	OK(p.facts->endpoints.seen.ms == 0, "in no time");
	OK(p.facts->imds.seen.ms >= 300 && p.facts->imds.seen.ms < 5000,
	   "the stuck one took its time");
	OK(write(gate[1], "xxxxxxxx", 8) == 8, "let go");
	pass_free(&p);
}

static void test_unrecorded(void)
{
	struct arena a = unit_arena(PASS_ARENA);
	struct host h = host_dir("tests/cases/memory/ok");
	struct pass_opts o = { .limits = limits_default(),
		               .deadline_ms = 5000,
		               .log_window_ms = 86400000 };
	struct pass p;

	pass_run(&h, &a, &o, &p);
	OK(!p.left_behind, "nothing is stuck");
	OK(p.verdict.status == SEV_UNKNOWN, "an empty recording is unknown");
	OK(p.verdict.class != CLASS_HEALTHY, "and not healthy");
	for (size_t i = 0; i < checks_count; i++)
		OK(p.checked[i].sev == SEV_UNKNOWN && p.checked[i].why.n &&
		           p.checked[i].needs,
		   p.checked[i].check->id);
	OK(p.found.n == 0, "no finding without facts");
	pass_free(&p);
	free(a.base);
}

int main(void)
{
	test_unrecorded();
	test_stuck();
	test_not_reached();
	return unit_end("pass");
}
