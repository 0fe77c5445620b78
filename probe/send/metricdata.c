/* metricdata.c - CloudWatch's PutMetricData: each record's metrics, one datum
 * for each set of dimensions. */
#include "send.h"

#include "probe/jsonw.h"

#define TARGET "GraniteServiceVersion20100801.PutMetricData"
/* A call takes 1 MB and 1,000 values; one that is refused is refused whole. */
enum {
	BODY_BYTES = 192 * 1024,
	DATA_MAX = 1000,
	ONE_MAX = 24,
	ONE_BYTES = 16384
};

struct data {
	struct sinks *s;
	struct trip *t;
	struct buf body;
	struct jsonw w;
	size_t n;
};

static void datum(struct data *d, const struct record *r, enum metric_id m,
                  unsigned set, int64_t value, int64_t at)
{
	const char *names[METRIC_DIMS_MAX];
	size_t n = metric_dim_names(set, names);
	struct jsonw *w = &d->w;

	jsonw_obj(w, NULL);
	jsonw_str(w, "MetricName", str_of(metric_info[m].name));
	if (n)
		jsonw_arr(w, "Dimensions");
	for (size_t i = 0; i < n; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "Name", str_of(names[i]));
		jsonw_str(w, "Value", metric_dim_value(r, names[i], d->t->a));
		jsonw_end(w);
	}
	if (n)
		jsonw_arr_end(w);
	jsonw_int(w, "Timestamp", at / 1000);
	jsonw_int(w, "Value", value);
	jsonw_str(w, "Unit", str_of(metric_info[m].unit));
	jsonw_end(w);
	d->n++;
}

static void record(struct data *d, const struct record *r, int64_t at)
{
	bool each = conf_num(&d->s->set->conf, CONF_INSTANCE_METRICS);

	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		unsigned sets = metric_info[m].dims;
		int64_t v;

		if (!metric_value(r, (enum metric_id)m, &v))
			continue;
		for (unsigned k = 0; k < METRIC_SETS; k++)
			if (sets >> k & 1 &&
			    (1u << k != METRIC_INSTANCE || each))
				datum(d, r, (enum metric_id)m, 1u << k, v, at);
	}
}

static void fill(struct data *d, size_t most)
{
	struct trip *t = d->t;

	d->body = buf_init(t->a, BODY_BYTES);
	d->w = jsonw_init(&d->body);
	jsonw_obj(&d->w, NULL);
	jsonw_str(&d->w, "Namespace",
	          conf_text(&d->s->set->conf, CONF_NAMESPACE));
	jsonw_arr(&d->w, "MetricData");
	for (; t->used < t->n && t->used < most; t->used++) {
		size_t mark = t->a->used;
		struct record r;
		int64_t at;

		if (d->n + ONE_MAX > DATA_MAX ||
		    d->body.n + ONE_BYTES > d->body.cap)
			break;
		if (record_parse(t->line[t->used].json, t->a, &r, &t->why) &&
		    event_time(d->s, &r, &at))
			record(d, &r, at);
		else
			t->refused++;
		t->a->used = mark;
	}
	jsonw_arr_end(&d->w);
	jsonw_end(&d->w);
}

enum far_end metricdata_send(struct sinks *s, struct far *f, struct trip *t)
{
	struct data d = { .s = s, .t = t };
	struct call c = { .service = SVC_MONITORING,
		          .sign = "monitoring",
		          .target = TARGET,
		          .type = "application/x-amz-json-1.0" };

	if (!aws_where_now(s, false, &t->why))
		return FAR_FAILED;
	fill(&d, f->most);
	if (!d.n)
		return FAR_DONE;
	c.body = buf_str(&d.body);
	if (aws_call(s, &c, t->a, &t->why)) {
		f->most = SEND_LINES;
		return FAR_DONE;
	}
	if (!str_starts(c.error.code, STR("InvalidParameter")) &&
	    !str_starts(c.error.code, STR("MissingParameter")) &&
	    c.resp.status != 413)
		return FAR_FAILED;
	if (t->used > 1) {
		f->most = t->used / 2;
		return FAR_SOON;
	}
	t->refused = 1;
	return FAR_DONE;
}
