#include "probe/diagnose.h"

#define LIST(...)           \
	{                   \
		__VA_ARGS__ \
	}
#define ALL LIST
#define ANY LIST
#define UNLESS LIST
#define EXPLAINS LIST

const struct cause_info cause_info[CAUSE_COUNT] = {
	[CAUSE_NONE] = { .name = "NONE" },
#define CAUSE(id_, class_, sev_, restart_, conf_, all_, any_, unless_, \
              explains_, title_, why_, disprove_, fix_, means_)        \
	[CAUSE_##id_] = { .name = #id_,                                \
		          .class = CLASS_##class_,                     \
		          .severity = SEV_##sev_,                      \
		          .restart = RESTART_##restart_,               \
		          .confidence = conf_,                         \
		          .all = all_,                                 \
		          .any = any_,                                 \
		          .unless = unless_,                           \
		          .explains = explains_,                       \
		          .title = title_,                             \
		          .restart_why = why_,                         \
		          .disprove = disprove_,                       \
		          .fix = fix_,                                 \
		          .means = means_ },
#include "probe/causes.def"
#undef CAUSE
};

const struct rival rivals[] = {
#define RIVAL(first_, pct1_, second_, pct2_, decides_) \
	{ CAUSE_##first_, CAUSE_##second_, pct1_, pct2_, decides_ },
#include "probe/rivals.def"
#undef RIVAL
};
const size_t rivals_count = sizeof(rivals) / sizeof(*rivals);

const char *const class_text[CLASS_COUNT] = {
#define CLASS(id, text) [CLASS_##id] = text,
#include "probe/classes.def"
#undef CLASS
};

const char *const restart_text[4] = {
	[RESTART_NO] = "no",
	[RESTART_YES] = "yes",
	[RESTART_WORSE] = "worse",
	[RESTART_UNKNOWN] = "unknown",
};

struct str cause_step(struct str *step)
{
	struct str rest = *step, words = { NULL, 0 };

	if (!str_starts(rest, STR("?")))
		return words;
	rest = str_skip(rest, 1);
	words = str_cut(&rest, '?');
	*step = rest;
	return words;
}

static char kebab(char c)
{
	return c == '_' ? '-' : str_low(c);
}

struct str cause_kebab(struct arena *a, enum cause_id id)
{
	struct str s = arena_copy(a, str_of(cause_info[id].name));
	char *p = (char *)s.p; /* our own copy */

	for (size_t i = 0; i < s.n; i++)
		p[i] = kebab(p[i]);
	return s;
}

enum cause_id cause_of(struct str name)
{
	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		struct str have = str_of(cause_info[c].name);
		size_t i = 0;

		while (i < name.n && i < have.n &&
		       kebab(name.p[i]) == kebab(have.p[i]))
			i++;
		if (i == name.n && i == have.n)
			return (enum cause_id)c;
	}
	return CAUSE_NONE;
}
