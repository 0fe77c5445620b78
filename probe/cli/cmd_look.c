/*
 * probe look [far] - run as root by probe-helper: reads for the checker, which
 * is not root, what only root may read (look.def), and leaves it where host
 * "over" (io/over.c) finds it. Anybody else may see what it would do with
 * `probe record`.
 */
#include "probe/look.h"

#include "cli.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRESH "fresh"
#define NOBODY 65534u

static uint32_t checker_uid(void)
{
	const struct passwd *user = getpwnam("probe");

	return user ? user->pw_uid : NOBODY;
}

int cmd_look(struct cli *c)
{
	static _Alignas(16) unsigned char mem[PASS_ARENA];
	struct arena a = { mem, 0, sizeof(mem) };
	enum look_kind kind = LOOK_NEAR;
	struct host live = host_live(), *h;
	struct checker who;
	struct err e;
	int dir;

	if (c->n_args && !str_eq(str_of(c->args[0]), STR("far"))) {
		(void)err_set(&e, ERR_ARG, 0, "look: %s: only \"far\" is known",
		              c->args[0]);
		return cli_usage(&e);
	}
	if (c->n_args)
		kind = LOOK_FAR;
	dir = look_open(LOOK_DIR, &e);
	if (dir < 0)
		goto failed;
	(void)umask(027);
	who = (struct checker){ checker_uid(), look_may_read };
	h = host_look(&a, &live, LOOK_DIR "/" FRESH, who);
	look_take(h, &a, kind, who);
	if (host_look_failures(h))
		(void)fprintf(stderr, "probe: look: %zu answers were lost\n",
		              host_look_failures(h));
	if (!look_close(dir, FRESH,
	                kind == LOOK_FAR ? LOOK_FAR_NAME : LOOK_NEAR_NAME, &e))
		goto failed;
	/* A collector that hangs would hold exit(). */
	_exit(0);
failed:
	(void)fprintf(stderr, "probe: look: %s\n", e.msg);
	return sev_exit[SEV_UNKNOWN];
}
