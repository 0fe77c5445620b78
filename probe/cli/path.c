#include <errno.h>
#include <unistd.h>

#include "cli.h"

bool cli_path(struct arena *a, const char *name, struct str *out, struct err *e)
{
	char *at;

	if (name[0] == '/') {
		*out = str_of(name);
		return true;
	}
	at = arena_raw(a, 4096);
	if (!getcwd(at, 4096))
		return err_set(e, err_code_of_os(errno), errno, "%s: %s", name,
		               strerror(errno));
	arena_keep(a, at, strlen(at) + 1);
	*out = arena_str(a, "%s/%s", at, name);
	return true;
}
