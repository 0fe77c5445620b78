/* cmd_list.c - the tables, for people and for packaging/doc. */
#include "cli.h"

#include "probe/conf.h"
#include "probe/near.h"
#include "probe/record.h"

#include <stdio.h>

#include "sheet.h"

static const struct limit_info {
	const char *name, *unit, *text;
	int64_t dflt, min, max;
} limit_info[] = {
#define LIMIT(name, dflt, min, max, unit, text) \
	{ #name, unit, text, dflt, min, max },
#include "probe/limits.def"
#undef LIMIT
};

struct str sheet_cell(struct arena *a, const char *text)
{
	struct buf b = buf_init(a, 2 * strlen(text) + 1);

	for (; *text; text++) {
		if (*text == '|' || *text == '<')
			(void)buf_char(&b, '\\');
		(void)buf_char(&b, *text == '\n' ? ' ' : *text);
	}
	return buf_str(&b);
}

void sheet_head(struct sheet *s, const char *title, const char *columns)
{
	if (!s->md)
		return;
	(void)buf_fmt(s->out,
	              "# %s\n\nPrinted by `probe list`; never edited by "
	              "hand.\n\n",
	              title);
	if (!*columns)
		return;
	(void)buf_fmt(s->out, "%s\n", columns);
	for (const char *c = columns; *c; c++)
		if (*c == '|')
			(void)buf_fmt(s->out, c[1] ? "|---" : "|\n");
}

static void list_checks(struct sheet *s)
{
	sheet_head(s, "Checks", "");
	for (size_t i = 0; i < checks_count; i++) {
		const struct check *c = checks[i];

		if (!s->md) {
			(void)buf_fmt(s->out, "%-16s %s\n", c->id, c->title);
			continue;
		}
		(void)buf_fmt(s->out, "## %s\n\n%s.\n\n%s\n\nReads:", c->id,
		              c->title, c->why);
		for (unsigned g = 0; g < FACT_COUNT; g++)
			if ((c->needs | c->also) >> g & 1)
				(void)buf_fmt(s->out, " %s%s",
				              facts_name((enum fact_group)g),
				              c->needs >> g & 1 ? ""
				                                : " (when it "
				                                  "is there)");
		(void)buf_fmt(s->out, "\n%s", i + 1 < checks_count ? "\n" : "");
	}
}

static void list_findings(struct sheet *s)
{
	sheet_head(s, "Findings",
	           "| id | severity | what it means | what to do |");
	for (unsigned i = 1; i < FIND_COUNT; i++) {
		const struct finding_info *f = &finding_info[i];

		if (s->md)
			(void)buf_fmt(
				s->out,
				"| `%s` | %s | " STR_FMT " | " STR_FMT " |\n",
				f->name,
				f->severity == SEV_OK ? "marker"
						      : sev_name[f->severity],
				STR_ARG(sheet_cell(s->a, f->summary)),
				STR_ARG(sheet_cell(s->a, f->advice)));
		else
			(void)buf_fmt(s->out, "%-36s %-8s %s\n", f->name,
			              sev_name[f->severity], f->summary);
	}
}

static void ids(struct sheet *s, const char *what, const enum finding_id *list,
                size_t max)
{
	if (list[0] == FIND_NONE)
		return;
	(void)buf_fmt(s->out, "- %s:", what);
	for (size_t i = 0; i < max && list[i]; i++)
		(void)buf_fmt(s->out, " `%s`", finding_info[list[i]].name);
	(void)buf_add(s->out, STR("\n"));
}

static void cause_page(struct sheet *s, enum cause_id id)
{
	const struct cause_info *c = &cause_info[id];
	struct str fix = str_of(c->fix);

	(void)buf_fmt(s->out, "## " STR_FMT "\n\n" STR_FMT ".\n\n%s\n\n",
	              STR_ARG(cause_kebab(s->a, id)),
	              STR_ARG(sheet_cell(s->a, c->title)), c->means);
	(void)buf_fmt(s->out,
	              "- class %s, %s, sure to %d %%\n- restart: %s, %s\n",
	              class_text[c->class], sev_name[c->severity],
	              c->confidence, restart_text[c->restart], c->restart_why);
	if (*c->disprove)
		(void)buf_fmt(s->out, "- would disprove it: %s\n", c->disprove);
	ids(s, "needs", c->all, CAUSE_MAX_ALL);
	ids(s, "one of", c->any, CAUSE_MAX_LIST);
	ids(s, "unless", c->unless, CAUSE_MAX_LIST);
	ids(s, "explains", c->explains, CAUSE_MAX_LIST);
	(void)buf_add(s->out, STR("\nFix:\n\n"));
	while (fix.n) {
		struct str step = str_cut(&fix, '\n');
		struct str wall = cause_step(&step);

		(void)buf_add(s->out, STR("    "));
		if (wall.n)
			(void)buf_fmt(s->out,
			              "(when the wall is: " STR_FMT ") ",
			              STR_ARG(wall));
		(void)buf_fmt(s->out, STR_FMT "\n", STR_ARG(step));
	}
	(void)buf_add(s->out, STR("\n"));
}

static void list_causes(struct sheet *s)
{
	sheet_head(s, "Causes, deepest first", "");
	for (unsigned i = 1; i < CAUSE_COUNT; i++)
		if (s->md)
			cause_page(s, (enum cause_id)i);
		else
			(void)buf_fmt(s->out, "%-36s %-18s %s\n",
			              cause_kebab(s->a, (enum cause_id)i).p,
			              class_text[cause_info[i].class],
			              cause_info[i].title);
}

static void list_options(struct sheet *s)
{
	sheet_head(s, "Options", "| option | default | for | what it does |");
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_info[i];
		struct buf cmds = buf_init(s->a, 256);

		for (size_t k = 1; k < CMD_COUNT; k++)
			if (o->commands != ~UINT32_C(0) && o->commands >> k & 1)
				(void)buf_fmt(&cmds, "%s%s", cmds.n ? " " : "",
				              cmd_info[k].name);
		if (!cmds.n)
			(void)buf_add(&cmds, STR("all"));
		if (s->md)
			(void)buf_fmt(s->out,
			              "| `--%s%s" STR_FMT "` | %s | " STR_FMT
			              " | " STR_FMT " |\n",
			              o->name, *o->arg ? " " : "",
			              STR_ARG(sheet_cell(s->a, o->arg)),
			              o->dflt, STR_ARG(buf_str(&cmds)),
			              STR_ARG(sheet_cell(s->a, o->text)));
		else
			(void)buf_fmt(s->out, "--%-12s %-12s %s\n", o->name,
			              o->dflt, o->text);
	}
}

static void list_limits(struct sheet *s)
{
	sheet_head(s, "Limits, changed by `--limit NAME=N`",
	           "| limit | default | unit | from | to | what it is |");
	for (size_t i = 0; i < sizeof(limit_info) / sizeof(*limit_info); i++) {
		const struct limit_info *l = &limit_info[i];

		(void)buf_fmt(s->out,
		              s->md ? "| `%s` | %lld | %s | %lld | %lld | %s "
		                      "|\n"
		                    : "%-24s %8lld %-3s (%lld to %lld)  %s\n",
		              l->name, (long long)l->dflt, l->unit,
		              (long long)l->min, (long long)l->max, l->text);
	}
}

static void list_conf(struct sheet *s)
{
	sheet_head(s, "probe.conf", "| key | default | what it is |");
	for (size_t i = 0; i < CONF_COUNT; i++) {
		const struct conf_info *k = &conf_info[i];

		if (s->md)
			(void)buf_fmt(
				s->out,
				"| `%s = " STR_FMT "` | %s | " STR_FMT " |\n",
				k->key, STR_ARG(sheet_cell(s->a, k->arg)),
				k->dflt, STR_ARG(sheet_cell(s->a, k->text)));
		else
			(void)buf_fmt(s->out, "%-20s %-14s %s\n", k->key,
			              k->dflt, k->text);
	}
}

static void list_record(struct sheet *s)
{
	sheet_head(s, "Fields of a record", "| field | type | what it is |");
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *i = &field_info[f];
		const char *type =
			i->type == FIELD_TYPE_INT ? "number" : "text";

		(void)buf_fmt(s->out,
		              s->md ? "| `%s` | %s | " STR_FMT " |\n"
		                    : "%-16s %-8s " STR_FMT "\n",
		              i->name, type,
		              STR_ARG(s->md ? sheet_cell(s->a, i->text)
		                            : str_of(i->text)));
	}
}

static struct str bundle_row(const struct gather_row *r, struct arena *a)
{
	struct buf b = buf_init(a, 512);

	if (r->kind == GATHER_ASK && r->socket)
		(void)buf_fmt(&b, "%s through %s", r->path, r->socket);
	else if (r->path)
		(void)buf_fmt(&b, "%s", r->path);
	for (size_t i = 0; i < GATHER_ARGV && r->argv[i]; i++)
		(void)buf_fmt(&b, "%s%s", i ? " " : "", r->argv[i]);
	return buf_str(&b);
}

static void list_bundle(struct sheet *s)
{
	static const char *const kinds[] = {
		[GATHER_WHOLE] = "file",      [GATHER_TAIL] = "end of",
		[GATHER_FOLDER] = "files in", [GATHER_NAMES] = "names in",
		[GATHER_ASK] = "ask",         [GATHER_RUN] = "run",
	};

	sheet_head(s, "What a bundle holds beside what a pass reads",
	           "| how | what | KiB at most |");
	for (size_t i = 0; i < gather_count; i++) {
		const struct gather_row *r = &gather_rows[i];
		struct str what = bundle_row(r, s->a);

		(void)buf_fmt(s->out,
		              s->md ? "| %s | `" STR_FMT "` | %zu |\n"
		                    : "%-9s " STR_FMT " (%zu KiB)\n",
		              kinds[r->kind], STR_ARG(what),
		              (r->max_bytes + 1023) / 1024);
	}
}

static const struct {
	const char *name;
	void (*print)(struct sheet *s);
} tables[] = {
	{ "checks", list_checks },    { "findings", list_findings },
	{ "causes", list_causes },    { "options", list_options },
	{ "limits", list_limits },    { "conf", list_conf },
	{ "record", list_record },    { "metrics", sheet_metrics },
	{ "sinks", sheet_sinks },     { "bundle", list_bundle },
	{ "actions", sheet_actions }, { "guards", sheet_guards },
	{ "verbs", sheet_verbs },
};
enum { TABLES = sizeof(tables) / sizeof(*tables) };

/* Files for other programs that are printed from a table. */
static const struct {
	const char *table, *format;
	void (*print)(struct buf *out);
} files[] = {
	{ "conf", "conf", cli_conf },    { "conf", "man", cli_man_conf },
	{ "options", "bash", cli_bash }, { "options", "fish", cli_fish },
	{ "options", "man", cli_man },   { "options", "zsh", cli_zsh },
};

static bool print(size_t i, struct str format, struct sheet *s, struct err *e)
{
	if (str_eq(format, STR("text")) || str_eq(format, STR("md"))) {
		tables[i].print(s);
		return true;
	}
	for (size_t k = 0; k < sizeof(files) / sizeof(*files); k++)
		if (strcmp(files[k].table, tables[i].name) == 0 &&
		    str_eq(format, str_of(files[k].format))) {
			files[k].print(s->out);
			return true;
		}
	return err_set(e, ERR_ARG, 0, "%s cannot be printed as " STR_FMT,
	               tables[i].name, STR_ARG(format));
}

static int no_table(const char *name)
{
	const char *names[TABLES];
	const char *near;
	struct err e = { 0 };

	for (size_t i = 0; i < TABLES; i++)
		names[i] = tables[i].name;
	near = near_name(str_of(name), names, TABLES);
	(void)err_set(&e, ERR_ARG, 0, "no table %.64s%s%s", name,
	              near ? "; did you mean " : "", near ? near : "");
	return cli_usage(&e);
}

int cmd_list(struct cli *c)
{
	static _Alignas(16) unsigned char mem[2048 * 1024];
	struct arena a = { mem, 0, sizeof(mem) };
	struct buf out = buf_init(&a, 1024 * 1024);
	struct str format = c->opt[OPT_LIST_FORMAT_].text;
	struct sheet s = { &out, &a, str_eq(format, STR("md")) };

	for (size_t i = 0; i < TABLES; i++) {
		struct err e = { 0 };

		if (strcmp(c->args[0], tables[i].name) != 0)
			continue;
		if (c->opt[OPT_COST_].set && tables[i].print == sheet_metrics)
			return cli_cost(c, &a, &out);
		if (c->n_args > 1 || c->opt[OPT_COST_].set) {
			(void)err_set(&e, ERR_ARG, 0,
			              "usage: probe list metrics --cost "
			              "INSTANCES CAUSES [CLUSTERS]");
			return cli_usage(&e);
		}
		if (!print(i, format, &s, &e))
			return cli_usage(&e);
		if (out.full) {
			(void)fprintf(stderr, "probe: a table is too long\n");
			return EXIT_BUG;
		}
		return cli_write(buf_str(&out)) ? 0 : sev_exit[SEV_UNKNOWN];
	}
	return no_table(c->args[0]);
}
