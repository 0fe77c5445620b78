/*
 * Passes one after the other: only what is due is looked at, what was stuck
 * comes back, and nothing grows. With an argument: that many passes of the
 * last test instead of 600.
 */
#include "unit.h"

#include <dirent.h>
#include <limits.h>
#include <poll.h>
#include <stdatomic.h>
#include <unistd.h>

#include "probe/judge.h"
#include "probe/report.h"
#include "probe/watch.h"

static struct host from; /* what is replayed at the moment */
static atomic_int reads; /* of /proc/meminfo */
static atomic_int waits; /* in the stuck statvfs */
static atomic_bool shut; /* statvfs hangs */

static bool count_read(struct host *h, struct arena *a, const char *path,
                       size_t max_bytes, struct str *out, struct err *e)
{
	(void)h;
	if (strcmp(path, "/proc/meminfo") == 0)
		reads++;
	return from.ops->read(&from, a, path, max_bytes, out, e);
}

static bool gate_fs(struct host *h, const char *path, struct fs_info *out,
                    struct err *e)
{
	(void)h;
	if (shut)
		waits++;
	while (shut)
		(void)poll(NULL, 0, 1);
	return from.ops->fs(&from, path, out, e);
}

static struct host_ops ops;
static struct host host;
static struct pass_opts opts;

/* The whole engine over a folder, with a look at what it reads. */
static void replay(const char *root)
{
	from = host_dir(root);
	ops = *from.ops;
	ops.read = count_read;
	ops.fs = gate_fs;
	host = (struct host){ &ops, from.root };
	opts = (struct pass_opts){ .limits = limits_default(),
		                   .deadline_ms = 10000,
		                   .log_window_ms = 86400000 };
	reads = 0;
}

static struct str json(const struct pass *p, struct arena *a)
{
	const struct report_look look = { .columns = 80 };
	struct buf out = buf_init(a, REPORT_MAX);

	report_json(p, &look, a, &out);
	return buf_str(&out);
}

static void test_same_as_one_pass(void)
{
	static const char *const roots[] = { "tests/golden/no-role/root",
		                             "tests/golden/canaries/root" };
	struct arena a = unit_arena(4 << 20), b = unit_arena(4 << 20);

	for (size_t i = 0; i < 2; i++) {
		struct watch *w;
		struct pass one, first, next;
		struct str want;

		replay(roots[i]);
		arena_reset(&a);
		arena_reset(&b);
		pass_run(&host, &a, &opts, &one);
		want = json(&one, &a);
		w = watch_new(&host);
		watch_run(w, 0, &b, &opts, &first);
		OK(str_eq(json(&first, &b), want), "the first is like --now");
		reads = 0;
		arena_reset(&b);
		watch_run(w, 0, &b, &opts, &next);
		OK(str_eq(json(&next, &b), want), "nothing due: the same");
		OK(reads == 0, "and nothing is read");
		arena_reset(&b);
		for (unsigned g = 0; g < FACT_COUNT; g++) {
			arena_reset(&b);
			watch_run(w, UINT32_C(1) << g, &b, &opts, &next);
			OK(str_eq(json(&next, &b), want),
			   facts_name((enum fact_group)g));
		}
		OK(reads == 1, "memory was looked at once");
		OK(watch_free(w), "free");
		pass_free(&one);
	}
	free(a.base);
	free(b.base);
}

/* What a group found stays though what it was built on is replaced. */
static void test_change(void)
{
	struct arena a = unit_arena(4 << 20);
	struct watch *w;
	struct pass p;

	replay("tests/cases/memory/ok/root");
	w = watch_new(&host);
	watch_run(w, 0, &a, &opts, &p);
	OK(p.facts->mem.seen.state == SEEN_OK, "seen");
	OK(!findings_have(&p.found, FIND_MEM_LOW), "well");
	from = host_dir("tests/cases/memory/low/root");
	arena_reset(&a);
	watch_run(w, FACT_BIT(DISK), &a, &opts, &p);
	OK(!findings_have(&p.found, FIND_MEM_LOW), "not looked at: as before");
	arena_reset(&a);
	watch_run(w, FACT_BIT(MEM), &a, &opts, &p);
	OK(findings_have(&p.found, FIND_MEM_LOW), "looked at: low");
	from = host_dir("tests/cases/memory");
	arena_reset(&a);
	watch_run(w, FACT_BIT(MEM), &a, &opts, &p);
	OK(p.facts->mem.seen.state == SEEN_ABSENT, "gone");
	OK(!findings_have(&p.found, FIND_MEM_LOW), "and no longer low");
	OK(watch_free(w), "free");
	free(a.base);
}

static void test_stuck(void)
{
	struct arena a = unit_arena(4 << 20);
	struct watch *w;
	struct pass p;
	int before;

	replay("tests/cases/disk/full/root");
	opts.deadline_ms = 400;
	w = watch_new(&host);
	shut = true;
	watch_run(w, 0, &a, &opts, &p);
	OK(p.left_behind, "left behind");
	OK(p.facts->disk.seen.why.code == ERR_TIME, "its group is TIME");
	before = waits;
	arena_reset(&a);
	watch_run(w, FACT_BIT(DISK) | FACT_BIT(MEM), &a, &opts, &p);
	OK(waits == before, "not asked again while it hangs");
	OK(p.facts->disk.seen.why.code == ERR_TIME, "still TIME");
	OK(!watch_free(w), "its memory stays");
	shut = false;
	opts.deadline_ms = 10000;
	for (int i = 0; i < 5000 && p.left_behind; i++) {
		(void)poll(NULL, 0, 1);
		arena_reset(&a);
		watch_run(w, 0, &a, &opts, &p);
	}
	OK(!p.left_behind, "it came back");
	OK(p.facts->disk.seen.state == SEEN_FAILED, "too late to count");
	arena_reset(&a);
	watch_run(w, FACT_BIT(DISK), &a, &opts, &p);
	OK(p.facts->disk.seen.state == SEEN_OK, "asked again, it answers");
	OK(watch_free(w), "free");
	free(a.base);
}

static long rss_kib(void)
{
	char buf[128] = "";
	struct str text, resident;
	FILE *f = fopen("/proc/self/statm", "r");
	uint64_t pages = 0;

	if (!f)
		return -1;
	text = (struct str){ buf, fread(buf, 1, sizeof(buf), f) };
	(void)fclose(f);
	(void)str_cut(&text, ' ');
	resident = str_cut(&text, ' ');
	(void)str_u64(resident, &pages);
	return (long)pages * sysconf(_SC_PAGESIZE) / 1024;
}

static int descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		(void)closedir(d);
	return n;
}

/* Each pass another set of groups, a cheap one mostly. How many threads stand
 * side by side, and so how much one pass takes, is the machine's mood; what
 * leaks never comes back: the least of the last quarter is held against the
 * most of the first half. */
static void test_flat(unsigned long passes)
{
	struct arena a = unit_arena(PASS_ARENA);
	long peak[2] = { 0, 0 }, least = LONG_MAX;
	int most[2] = { 0, 0 };
	uint32_t seed = 1;
	struct watch *w;
	struct pass p;

	replay("tests/golden/no-role/root");
	w = watch_new(&host);
	for (unsigned long i = 0; i < passes; i++) {
		size_t half = i >= passes / 2;
		long kib;
		int fds;

		seed = seed * 1664525 + 1013904223;
		arena_reset(&a);
		watch_run(w,
		          i % 100 ? UINT32_C(1) << (seed >> 8) % FACT_COUNT
		                  : UINT32_MAX,
		          &a, &opts, &p);
		kib = rss_kib();
		fds = descriptors();
		peak[half] = kib > peak[half] ? kib : peak[half];
		if (i >= passes / 4 * 3 && kib < least)
			least = kib;
		most[half] = fds > most[half] ? fds : most[half];
	}
	OK(most[1] <= most[0], "no descriptor more");
	OK(least - peak[0] <= 768, "no memory more");
	if (passes > 600)
		printf("%lu passes: at most %ld KiB in the first half, %ld in "
		       "the second; %d and %d descriptors\n",
		       passes, peak[0], peak[1], most[0], most[1]);
	OK(watch_free(w), "free");
	free(a.base);
}

int main(int argc, char **argv)
{
	uint64_t passes = 600;

	if (argc > 1 && !str_u64(str_of(argv[1]), &passes))
		return 64;
	test_same_as_one_pass();
	test_change();
	test_stuck();
	test_flat((unsigned long)passes);
	return unit_end("watch");
}
