/* output.c - the answer to stdout, talk to stderr. */
#include "cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

bool cli_write(struct str s)
{
	if (fwrite(s.p, 1, s.n, stdout) == s.n && fflush(stdout) == 0)
		return true;
	(void)fprintf(stderr, "probe: stdout: %s\n", strerror(errno));
	return false;
}

int cli_usage(const struct err *e)
{
	(void)fprintf(stderr, "probe: %s\nTry probe --help.\n", e->msg);
	return EXIT_USAGE;
}

static bool says_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct str v = str_of(getenv(names[i]));

		/* The first that is set decides. */
		if (v.n)
			return str_has(v, STR("UTF-8")) ||
			       str_has(v, STR("utf8")) ||
			       str_has(v, STR("UTF8")) ||
			       str_has(v, STR("utf-8"));
	}
	return false;
}

struct report_look cli_look(const struct cli *c)
{
	struct str term = str_of(getenv("TERM"));
	bool terminal = isatty(STDOUT_FILENO) == 1;

	return (struct report_look){
		.colour = terminal && !str_of(getenv("NO_COLOR")).n && term.n &&
		          !str_eq(term, STR("dumb")),
		.unicode = terminal && says_utf8(),
		.verbose = c->opt[OPT_VERBOSE_].set,
		.columns = 80,
	};
}

int cli_report(const struct cli *c, struct str format, const struct pass *p,
               struct arena *a)
{
	static const struct {
		struct str name;
		void (*render)(const struct pass *p,
		               const struct report_look *look, struct arena *a,
		               struct buf *out);
	} formats[] = {
		{ STR_INIT("text"), report_text },
		{ STR_INIT("json"), report_json },
		{ STR_INIT("nagios"), report_nagios },
		{ STR_INIT("cases"), report_cases },
	};
	const struct report_look look = cli_look(c);
	struct buf out = buf_init(a, REPORT_MAX);

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++)
		if (str_eq(format, formats[i].name)) {
			formats[i].render(p, &look, a, &out);
			if (!cli_write(buf_str(&out)))
				return sev_exit[SEV_UNKNOWN];
			return sev_exit[p->verdict.status];
		}
	(void)fprintf(stderr, "probe: no renderer for " STR_FMT "\n",
	              STR_ARG(format));
	return EXIT_BUG;
}
