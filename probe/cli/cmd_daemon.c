#include "cli.h"

#include <stdio.h>
#include <stdlib.h>

#include "probe/daemon.h"

/* --check: what is wrong with probe.conf, and nothing else. */
static int check(struct host *h, const char *path)
{
	static _Alignas(16) unsigned char mem[SETTINGS_ARENA];
	static struct settings s;
	struct arena a = { mem, 0, sizeof(mem) };
	struct err e = { 0 };

	if (settings_load(h, &a, path, &s, &e))
		return cli_write(STR("probe.conf is well\n"))
		               ? 0
		               : sev_exit[SEV_UNKNOWN];
	(void)fprintf(stderr, "probe: %s\n", e.msg);
	return sev_exit[SEV_CRIT];
}

int cmd_daemon(struct cli *c)
{
	static _Alignas(16) unsigned char mem[16384];
	struct arena a = { mem, 0, sizeof(mem) };
	struct host h = host_live();
	struct str path = { NULL, 0 };
	struct daemon_opts o = { .notify = str_of(getenv("NOTIFY_SOCKET")) };
	struct err e = { 0 };
	uint64_t us;

	if (c->opt[OPT_CONF_].set &&
	    !cli_path(&a, c->opt[OPT_CONF_].text.p, &path, &e))
		return cli_usage(&e);
	o.conf = path.p;
	if (c->opt[OPT_CHECK_].set)
		return check(&h, o.conf);
	if (str_u64(str_of(getenv("WATCHDOG_USEC")), &us) && us < INT64_MAX)
		o.watchdog_ms = (int64_t)(us / 1000);
	return daemon_run(&h, &o);
}
