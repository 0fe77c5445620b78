/* How much of a folder of logs is read for the last 24 hours: of 5 GiB, what
 * these hours hold and little more, however the agent of the day names what it
 * rolled away. The files are made as they are read: every two seconds a line,
 * one in ten of those before the window a fault that must not be found. */
#include "unit.h"

#include "probe/collect.h"
#include "probe/when.h"

#define LINE 128
#define EACH_MS 2000
#define HOUR_MS INT64_C(3600000)
#define WINDOW_MS (24 * HOUR_MS)
#define SLACK_MS (3 * 60000) /* a window begins a block of 8 KiB early */
#define LINES_OF(ms) ((uint64_t)(ms) / EACH_MS)
#define GIB (UINT64_C(1) << 30)

struct file {
	const char *name;
	int64_t end_ago_ms; /* how long ago its last line was written */
	uint64_t size;
};
struct fake {
	struct host host; /* first: the operations get it back by a cast */
	const struct file *file;
	size_t n;
	int64_t now_ms;
	uint64_t read; /* bytes given out */
};

static int64_t now(struct host *h)
{
	return ((struct fake *)h)->now_ms;
}

static int64_t mono(struct host *h)
{
	(void)h;
	return 0;
}

static bool list(struct host *h, struct arena *a, const char *path, size_t max,
                 struct dir_entry **out, size_t *n, struct err *e)
{
	const struct fake *f = (struct fake *)h;
	struct dir_entry *d = ARENA_ARRAY(a, struct dir_entry, f->n);

	(void)path, (void)max, (void)e;
	for (size_t i = 0; i < f->n; i++) {
		d[i].name = str_of(f->file[i].name);
		d[i].info = (struct file_info){
			.type = FILE_PLAIN,
			.size = f->file[i].size,
			.mtime_ms = f->now_ms - f->file[i].end_ago_ms,
		};
	}
	*out = d;
	*n = f->n;
	return true;
}

static void one_line(const struct fake *f, int64_t ms, char *line)
{
	unsigned char text[64];
	struct arena a = { text, 0, sizeof(text) };
	struct str time = when_text(&a, ms);
	bool old = f->now_ms - ms > WINDOW_MS + SLACK_MS;
	bool fault = ms / EACH_MS % 10 == 0;
	int n = snprintf(line, LINE, "level=%s time=" STR_FMT " msg=\"%s",
	                 fault ? "error" : "info", STR_ARG(time),
	                 !fault ? "Handling container change event"
	                 : old  ? "write x: no space left on device"
	                        : "toomanyrequests: slow down");

	memset(line + n, '.', LINE - (size_t)n);
	memcpy(line + LINE - 2, "\"\n", 2);
}

static bool read_at(struct host *h, const char *path, uint64_t off, char *buf,
                    size_t n, size_t *got, struct err *e)
{
	struct fake *f = (struct fake *)h;
	const struct file *x = NULL;
	char line[LINE];
	int64_t first;

	for (size_t i = 0; i < f->n; i++)
		if (str_eq(str_skip(str_of(path), sizeof("/var/log/ecs")),
		           str_of(f->file[i].name)))
			x = &f->file[i];
	if (!x)
		return err_set(e, ERR_NOENT, 0, "%s", path);
	*got = off >= x->size ? 0 : n < x->size - off ? n : x->size - off;
	f->read += *got;
	first = f->now_ms - x->end_ago_ms -
	        (int64_t)(x->size / LINE - 1) * EACH_MS;
	for (size_t i = 0; i < *got;) {
		size_t in = (off + i) % LINE, k = LINE - in;

		k = k < *got - i ? k : *got - i;
		one_line(f, first + (int64_t)((off + i) / LINE) * EACH_MS,
		         line);
		memcpy(buf + i, line + in, k);
		i += k;
	}
	return true;
}

static const struct host_ops ops = {
	.list = list, .read_at = read_at, .now_ms = now, .mono_ms = mono
};

static void judge(const char *what, const struct file *file, size_t n,
                  uint32_t cut)
{
	struct fake f = { .host = { &ops, "" },
		          .file = file,
		          .n = n,
		          .now_ms = when_of(2026, 1, 8, 12, 0, 0) };
	struct arena a = unit_arena(COLLECT_ARENA);
	struct collect c = { .h = &f.host,
		             .a = &a,
		             .until_ms = 6000,
		             .log_window_ms = WINDOW_MS };
	const uint64_t lines = LINES_OF(WINDOW_MS);
	struct fact_logs out = { .unread = 0 };
	const struct log_hit *h;
	uint64_t all = 0;
	struct err e;

	for (size_t i = 0; i < n; i++)
		all += file[i].size;
	OK(all >= 5 * GIB, what);
	OK(collect_logs(&c, &out, &e), what);
	h = out.found.hits;
	OK(out.found.lines >= lines, what);
	OK(out.found.lines <= lines + LINES_OF(SLACK_MS), what);
	OK(f.read >= lines * LINE, what);
	OK(f.read < lines * LINE + 1024 * 1024, what);
	OK(out.cut == cut && out.unread == 0, what);
	OK(out.found.n_hits == 1 && h->finding == FIND_LOG_PULL_RATE, what);
	OK(h->count >= lines / 10 && h->count <= lines / 10 + 10, what);
	printf("%s: %llu of %llu MiB read\n", what,
	       (unsigned long long)f.read >> 20, (unsigned long long)all >> 20);
	free(a.base);
}

#define JUDGE(what, files, cut) \
	judge(what, files, sizeof(files) / sizeof(*(files)), cut)

int main(void)
{
	/* ECS_LOG_ROLLOVER_TYPE=none: one file for ever. */
	static const struct file one[] = { { "ecs-agent.log", 0, 5 * GIB } };
	/* No plain file; the newest is the one that is written. */
	static const struct file dated[] = {
		{ "ecs-agent.log.2025-01-02-03", 800 * HOUR_MS, 2 * GIB },
		{ "ecs-agent.log.2025-12-02-03", 30 * HOUR_MS, 2 * GIB },
		{ "ecs-agent.log.2026-01-05-03", 0, GIB + LINE },
		{ "ecs-agent.log.txt", 0, GIB },
		{ "audit.log.2026-01-05-03", 0, GIB },
	};
	/* Numbers that grow, the highest the newest, beside what an older
	 * version left; the last one rolled within the window. */
	static const struct file rolled[] = {
		{ "ecs-agent.log", 0, LINES_OF(12 * HOUR_MS) * LINE },
		{ "ecs-agent.log.10", 12 * HOUR_MS, GIB },
		{ "ecs-agent.log.2025-06-02-03", 900 * HOUR_MS, 2 * GIB },
		{ "ecs-agent.log.8", 700 * HOUR_MS, GIB },
		{ "ecs-agent.log.9", 25 * HOUR_MS, GIB },
	};

	JUDGE("one file", one, 1);
	JUDGE("dated", dated, 1);
	JUDGE("numbered", rolled, 1);
	return unit_end("logs_window");
}
