#include "probe/heal.h"

#define CURES(...)          \
	{                   \
		__VA_ARGS__ \
	}
#define NEEDS(bits) (bits)

const struct action_info action_info[ACTION_COUNT] = {
	[ACTION_NONE] = { .id = "NONE", .word = "nothing", .text = "" },
#define ACTION(id_, word_, verb_, cures_, needs_, text_) \
	[ACTION_##id_] = { .id = #id_,                   \
		           .word = word_,                \
		           .text = text_,                \
		           .verb = VERB_##verb_,         \
		           .needs = needs_,              \
		           .cures = cures_ },
#include "probe/actions.def"
#undef ACTION
};

const struct guard_info guard_info[GUARD_COUNT] = {
	[GUARD_NONE] = { "NONE", "none", "" },
#define GUARD(id, word, text) [GUARD_##id] = { #id, word, text },
#include "probe/guards.def"
#undef GUARD
};

const char *const act_outcome_text[ACT_OUTCOMES] = {
	[ACT_OPEN] = "open",       [ACT_CURED] = "cured",
	[ACT_FAILED] = "failed",   [ACT_REFUSED] = "refused",
	[ACT_UNKNOWN] = "unknown",
};

enum action_id action_for(enum cause_id cause)
{
	for (unsigned i = 1; i < ACTION_COUNT; i++)
		for (size_t k = 0; k < ACTION_MAX_CURES; k++)
			if (cause && action_info[i].cures[k] == cause)
				return (enum action_id)i;
	return ACTION_NONE;
}
