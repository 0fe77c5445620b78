#include "probe/mountinfo.h"

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw" */
enum { FIELDS_TO_POINT = 4 };

static bool says_ro(struct str options)
{
	return str_eq(str_cut(&options, ','), STR("ro"));
}

bool mountinfo_parse(struct str line, struct mountinfo *out)
{
	struct mountinfo m = { { NULL, 0 }, false, false };
	struct str rest = line, options;
	size_t bar;

	for (int i = 0; i < FIELDS_TO_POINT; i++)
		(void)str_cut(&rest, ' ');
	m.point = str_cut(&rest, ' ');
	m.mount_ro = says_ro(str_cut(&rest, ' '));
	bar = str_find(rest, STR("- "));
	if (bar == SIZE_MAX || !str_starts(m.point, STR("/")))
		return false;
	rest = str_skip(rest, bar + 2);
	(void)str_cut(&rest, ' '); /* its type */
	(void)str_cut(&rest, ' '); /* what is mounted */
	options = str_trim(rest);
	m.fs_ro = says_ro(options);
	*out = m;
	return options.n > 0;
}

bool mountinfo_holds(struct str point, struct str path)
{
	if (str_eq(point, STR("/")))
		return true;
	return str_starts(path, point) &&
	       (path.n == point.n || path.p[point.n] == '/');
}
