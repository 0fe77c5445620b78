/* cmd_send.c - sends what waits, or the records of files, and says how each
 * sink did: what the daemon does, done by hand. */
#include "cli.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "probe/metrics.h"
#include "probe/sink.h"
#include "probe/when.h"

enum {
	LINE_MAX_BYTES = 2 * RECORD_MAX,
	BLOCK_BYTES = 16 * 1024,
	ARENA_BYTES = 64 * 1024,
	NAP_MS = 20,
	HURRY_EVERY = 100
};

struct job {
	struct cli *c;
	struct host h;
	struct settings set;
	struct sinks *sinks;
	struct arena a;
	struct buf out;
	uint64_t bad;
};

static void nap(long ms)
{
	const struct timespec t = { 0, ms * 1000000L };

	(void)nanosleep(&t, NULL);
}

/* Memory is small: wait until there is room for one more. */
static void offer(struct job *j, const struct record *r)
{
	while (!sinks_room(j->sinks))
		nap(1);
	sinks_offer(j->sinks, r);
}

static void show(struct job *j, const struct record *r)
{
	struct emf_opts o = {
		.space = conf_text(&j->set.conf, CONF_NAMESPACE),
		.per_instance = conf_num(&j->set.conf, CONF_INSTANCE_METRICS),
		.at_ms = r->n[FIELD_AT_MS] == RECORD_NONE ? 0
		                                          : r->n[FIELD_AT_MS],
	};
	struct buf b = buf_init(&j->a, EMF_MAX + 1);

	emf_render(r, &o, &j->a, &b);
	(void)buf_char(&b, '\n');
	(void)fwrite(b.p, 1, b.n, stdout);
}

static void take_line(struct job *j, struct str text)
{
	struct record r;
	struct err e;

	arena_reset(&j->a);
	text = str_trim(text);
	if (!text.n)
		return;
	if (!record_parse(text, &j->a, &r, &e))
		j->bad++;
	else if (j->c->opt[OPT_SHOW_].set)
		show(j, &r);
	else
		offer(j, &r);
}

static void take_stdin(struct job *j)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin))
		take_line(j, str_of(line));
}

static bool take_file(struct job *j, const char *path)
{
	char buf[BLOCK_BYTES];
	size_t got, held = 0;
	uint64_t off = 0;
	struct err e;

	for (;;) {
		struct str rest;

		if (!j->h.ops->read_at(&j->h, path, off, buf + held,
		                       sizeof(buf) - held, &got, &e)) {
			(void)fprintf(stderr, "probe: %s\n", e.msg);
			return false;
		}
		off += got;
		rest = (struct str){ buf, held + got };
		while (rest.n && memchr(rest.p, '\n', rest.n))
			take_line(j, str_cut(&rest, '\n'));
		/* No line is longer than half of it. */
		if (!got || rest.n > LINE_MAX_BYTES) {
			take_line(j, rest);
			rest.n = 0;
		}
		if (!got)
			return true;
		memmove(buf, rest.p, rest.n);
		held = rest.n;
	}
}

static bool files(struct job *j)
{
	bool ok = true;

	for (size_t i = 0; i < j->c->n_args; i++) {
		unsigned char mem[8192];
		struct arena a = { mem, 0, sizeof(mem) };
		struct str path;
		struct err e = { 0 };

		if (strcmp(j->c->args[i], "-") == 0) {
			take_stdin(j);
		} else if (!cli_path(&a, j->c->args[i], &path, &e)) {
			(void)fprintf(stderr, "probe: %s\n", e.msg);
			ok = false;
		} else {
			ok = take_file(j, path.p) && ok;
		}
	}
	if (j->bad)
		(void)fprintf(stderr, "probe: %llu lines are no records\n",
		              (unsigned long long)j->bad);
	return ok;
}

/* Until nothing waits or the time is over. */
static void wait_sent(struct job *j, struct sink_state st[SINK_COUNT])
{
	int64_t until =
		j->h.ops->mono_ms(&j->h) + j->c->opt[OPT_SEND_WAIT_].num;
	uint64_t waiting;
	unsigned n = 0;

	do {
		if (n++ % HURRY_EVERY == 0)
			sinks_hurry(j->sinks);
		nap(NAP_MS);
		sinks_state(j->sinks, st);
		waiting = 0;
		for (unsigned i = 0; i < SINK_COUNT; i++)
			waiting += st[i].waiting;
	} while ((waiting || !sinks_idle(j->sinks)) &&
	         j->h.ops->mono_ms(&j->h) < until);
}

static int tell(struct job *j, const struct sink_state st[SINK_COUNT])
{
	enum severity worst = SEV_OK;

	for (unsigned i = 0; i < SINK_COUNT; i++) {
		if (!st[i].on)
			continue;
		(void)buf_fmt(&j->out,
		              "%-16s %llu sent, %llu wait, %llu lost%s%s\n",
		              sink_info[i].word, (unsigned long long)st[i].sent,
		              (unsigned long long)st[i].waiting,
		              (unsigned long long)st[i].lost,
		              st[i].why[0] ? ": " : "", st[i].why);
		if (st[i].why[0] && *sink_info[i].lacks)
			(void)buf_fmt(&j->out, "%-16s it needs %s\n", "",
			              sink_info[i].lacks);
		if (st[i].waiting)
			worst = SEV_CRIT;
		else if (worst == SEV_OK && (st[i].lost || st[i].why[0]))
			worst = SEV_WARN;
	}
	if (!j->out.n)
		(void)buf_add(&j->out, STR("no sinks are set\n"));
	return cli_write(buf_str(&j->out)) ? sev_exit[worst]
	                                   : sev_exit[SEV_UNKNOWN];
}

static int run(struct job *j)
{
	struct sink_state st[SINK_COUNT];
	bool ok;
	int code;

	if (j->c->opt[OPT_SHOW_].set)
		return files(j) && !j->bad && fflush(stdout) == 0
		               ? 0
		               : sev_exit[SEV_WARN];
	j->sinks = sinks_start(&j->h, &j->set);
	if (!j->sinks) {
		(void)fprintf(stderr, "probe: no memory\n");
		return sev_exit[SEV_UNKNOWN];
	}
	ok = files(j);
	wait_sent(j, st);
	code = tell(j, st);
	if (!sinks_stop(j->sinks, 3000))
		(void)fprintf(stderr, "probe: a thread hangs\n");
	return ok ? code : sev_exit[SEV_UNKNOWN];
}

int cmd_send(struct cli *c)
{
	static _Alignas(16) unsigned char mem[SETTINGS_ARENA + ARENA_BYTES];
	struct job j = { .c = c, .h = host_live() };
	struct arena a = { mem, 0, SETTINGS_ARENA };
	const char *path =
		c->opt[OPT_CONF_].set ? c->opt[OPT_CONF_].text.p : NULL;
	struct str full = { NULL, 0 };
	struct err e = { 0 };

	if (path && !cli_path(&a, path, &full, &e))
		return cli_usage(&e);
	if (!settings_load(&j.h, &a, full.p, &j.set, &e)) {
		(void)fprintf(stderr, "probe: %s\n", e.msg);
		return sev_exit[SEV_UNKNOWN];
	}
	j.a = (struct arena){ mem + SETTINGS_ARENA, 0, ARENA_BYTES };
	j.out = buf_init(&a, 8192);
	return run(&j);
}
