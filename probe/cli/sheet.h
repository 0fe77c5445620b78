/* sheet.h - a table that is printed for people or as Markdown. */
#ifndef PROBE_CLI_SHEET_H
#define PROBE_CLI_SHEET_H

#include "probe/buf.h"

struct cli;
struct sheet {
	struct buf *out;
	struct arena *a;
	bool md;
};
/* A cell of a Markdown table: no bar may end it early. */
struct str sheet_cell(struct arena *a, const char *text);
/* The page's title and first rows, when it is Markdown. */
void sheet_head(struct sheet *s, const char *title, const char *columns);

/* listcloud.c */
void sheet_metrics(struct sheet *s);
void sheet_sinks(struct sheet *s);
/* listverbs.c */
void sheet_verbs(struct sheet *s);
/* listheal.c */
void sheet_actions(struct sheet *s);
void sheet_guards(struct sheet *s);
/* list metrics --cost; the exit code. */
int cli_cost(struct cli *c, struct arena *a, struct buf *out);

#endif
