/* listverbs.c - what is done to the machine as root, for who reviews it. */
#include "cli.h"

#include "probe/verb.h"

#include "sheet.h"

/* The whole argv, as a person would type it. */
static struct str command(struct arena *a, const struct verb *v)
{
	struct buf b = buf_init(a, 256);
	const char *const *argv = v->systemd;

	if (v->kind == VERB_LINE)
		return STR("a line to /dev/console");
	if (!argv)
		return v->request ? STR("GET /events of Docker's socket")
		                  : STR("nothing");
	if (v->request)
		(void)buf_add(&b, STR("SIGUSR1 to the agent by Docker; "));
	for (size_t i = 0; argv[i]; i++)
		(void)buf_fmt(&b, "%s%s", i ? " " : "",
		              *argv[i] ? argv[i] : "probe");
	return buf_str(&b);
}

void sheet_verbs(struct sheet *s)
{
	sheet_head(s, "What probe-helper does as root, word for word",
	           "| word | as root | why | within |");
	for (unsigned i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = &verbs[i];
		struct str cmd = command(s->a, v);

		if (s->md)
			(void)buf_fmt(s->out, "| `%s` | `" STR_FMT "` | %s | ",
			              v->word, STR_ARG(cmd), v->text);
		else
			(void)buf_fmt(s->out, "%-13s %s: " STR_FMT "\n",
			              v->word, v->text, STR_ARG(cmd));
		if (s->md && v->deadline_ms)
			(void)buf_fmt(s->out, "%u s |\n",
			              v->deadline_ms / 1000);
		else if (s->md)
			(void)buf_add(s->out, STR("as long as asked |\n"));
	}
}
