/* cmd_history.c - what the daemon saw come and go. */
#include "cli.h"

#include <stdio.h>
#include <unistd.h>

#include "probe/history.h"
#include "probe/keep.h"

static void take(void *ctx, const struct record *r)
{
	history_add(ctx, r);
}

static int none(const struct err *e)
{
	(void)fprintf(stderr,
	              "probe: no history: %s (probe.service keeps it)\n",
	              e->msg);
	return sev_exit[SEV_UNKNOWN];
}

int cmd_history(struct cli *c)
{
	static _Alignas(16) unsigned char mem[8u << 20];
	static struct history h;
	struct arena a = { mem, 0, sizeof(mem) };
	struct report_look look = cli_look(c);
	struct host live = host_live();
	struct err e = { 0 };
	struct conf conf;
	struct store s;
	struct str dir;
	struct buf out;
	int64_t now;
	bool ok;

	if (!cli_settings(c, &live, &a, &conf, &e))
		return cli_usage(&e);
	dir = conf_text(&conf, CONF_STATE_DIR);
	now = live.ops->now_ms(&live);
	history_begin(&h, now, now - c->opt[OPT_HISTORY_SINCE_].num);
	if (!store_look(&s, dir.p, &e))
		return none(&e);
	ok = keep_past(&s, &a, take, &h, &e);
	store_close(&s);
	if (!ok)
		return none(&e);
	out = buf_init(&a, 512 * 1024);
	if (c->opt[OPT_JSON_].set)
		report_history_json(&h, &a, &out);
	else
		report_history(&h, &look, isatty(STDOUT_FILENO) == 1, &a, &out);
	return cli_write(buf_str(&out)) ? 0 : sev_exit[SEV_UNKNOWN];
}
