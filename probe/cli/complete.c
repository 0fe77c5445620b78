/* complete.c - completions for three shells, from the rows of --help. */
#include "cli.h"

#define ADD(b, text) (void)buf_add((b), STR(text))

/* What may stand as a value or an operand, by how the tables write it. */
enum word_kind {
	WORD_ANY,
	WORD_CHOICE,
	WORD_FILE,
	WORD_DIR,
	WORD_CHECK,
	WORD_ID
};

static enum word_kind kind_of(const char *arg, enum opt_type type)
{
	struct str s = str_of(arg);

	if (type == OPT_CHOICE)
		return WORD_CHOICE;
	if (type == OPT_IDS)
		return WORD_CHECK;
	if (str_starts(s, STR("ID")))
		return WORD_ID;
	if (str_has(s, STR("|")))
		return WORD_CHOICE;
	if (str_has(s, STR("FILE")))
		return WORD_FILE;
	if (str_has(s, STR("DIR")))
		return WORD_DIR;
	if (str_has(s, STR("COMMAND")))
		return WORD_CHOICE;
	return WORD_ANY;
}

static bool known(const struct opt_info *o, size_t cmd)
{
	return o->commands >> cmd & 1;
}

/* The words of "a|b|c [D]" with blanks between; "[COMMAND]" is every command.
 */
static void choices(struct buf *out, const char *arg)
{
	struct str s = str_of(arg);

	if (str_has(s, STR("COMMAND"))) {
		for (size_t i = 1; i < CMD_COUNT; i++)
			(void)buf_fmt(out, "%s%s", i > 1 ? " " : "",
			              cmd_info[i].name);
		return;
	}
	s = str_cut(&s, ' ');
	while (s.n) {
		struct str word = str_cut(&s, '|');

		(void)buf_fmt(out, STR_FMT "%s", STR_ARG(word), s.n ? " " : "");
	}
}

/* text within single quotes, for a shell that ends them at a quote; more lists
 * the bytes that want a backslash besides. */
static void quoted(struct buf *out, const char *text, const char *more)
{
	for (; *text; text++) {
		if (*text == '\'')
			ADD(out, "'\\'");
		else if (strchr(more, *text))
			ADD(out, "\\");
		(void)buf_char(out, *text);
	}
}

/* ---- bash */

static void bash_words(struct buf *out, const char *arg, enum word_kind kind)
{
	switch (kind) {
	case WORD_CHOICE:
		ADD(out, "_probe_words '");
		choices(out, arg);
		ADD(out, "'");
		break;
	case WORD_FILE:
		ADD(out, "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")");
		break;
	case WORD_DIR:
		ADD(out, "mapfile -t COMPREPLY < <(compgen -d -- \"$cur\")");
		break;
	case WORD_CHECK:
		ADD(out, "_probe_words \"$(_probe_ids checks)\"");
		break;
	case WORD_ID:
		ADD(out, "_probe_words \"$(_probe_ids causes; "
		         "_probe_ids findings; _probe_ids checks)\"");
		break;
	case WORD_ANY:
		ADD(out, ":");
		break;
	}
}

static void bash_values(struct buf *out)
{
	ADD(out, "\tcase \"$cmd $prev\" in\n");
	for (size_t c = 1; c < CMD_COUNT; c++)
		for (size_t i = 0; i < OPT_COUNT; i++) {
			const struct opt_info *o = &opt_info[i];

			if (!known(o, c) || o->type == OPT_FLAG)
				continue;
			(void)buf_fmt(out, "\t'%s --%s') ", cmd_info[c].name,
			              o->name);
			bash_words(out, o->arg, kind_of(o->arg, o->type));
			ADD(out, "; return ;;\n");
		}
	ADD(out, "\tesac\n");
}

static void bash_operands(struct buf *out)
{
	ADD(out, "\tcase \"$cur $cmd\" in\n");
	for (size_t c = 1; c < CMD_COUNT; c++) {
		(void)buf_fmt(out, "\t-*' %s') _probe_words '",
		              cmd_info[c].name);
		for (size_t i = 0; i < OPT_COUNT; i++)
			if (known(&opt_info[i], c))
				(void)buf_fmt(out, "--%s ", opt_info[i].name);
		ADD(out, "' ;;\n");
		if (!*cmd_info[c].operands)
			continue;
		(void)buf_fmt(out, "\t*' %s') ", cmd_info[c].name);
		bash_words(out, cmd_info[c].operands,
		           kind_of(cmd_info[c].operands, OPT_TEXT));
		ADD(out, " ;;\n");
	}
	ADD(out, "\t*' ') _probe_words '--now --help --version ");
	choices(out, "COMMAND");
	ADD(out, "' ;;\n\tesac\n");
}

void cli_bash(struct buf *out)
{
	ADD(out,
	    "# shellcheck shell=bash\n"
	    "# bash completion of probe(8); printed by `probe list options "
	    "--format bash`.\n\n"
	    "_probe_ids()\n{\n"
	    "\tprobe list \"$1\" 2>/dev/null | cut -d ' ' -f 1\n}\n\n"
	    "_probe_words()\n{\n"
	    "\tmapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\")\n}\n\n"
	    "_probe()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} "
	    "prev=${COMP_WORDS[COMP_CWORD - 1]} cmd='' i\n\n"
	    "\tCOMPREPLY=()\n"
	    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	    "\t\tcase ${COMP_WORDS[i]} in\n"
	    "\t\t--now) cmd=now && break ;;\n"
	    "\t\t-*) ;;\n"
	    "\t\t*) cmd=${COMP_WORDS[i]} && break ;;\n"
	    "\t\tesac\n\tdone\n");
	bash_values(out);
	bash_operands(out);
	ADD(out, "}\ncomplete -o filenames -F _probe probe\n");
}

/* ---- zsh */

static void zsh_words(struct buf *out, const char *arg, enum word_kind kind)
{
	static const char *const how[] = {
		[WORD_ANY] = " ",
		[WORD_FILE] = "_files",
		[WORD_DIR] = "_files -/",
		[WORD_CHECK] = "_probe_ids checks",
		[WORD_ID] = "_probe_ids causes findings checks",
	};

	if (kind != WORD_CHOICE) {
		ADD(out, ":");
		(void)buf_fmt(out, "%s:%s", kind == WORD_ANY ? "value" : "name",
		              how[kind]);
		return;
	}
	ADD(out, ":word:(");
	choices(out, arg);
	ADD(out, ")");
}

static void zsh_command(struct buf *out, size_t c)
{
	const char *operands = cmd_info[c].operands;

	(void)buf_fmt(out, "\t%s)\n\t\t_arguments", cmd_info[c].name);
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_info[i];

		if (!known(o, c))
			continue;
		(void)buf_fmt(out, " \\\n\t\t\t'--%s[", o->name);
		quoted(out, o->text, "[]:\\");
		ADD(out, "]");
		if (o->type != OPT_FLAG)
			zsh_words(out, o->arg, kind_of(o->arg, o->type));
		ADD(out, "'");
	}
	if (*operands) {
		ADD(out, " \\\n\t\t\t'*:");
		zsh_words(out, operands, kind_of(operands, OPT_TEXT));
		ADD(out, "'");
	}
	ADD(out, " ;;\n");
}

void cli_zsh(struct buf *out)
{
	ADD(out, "#compdef probe\n"
	         "# zsh completion of probe(8); printed by `probe list options "
	         "--format zsh`.\n\n"
	         "_probe_ids() {\n\tlocal t\n\tlocal -a ids\n"
	         "\tfor t in $@; do\n"
	         "\t\tids+=(${(f)\"$(probe list $t 2>/dev/null | "
	         "cut -d ' ' -f 1)\"})\n\tdone\n"
	         "\tcompadd -a ids\n}\n\n"
	         "_probe() {\n\tlocal -a commands\n\tcommands=(\n"
	         "\t\t'--now:");
	quoted(out, cmd_info[CMD_NOW].text, "\\");
	ADD(out, "'\n");
	for (size_t c = 1; c < CMD_COUNT; c++) {
		(void)buf_fmt(out, "\t\t'%s:", cmd_info[c].name);
		quoted(out, cmd_info[c].text, "\\");
		ADD(out, "'\n");
	}
	ADD(out, "\t)\n\tif ((CURRENT == 2)); then\n"
	         "\t\t_describe command commands\n\t\treturn\n\tfi\n"
	         "\tlocal cmd=${words[2]#--}\n"
	         "\tshift words\n\t((CURRENT--))\n"
	         "\tcase $cmd in\n");
	for (size_t c = 1; c < CMD_COUNT; c++)
		zsh_command(out, c);
	ADD(out, "\tesac\n}\n\n_probe \"$@\"\n");
}

/* ---- fish */

static void fish_words(struct buf *out, const char *arg, enum word_kind kind)
{
	switch (kind) {
	case WORD_CHOICE:
		ADD(out, " -xa '");
		choices(out, arg);
		ADD(out, "'");
		break;
	case WORD_FILE:
		ADD(out, " -rF");
		break;
	case WORD_DIR:
		ADD(out, " -xa '(__fish_complete_directories)'");
		break;
	case WORD_CHECK:
		ADD(out, " -xa '(__probe_ids checks)'");
		break;
	case WORD_ID:
		ADD(out, " -xa '(__probe_ids causes findings checks)'");
		break;
	case WORD_ANY:
		ADD(out, " -x");
		break;
	}
}

static void fish_command(struct buf *out, size_t c)
{
	const char *name = cmd_info[c].name, *operands = cmd_info[c].operands;

	(void)buf_fmt(out,
	              "complete -c probe -n __probe_needs_command -a %s -d '",
	              name);
	quoted(out, cmd_info[c].text, "\\");
	ADD(out, "'\n");
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_info[i];

		if (!known(o, c) || o->commands == ~UINT32_C(0))
			continue;
		(void)buf_fmt(out, "complete -c probe -n '__probe_is %s' -l %s",
		              name, o->name);
		if (o->letter)
			(void)buf_fmt(out, " -s %c", o->letter);
		if (o->type != OPT_FLAG)
			fish_words(out, o->arg, kind_of(o->arg, o->type));
		ADD(out, " -d '");
		quoted(out, o->text, "\\");
		ADD(out, "'\n");
	}
	if (!*operands)
		return;
	(void)buf_fmt(out, "complete -c probe -n '__probe_is %s'", name);
	fish_words(out, operands, kind_of(operands, OPT_TEXT));
	ADD(out, "\n");
}

void cli_fish(struct buf *out)
{
	ADD(out,
	    "# fish completion of probe(8); printed by `probe list options "
	    "--format fish`.\n\n"
	    "function __probe_command\n"
	    "\tfor w in (commandline -opc)[2..-1]\n"
	    "\t\tswitch $w\n\t\t\tcase --now\n\t\t\t\techo now\n"
	    "\t\t\t\treturn\n\t\t\tcase '-*'\n\t\t\tcase '*'\n"
	    "\t\t\t\techo $w\n\t\t\t\treturn\n\t\tend\n\tend\nend\n"
	    "function __probe_needs_command\n"
	    "\tset -l w (__probe_command)\n\ttest -z \"$w\"\nend\n"
	    "function __probe_is\n"
	    "\tset -l w (__probe_command)\n\ttest \"$w\" = $argv[1]\nend\n"
	    "function __probe_ids\n"
	    "\tfor t in $argv\n"
	    "\t\tprobe list $t 2>/dev/null | string replace -r ' .*' ''\n"
	    "\tend\nend\n"
	    "complete -c probe -f\n"
	    "complete -c probe -n __probe_needs_command -l now -d 'look at "
	    "this instance'\n"
	    "complete -c probe -l help -s h -d 'how to call probe'\n");
	for (size_t c = 1; c < CMD_COUNT; c++)
		fish_command(out, c);
}
