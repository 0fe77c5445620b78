#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "cli.h"
#include "probe/cfg.h"
#include "probe/text.h"

enum { LINT_ARENA = 1024 * 1024, OUT_MAX = 128 * 1024 };

static const char *const level_name[] = {
	[CFG_NOTE] = "note",
	[CFG_WARN] = "warning",
	[CFG_ERROR] = "error",
};

static bool read_stdin(struct arena *a, struct str *out, struct err *e)
{
	char *p = arena_raw(a, CFG_MAX_BYTES + 1);
	size_t n = 0;

	while (n <= CFG_MAX_BYTES) {
		ssize_t got = read(STDIN_FILENO, p + n, CFG_MAX_BYTES + 1 - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set(e, err_code_of_os(errno), errno,
			               "stdin: %s",
			               err_text(err_code_of_os(errno)));
		if (got == 0)
			break;
		n += (size_t)got;
	}
	arena_keep(a, p, n);
	*out = (struct str){ p, n };
	return true;
}

static bool read_input(struct arena *a, const char *name, struct str *out,
                       struct err *e)
{
	struct host h = host_live();
	struct str path;

	if (strcmp(name, "-") == 0)
		return read_stdin(a, out, e);
	return cli_path(a, name, &path, e) &&
	       h.ops->read(&h, a, path.p, CFG_MAX_BYTES, out, e);
}

static void tell(struct arena *a, struct buf *b, const char *file,
                 const struct cfg_note *n)
{
	const struct cfg_problem_info *p = &cfg_problem_info[n->id];
	struct str name = text_clean(a, n->name, TEXT_MAX);

	(void)buf_fmt(b, "%s:", file);
	if (n->line)
		(void)buf_fmt(b, "%u:", n->line);
	(void)buf_fmt(b, " %s: ", level_name[p->level]);
	if (name.n)
		(void)buf_fmt(b, STR_FMT ": ", STR_ARG(name));
	(void)buf_fmt(b, "%s", p->text);
	if (n->why)
		(void)buf_fmt(b, " (%s)", n->why);
	if (n->key && !str_eq(n->key->name, n->name))
		(void)buf_fmt(b, "; did you mean " STR_FMT "?",
		              STR_ARG(n->key->name));
	(void)buf_char(b, '\n');
}

/* Without it the instance joins `default`; the file that AMI builders leave in
 * /var/lib/ecs need not name it. */
static bool lacks_cluster(const struct cfg_doc *d, const char *file)
{
	for (size_t i = 0; i < d->n_notes; i++)
		if (d->note[i].key &&
		    str_eq(d->note[i].key->name, STR("ECS_CLUSTER")))
			return false; /* it is there, and has its own line */
	return str_trim(cfg_agent_value(d, STR("ECS_CLUSTER"))).n == 0 &&
	       !str_starts(str_of(file), STR("/var/lib/ecs/"));
}

static struct str shown(struct arena *a, const struct cfg_key *k, bool there,
                        struct str v)
{
	if (!there)
		return STR("(nothing)");
	if (k->flags & CFG_SECRET)
		return STR("(not shown)");
	if (k->type == CFG_PROXY)
		v = cfg_proxy_shown(a, v);
	return text_clean(a, v, 120);
}

/* What each reader makes of the keys that either of them finds. */
static void both_views(struct arena *a, struct buf *b, const struct cfg_doc *d)
{
	for (size_t i = 0; i < cfg_keys_count; i++) {
		const struct cfg_key *k = &cfg_keys[i];
		struct str init = cfg_init_value(d, k->name);
		struct str agent = cfg_agent_value(d, k->name);

		if (!init.p && !agent.p)
			continue;
		if (str_eq(init, agent) && init.p && agent.p) {
			(void)buf_fmt(b, STR_FMT "=" STR_FMT "\n",
			              STR_ARG(k->name),
			              STR_ARG(shown(a, k, true, agent)));
			continue;
		}
		(void)buf_fmt(b,
		              STR_FMT "\n  the agent gets: " STR_FMT
		                      "\n  ecs-init gets:  " STR_FMT "\n",
		              STR_ARG(k->name),
		              STR_ARG(shown(a, k, agent.p != NULL, agent)),
		              STR_ARG(shown(a, k, init.p != NULL, init)));
	}
}

int cmd_lint(struct cli *c)
{
	static _Alignas(16) unsigned char mem[LINT_ARENA];
	struct arena a = { mem, 0, sizeof(mem) };
	const char *file = c->n_args ? c->args[0] : "/etc/ecs/ecs.config";
	struct buf out = buf_init(&a, OUT_MAX);
	unsigned seen[3] = { 0 };
	struct cfg_doc d;
	struct str text;
	struct err e;

	if (!read_input(&a, file, &text, &e)) {
		(void)fprintf(stderr, "probe: %s\n", e.msg);
		return sev_exit[SEV_UNKNOWN];
	}
	cfg_read(&a, text, &d);
	cfg_lint(&a, &d);
	for (size_t i = 0; i < d.n_notes; i++) {
		tell(&a, &out, file, &d.note[i]);
		seen[cfg_problem_info[d.note[i].id].level]++;
	}
	if (lacks_cluster(&d, file)) {
		seen[CFG_WARN]++;
		(void)buf_fmt(&out,
		              "%s: warning: ECS_CLUSTER is not set: the "
		              "agent takes the cluster default\n",
		              file);
	}
	if (c->opt[OPT_VERBOSE_].set)
		both_views(&a, &out, &d);
	(void)buf_fmt(&out, "%s: %u errors, %u warnings, %u notes\n", file,
	              seen[CFG_ERROR], seen[CFG_WARN], seen[CFG_NOTE]);
	if (!cli_write(buf_str(&out)))
		return sev_exit[SEV_UNKNOWN];
	return seen[CFG_ERROR]  ? sev_exit[SEV_CRIT]
	       : seen[CFG_WARN] ? sev_exit[SEV_WARN]
	                        : sev_exit[SEV_OK];
}
