/* choose.c - a list of checks by their ids. */
#include "probe/judge.h"
#include "probe/near.h"

bool checks_mark(struct str list, bool *hit, struct err *e)
{
	while (list.n) {
		struct str id = str_trim(str_cut(&list, ','));
		const char *names[64], *near;
		bool found = false;

		for (size_t i = 0; i < checks_count; i++) {
			if (i < 64)
				names[i] = checks[i]->id;
			if (str_eq_low(id, str_of(checks[i]->id)))
				hit[i] = found = true;
		}
		near = near_name(id, names,
		                 checks_count < 64 ? checks_count : 64);
		if (!found)
			return err_set(e, ERR_ARG, 0,
			               "no check " STR_FMT "%s%s; see probe "
			               "list checks",
			               STR_ARG(str_head(id, 64)),
			               near ? ": did you mean " : "",
			               near ? near : "");
	}
	return true;
}
