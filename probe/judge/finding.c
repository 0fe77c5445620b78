#include "probe/finding.h"

const struct finding_info finding_info[FIND_COUNT] = {
	[FIND_NONE] = { "NONE", "", "", SEV_OK, FIND_NONE },
#define FINDING(id, sev, past, summary, advice) \
	[FIND_##id] = { #id, summary, advice, SEV_##sev, FIND_##past },
#include "probe/findings.def"
#undef FINDING
};

const char *const name_text[NAME_COUNT] = {
#define NAME(id, text) [NAME_##id] = text,
#include "probe/names.def"
#undef NAME
};

const int sev_exit[SEV_COUNT] = {
	[SEV_OK] = 0,   [SEV_INFO] = 0, [SEV_UNKNOWN] = 3,
	[SEV_WARN] = 1, [SEV_CRIT] = 2,
};
const char *const sev_name[SEV_COUNT] = {
	[SEV_OK] = "ok",           [SEV_INFO] = "info",
	[SEV_UNKNOWN] = "unknown", [SEV_WARN] = "warning",
	[SEV_CRIT] = "critical",
};

/* Letters in any case, '-' as '_'. */
static bool same_id(struct str s, const char *name)
{
	struct str n = str_of(name);

	if (s.n != n.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (str_low(c == '-' ? '_' : c) != str_low(n.p[i]))
			return false;
	}
	return true;
}

enum finding_id finding_of(struct str name)
{
	for (unsigned i = 1; i < FIND_COUNT; i++)
		if (same_id(name, finding_info[i].name))
			return (enum finding_id)i;
	return FIND_NONE;
}
