/*
 * cli.h - what a command is given, and what every command shares.
 *
 * To add a command: a row in commands.def, probe/cli/cmd_<name>.c with
 * int cmd_<name>(struct cli *c); its options are rows of options.def. It
 * returns the exit code: 0, 1, 2, 3 by the verdict, EXIT_USAGE or EXIT_BUG.
 */
#ifndef PROBE_CLI_H
#define PROBE_CLI_H

#include "probe/bundle.h"
#include "probe/conf.h"
#include "probe/pass.h"
#include "probe/report.h"

enum { EXIT_USAGE = 64, EXIT_BUG = 70 };

/* Every check's id and every limit, each given by itself, fit in. */
enum { CLI_JOINED_MAX = 8192 };

enum cmd_id {
	CMD_NONE,
#define COMMAND(id, low, word, operands, min, max, text) CMD_##id,
#include "probe/commands.def"
#undef COMMAND
	CMD_COUNT
};

enum opt_type { OPT_FLAG, OPT_CHOICE, OPT_TEXT, OPT_IDS, OPT_LIMITS, OPT_TIME };

enum opt_id {
#define OPTION(id, ...) OPT_##id##_,
#include "probe/options.def"
#undef OPTION
	OPT_COUNT
};

struct opt_value {
	struct str text; /* as given, or the default */
	int64_t num;     /* FLAG: 1 when given; TIME: ms; CHOICE: which word */
	bool set;
};

struct cli {
	enum cmd_id cmd;
	enum cmd_id topic; /* the command that --help stands behind */
	struct opt_value opt[OPT_COUNT];
	char **args; /* the operands */
	size_t n_args;
	char joined[CLI_JOINED_MAX]; /* lists that were given in parts */
	size_t n_joined;
};

struct opt_info {
	const char *name;
	char letter;
	const char *arg;
	enum opt_type type;
	const char *dflt;
	int64_t min, max;
	uint32_t commands;
	const char *text;
};
extern const struct opt_info opt_info[OPT_COUNT];

struct cmd_info {
	const char *name, *operands;
	size_t min, max;
	const char *text;
	int (*run)(struct cli *c);
};
extern const struct cmd_info cmd_info[CMD_COUNT];

/* Reads the command line; argv is put in another order, operands first. Lists
 * (--only, --skip, --limit) given more than once are one list; any other option
 * means what was said last. *c may not be copied: texts may lie in it. When it
 * returns false it holds nothing of use. */
MUST_CHECK bool cli_parse(int argc, char **argv, struct cli *c, struct err *e);
/* The options of --skip, --only, --limit, --deadline and --since. skip has
 * checks_count places. */
MUST_CHECK bool cli_pass_opts(const struct cli *c, bool *skip,
                              struct pass_opts *out, struct err *e);

/* An operand made absolute, terminated: the host's door knows no other. */
MUST_CHECK bool cli_path(struct arena *a, const char *name, struct str *out,
                         struct err *e);
/* probe.conf, or the file of --conf; the defaults when there is none. */
MUST_CHECK bool cli_settings(const struct cli *c, struct host *h,
                             struct arena *a, struct conf *out, struct err *e);
/* The host that --root names: a folder, or a bundle, which is unpacked until
 * cli_look_away(); without the option it is live. */
struct cli_root {
	struct host host;
	struct bundle_open bundle;
};
MUST_CHECK bool cli_look_at(const struct cli *c, struct host *live,
                            struct arena *a, struct cli_root *out,
                            struct err *e);
void cli_look_away(struct cli_root *r);
/* What stdout can show. */
struct report_look cli_look(const struct cli *c);
/* --wait: passes until all is well or the time is over, the last one in *p.
 * Says on stderr what keeps it waiting. a is used anew by each pass. */
void cli_wait(struct host *h, struct arena *a, const struct pass_opts *o,
              int64_t wait_ms, struct pass *p);
/* Writes to stdout and sees that it arrived; else says so on stderr. */
MUST_CHECK bool cli_write(struct str s);
/* Prints "probe: message" and a hint on stderr; returns EXIT_USAGE. */
int cli_usage(const struct err *e);
/* Renders p as `format` says, prints it, and returns the exit code. */
int cli_report(const struct cli *c, struct str format, const struct pass *p,
               struct arena *a);
/* What the daemon of this machine makes of a pass, by its own memory; empty
 * when there is none, or nothing it could do. */
struct str cli_daemon_says(const struct cli *c, const struct pass *p,
                           struct arena *a);
/* explain why-not (whynot.c); the exit code. */
int cli_why_not(struct cli *c);
/* What --help, the manual and the pages print: from the same rows. */
void cli_help(enum cmd_id cmd, struct buf *out);
void cli_man(struct buf *out);
void cli_bash(struct buf *out);
void cli_fish(struct buf *out);
void cli_zsh(struct buf *out);
void cli_man_conf(struct buf *out);
/* probe.conf itself, every key a comment with its default. */
void cli_conf(struct buf *out);

#define COMMAND(id, low, word, operands, min, max, text) \
	int cmd_##low(struct cli *c);
#include "probe/commands.def"
#undef COMMAND

#endif
