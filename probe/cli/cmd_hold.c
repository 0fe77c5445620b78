/* cmd_hold.c - an operator keeps probe from acting for a time, or lets it act
 * again. */
#include <stdio.h>

#include "cli.h"
#include "probe/memory.h"
#include "probe/text.h"
#include "probe/when.h"

enum { HOLD_ARENA = 256 * 1024 };
/* Longer is what heal = plan in probe.conf is for. */
#define HOLD_MIN_MS 1000
#define HOLD_MAX_MS (30 * 86400 * (int64_t)1000)

struct desk {
	struct arena a;
	struct host h;
	struct store s;
};

/* The folder of the daemon that is to heed it. */
static bool sit(struct desk *d, const struct cli *c, struct err *e)
{
	struct conf conf;

	if (!cli_settings(c, &d->h, &d->a, &conf, e)) {
		e->code = ERR_ARG; /* whatever is wrong with it */
		return false;
	}
	return store_look(&d->s, conf_text(&conf, CONF_STATE_DIR).p, e) ||
	       err_wrap(e, "the daemon's folder");
}

static struct str who(struct desk *d)
{
	struct str name = d->h.ops->env(&d->h, &d->a, "SUDO_USER");

	if (!name.n)
		name = d->h.ops->env(&d->h, &d->a, "USER");
	return name.n ? text_clean(&d->a, name, MEMORY_ID_MAX - 1)
	              : STR("root");
}

static void copy(char *to, size_t cap, struct str s)
{
	(void)snprintf(to, cap, STR_FMT, STR_ARG(str_head(s, cap - 1)));
}

static bool hold(struct desk *d, const struct cli *c, struct buf *out,
                 struct err *e)
{
	struct buf why = buf_init(&d->a, 4096);
	struct str boot = { NULL, 0 };
	struct err ignored;
	struct hold h = {
		.on = true,
		.mono_ms = d->h.ops->mono_ms(&d->h),
		.wall_ms = d->h.ops->now_ms(&d->h),
	};

	if (!when_span(str_of(c->args[0]), &h.for_ms) ||
	    h.for_ms < HOLD_MIN_MS || h.for_ms > HOLD_MAX_MS)
		return err_set(e, ERR_ARG, 0,
		               "hold: a time like 30m or 2h, 30d at most");
	for (size_t i = 1; i < c->n_args; i++)
		(void)buf_fmt(&why, "%s%s", i > 1 ? " " : "", c->args[i]);
	copy(h.why, sizeof(h.why),
	     text_clean(&d->a, buf_str(&why), MEMORY_TEXT_MAX - 1));
	copy(h.who, sizeof(h.who), who(d));
	(void)d->h.ops->read(&d->h, &d->a, "/proc/sys/kernel/random/boot_id",
	                     64, &boot, &ignored);
	copy(h.boot, sizeof(h.boot), str_trim(boot));
	if (!sit(d, c, e) || !operator_hold(&d->s, &d->a, &h, e))
		return false;
	return buf_fmt(out, "probe does not act until " STR_FMT " (%s): %s\n",
	               STR_ARG(when_text(&d->a, h.wall_ms + h.for_ms)),
	               c->args[0], h.why);
}

static bool release(struct desk *d, const struct cli *c, struct buf *out,
                    struct err *e)
{
	if (!sit(d, c, e) ||
	    !operator_release(&d->s, &d->a, d->h.ops->now_ms(&d->h), who(d), e))
		return false;
	return buf_add(out, STR("no hold is in force, and what was handed over "
	                        "may be tried again\n"));
}

static int at_desk(struct cli *c,
                   bool (*work)(struct desk *d, const struct cli *c,
                                struct buf *out, struct err *e))
{
	static _Alignas(16) unsigned char mem[HOLD_ARENA];
	struct desk d = { .a = { mem, 0, sizeof(mem) },
		          .h = host_live(),
		          .s = { -1 } };
	struct buf out = buf_init(&d.a, 4096);
	struct err e = { 0 };
	bool ok = work(&d, c, &out, &e);

	store_close(&d.s);
	if (ok)
		return cli_write(buf_str(&out)) ? 0 : sev_exit[SEV_UNKNOWN];
	if (e.code == ERR_ARG)
		return cli_usage(&e);
	(void)fprintf(stderr, "probe: %s\n", e.msg);
	return sev_exit[SEV_UNKNOWN];
}

int cmd_hold(struct cli *c)
{
	return at_desk(c, hold);
}

int cmd_release(struct cli *c)
{
	return at_desk(c, release);
}
