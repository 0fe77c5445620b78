#include "probe/sinks.h"

#include "probe/near.h"

const struct sink_info sink_info[SINK_COUNT] = {
#define SINK(id, word, far, lacks, text) \
	[SINK_##id] = { word, far, lacks, text },
#include "probe/sinks.def"
#undef SINK
};

static bool one(struct str word, uint32_t *out, struct err *e)
{
	const char *names[SINK_COUNT], *near;

	for (unsigned i = 0; i < SINK_COUNT; i++) {
		names[i] = sink_info[i].word;
		if (!str_eq(word, str_of(names[i])))
			continue;
		*out |= UINT32_C(1) << i;
		return true;
	}
	near = near_name(word, names, SINK_COUNT);
	return err_set(e, ERR_ARG, 0, "no sink " STR_FMT "%s%s%s",
	               STR_ARG(str_head(word, 64)),
	               near ? "; did you mean " : "", near ? near : "",
	               near ? "?" : "");
}

bool sinks_mark(struct str list, uint32_t *out, struct err *e)
{
	uint32_t set = 0;

	if (str_eq(str_trim(list), STR("none")))
		list = (struct str){ NULL, 0 };
	while (list.n) {
		struct str word = str_trim(str_cut(&list, ','));

		if (word.n && !one(word, &set, e))
			return false;
	}
	*out = set;
	return true;
}
