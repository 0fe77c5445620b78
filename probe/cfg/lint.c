/* What is wrong with an ecs.config, line by line. */
#include "probe/cfg.h"
#include "probe/json.h"

static void note(struct cfg_doc *d, enum cfg_problem id,
                 const struct cfg_line *l, const char *why)
{
	const struct cfg_key *k = l ? l->key ? l->key : l->meant : NULL;

	if (d->n_notes == CFG_MAX_NOTES)
		return;
	d->note[d->n_notes++] = (struct cfg_note){
		.id = id,
		.line = l ? l->number : 0,
		/* Without a key it may be a piece of a secret. */
		.name = k || (l && str_starts(l->b_key, STR("ECS_")))
		                ? l->b_key
		                : (struct str){ NULL, 0 },
		.key = k,
		.why = why,
	};
}

static bool is_comment(struct str line)
{
	return line.n == 0 || line.p[0] == '#' || line.p[0] == ';';
}

static void lint_unknown(struct cfg_doc *d, const struct cfg_line *l)
{
	struct str key = l->b_key;
	struct str bare = str_trim(key);

	if (!l->meant) {
		if (str_starts(key, STR("ECS_")))
			note(d, CFG_P_UNKNOWN, l, NULL);
		return;
	}
	if (str_starts(key, STR("\xef\xbb\xbf")))
		note(d, CFG_P_BOM, l, NULL);
	else if (str_starts(key, STR("export ")))
		note(d, CFG_P_EXPORT, l, NULL);
	else if (str_eq(bare, l->meant->name))
		note(d, CFG_P_SPACES, l, NULL);
	else if (str_eq_low(bare, l->meant->name))
		note(d, CFG_P_CASE, l, NULL);
	else
		note(d, CFG_P_NEAR_MISS, l, NULL);
}

static bool quoted(struct str v)
{
	return v.n >= 2 && (v.p[0] == '"' || v.p[0] == '\'') &&
	       v.p[v.n - 1] == v.p[0];
}

static enum cfg_problem badness(const struct cfg_key *k, enum cfg_fit fit)
{
	switch (k->bad) {
	case CFG_SILENT:
		return CFG_P_BAD_SILENT;
	case CFG_CLAMP:
		return fit == CFG_OUT_OF_RANGE ? CFG_P_BAD_CLAMPED
		                               : CFG_P_BAD_DEFAULTED;
	case CFG_FATAL:
		return fit == CFG_OUT_OF_RANGE ? CFG_P_BAD_SERVICE
		                               : CFG_P_BAD_FATAL;
	case CFG_SERVICE:
		return CFG_P_BAD_SERVICE;
	case CFG_OFF:
		return CFG_P_BAD_OFF;
	default:
		return fit == CFG_BAD_WORD && k->type == CFG_LOG_DRIVERS
		               ? CFG_P_BAD_FATAL
		               : CFG_P_BAD_DEFAULTED;
	}
}

static bool lists_port(struct arena *a, struct str v, unsigned port)
{
	size_t used = a->used;
	bool there = false;
	struct json j;
	struct err e;
	uint64_t n;

	/* With an empty list the default one is used. */
	if (!json_parse(a, v, 256, &j, &e) || json_count(&j, 0) == 0)
		there = true;
	for (int i = there ? JSON_NONE : json_first(&j, 0); i >= 0;
	     i = json_next(&j, i))
		if (json_u64(&j, i, &n) && n == port)
			there = true;
	a->used = used;
	return there;
}

static void lint_ports(struct arena *a, struct cfg_doc *d,
                       const struct cfg_line *l)
{
	static const unsigned platform[] = { 22, 2375, 2376, 51678, 51679 };

	for (size_t i = 0; i < 5; i++)
		if (!lists_port(a, l->b_value, platform[i])) {
			note(d, CFG_P_PORTS_DROPPED, l,
			     "of 22, 2375, 2376, 51678, 51679");
			return;
		}
}

static void lint_log(struct cfg_doc *d, const struct cfg_line *l)
{
	struct str v = str_trim(l->b_value), name = l->key->name;

	if (v.n == 0)
		return;
	if (str_eq(name, STR("ECS_LOG_DRIVER"))) {
		if (!cfg_agent_value(d, STR("ECS_LOGLEVEL_ON_INSTANCE")).n)
			note(d, CFG_P_LOG_DRIVER, l, NULL);
		return;
	}
	if (!str_eq(name, STR("ECS_LOGLEVEL")) &&
	    !str_eq(name, STR("ECS_LOGLEVEL_ON_INSTANCE")))
		return;
	if (str_eq_low(v, STR("warn")) || str_eq_low(v, STR("error")) ||
	    str_eq_low(v, STR("crit")) || str_eq_low(v, STR("none")))
		note(d, CFG_P_LOG_SILENT, l, "info and debug tell success");
	else if (v.p[0] >= 'A' && v.p[0] <= 'Z')
		note(d, CFG_P_LOG_SILENT, l, "write it in small letters");
}

static void lint_flags(struct cfg_doc *d, const struct cfg_line *l,
                       struct str v)
{
	const struct cfg_key *k = l->key;

	if (k->flags & CFG_WINDOWS)
		note(d, CFG_P_WINDOWS, l, NULL);
	if (k->flags & CFG_DEAD)
		note(d, CFG_P_DEAD, l, NULL);
	if ((k->flags & CFG_STATIC) && v.n)
		note(d, CFG_P_STATIC_KEYS, l, NULL);
	if (str_has(v, STR(" #")))
		note(d, CFG_P_COMMENT, l, NULL);
	if (k->type == CFG_CLUSTER && str_starts(str_trim(v), STR("arn:")))
		note(d, CFG_P_ARN_CLUSTER, l, NULL);
}

static void lint_known(struct arena *a, struct cfg_doc *d,
                       const struct cfg_line *l)
{
	const struct cfg_key *k = l->key;
	struct str v = k->who == CFG_INIT && l->a_ok ? l->a_value : l->b_value;
	bool quotes = (k->who & CFG_AGENT) && quoted(str_trim(v));
	const char *why;
	enum cfg_fit fit = cfg_value_fit(a, k, v, &why);

	lint_flags(d, l, v);
	if (quotes)
		note(d, CFG_P_QUOTES, l, NULL);
	if (fit != CFG_FITS && (!quotes || badness(k, fit) == CFG_P_BAD_FATAL))
		note(d, badness(k, fit), l, why);
	if (fit == CFG_FITS && v.n &&
	    str_eq(k->name, STR("ECS_RESERVED_PORTS")))
		lint_ports(a, d, l);
	lint_log(d, l);
}

static void lint_line(struct arena *a, struct cfg_doc *d, size_t i, bool inside)
{
	const struct cfg_line *l = &d->line[i];

	if (!l->b_ok) {
		if (!inside && !is_comment(l->b_key))
			note(d, CFG_P_NO_EQUALS, l, NULL);
		return;
	}
	if (is_comment(l->b_key))
		return;
	if (l->a_lines > 1)
		note(d, CFG_P_CONTINUED, l, NULL);
	for (size_t j = i + 1; j < d->n; j++)
		if (d->line[j].b_ok && str_eq(d->line[j].b_key, l->b_key)) {
			note(d, CFG_P_DUPLICATE, l, NULL);
			break;
		}
	if (l->key)
		lint_known(a, d, l);
	else
		lint_unknown(d, l);
}

static const struct cfg_line *line_of(const struct cfg_doc *d, struct str key)
{
	for (size_t i = d->n; i-- > 0;)
		if (d->line[i].b_ok && str_eq(d->line[i].b_key, key) &&
		    d->line[i].b_value.n)
			return &d->line[i];
	return NULL;
}

/* Only plain-HTTP requests meet instance metadata, so only HTTP_PROXY can
 * swallow it. */
static void lint_proxy(struct cfg_doc *d)
{
	const struct cfg_line *http = line_of(d, STR("HTTP_PROXY"));
	const struct cfg_line *no = line_of(d, STR("NO_PROXY"));
	static const char *const gaps[] = { "169.254.169.254", "169.254.170.2",
		                            "/var/run/docker.sock" };

	if (!http)
		http = line_of(d, STR("http_proxy"));
	if (!no)
		no = line_of(d, STR("no_proxy"));
	if (!http)
		return;
	if (!no) {
		note(d, CFG_P_PROXY_ALONE, http, NULL);
		return;
	}
	for (size_t i = 0; i < 3; i++)
		if (!cfg_no_proxy_has(no->b_value, str_of(gaps[i])))
			note(d, CFG_P_NO_PROXY_GAP, no, gaps[i]);
}

void cfg_lint(struct arena *a, struct cfg_doc *d)
{
	size_t covered = 0; /* lines below this one belong to reader A's last */

	if (d->a_refused)
		note(d, CFG_P_NOT_UTF8, NULL, NULL);
	if (d->cut)
		note(d, CFG_P_TOO_LONG, NULL, NULL);
	for (size_t i = 0; i < d->n; i++) {
		lint_line(a, d, i, i < covered);
		if (d->line[i].a_lines > 1)
			covered = i + d->line[i].a_lines;
	}
	lint_proxy(d);
}
