/* cmd_bundle.c - the evidence in one file. */
#include "cli.h"

#include <assert.h>
#include <stdio.h>
#include <unistd.h>

#include "probe/bundle.h"

enum { BUNDLE_ARENA = PASS_ARENA + 4096 * 1024, MAX_CHECKS = 256 };

/* Who is not root learns so here, not from the one who opens it. */
static void warn(const struct cli *c, struct host *h)
{
	struct self_info self;

	h->ops->self(h, &self);
	if (self.euid && !c->opt[OPT_ROOT_].text.n)
		(void)fprintf(stderr, "probe: without root, much of it could "
		                      "not be read\n");
}

static int done(const struct bundle_made *made, struct arena *a)
{
	struct str line = arena_str(
		a, "%s: %llu KiB, %zu files; secrets were taken out\n",
		made->path, (unsigned long long)(made->bytes + 1023) / 1024,
		made->files);

	if (made->lost)
		(void)fprintf(stderr,
		              "probe: %zu answers found no room or no time, or "
		              "could not be written\n",
		              made->lost);
	return cli_write(line) ? 0 : sev_exit[SEV_UNKNOWN];
}

int cmd_bundle(struct cli *c)
{
	static _Alignas(16) unsigned char mem[BUNDLE_ARENA];
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	struct host live = host_live();
	struct bundle_made made;
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
	if (bundle_make(&from.host, conf_text(&conf, CONF_STATE_DIR).p,
	                c->n_args ? c->args[0] : NULL, &o, &a, &p, &made, &e)) {
		warn(c, &live);
		rc = done(&made, &a);
	} else {
		(void)fprintf(stderr, "probe: %s\n", e.msg);
		rc = sev_exit[SEV_UNKNOWN];
	}
	cli_look_away(&from);
	if (p.left_behind) /* a thread that never comes back would hold exit()
	                    */
		_exit(rc);
	pass_free(&p);
	return rc;
}
