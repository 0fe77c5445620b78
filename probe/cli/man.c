/* man.c - probe.8, from the same rows as --help. */
#include "cli.h"

#include "probe/conf.h"

#define ADD(b, text) (void)buf_add((b), STR(text))

/* Text for troff: a backslash, a dash and a leading dot mean something. */
static void plain(struct buf *out, const char *text)
{
	if (*text == '.' || *text == '\'')
		ADD(out, "\\&");
	for (; *text; text++) {
		if (*text == '\\')
			ADD(out, "\\e");
		else if (*text == '-')
			ADD(out, "\\-");
		else
			(void)buf_char(out, *text);
	}
}

static void term(struct buf *out, const char *bold, const char *name,
                 const char *arg, const char *text)
{
	(void)buf_fmt(out, ".TP\n\\fB%s", bold);
	plain(out, name);
	ADD(out, "\\fR");
	if (*arg) {
		ADD(out, " \\fI");
		plain(out, arg);
		ADD(out, "\\fR");
	}
	ADD(out, "\n");
	plain(out, text);
	ADD(out, "\n");
}

static void options(struct buf *out)
{
	ADD(out, ".SH OPTIONS\n");
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct opt_info *o = &opt_info[i];
		bool all = o->commands == ~UINT32_C(0);

		if (o->letter) {
			char both[] = "\\-x, \\-\\-";

			both[2] = o->letter;
			term(out, both, o->name, o->arg, o->text);
		} else
			term(out, "\\-\\-", o->name, o->arg, o->text);
		if (*o->dflt)
			(void)buf_fmt(out, "(default %s)\n", o->dflt);
		if (all)
			continue;
		ADD(out, "For:");
		for (size_t k = 1; k < CMD_COUNT; k++)
			if (o->commands >> k & 1)
				(void)buf_fmt(out, " %s", cmd_info[k].name);
		ADD(out, ".\n");
	}
}

static void limits(struct buf *out)
{
	ADD(out, ".SH LIMITS\nChanged by \\fB\\-\\-limit\\fR "
	         "\\fINAME=N\\fR.\n");
#define LIMIT(name, dflt, min, max, unit, text) \
	term(out, "", #name, unit, text);       \
	(void)buf_fmt(out, "(default %lld)\n", (long long)(dflt));
#include "probe/limits.def"
#undef LIMIT
}

static void daemon(struct buf *out)
{
	ADD(out,
	    ".SH DAEMON\n"
	    "\\fBprobe daemon\\fR looks when Docker, a file, the kernel or the "
	    "network tells of a\nchange, and at the pace that "
	    "\\fBprobe.conf\\fR(5) sets. A verdict is raised when it has\n"
	    "stood for raise\\-after, and cleared after clear\\-after. With "
	    "heal = on it restarts\nthe agent's unit when the cause is one "
	    "that "
	    "this cures and no guard says no;\nwith heal = plan it says what "
	    "it "
	    "would do. It logs a line an event on stderr, for\nthe journal.\n"
	    ".TP\nSIGTERM, SIGINT\nend it within two seconds, whatever hangs\n"
	    ".TP\nSIGHUP\nreads probe.conf anew; a file that is wrong changes "
	    "nothing\n"
	    ".TP\nSIGUSR1\nwrites its state to the log and to state.json in "
	    "run\\-dir\n"
	    ".SH FILES\n"
	    ".TP\n/etc/probe/probe.conf\nsettings\n"
	    ".TP\n/var/lib/probe\nmemory.json, ledger.jsonl (acts), "
	    "history.jsonl\n"
	    ".TP\n/run/probe\nstate.json, motd, console.txt, daemon.lock\n"
	    ".SH SEE ALSO\n\\fBprobe.conf\\fR(5)\n");
}

void cli_man(struct buf *out)
{
	ADD(out, ".TH PROBE 8\n.SH NAME\n"
	         "probe \\- why an Amazon ECS container instance is sick\n"
	         ".SH SYNOPSIS\n\\fBprobe \\-\\-now\\fR [options]\n.br\n"
	         "\\fBprobe\\fR \\fICOMMAND\\fR [operands] [options]\n"
	         ".SH DESCRIPTION\n"
	         "Looks at the container instance it runs on, names the one "
	         "root cause of what is\nwrong, and says whether restarting "
	         "the ECS agent would help. It reads and asks;\nit changes "
	         "nothing on the instance and in the account, but for the "
	         "daemon\nwith heal = on (see below).\n"
	         ".SH COMMANDS\n");
	for (size_t i = 1; i < CMD_COUNT; i++)
		term(out, "", cmd_info[i].name, cmd_info[i].operands,
		     cmd_info[i].text);
	options(out);
	limits(out);
	ADD(out,
	    ".SH WHAT IT READS\n"
	    "/etc/ecs/ecs.config, /var/lib/ecs, /var/log/ecs, /proc and "
	    "/sys, the kernel log,\nthe state of the units, Docker's socket, "
	    "the agent's introspection port 51678.\n"
	    ".SH WHAT IT SENDS\n"
	    "Requests to the instance metadata service; one signed, read\\-"
	    "only call to ECS with\nthe instance's own role, and to the "
	    "other AWS endpoints that the agent uses,\nno more than it takes "
	    "to see that they answer. The same from inside the\nnetworks of "
	    "up to six tasks, and 169.254.170.2 from there: connections that "
	    "say nothing.\nNothing else leaves the host.\n"
	    ".SH RIGHTS\n"
	    "Root sees all. Without root it looks at what it may and says "
	    "what it could not see.\nEntering a task's network needs "
	    "CAP_SYS_ADMIN and CAP_SYS_PTRACE.\n"
	    ".SH ENVIRONMENT\n"
	    "AWS_CA_BUNDLE, SSL_CERT_FILE: the CA roots. AWS_ENDPOINT_URL, "
	    "AWS_ENDPOINT_URL_\\fISERVICE\\fR,\n"
	    "AWS_EC2_METADATA_SERVICE_ENDPOINT, ECS_BACKEND_HOST: other "
	    "endpoints. NO_COLOR, TERM,\nLC_ALL, LC_CTYPE, LANG: colour and "
	    "characters of the text report.\n"
	    ".SH EXIT STATUS\n"
	    "0 ok, 1 warning, 2 critical, 3 unknown (or the report could "
	    "not be written),\n64 usage, 70 a bug of probe.\n");
	daemon(out);
}

void cli_man_conf(struct buf *out)
{
	ADD(out,
	    ".TH PROBE.CONF 5\n.SH NAME\nprobe.conf \\- settings of probe's "
	    "daemon\n.SH SYNOPSIS\n" CONF_PATH "\n.SH DESCRIPTION\n"
	    "Lines of \\fIkey\\fR = \\fIvalue\\fR. A # at the head of a line "
	    "or behind a blank begins a\ncomment. A key that stands in no line "
	    "has its default; a file that is not there is\nas good as an empty "
	    "one. A line that is wrong makes the whole file refused:\nat the "
	    "start the daemon does not run, at a reload (SIGHUP) the old "
	    "settings\nstay. \\fBprobe daemon \\-\\-check\\fR says what is "
	    "wrong with a file.\n.SH KEYS\n");
	for (size_t i = 0; i < CONF_COUNT; i++) {
		const struct conf_info *k = &conf_info[i];

		term(out, "", k->key, k->arg, k->text);
		if (*k->dflt)
			(void)buf_fmt(out, "(default %s)\n", k->dflt);
	}
	ADD(out, ".SH SEE ALSO\n\\fBprobe\\fR(8)\n");
}

/* text in lines that begin with "# ", wrapped at 80. */
static void remark(struct buf *out, const char *text)
{
	struct str rest = str_of(text);
	size_t at = 1;

	ADD(out, "#");
	while (rest.n) {
		struct str word = str_cut(&rest, ' ');

		if (at + word.n + 1 > 79) {
			ADD(out, "\n#");
			at = 1;
		}
		(void)buf_fmt(out, " " STR_FMT, STR_ARG(word));
		at += word.n + 1;
	}
	ADD(out, "\n");
}

void cli_conf(struct buf *out)
{
	ADD(out, "# " CONF_PATH " - see probe.conf(5). Each line as it stands "
	         "is the\n# default; take away its # to change it, then "
	         "systemctl reload probe.\n");
	for (size_t i = 0; i < CONF_COUNT; i++) {
		const struct conf_info *k = &conf_info[i];

		ADD(out, "\n");
		remark(out, k->text);
		if (k->type == CONF_IS_CHOICE || k->type == CONF_IS_LIST)
			(void)buf_fmt(out, "# %s\n", k->arg);
		(void)buf_fmt(out, "#%s =%s%s\n", k->key, *k->dflt ? " " : "",
		              k->dflt);
	}
}
