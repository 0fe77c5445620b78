/* cost.c - what CloudWatch asks for all this in a month. */
#include "probe/metrics.h"

enum price_id {
#define PRICE(id, micros, text) PRICE_##id,
#include "probe/prices.def"
#undef PRICE
	PRICE_COUNT
};
static const int64_t price[PRICE_COUNT] = {
#define PRICE(id, micros, text) micros,
#include "probe/prices.def"
#undef PRICE
};

#define MONTH_MS (INT64_C(730) * 3600 * 1000)
#define GB INT64_C(1000000000)
/* What AWS adds to each event, and how well logs compress. */
enum { EVENT_EXTRA = 26, COMPRESSED_PCT = 15 };
/* Of packaging/cloudwatch. */
enum { STACK_ALARMS = 4, STACK_COMPOSITES = 1, STACK_RULES = 1 };

/* An event of a well instance, with every figure known. */
static int64_t event_bytes(const struct cost_of *c, struct arena *a)
{
	static const struct {
		enum field_id f;
		struct str v;
	} texts[] = {
		{ FIELD_KIND, STR_INIT("heartbeat") },
		{ FIELD_INSTANCE, STR_INIT("i-0123456789abcdef0") },
		{ FIELD_CLUSTER, STR_INIT("production-web") },
		{ FIELD_REGION, STR_INIT("eu-central-1") },
		{ FIELD_AZ, STR_INIT("eu-central-1a") },
		{ FIELD_SUBNET, STR_INIT("subnet-0123456789abcdef0") },
		{ FIELD_INSTANCE_TYPE, STR_INIT("m6i.2xlarge") },
		{ FIELD_AMI, STR_INIT("ami-0123456789abcdef0") },
		{ FIELD_OS, STR_INIT("Amazon Linux 2023.5.20240903") },
		{ FIELD_KERNEL, STR_INIT("6.1.106-116.188.amzn2023.x86_64") },
		{ FIELD_AGENT_VERSION, STR_INIT("1.105.1") },
		{ FIELD_DOCKER_VERSION, STR_INIT("25.0.16") },
		{ FIELD_PROBE_VERSION, STR_INIT("0.10.0") },
		{ FIELD_STATUS, STR_INIT("ok") },
		{ FIELD_CLASS, STR_INIT("healthy") },
		{ FIELD_CAUSE, STR_INIT("none") },
		{ FIELD_RESTART, STR_INIT("no") },
		{ FIELD_TITLE, STR_INIT("healthy") },
		{ FIELD_PASS_STATUS, STR_INIT("ok") },
		{ FIELD_PASS_CAUSE, STR_INIT("none") },
		{ FIELD_SLOWEST, STR_INIT("s3-layers") },
	};
	struct record r = { .s = { [0] = { NULL, 0 } } };
	size_t mark = a->used;
	struct buf b = buf_init(a, EMF_MAX);
	struct emf_opts o = { .space = STR("Probe"),
		              .plain = c->put_metric_data,
		              .per_instance = c->per_instance,
		              .at_ms = 1790000000000 };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		r.s[texts[i].f] = texts[i].v;
	for (unsigned f = FIELD_PASS_MS; f < FIELD_DROPPED; f++)
		r.n[f] = 1234;
	r.n[FIELD_AT_MS] = r.n[FIELD_SINCE_MS] = 1790000000000;
	r.n[FIELD_DURATION_MS] = r.n[FIELD_DROPPED] = RECORD_NONE;
	r.n[FIELD_UP_S] = RECORD_NONE;
	r.n[FIELD_CONFIDENCE] = 100;
	emf_render(&r, &o, a, &b);
	a->used = mark;
	return (int64_t)b.n + EVENT_EXTRA;
}

/* Series that have values all month. */
static int64_t series(const struct cost_of *c)
{
	int64_t n = 0;

	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		const struct metric_info *i = &metric_info[m];

		if (m == METRIC_AFFECTED)
			n += c->clusters * c->causes;
		if (!i->beat)
			continue;
		n += i->dims & METRIC_FLEET ? 1 : 0;
		n += i->dims & METRIC_CLUSTER ? c->clusters : 0;
		n += i->dims & METRIC_INSTANCE && c->per_instance ? c->instances
		                                                  : 0;
	}
	return n;
}

static int64_t metrics_cost(int64_t n)
{
	static const int64_t upto[] = { 10000, 240000, 750000, INT64_MAX };
	int64_t sum = 0;

	for (unsigned i = 0; i < 4 && n > 0; i++) {
		int64_t k = n < upto[i] ? n : upto[i];

		sum += k * price[PRICE_METRIC_1 + i];
		n -= k;
	}
	return sum;
}

struct line {
	const char *what;
	int64_t n; /* how many, or bytes */
	const char *of;
	int64_t micros;
};
enum { LINES = 6 };

static void work_out(const struct cost_of *c, struct arena *a,
                     struct line l[LINES])
{
	int64_t beats = c->instances * (MONTH_MS / c->heartbeat_ms);
	int64_t bytes = c->logs ? beats * event_bytes(c, a) : 0;
	int64_t calls = c->put_metric_data ? beats : 0;
	int64_t n = series(c);

	l[0] = (struct line){ "metrics", n, "series", metrics_cost(n) };
	l[1] = (struct line){ "logs, taken in", bytes / 1000000, "MB",
		              bytes / 1000 * price[PRICE_LOGS_IN] /
		                      (GB / 1000) };
	l[2] = (struct line){ "logs, kept 30 days",
		              bytes / 1000000 * COMPRESSED_PCT / 100, "MB",
		              bytes / 1000 * COMPRESSED_PCT / 100 *
		                      price[PRICE_LOGS_KEPT] / (GB / 1000) };
	l[3] = (struct line){ "PutMetricData", calls, "calls",
		              calls * price[PRICE_CALLS] / 1000 };
	l[4] = (struct line){ "dashboard", 1, "", price[PRICE_DASHBOARD] };
	l[5] = (struct line){ "alarms and rules",
		              STACK_ALARMS + STACK_COMPOSITES + STACK_RULES, "",
		              STACK_ALARMS * price[PRICE_ALARM] +
		                      STACK_COMPOSITES *
		                              price[PRICE_COMPOSITE] +
		                      STACK_RULES * price[PRICE_INSIGHT_RULE] };
}

int64_t cost_total(const struct cost_of *c, struct arena *a)
{
	struct line l[LINES];
	int64_t sum = 0;

	work_out(c, a, l);
	for (unsigned i = 0; i < LINES; i++)
		sum += l[i].micros;
	return sum;
}

static void money(struct buf *out, int64_t micros, unsigned digits)
{
	int64_t unit = digits == 2 ? 10000 : 100;
	int64_t v = (micros + unit / 2) / unit, one = digits == 2 ? 100 : 10000;

	(void)buf_fmt(out, "%lld.%0*lld", (long long)(v / one), (int)digits,
	              (long long)(v % one));
}

void cost_print(const struct cost_of *c, struct arena *a, struct buf *out)
{
	int64_t total = cost_total(c, a);
	struct line l[LINES];

	work_out(c, a, l);
	(void)buf_fmt(out,
	              "%lld instances, %lld cluster%s, %lld cause%s standing "
	              "all month in each, a heartbeat every %lld s of %lld "
	              "bytes\n",
	              (long long)c->instances, (long long)c->clusters,
	              c->clusters == 1 ? "" : "s", (long long)c->causes,
	              c->causes == 1 ? "" : "s",
	              (long long)(c->heartbeat_ms / 1000),
	              (long long)event_bytes(c, a));
	for (unsigned i = 0; i < LINES; i++) {
		if (!l[i].micros)
			continue;
		(void)buf_fmt(out, "  %-20s %12lld %-7s USD ", l[i].what,
		              (long long)l[i].n, l[i].of);
		money(out, l[i].micros, 2);
		(void)buf_add(out, STR("\n"));
	}
	(void)buf_fmt(out, "  %-20s %12s %-7s USD ", "a month", "", "");
	money(out, total, 2);
	(void)buf_fmt(out, "\n  %-20s %12s %-7s USD ", "an instance and month",
	              "", "");
	money(out, c->instances ? total / c->instances : 0, 4);
	(void)buf_add(out, STR("\n"));
	if (c->per_instance)
		(void)buf_add(out,
		              STR("instance-metrics = yes is what makes it "
		                  "dear: a series for each instance\n"));
	(void)buf_add(out, STR("Prices of us-east-1; they change. Not counted: "
	                       "queries, and the free tier.\n"));
}
