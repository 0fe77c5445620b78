#include "probe/collect.h"

static bool field(struct str text, struct str key, uint64_t *kib)
{
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct str name = str_cut(&line, ':');
		struct str num = str_trim(line);

		if (str_eq(name, key))
			return str_u64(str_cut(&num, ' '), kib);
	}
	return false;
}

bool collect_mem(struct collect *c, struct fact_mem *out, struct err *e)
{
	struct str text;

	if (!c->h->ops->read(c->h, c->a, "/proc/meminfo", 16384, &text, e))
		return err_wrap(e, "memory");
	if (!field(text, STR("MemTotal"), &out->total_kib) ||
	    !field(text, STR("MemAvailable"), &out->avail_kib) ||
	    out->total_kib == 0 || out->avail_kib > out->total_kib)
		return err_set(e, ERR_FORM, 0,
		               "/proc/meminfo: no usable total");
	return true;
}
