#include "probe/look.h"

#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

/* The pass, its report, and room to render it. */
enum {
	NOW_ARENA = PASS_ARENA + 1024 * 1024,
	MAX_CHECKS = 256,
	DAY_MS = 86400000
};

/* Where the facts come from: the machine, or the folder of --root. */
static bool look_at(const struct cli *c, struct host *live, struct host *out,
                    struct err *e)
{
	struct str root = c->opt[OPT_ROOT_].text;
	struct file_info info;

	*out = *live;
	if (!root.n)
		return true;
	if (c->opt[OPT_WAIT_].set)
		return err_set(e, ERR_ARG, 0,
		               "--wait: a recording does not change");
	if (!live->ops->info(live, root.p, &info, e))
		return err_wrap(e, "--root");
	if (info.type != FILE_DIR)
		return err_set(e, ERR_ARG, 0,
		               "--root: " STR_FMT " is not a folder",
		               STR_ARG(root));
	*out = host_dir(root.p);
	return true;
}

static int run(struct cli *c, const char *save_to)
{
	static _Alignas(16) unsigned char mem[NOW_ARENA];
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	bool skip[MAX_CHECKS];
	struct host live = host_live(), from, *h = &from;
	struct pass_opts o;
	struct err e = { 0 };
	size_t lost;
	int rc;

	assert(checks_count <= MAX_CHECKS);
	if (!cli_pass_opts(c, skip, &o, &e) || !look_at(c, &live, &from, &e))
		return cli_usage(&e);
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
	lost = save_to ? host_save_failures(h) : 0;
	if (lost)
		(void)fprintf(stderr,
		              "probe: %s: %zu files could not be written\n",
		              save_to, lost);
	rc = cli_report(c, c->opt[OPT_FORMAT_].text, &p, &a);
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
