/* Records as metrics: which kind tells which, and an event's size and shape. */
#include "probe/metrics.h"

#include "probe/json.h"
#include "unit.h"

static const struct emf_opts usual = { .space = STR_INIT("Probe"),
	                               .at_ms = 1790000000123 };

static struct record blank(const char *kind, const char *status)
{
	struct record r = { .s = { [0] = { NULL, 0 } } };

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		r.n[f] = RECORD_NONE;
	r.n[FIELD_AT_MS] = 1790000000123;
	r.s[FIELD_KIND] = str_of(kind);
	r.s[FIELD_STATUS] = str_of(status);
	r.s[FIELD_INSTANCE] = STR("i-0abc1234def567890");
	r.s[FIELD_CLUSTER] = STR("web");
	r.s[FIELD_CAUSE] = STR("disk-full");
	return r;
}

/* The names of the metrics that have a value, with it. */
static struct str told(const struct record *r, struct arena *a)
{
	struct buf b = buf_init(a, 1024);
	int64_t v;

	for (unsigned m = 0; m < METRIC_COUNT; m++)
		if (metric_value(r, (enum metric_id)m, &v))
			(void)buf_fmt(&b, "%s%s=%lld", b.n ? " " : "",
			              metric_info[m].name, (long long)v);
	return buf_str(&b);
}

static void test_values(struct arena *a)
{
	static const struct {
		const char *name, *kind, *status, *outcome;
		int64_t skew, took, dropped;
		const char *want;
	} rows[] = {
		{ "well", "heartbeat", "ok", "", -90, RECORD_NONE, RECORD_NONE,
		  "ClockSkew=90 Heartbeat=1 Unhealthy=0" },
		{ "sick", "heartbeat", "critical", "", RECORD_NONE, RECORD_NONE,
		  RECORD_NONE, "Affected=1 Heartbeat=1 Unhealthy=1" },
		{ "warned", "heartbeat", "warning", "", RECORD_NONE,
		  RECORD_NONE, RECORD_NONE,
		  "Affected=1 Heartbeat=1 Unhealthy=1" },
		{ "blind", "heartbeat", "unknown", "", RECORD_NONE, RECORD_NONE,
		  RECORD_NONE, "Heartbeat=1 Undecided=1 Unhealthy=0" },
		{ "raised", "verdict", "critical", "", 5, 7, RECORD_NONE,
		  "Raised=1" },
		{ "became unknown", "verdict", "unknown", "", 5, 7, RECORD_NONE,
		  "" },
		{ "over", "recovery", "ok", "", 5, 61999, RECORD_NONE,
		  "RecoveredAfter=61" },
		{ "over, not known when", "recovery", "ok", "", 5, RECORD_NONE,
		  RECORD_NONE, "" },
		{ "begun", "act", "critical", "open", 5, 7, RECORD_NONE,
		  "Acts=1" },
		{ "cured", "act", "ok", "cured", 5, 7, RECORD_NONE, "" },
		{ "failed", "act", "critical", "failed", 5, 7, RECORD_NONE,
		  "ActsFailed=1" },
		{ "refused", "act", "critical", "refused", 5, 7, RECORD_NONE,
		  "ActsFailed=1" },
		{ "some lost", "start", "ok", "", 5, 7, 12,
		  "RecordsDropped=12" },
		{ "none lost", "stop", "ok", "", 5, 7, 0, "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct record r = blank(rows[i].kind, rows[i].status);
		struct str got;

		r.s[FIELD_OUTCOME] = str_of(rows[i].outcome);
		r.n[FIELD_SKEW_MS] = rows[i].skew;
		r.n[FIELD_DURATION_MS] = rows[i].took;
		r.n[FIELD_DROPPED] = rows[i].dropped;
		got = told(&r, a);
		if (!str_eq(got, str_of(rows[i].want)))
			printf("got: " STR_FMT "\n", STR_ARG(got));
		OK(str_eq(got, str_of(rows[i].want)), rows[i].name);
	}
}

static struct str event(const struct record *r, const struct emf_opts *o,
                        struct arena *a)
{
	struct buf b = buf_init(a, EMF_MAX);

	emf_render(r, o, a, &b);
	OK(!b.full && b.n <= EMF_MAX, "within the cap");
	return buf_str(&b);
}

static void test_event(struct arena *a)
{
	struct record r = blank("heartbeat", "critical");
	struct emf_opts o = usual;
	struct str s = event(&r, &o, a);

	OK(str_has(s, STR("\"_aws\":{\"Timestamp\":1790000000123,")), "time");
	OK(str_has(s, STR("\"Dimensions\":[[\"ClusterName\",\"Cause\"]]")),
	   "by cause");
	OK(str_has(s, STR("\"Dimensions\":[[],[\"ClusterName\"]]")),
	   "of all, and by cluster");
	OK(str_has(s, STR("\"ClusterName\":\"web\",\"Cause\":\"disk-full\"")),
	   "dimensions at the root");
	OK(!str_has(s, STR("InstanceId")), "the instance is no dimension");
	o.per_instance = true;
	s = event(&r, &o, a);
	OK(str_has(s, STR("[\"ClusterName\",\"InstanceId\"]")) &&
	           str_has(s, STR("\"InstanceId\":\"i-0abc1234def567890\"")),
	   "unless it was asked for");
	o.plain = true;
	s = event(&r, &o, a);
	OK(!str_has(s, STR("_aws")) && !str_has(s, STR("ClusterName")) &&
	           !str_has(s, STR("Heartbeat")) &&
	           str_has(s, STR("\"cause\":\"disk-full\"")),
	   "plain");
	r = blank("start", "ok");
	OK(!str_has(event(&r, &usual, a), STR("_aws")),
	   "nothing to measure, no metrics");
}

static void test_dimension_values(struct arena *a)
{
	struct record r = blank("heartbeat", "ok");
	char longest[300];

	memset(longest, 'x', sizeof(longest));
	r.s[FIELD_CLUSTER] = (struct str){ NULL, 0 };
	OK(str_eq(metric_dim_value(&r, "ClusterName", a), STR("unknown")),
	   "never empty");
	r.s[FIELD_CLUSTER] = STR("a b\"c\\d\xc3\xa9");
	OK(str_eq(metric_dim_value(&r, "ClusterName", a), STR("a?b?c?d??")),
	   "ASCII");
	r.s[FIELD_CLUSTER] = (struct str){ longest, sizeof(longest) };
	OK(metric_dim_value(&r, "ClusterName", a).n == 255, "capped");
}

/* Every text at its cap and every byte of it one that grows, for each kind. */
static void test_longest(struct arena *a)
{
	static const char *const fill[] = { "\"", "\\", "x", "\xc3" };
	char *text = arena_raw(a, 4096);

	for (unsigned i = 0; i < 4 * RECORD_KINDS; i++) {
		struct emf_opts o = usual;
		struct record r;
		struct json j;
		struct err e;
		struct str s;

		memset(text, fill[i % 4][0], 4096);
		for (unsigned f = 0; f < FIELD_COUNT; f++) {
			r.s[f] = (struct str){ text, field_info[f].cap };
			r.n[f] = -INT64_C(1234567890123456789);
		}
		r.n[FIELD_DROPPED] = INT64_MAX;
		r.s[FIELD_KIND] = str_of(record_kind_text[i / 4]);
		r.s[FIELD_STATUS] = STR("critical");
		o.per_instance = true;
		s = event(&r, &o, a);
		OK(json_parse(a, s, 512, &j, &e) &&
		           json_type(&j, 0) == JSON_OBJECT,
		   "one JSON object");
		OK(json_get(&j, 0, "cause") != JSON_NONE &&
		           json_get(&j, 0, "kind") != JSON_NONE,
		   "what matters is left");
	}
}

static void test_cost(struct arena *a)
{
	struct cost_of c = { .instances = 1000,
		             .clusters = 5,
		             .causes = 2,
		             .heartbeat_ms = 300000,
		             .logs = true };
	int64_t usual_micros = cost_total(&c, a);

	OK(usual_micros > 5000000 && usual_micros <= 20000000,
	   "at most 0.02 USD an instance and month");
	c.per_instance = true;
	OK(cost_total(&c, a) > 20 * usual_micros, "what a dimension costs");
	c.per_instance = false;
	c.instances = 100000;
	OK(cost_total(&c, a) < 100 * usual_micros, "metrics are shared");
	c.put_metric_data = true;
	OK(cost_total(&c, a) > 100 * 1000000, "calls are paid for");
}

int main(void)
{
	struct arena a = unit_arena(8u << 20);

	test_values(&a);
	test_event(&a);
	test_dimension_values(&a);
	test_longest(&a);
	test_cost(&a);
	return unit_end("emf");
}
