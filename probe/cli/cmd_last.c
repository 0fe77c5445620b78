/* cmd_last.c - the newest record of the daemon, for those who ask every few
 * seconds: nothing is looked at. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "probe/sink.h"
#include "probe/store.h"
#include "probe/when.h"

enum { BEATS = 3 }; /* so many may be missing */

/* The severity that r tells as of now. */
static enum severity told(const struct record *r, int64_t age, int64_t beat,
                          const char **why)
{
	*why = NULL;
	if (str_eq(r->s[FIELD_KIND], STR("stop")))
		*why = "probe is not running";
	else if (age > BEATS * beat || age < -BEATS * beat)
		*why = "no new record";
	for (int i = 0; !*why && i < SEV_COUNT; i++)
		if (str_eq(r->s[FIELD_STATUS], str_of(sev_name[i])))
			return (enum severity)i;
	return SEV_UNKNOWN;
}

static struct str line(const struct record *r, const char *why, int64_t age,
                       struct arena *a)
{
	struct str title =
		r->s[FIELD_TITLE].n ? r->s[FIELD_TITLE] : r->s[FIELD_CAUSE];

	if (why)
		return arena_str(a, "%s since " STR_FMT, why,
		                 STR_ARG(when_age(a, age > 0 ? age : 0)));
	return arena_str(a, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(title),
	                 r->s[FIELD_EVIDENCE].n ? ": " : "",
	                 STR_ARG(r->s[FIELD_EVIDENCE]),
	                 str_eq(r->s[FIELD_STATUS], STR("ok")) ? ""
	                                                       : "; restart: ",
	                 STR_ARG(str_eq(r->s[FIELD_STATUS], STR("ok"))
	                                 ? STR("")
	                                 : r->s[FIELD_RESTART]));
}

static int print(const struct record *r, struct str json, struct str format,
                 int64_t age, int64_t beat, struct arena *a)
{
	const char *why;
	enum severity sev = told(r, age, beat, &why);
	struct str text = line(r, why, age, a);
	struct buf b = buf_init(a, 4096);
	int code = sev_exit[sev];

	if (str_eq(format, STR("json"))) {
		(void)buf_fmt(&b, STR_FMT "\n", STR_ARG(str_trim(json)));
	} else if (str_eq(format, STR("npd"))) {
		/* 0 well, 1 a problem, 2 not known; 80 bytes are kept. */
		code = sev == SEV_UNKNOWN ? 2 : sev_exit[sev] ? 1 : 0;
		(void)buf_fmt(&b, STR_FMT "\n", STR_ARG(str_head(text, 79)));
	} else {
		(void)buf_fmt(&b, "PROBE %s - " STR_FMT "%s\n",
		              sev == SEV_CRIT      ? "CRITICAL"
		              : sev == SEV_WARN    ? "WARNING"
		              : sev == SEV_UNKNOWN ? "UNKNOWN"
		                                   : "OK",
		              STR_ARG(text), "");
	}
	return cli_write(buf_str(&b)) ? code : sev_exit[SEV_UNKNOWN];
}

int cmd_last(struct cli *c)
{
	static _Alignas(16) unsigned char mem[256 * 1024];
	struct arena a = { mem, 0, sizeof(mem) };
	struct host h = host_live();
	struct err e = { 0 };
	struct store run;
	struct record r;
	struct conf conf;
	struct str json;

	if (!cli_settings(c, &h, &a, &conf, &e))
		return cli_usage(&e);
	if (!store_look(&run, conf_text(&conf, CONF_RUN_DIR).p, &e) ||
	    !store_load(&run, &a, SINK_LAST, 2 * RECORD_MAX, &json, &e) ||
	    !record_parse(str_trim(json), &a, &r, &e)) {
		(void)fprintf(stdout,
		              "PROBE UNKNOWN - %s (does probe.conf "
		              "name the sink plugin?)\n",
		              e.msg);
		return str_eq(c->opt[OPT_LAST_FORMAT_].text, STR("npd"))
		               ? 2
		               : sev_exit[SEV_UNKNOWN];
	}
	return print(&r, json, c->opt[OPT_LAST_FORMAT_].text,
	             h.ops->now_ms(&h) - r.n[FIELD_AT_MS],
	             conf_num(&conf, CONF_HEARTBEAT), &a);
}
