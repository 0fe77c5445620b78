/* prometheus.c - a record in the text format that Prometheus reads. */
#include "probe/metrics.h"

/* Values of labels escape quotes, backslashes and line ends; a clean text has
 * no line end. */
static void label(struct buf *out, const char *name, struct str v)
{
	(void)buf_fmt(out, "%s%s=\"", out->p[out->n - 1] == '{' ? "" : ",",
	              name);
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '"' || v.p[i] == '\\')
			(void)buf_char(out, '\\');
		(void)buf_char(out, v.p[i]);
	}
	(void)buf_char(out, '"');
}

static void gauge(struct buf *out, const char *name, const char *text,
                  int64_t v)
{
	(void)buf_fmt(out,
	              "# HELP probe_%s %s\n# TYPE probe_%s gauge\n"
	              "probe_%s %lld\n",
	              name, text, name, name, (long long)v);
}

void report_prometheus(const struct record *r, struct buf *out)
{
	static const enum field_id who[] = {
		FIELD_INSTANCE, FIELD_CLUSTER,       FIELD_AZ,
		FIELD_AMI,      FIELD_AGENT_VERSION, FIELD_DOCKER_VERSION,
		FIELD_STATUS,   FIELD_CLASS,         FIELD_CAUSE,
		FIELD_RESTART,
	};
	static const char *const status[] = { "ok", "warning", "critical",
		                              "unknown" };

	(void)buf_add(out, STR("# HELP probe_verdict The verdict that stands; "
	                       "always 1.\n# TYPE probe_verdict gauge\n"
	                       "probe_verdict{"));
	for (size_t i = 0; i < sizeof(who) / sizeof(*who); i++)
		label(out, field_info[who[i]].name, r->s[who[i]]);
	(void)buf_add(out, STR("} 1\n"));
	for (int i = 0; i < 4; i++)
		if (str_eq(r->s[FIELD_STATUS], str_of(status[i])))
			gauge(out, "status",
			      "0 ok, 1 warning, 2 critical, 3 unknown", i);
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (field_info[f].type == FIELD_TYPE_INT &&
		    r->n[f] != RECORD_NONE)
			gauge(out, field_info[f].name, field_info[f].text,
			      r->n[f]);
}
