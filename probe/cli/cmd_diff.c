/* cmd_diff.c - what changed since it was last well. */
#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/keep.h"

enum { DIFF_ARENA = PASS_ARENA + 1024 * 1024, MAX_CHECKS = 256 };

static int print(const struct cli *c, const struct diff *d, struct arena *a)
{
	struct buf out = buf_init(a, 64 * 1024);

	if (c->opt[OPT_JSON_].set)
		report_diff_json(d, a, &out);
	else
		report_diff(d, a, &out);
	if (!cli_write(buf_str(&out)))
		return sev_exit[SEV_UNKNOWN];
	return sev_exit[d->n ? SEV_WARN : SEV_OK];
}

/* What was well; false: said on stderr. */
static bool load(const struct conf *conf, struct arena *a, struct good *was)
{
	struct store s;
	struct err e;
	bool ok = store_look(&s, conf_text(conf, CONF_STATE_DIR).p, &e);

	if (ok) {
		ok = good_load(&s, a, was, &e);
		store_close(&s);
	}
	if (!ok)
		(void)fprintf(stderr,
		              "probe: nothing to compare with: %s "
		              "(probe.service keeps it)\n",
		              e.msg);
	return ok;
}

int cmd_diff(struct cli *c)
{
	static _Alignas(16) unsigned char mem[DIFF_ARENA];
	static struct changed_row row[CHANGED_MAX];
	static struct good was, now;
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	struct host live = host_live();
	struct diff d = { .row = row };
	bool skip[MAX_CHECKS];
	struct cli_root from;
	struct pass_opts o;
	struct err e = { 0 };
	struct conf conf;
	int rc;

	assert(checks_count <= MAX_CHECKS);
	if (!cli_settings(c, &live, &a, &conf, &e) ||
	    !cli_pass_opts(c, skip, &o, &e) ||
	    !cli_look_at(c, &live, &a, &from, &e))
		return cli_usage(&e);
	if (!load(&conf, &a, &was)) {
		cli_look_away(&from);
		return sev_exit[SEV_UNKNOWN];
	}
	pass_run(&from.host, &a, &o, &p);
	good_take(&from.host, &p, &a, &now);
	cli_look_away(&from);
	d.good_ms = was.at_ms;
	d.now_ms = now.at_ms;
	d.n = good_compare(&was, &now, &a, row);
	rc = print(c, &d, &a);
	if (p.left_behind) /* a thread that never comes back would hold exit()
	                    */
		_exit(rc);
	pass_free(&p);
	return rc;
}
