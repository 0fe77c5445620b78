/* logs.c - the agent's and ecs-init's own logs, as far back as asked. */
#include "probe/collect.h"
#include "probe/logscan.h"
#include "probe/when.h"

#define FOLDER "/var/log/ecs"
#define MAX_FILES 512
#define PEEK 8192    /* to find one time stamp */
#define SPARE_MS 300 /* kept of the deadline */

struct log_file {
	struct str path;
	struct file_info info;
	bool current; /* no suffix: the newest of its kind */
	bool init;
};

/* ecs-agent.log, ecs-agent.log.2026-01-02-03, ecs-agent.log.7 */
static bool kind_of(struct str name, struct log_file *out)
{
	static const struct str agent = STR_INIT("ecs-agent.log");
	static const struct str init = STR_INIT("ecs-init.log");
	struct str rest;

	out->init = str_starts(name, init);
	if (!out->init && !str_starts(name, agent))
		return false;
	rest = str_skip(name, out->init ? init.n : agent.n);
	out->current = rest.n == 0;
	if (rest.n == 0)
		return true;
	if (rest.n < 2 || rest.p[0] != '.')
		return false;
	for (size_t i = 1; i < rest.n; i++)
		if ((rest.p[i] < '0' || rest.p[i] > '9') && rest.p[i] != '-')
			return false;
	return true;
}

/* Oldest first; the current file of a kind after its rolled ones. */
static int older(const struct log_file *a, const struct log_file *b)
{
	if (a->info.mtime_ms != b->info.mtime_ms)
		return a->info.mtime_ms < b->info.mtime_ms ? -1 : 1;
	if (a->current != b->current)
		return a->current ? 1 : -1;
	return str_cmp(a->path, b->path);
}

static void sort(struct log_file *f, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct log_file x = f[i];
		size_t k = i;

		for (; k > 0 && older(&x, &f[k - 1]) < 0; k--)
			f[k] = f[k - 1];
		f[k] = x;
	}
}

/* The first time said in the PEEK bytes at off; WHEN_NONE when none is. */
static int64_t time_at(struct collect *c, const struct log_file *f,
                       uint64_t off)
{
	char buf[PEEK];
	size_t got = 0;
	struct err e;
	struct str text;

	if (!c->h->ops->read_at(c->h, f->path.p, off, buf, sizeof(buf), &got,
	                        &e))
		return WHEN_NONE;
	text = (struct str){ buf, got };
	if (off)
		(void)str_cut(&text, '\n');
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct logrec r;
		size_t used;
		int64_t ms;

		logrec_read(line, &r);
		ms = r.time.n ? when_parse(r.time, &used) : WHEN_NONE;
		if (ms != WHEN_NONE)
			return ms;
	}
	return WHEN_NONE;
}

static uint64_t next_line(struct collect *c, const struct log_file *f,
                          uint64_t off)
{
	char buf[PEEK];
	size_t got = 0, n;
	struct err e;

	if (!c->h->ops->read_at(c->h, f->path.p, off, buf, sizeof(buf), &got,
	                        &e))
		return off;
	n = log_eol(buf, got);
	return n < got ? off + n + 1 : off;
}

/* Where the window begins: lines stand in the order of their times, so a few
 * looks find the place in a file of any size. */
static uint64_t window_start(struct collect *c, const struct log_file *f,
                             int64_t from_ms)
{
	uint64_t lo = 0, hi = f->info.size;
	int64_t ms = time_at(c, f, 0);

	if (ms == WHEN_NONE || ms >= from_ms)
		return 0;
	while (hi - lo > PEEK) {
		uint64_t mid = lo + (hi - lo) / 2;

		ms = time_at(c, f, mid);
		if (ms != WHEN_NONE && ms < from_ms)
			lo = mid;
		else
			hi = mid;
	}
	return lo ? next_line(c, f, lo) : 0;
}

static bool scan_from(struct collect *c, struct logscan *s,
                      const struct log_file *f, uint64_t off, bool *cut,
                      struct err *e)
{
	bool ok = true;

	logscan_file(s, f->path);
	while (ok) {
		size_t room, got = 0;
		char *to = logscan_space(s, &room);

		if (c->h->ops->mono_ms(c->h) + SPARE_MS > c->until_ms) {
			*cut = true;
			break;
		}
		ok = c->h->ops->read_at(c->h, f->path.p, off, to, room, &got,
		                        e);
		if (ok && got == 0)
			break;
		off += got;
		logscan_put(s, got);
	}
	/* A file that rolled away under our hands has an end, too. */
	logscan_file_end(s);
	return ok;
}

static void scan_all(struct collect *c, const struct log_file *f, size_t n,
                     int64_t from_ms, struct fact_logs *out)
{
	struct logscan *s = logscan_new(c->a, &out->found, LOG_SCAN_BUF);
	struct err e;

	for (size_t i = 0; i < n; i++) {
		uint64_t off = window_start(c, &f[i], from_ms);
		bool cut = off > 0;

		if (!scan_from(c, s, &f[i], off, &cut, &e))
			out->unread++;
		out->cut += cut;
	}
	logscan_end(s);
}

bool collect_logs(struct collect *c, struct fact_logs *out, struct err *e)
{
	int64_t from = c->h->ops->now_ms(c->h) - c->log_window_ms;
	struct dir_entry *dir;
	struct log_file *f;
	size_t n_dir, n = 0;

	if (!c->h->ops->list(c->h, c->a, FOLDER, MAX_FILES, &dir, &n_dir, e)) {
		if (e->code != ERR_NOENT || e->os == HOST_UNRECORDED)
			return err_wrap(e, "the agent's logs");
		n_dir = 0;
	} else {
		out->folder = true;
	}
	f = ARENA_ARRAY(c->a, struct log_file, n_dir + 1);
	for (size_t i = 0; i < n_dir; i++) {
		struct log_file x = { .info = dir[i].info };

		if (x.info.type != FILE_PLAIN || !kind_of(dir[i].name, &x))
			continue;
		*(x.init ? &out->init_log : &out->agent_log) = true;
		if (!x.init && x.current)
			out->agent_bytes = x.info.size;
		if (x.info.mtime_ms < from || x.info.size == 0)
			continue;
		x.path = arena_str(c->a, FOLDER "/" STR_FMT,
		                   STR_ARG(dir[i].name));
		f[n++] = x;
	}
	sort(f, n);
	scan_all(c, f, n, from, out);
	return true;
}
