#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

/* The pass, its report, the needles, a block of the log. */
enum { BLOCK = 512 * 1024, LOG_ARENA = PASS_ARENA + 2 * 1024 * 1024 };

static bool scan_stdin(struct logscan *s, struct err *e)
{
	for (;;) {
		size_t room;
		char *to = logscan_space(s, &room);
		ssize_t n = read(STDIN_FILENO, to, room);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, err_code_of_os(errno), errno,
			               "stdin: %s", strerror(errno));
		if (n == 0)
			return true;
		logscan_put(s, (size_t)n);
	}
}

static bool scan_file(struct host *h, struct logscan *s, const char *name,
                      struct err *e)
{
	uint64_t off = 0;

	for (;;) {
		size_t room, got = 0;
		char *to = logscan_space(s, &room);

		if (!h->ops->read_at(h, name, off, to, room, &got, e))
			return false;
		if (got == 0)
			return true;
		logscan_put(s, got);
		off += got;
	}
}

static bool scan_one(struct host *h, struct arena *a, struct logscan *s,
                     const char *name, struct err *e)
{
	bool in = strcmp(name, "-") == 0, ok;
	struct str path = { NULL, 0 };

	if (!in && !cli_path(a, name, &path, e))
		return false;
	logscan_file(s, str_of(name));
	ok = in ? scan_stdin(s, e) : scan_file(h, s, path.p, e);
	logscan_file_end(s);
	return ok;
}

int cmd_log(struct cli *c)
{
	static _Alignas(16) unsigned char mem[LOG_ARENA];
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	struct pass_opts o = { .limits = limits_default() };
	struct host live = host_live();
	struct err e = { 0 };
	struct logscan *s;

	p = (struct pass){ .facts = ARENA_NEW(&a, struct facts),
		           .log_only = true };
	s = logscan_new(&a, &p.facts->logs.found, BLOCK);
	for (size_t i = 0; i < c->n_args; i++)
		if (!scan_one(&live, &a, s, c->args[i], &e))
			return cli_usage(&e);
	logscan_end(s);
	p.facts->logs.seen.state = SEEN_OK;
	p.facts->logs.pasted = true;
	pass_judge(&a, p.facts, &o, &p);
	return cli_report(c, c->opt[OPT_FORMAT_].text, &p, &a);
}
