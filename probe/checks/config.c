#include "probe/check.h"
#include "probe/when.h"

/* All others are matters of style. */
static const enum finding_id kinds[CFG_P_COUNT] = {
	[CFG_P_BAD_CLAMPED] = FIND_CONFIG_INVALID_VALUE,
	[CFG_P_BAD_DEFAULTED] = FIND_CONFIG_INVALID_VALUE,
	[CFG_P_BAD_FATAL] = FIND_CONFIG_INVALID_FATAL,
	[CFG_P_BAD_OFF] = FIND_CONFIG_INVALID_VALUE,
	[CFG_P_BAD_SERVICE] = FIND_CONFIG_INVALID_FATAL,
	[CFG_P_BAD_SILENT] = FIND_CONFIG_INVALID_VALUE,
	[CFG_P_BOM] = FIND_CONFIG_KEY_NEAR_MISS,
	[CFG_P_CASE] = FIND_CONFIG_KEY_NEAR_MISS,
	[CFG_P_EXPORT] = FIND_CONFIG_KEY_NEAR_MISS,
	[CFG_P_LOG_DRIVER] = FIND_CONFIG_LOG_SILENT,
	[CFG_P_LOG_SILENT] = FIND_CONFIG_LOG_SILENT,
	[CFG_P_NEAR_MISS] = FIND_CONFIG_KEY_NEAR_MISS,
	[CFG_P_NO_PROXY_GAP] = FIND_CONFIG_NO_PROXY_GAP,
	[CFG_P_PORTS_DROPPED] = FIND_CONFIG_PORTS_DROPPED,
	[CFG_P_PROXY_ALONE] = FIND_CONFIG_PROXY_NO_NOPROXY,
	[CFG_P_QUOTES] = FIND_CONFIG_QUOTES,
	[CFG_P_SPACES] = FIND_CONFIG_KEY_NEAR_MISS,
	[CFG_P_STATIC_KEYS] = FIND_CONFIG_STATIC_KEYS,
};

/* What is wrong with the cluster's line is of another weight. */
static enum finding_id kind_of(const struct fact_config *c,
                               const struct config_note *n)
{
	enum finding_id id = kinds[n->id] ? kinds[n->id] : FIND_CONFIG_STYLE;

	if (!str_eq(n->meant, STR("ECS_CLUSTER")))
		return id;
	if (id == FIND_CONFIG_KEY_NEAR_MISS && c->cluster.n == 0)
		return FIND_CONFIG_CLUSTER_LOST;
	if (id == FIND_CONFIG_QUOTES || id == FIND_CONFIG_INVALID_FATAL)
		return FIND_CONFIG_CLUSTER_INVALID;
	return id;
}

static void tell(const struct fact_config *c, const struct config_note *n,
                 struct findings *out)
{
	enum finding_id id = kind_of(c, n);
	const char *path = c->file[n->file].path;

	if (id == FIND_CONFIG_KEY_NEAR_MISS || id == FIND_CONFIG_CLUSTER_LOST)
		check_raise(out, id, STR_FMT " (%s:%u): %s; meant is " STR_FMT,
		            STR_ARG(n->name), path, n->line, n->text,
		            STR_ARG(n->meant));
	else
		check_raise(out, id, STR_FMT " (%s:%u): %s%s%s",
		            STR_ARG(n->name.n ? n->name : STR("a line")), path,
		            n->line, n->text, n->why ? ": " : "",
		            n->why ? n->why : "");
	check_name(out, NAME_KEY, n->name);
	check_name(out, NAME_VALUE, str_of(n->text));
	check_name(out, NAME_WANT, n->meant);
	check_namef(out, NAME_LINE, "%u", n->line);
	check_name(out, NAME_PATH, str_of(path));
}

static void compare(const struct facts *f, struct findings *out)
{
	const struct docker_agent *a = &f->docker.agent;
	int64_t late_s = (f->config.changed_ms - a->started_ms) / 1000;

	if (f->docker.seen.state != SEEN_OK || !a->inspected || !a->running)
		return;
	if (a->n_differs)
		check_raise(out, FIND_CONFIG_ENV_DIFFERS,
		            STR_FMT "%s" STR_FMT "%s", STR_ARG(a->differs[0]),
		            a->n_differs > 1 ? ", " : "",
		            STR_ARG(a->differs[1]),
		            a->n_differs > 2 ? ", ..." : "");
	else if (a->started_ms != WHEN_NONE && late_s > 1)
		check_raise(out, FIND_CONFIG_CHANGED_SINCE_START,
		            "%lld s after the agent's start",
		            (long long)late_s);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_config *c = &f->config;
	/* Pure JSON user data can name it too. */
	bool elsewhere = f->agent.answer == AGENT_ANSWERS &&
	                 !str_eq(f->agent.cluster, STR("default"));
	bool lost = false;

	(void)lim;
	for (size_t i = 0; i < c->n_notes; i++) {
		lost = lost ||
		       kind_of(c, &c->note[i]) == FIND_CONFIG_CLUSTER_LOST;
		tell(c, &c->note[i], out);
	}
	if (c->json_bad)
		check_raise(out, FIND_CONFIG_INVALID_FATAL,
		            "%s is not JSON: the agent exits 1 on it",
		            c->file[CONFIG_JSON].path);
	if (c->cluster.n == 0 && !lost && !elsewhere && c->ecs_dir)
		check_raise(out, FIND_CONFIG_CLUSTER_MISSING, "%s",
		            c->file[CONFIG_ETC].there
		                    ? "no line sets it"
		                    : "there is no /etc/ecs/ecs.config");
	compare(f, out);
}

const struct check check_config = {
	.id = "config",
	.title = "ecs.config as ecs-init and the agent read it",
	.why = "The file is read twice, by parsers that differ on quotes, "
	       "blanks, comments and export. A key that one of them does not "
	       "see is lost without a word in any log, and without ECS_CLUSTER "
	       "the instance joins the cluster default.",
	.needs = FACT_BIT(CONFIG),
	.also = FACT_BIT(DOCKER) | FACT_BIT(AGENT),
	.judge = judge,
};
