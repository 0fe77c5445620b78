/* man.c - probe.8, from the same rows as --help. */
#include "cli.h"

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
	         "nothing on the instance and in the account.\n"
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
}
