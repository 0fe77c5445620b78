/* The whole pass over rich recordings, with a door whose nth call fails, for
 * every n and every kind of failure: there is always a verdict and a report. */
#include "fault.h"
#include "test.h"

#include "probe/report.h"

#include <unistd.h>

#define TALLY (&tally)

static struct tally tally;
static _Alignas(16) unsigned char mem[PASS_ARENA + 1024 * 1024];
static const enum err_code codes[] = { ERR_NOENT,  ERR_PERM,  ERR_IO,
	                               ERR_TIME,   ERR_RESET, ERR_LIMIT,
	                               ERR_REFUSED };
enum { CODES = sizeof(codes) / sizeof(*codes) };

static size_t lines(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

static void reports(const struct pass *p, struct arena *a, const char *what)
{
	static void (*const render[])(
		const struct pass *, const struct report_look *, struct arena *,
		struct buf *) = { report_text, report_json, report_nagios,
		                  report_cases };
	struct report_look look = { .columns = 80 };

	for (size_t i = 0; i < sizeof(render) / sizeof(*render); i++) {
		size_t mark = a->used;
		struct buf out = buf_init(a, REPORT_MAX);

		render[i](p, &look, a, &out);
		EXPECT(what, out.n > 20 && !out.full);
		EXPECT(what, out.p[out.n - 1] == '\n');
		if (render[i] == report_text)
			EXPECT(what, lines(buf_str(&out)) <= 24);
		if (render[i] == report_json)
			EXPECT(what, out.p[out.n - 2] == '}');
		a->used = mark;
	}
}

/* One pass; returns how many calls it made. */
static int pass_once(const char *root, int fail_at, enum err_code code)
{
	struct arena a = { mem, 0, sizeof(mem) };
	struct host inner = host_dir(root);
	struct pass_opts o = { .limits = limits_default(),
		               .deadline_ms = 5000,
		               .log_window_ms = 86400000 };
	struct pass p;
	struct fault f;
	char what[160];

	fault_init(&f, &inner, fail_at, code);
	(void)snprintf(what, sizeof(what), "%s, call %d, %s", root, fail_at,
	               err_name(code));
	pass_run(&f.host, &a, &o, &p);
	EXPECT(what, p.verdict.status < SEV_COUNT && p.verdict.title.n);
	EXPECT(what, !p.left_behind);
	reports(&p, &a, what);
	pass_free(&p);
	return atomic_load(&f.calls);
}

static void torture(const char *root)
{
	int calls = pass_once(root, FAULT_NEVER, ERR_NONE);

	EXPECT(root, calls > 20);
	for (size_t c = 0; c < CODES; c++) {
		for (int n = 1; n <= calls; n++)
			(void)pass_once(root, n, codes[c]);
		(void)pass_once(root, FAULT_ALWAYS, codes[c]);
	}
}

int main(void)
{
	(void)alarm(300);
	torture("tests/golden/healthy/root");
	torture("tests/golden/no-route/root");
	torture("tests/cases/task_network/ok/root");
	return test_end(&tally);
}
