/* lookat.c - where the facts come from: the machine, or what --root names. */
#include "cli.h"

bool cli_look_at(const struct cli *c, struct host *live, struct arena *a,
                 struct cli_root *out, struct err *e)
{
	struct str root = c->opt[OPT_ROOT_].text;
	struct file_info info;
	const char *folder = root.p;

	*out = (struct cli_root){ .host = *live };
	if (!root.n)
		return true;
	if (!live->ops->info(live, root.p, &info, e))
		return err_wrap(e, "--root");
	if (info.type == FILE_PLAIN &&
	    !bundle_unpack(live, root.p, a, &out->bundle, &folder, e))
		return err_wrap(e, "--root");
	if (info.type != FILE_DIR && info.type != FILE_PLAIN)
		return err_set(e, ERR_ARG, 0,
		               "--root: " STR_FMT " is not a folder",
		               STR_ARG(root));
	out->host = host_dir(folder);
	return true;
}

void cli_look_away(struct cli_root *r)
{
	bundle_close(&r->bundle);
}
