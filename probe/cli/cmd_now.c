#include "probe/look.h"

#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/keep.h"

/* The pass, its report, and room to render it. */
enum {
	NOW_ARENA = PASS_ARENA + 1024 * 1024,
	MAX_CHECKS = 256,
	DAY_MS = 86400000
};

static bool look_at(const struct cli *c, struct host *live, struct arena *a,
                    struct cli_root *out, struct err *e)
{
	if (c->opt[OPT_WAIT_].set && c->opt[OPT_ROOT_].text.n)
		return err_set(e, ERR_ARG, 0,
		               "--wait: a recording does not change");
	return cli_look_at(c, live, a, out, e);
}

/* What was changed since it was last well, when a daemon kept that. */
static void look_back(const struct cli *c, struct host *live, struct host *h,
                      struct arena *a, struct pass *p)
{
	static struct changed_row row[CHANGED_MAX];
	static struct good was, now;
	struct conf conf;
	struct store s;
	struct err e;

	if (c->opt[OPT_ROOT_].text.n || p->verdict.status == SEV_OK ||
	    !cli_settings(c, live, a, &conf, &e) ||
	    !store_look(&s, conf_text(&conf, CONF_STATE_DIR).p, &e))
		return;
	if (good_load(&s, a, &was, &e)) {
		good_take(h, p, a, &now);
		p->n_changed = good_compare(&was, &now, a, row);
		p->changed = row;
		p->good_ms = was.at_ms;
	}
	store_close(&s);
}

static int run(struct cli *c, const char *save_to)
{
	static _Alignas(16) unsigned char mem[NOW_ARENA];
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	bool skip[MAX_CHECKS];
	struct host live = host_live(), *h;
	struct cli_root from;
	struct pass_opts o;
	struct err e = { 0 };
	size_t lost;
	int rc;

	assert(checks_count <= MAX_CHECKS);
	if (!cli_pass_opts(c, skip, &o, &e) ||
	    !look_at(c, &live, &a, &from, &e))
		return cli_usage(&e);
	h = &from.host;
	if (!c->opt[OPT_ROOT_].text.n) {
		/* Without it, the report says itself what needs root. */
		h = look_door(&a, &live, DAY_MS, DAY_MS);
		(void)look_ask(h, &a, UINT32_MAX, &e);
	}
	if (save_to)
		h = host_save(&a, h, save_to);
	if (c->opt[OPT_WAIT_].set)
		cli_wait(h, &a, &o, c->opt[OPT_WAIT_].num, &p);
	else
		pass_run(h, &a, &o, &p);
	look_back(c, &live, h, &a, &p);
	lost = save_to ? host_save_failures(h) : 0;
	if (lost)
		(void)fprintf(stderr,
		              "probe: %s: %zu files could not be written\n",
		              save_to, lost);
	p.daemon = cli_daemon_says(c, &p, &a);
	rc = cli_report(c, c->opt[OPT_FORMAT_].text, &p, &a);
	cli_look_away(&from);
	if (lost)
		rc = sev_exit[SEV_UNKNOWN]; /* a recording with holes */
	if (p.left_behind) /* a thread that never comes back would hold exit()
	                    */
		_exit(rc);
	pass_free(&p);
	return rc;
}

int cmd_now(struct cli *c)
{
	return run(c, NULL);
}

int cmd_record(struct cli *c)
{
	return run(c, c->args[0]);
}
