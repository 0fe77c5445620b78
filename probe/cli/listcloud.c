/* listcloud.c - what goes to CloudWatch and where else, and what it costs. */
#include "cli.h"

#include "probe/metrics.h"
#include "probe/settings.h"
#include "sheet.h"

static void put_sets(struct buf *b, unsigned dims)
{
	const char *names[METRIC_DIMS_MAX];

	for (unsigned k = 0; k < METRIC_SETS; k++) {
		size_t n;

		if (!(dims >> k & 1))
			continue;
		n = metric_dim_names(1u << k, names);
		(void)buf_fmt(b, "%s[%s%s%s]", b->n ? " " : "",
		              n ? names[0] : "", n > 1 ? ", " : "",
		              n > 1 ? names[1] : "");
	}
}

void sheet_metrics(struct sheet *s)
{
	sheet_head(s, "Metrics", "| metric | unit | dimensions | what it is |");
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		const struct metric_info *i = &metric_info[m];
		struct buf sets = buf_init(s->a, 128);

		put_sets(&sets, i->dims & ~(unsigned)METRIC_INSTANCE);
		(void)buf_fmt(s->out,
		              s->md ? "| `%s` | %s | " STR_FMT " | " STR_FMT
		                      "%s |\n"
		                    : "%-16s %-12s %-23.*s " STR_FMT "%s\n",
		              i->name, i->unit, STR_ARG(buf_str(&sets)),
		              STR_ARG(s->md ? sheet_cell(s->a, i->text)
		                            : str_of(i->text)),
		              i->dims & METRIC_INSTANCE
		                      ? "; with instance-metrics = yes also "
		                        "[ClusterName, InstanceId]"
		                      : "");
	}
}

void sheet_sinks(struct sheet *s)
{
	sheet_head(s, "Sinks",
	           "| sink | needs beyond the stock role | what it is |");
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		const struct sink_info *k = &sink_info[i];

		(void)buf_fmt(s->out,
		              s->md ? "| `%s` | %s | " STR_FMT " |\n"
		                    : "%-16s %-25s " STR_FMT "\n",
		              k->word, *k->lacks ? k->lacks : "nothing",
		              STR_ARG(s->md ? sheet_cell(s->a, k->text)
		                            : str_of(k->text)));
	}
}

static bool counts(const struct cli *c, struct cost_of *of, struct err *e)
{
	int64_t *const to[] = { &of->instances, &of->causes, &of->clusters };

	if (c->n_args < 3)
		return err_set(e, ERR_ARG, 0,
		               "usage: probe list metrics --cost INSTANCES "
		               "CAUSES [CLUSTERS]");
	for (size_t i = 1; i < c->n_args; i++) {
		uint64_t n;

		if (!str_u64(str_of(c->args[i]), &n) || n > 10000000)
			return err_set(e, ERR_ARG, 0,
			               "%.32s: not a number up to 10000000",
			               c->args[i]);
		*to[i - 1] = (int64_t)n;
	}
	return true;
}

int cli_cost(struct cli *c, struct arena *a, struct buf *out)
{
	struct cost_of of = { .clusters = 1 };
	struct host h = host_live();
	struct err e = { 0 };
	struct conf conf;
	uint32_t sinks;

	if (!counts(c, &of, &e) || !cli_settings(c, &h, a, &conf, &e) ||
	    !sinks_mark(conf_text(&conf, CONF_SINKS), &sinks, &e))
		return cli_usage(&e);
	of.heartbeat_ms = conf_num(&conf, CONF_HEARTBEAT);
	of.per_instance = conf_num(&conf, CONF_INSTANCE_METRICS);
	of.put_metric_data = sinks & SINK_BIT(PUT_METRIC_DATA);
	of.logs = sinks & (SINK_BIT(CLOUDWATCH_LOGS) | SINK_BIT(EMF_PORT));
	cost_print(&of, a, out);
	return cli_write(buf_str(out)) ? 0 : sev_exit[SEV_UNKNOWN];
}
