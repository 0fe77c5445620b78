/* listheal.c - what probe does to mend an agent, and the reasons not to. */
#include "cli.h"

#include "probe/heal.h"
#include "sheet.h"

static struct str cures(struct arena *a, const struct action_info *x)
{
	struct buf b = buf_init(a, 1024);

	for (size_t k = 0; k < ACTION_MAX_CURES && x->cures[k]; k++)
		(void)buf_fmt(&b, "%s" STR_FMT, b.n ? " " : "",
		              STR_ARG(cause_kebab(a, x->cures[k])));
	return buf_str(&b);
}

void sheet_actions(struct sheet *s)
{
	sheet_head(s, "Actions", "| act | when | what it cures |");
	for (unsigned i = 1; i < ACTION_COUNT; i++) {
		const struct action_info *x = &action_info[i];

		(void)buf_fmt(s->out,
		              s->md ? "| %s | %s | " STR_FMT " |\n"
		                    : "%-22s %s\n"
		                      "                       cures: " STR_FMT
		                      "\n",
		              x->word, x->text, STR_ARG(cures(s->a, x)));
	}
}

void sheet_guards(struct sheet *s)
{
	sheet_head(s, "Guards, in the order in which they are asked",
	           "| guard | stops an act because |");
	for (unsigned g = 1; g < GUARD_COUNT; g++)
		(void)buf_fmt(s->out, s->md ? "| `%s` | %s |\n" : "%-20s %s\n",
		              guard_info[g].word, guard_info[g].text);
}
