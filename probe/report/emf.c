/* emf.c - a record as a log event from which CloudWatch takes metrics: the
 * record's own fields, the dimensions and values beside them, and in "_aws"
 * what is which. Everything at the root, flat: Logs Insights finds it by name.
 */
#include "probe/metrics.h"

#include "probe/jsonw.h"
#include "probe/text.h"

struct event {
	const struct record *r;
	const struct emf_opts *o;
	struct arena *a;
	int64_t value[METRIC_COUNT];
	unsigned sets[METRIC_COUNT]; /* 0: no value */
};

static void take_values(struct event *ev)
{
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		unsigned sets = metric_info[m].dims;

		if (!ev->o->per_instance)
			sets &= ~(unsigned)METRIC_INSTANCE;
		if (!ev->o->plain &&
		    metric_value(ev->r, (enum metric_id)m, &ev->value[m]))
			ev->sets[m] = sets;
	}
}

static void one_set(struct jsonw *w, unsigned set)
{
	const char *names[METRIC_DIMS_MAX];
	size_t n = metric_dim_names(set, names);

	jsonw_arr(w, NULL);
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, str_of(names[i]));
	jsonw_arr_end(w);
}

/* Metrics of the same sets of dimensions share a directive. */
static void directive(struct jsonw *w, const struct event *ev, unsigned sets)
{
	jsonw_obj(w, NULL);
	jsonw_str(w, "Namespace", ev->o->space);
	jsonw_arr(w, "Dimensions");
	for (unsigned k = 0; k < METRIC_SETS; k++)
		if (sets >> k & 1)
			one_set(w, 1u << k);
	jsonw_arr_end(w);
	jsonw_arr(w, "Metrics");
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		if (ev->sets[m] != sets)
			continue;
		jsonw_obj(w, NULL);
		jsonw_str(w, "Name", str_of(metric_info[m].name));
		jsonw_str(w, "Unit", str_of(metric_info[m].unit));
		jsonw_end(w);
	}
	jsonw_arr_end(w);
	jsonw_end(w);
}

static unsigned head(struct jsonw *w, const struct event *ev)
{
	unsigned all = 0, told = 0;

	for (unsigned m = 0; m < METRIC_COUNT; m++)
		all |= ev->sets[m];
	if (!all && !ev->o->group.n)
		return 0;
	jsonw_obj(w, "_aws");
	jsonw_int(w, "Timestamp", ev->o->at_ms);
	if (ev->o->group.n)
		jsonw_str(w, "LogGroupName", ev->o->group);
	if (ev->o->group.n && ev->o->stream.n)
		jsonw_str(w, "LogStreamName", ev->o->stream);
	jsonw_arr(w, "CloudWatchMetrics");
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		if (!ev->sets[m] || told >> ev->sets[m] & 1)
			continue;
		told |= 1u << ev->sets[m];
		directive(w, ev, ev->sets[m]);
	}
	jsonw_arr_end(w);
	jsonw_end(w);
	return all;
}

/* Dimensions stand at the root under their own names, as texts. */
static void dimensions(struct jsonw *w, const struct event *ev, unsigned all)
{
	const char *names[METRIC_DIMS_MAX];

	for (unsigned set = METRIC_CLUSTER; set <= METRIC_INSTANCE; set <<= 1) {
		size_t n = metric_dim_names(set, names);

		if (set == METRIC_CLUSTER ? all : all & set)
			jsonw_str(w, names[n - 1],
			          metric_dim_value(ev->r, names[n - 1], ev->a));
	}
}

static bool brief(enum field_id f)
{
	return f == FIELD_AT_MS || f == FIELD_KIND || f == FIELD_INSTANCE ||
	       f == FIELD_STATUS || f == FIELD_CAUSE;
}

/* A heartbeat comes every few minutes and is paid for by the byte: without what
 * start and verdict told, or what its other fields say. */
static bool spare(const struct record *r, enum field_id f)
{
	if (!str_eq(r->s[FIELD_KIND], STR("heartbeat")))
		return false;
	switch (f) {
	case FIELD_OS:
	case FIELD_KERNEL:
		return true;
	case FIELD_TITLE:
		return str_eq(r->s[FIELD_STATUS], STR("ok"));
	case FIELD_PASS_STATUS:
		return str_eq(r->s[f], r->s[FIELD_STATUS]);
	case FIELD_PASS_CAUSE:
		return str_eq(r->s[f], r->s[FIELD_CAUSE]);
	default:
		return false;
	}
}

/* cap 0: what matters most alone, each within 64 bytes. */
static void fields(struct jsonw *w, const struct event *ev, size_t cap)
{
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *i = &field_info[f];
		struct str v = ev->r->s[f];

		if (cap ? spare(ev->r, (enum field_id)f)
		        : !brief((enum field_id)f))
			continue;
		if (i->type == FIELD_TYPE_INT) {
			if (ev->r->n[f] != RECORD_NONE)
				jsonw_int(w, i->name, ev->r->n[f]);
			continue;
		}
		if (v.n > (cap ? cap : 64))
			v = text_clean(ev->a, v, cap ? cap : 64);
		if (v.n)
			jsonw_str(w, i->name, v);
	}
}

static void document(const struct event *ev, size_t cap, struct buf *out)
{
	struct jsonw w = jsonw_init(out);
	unsigned all;

	jsonw_obj(&w, NULL);
	all = head(&w, ev);
	fields(&w, ev, cap);
	dimensions(&w, ev, all);
	for (unsigned m = 0; m < METRIC_COUNT; m++)
		if (ev->sets[m])
			jsonw_int(&w, metric_info[m].name, ev->value[m]);
	jsonw_end(&w);
}

void emf_render(const struct record *r, const struct emf_opts *o,
                struct arena *a, struct buf *out)
{
	static const size_t caps[] = { RECORD_MAX, 96, 48, 24, 0 };
	struct event ev = { .r = r, .o = o, .a = a };
	size_t from = out->n, cap = out->cap;

	take_values(&ev);
	if (cap > from + EMF_MAX)
		out->cap = from + EMF_MAX;
	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++) {
		size_t mark = a->used;

		out->n = from;
		out->full = false;
		document(&ev, caps[i], out);
		a->used = mark;
		if (!out->full)
			break;
	}
	out->cap = cap;
}
