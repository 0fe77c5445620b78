/* cmd_explain.c - one finding, cause or check at 3 a.m. */
#include "cli.h"

#include "probe/near.h"

#include "../report/lines.h"

static const char *const restart_words[] = {
	[RESTART_NO] = "no",
	[RESTART_YES] = "yes",
	[RESTART_WORSE] = "no, it does harm",
	[RESTART_UNKNOWN] = "not known",
};

static bool in(const enum finding_id *list, size_t max, enum finding_id id)
{
	for (size_t i = 0; i < max && list[i]; i++)
		if (list[i] == id)
			return true;
	return false;
}

static bool needs(const struct cause_info *c, enum finding_id id)
{
	return in(c->all, CAUSE_MAX_ALL, id) || in(c->any, CAUSE_MAX_LIST, id);
}

static void para(struct lines *l, const char *head, const char *text)
{
	if (*text)
		lines_text(l, head, str_of(text), 0);
}

static void list(struct lines *l, const char *head, const enum finding_id *ids,
                 size_t max)
{
	for (size_t i = 0; i < max && ids[i]; i++)
		lines_text(l, head,
		           arena_str(l->a, "%s: %s", finding_info[ids[i]].name,
		                     finding_info[ids[i]].summary),
		           0);
}

static void one_cause(struct lines *l, enum cause_id id)
{
	const struct cause_info *c = &cause_info[id];
	struct str fix = str_of(c->fix);
	struct str name = cause_kebab(l->a, id);

	lines_text(l, "",
	           arena_str(l->a, STR_FMT " (cause, %s, class %s)",
	                     STR_ARG(name), sev_name[c->severity],
	                     class_text[c->class]),
	           0);
	para(l, "Title:    ", c->title);
	para(l, "Means:    ", c->means);
	list(l, "Needs:    ", c->all, CAUSE_MAX_ALL);
	list(l, "One of:   ", c->any, CAUSE_MAX_LIST);
	list(l, "Unless:   ", c->unless, CAUSE_MAX_LIST);
	list(l, "Explains: ", c->explains, CAUSE_MAX_LIST);
	lines_text(l, "Sure:     ", arena_str(l->a, "%d %%", c->confidence), 0);
	para(l, "Disproof: ", c->disprove);
	while (fix.n) {
		struct str step = str_cut(&fix, '\n');
		struct str wall = cause_step(&step);

		if (wall.n)
			step = arena_str(l->a,
			                 "(when the wall is: " STR_FMT
			                 ") " STR_FMT,
			                 STR_ARG(wall), STR_ARG(step));
		lines_text(l, "Fix:      ", step, 0);
	}
	lines_text(l, "Restart:  ",
	           arena_str(l->a, "%s: %s", restart_words[c->restart],
	                     c->restart_why),
	           0);
}

static void causes_of(struct lines *l, enum finding_id id)
{
	bool any = false;

	for (unsigned c = 1; c < CAUSE_COUNT; c++) {
		const struct cause_info *i = &cause_info[c];
		struct str name = cause_kebab(l->a, (enum cause_id)c);

		if (needs(i, id))
			lines_text(l, "Points to: ",
			           arena_str(l->a,
			                     STR_FMT ", a restart helps: %s",
			                     STR_ARG(name),
			                     restart_words[i->restart]),
			           0);
		else if (in(i->explains, CAUSE_MAX_LIST, id))
			lines_text(l, "Follows:   ", name, 0);
		else
			continue;
		any = true;
	}
	if (!any)
		para(l, "Restart:   ", "not known: it stands for itself");
}

/* Made by the build from what probe/checks/ names. */
static const struct {
	enum finding_id id;
	const char *check;
} raised[] = {
#include "raised.inc"
};

/* How it is seen, and the command that shows it again. */
static void seen_by(struct lines *l, enum finding_id id)
{
	struct buf checks_of = buf_init(l->a, 256);

	for (size_t i = 0; i < sizeof(raised) / sizeof(*raised); i++)
		if (raised[i].id == id)
			(void)buf_fmt(&checks_of, "%s%s",
			              checks_of.n ? "," : "", raised[i].check);
	if (!checks_of.n) {
		para(l, "Seen:      ", "in what the agent or ecs-init wrote");
		para(l, "Confirm:   ", "probe log /var/log/ecs/*");
		return;
	}
	lines_text(l, "Seen:      ",
	           arena_str(l->a, "by a look at the instance, check " STR_FMT,
	                     STR_ARG(buf_str(&checks_of))),
	           0);
	lines_text(l, "Confirm:   ",
	           arena_str(l->a, "probe --now -v --only " STR_FMT,
	                     STR_ARG(buf_str(&checks_of))),
	           0);
}

static void one_finding(struct lines *l, enum finding_id id)
{
	const struct finding_info *f = &finding_info[id];

	lines_text(l, "",
	           arena_str(l->a, "%s (finding, %s)", f->name,
	                     sev_name[f->severity]),
	           0);
	para(l, "Means:     ", f->summary);
	seen_by(l, id);
	if (f->history != FIND_NONE)
		lines_text(l, "Over when: ",
		           arena_str(l->a, "%s is raised as well",
		                     finding_info[f->history].name),
		           0);
	para(l, "Fix:       ", f->advice);
	causes_of(l, id);
}

static void one_check(struct lines *l, const struct check *c)
{
	lines_text(l, "", arena_str(l->a, "%s (check)", c->id), 0);
	para(l, "Looks at: ", c->title);
	para(l, "Why:      ", c->why);
	lines_text(l, "Run it:   ",
	           arena_str(l->a, "probe --now --only %s -v", c->id), 0);
}

static const char *nearest(struct arena *a, struct str id)
{
	const char **names =
		ARENA_ARRAY(a, const char *, FIND_COUNT + CAUSE_COUNT);
	size_t n = 0;

	for (unsigned i = 1; i < FIND_COUNT; i++)
		names[n++] = finding_info[i].name;
	for (unsigned i = 1; i < CAUSE_COUNT; i++)
		names[n++] = cause_kebab(a, (enum cause_id)i).p;
	return near_name(id, names, n);
}

static bool explain(struct lines *l, struct str id, struct err *e)
{
	enum finding_id f = finding_of(id);
	enum cause_id c = cause_of(id);
	bool hit = f != FIND_NONE || c != CAUSE_NONE;
	const char *near;

	if (f != FIND_NONE)
		one_finding(l, f);
	if (c != CAUSE_NONE)
		one_cause(l, c);
	for (size_t i = 0; i < checks_count; i++)
		if (str_eq_low(id, str_of(checks[i]->id))) {
			one_check(l, checks[i]);
			hit = true;
		}
	if (hit)
		return true;
	near = nearest(l->a, id);
	return err_set(e, ERR_ARG, 0,
	               "no finding, cause or check " STR_FMT "%s%s",
	               STR_ARG(str_head(id, 64)), near ? ": did you mean " : "",
	               near ? near : "; see probe list findings");
}

int cmd_explain(struct cli *c)
{
	static _Alignas(16) unsigned char mem[512 * 1024];
	struct arena a = { mem, 0, sizeof(mem) };
	struct lines *l = lines_new(&a, 80);
	struct buf out = buf_init(&a, 128 * 1024);
	struct err e = { 0 };

	if (c->n_args == 1 && strcmp(c->args[0], "why-not") == 0)
		return cli_why_not(c);
	for (size_t i = 0; i < c->n_args; i++)
		if (!explain(l, str_of(c->args[i]), &e))
			return cli_usage(&e);
	for (size_t i = 0; i < l->n; i++) {
		(void)buf_add(&out, l->list[i]);
		(void)buf_char(&out, '\n');
	}
	return cli_write(buf_str(&out)) ? 0 : sev_exit[SEV_UNKNOWN];
}
