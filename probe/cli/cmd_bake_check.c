#include "cli.h"

#include <stdio.h>

#include "probe/bake.h"

enum { CHECK_ARENA = BAKE_ARENA + 128 * 1024, OUT_MAX = 32 * 1024 };

static const char *const level_name[BAKE_LEVELS] = {
	[BAKE_NOTE] = "note",
	[BAKE_WARN] = "warning",
	[BAKE_ERROR] = "error",
};

static void tell(struct buf *out, enum bake_id id, const struct bake_seen *s)
{
	const struct bake_info *b = &bake_info[id];
	const char *level = s->blind ? "not seen" : level_name[b->level];

	(void)buf_fmt(out, "%s: ", level);
	for (const char *c = b->name; *c; c++)
		(void)buf_char(out, *c == '_' ? '-' : *c);
	(void)buf_fmt(out, ": " STR_FMT "\n", STR_ARG(s->what));
	if (!s->blind)
		(void)buf_fmt(out, "    %s\n    fix: %s\n", b->text, b->fix);
}

/* The builder itself, or an image mounted at root. */
static bool image(struct host *live, struct str root, struct host *out,
                  struct err *e)
{
	struct file_info info;

	*out = *live;
	if (!root.n)
		return true;
	if (!live->ops->info(live, root.p, &info, e))
		return err_wrap(e, "--root");
	if (info.type != FILE_DIR)
		return err_set(e, ERR_ARG, 0,
		               "--root: " STR_FMT " is not a folder",
		               STR_ARG(root));
	*out = host_dir(root.p);
	return true;
}

int cmd_bake_check(struct cli *c)
{
	static _Alignas(16) unsigned char mem[CHECK_ARENA];
	struct arena a = { mem, 0, sizeof(mem) };
	struct bake_seen seen[BAKE_COUNT];
	struct host live = host_live(), h;
	struct buf out;
	unsigned n[BAKE_LEVELS] = { 0 }, blind = 0;
	struct err e;

	if (!image(&live, c->opt[OPT_IMAGE_].text, &h, &e))
		return cli_usage(&e);
	bake_look(&h, &a, seen);
	out = buf_init(&a, OUT_MAX);
	for (int level = BAKE_ERROR; level >= BAKE_NOTE; level--)
		for (unsigned i = 0; i < BAKE_COUNT; i++) {
			if (bake_info[i].level != (enum bake_level)level ||
			    (!seen[i].found && !seen[i].blind))
				continue;
			tell(&out, (enum bake_id)i, &seen[i]);
			blind += seen[i].blind;
			n[level] += seen[i].found;
		}
	(void)buf_fmt(&out, "%u errors, %u warnings, %u notes", n[BAKE_ERROR],
	              n[BAKE_WARN], n[BAKE_NOTE]);
	if (blind)
		(void)buf_fmt(&out, ", %u not seen (root sees all)", blind);
	(void)buf_char(&out, '\n');
	if (!cli_write(buf_str(&out)))
		return sev_exit[SEV_UNKNOWN];
	return n[BAKE_ERROR]  ? sev_exit[SEV_CRIT]
	       : blind        ? sev_exit[SEV_UNKNOWN]
	       : n[BAKE_WARN] ? sev_exit[SEV_WARN]
	                      : sev_exit[SEV_OK];
}
