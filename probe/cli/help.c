/* help.c - --help and the manual, from commands.def and options.def. */
#include "cli.h"

#define ADD(b, text) (void)buf_add((b), STR(text))

static bool known(size_t i, enum cmd_id cmd)
{
	return opt_info[i].commands != ~UINT32_C(0) &&
	       opt_info[i].commands >> cmd & 1;
}

/* text behind a column, wrapped at 80. */
static void column(struct buf *out, size_t at, size_t col, const char *text)
{
	struct str rest = str_of(text);

	if (at + 1 > col) {
		ADD(out, "\n");
		at = 0;
	}
	while (at < col) {
		ADD(out, " ");
		at++;
	}
	while (rest.n) {
		struct str word = str_cut(&rest, ' ');

		if (at + word.n + 1 > 79 && at > col) {
			ADD(out, "\n");
			for (at = 0; at < col; at++)
				ADD(out, " ");
		}
		if (at > col)
			ADD(out, " ");
		at += word.n + (at > col);
		(void)buf_add(out, word);
	}
	ADD(out, "\n");
}

static void one_option(const struct opt_info *o, struct buf *out)
{
	size_t from = out->n;

	if (o->letter)
		(void)buf_fmt(out, "  -%c, ", o->letter);
	else
		ADD(out, "      ");
	(void)buf_fmt(out, "--%s%s%s", o->name, *o->arg ? " " : "", o->arg);
	column(out, out->n - from, 28, o->text);
}

static void one_command(enum cmd_id cmd, struct buf *out)
{
	const struct cmd_info *c = &cmd_info[cmd];

	(void)buf_fmt(out, "usage: probe %s%s%s [options]\n", c->name,
	              *c->operands ? " " : "", c->operands);
	column(out, 0, 7, c->text);
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (known(i, cmd))
			one_option(&opt_info[i], out);
}

void cli_help(enum cmd_id cmd, struct buf *out)
{
	if (cmd) {
		one_command(cmd, out);
		return;
	}
	ADD(out, "usage: probe --now [options]\n"
	         "       probe COMMAND [operands] [options]\n\n"
	         "Says in one line why this Amazon ECS container instance is "
	         "sick, and\nwhether restarting the ECS agent would help.\n\n"
	         "Commands:\n");
	for (size_t i = 1; i < CMD_COUNT; i++) {
		size_t from = out->n;

		(void)buf_fmt(out, "  %s %s", cmd_info[i].name,
		              cmd_info[i].operands);
		column(out, out->n - from, 28, cmd_info[i].text);
	}
	ADD(out, "\nOptions of now:\n");
	for (size_t i = 0; i < OPT_COUNT; i++)
		if (known(i, CMD_NOW) && i != OPT_NOW_)
			one_option(&opt_info[i], out);
	ADD(out, "\nOptions of the others: probe help COMMAND.\n"
	         "Exit: 0 ok, 1 warning, 2 critical, 3 unknown, 64 usage, "
	         "70 a bug of probe.\n");
}
