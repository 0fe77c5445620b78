#include "probe/metrics.h"

#define FLEET METRIC_FLEET
#define CLUSTER METRIC_CLUSTER
#define CAUSE METRIC_CAUSE
#define INSTANCE METRIC_INSTANCE
#define BEAT true
#define NEWS false
const struct metric_info metric_info[METRIC_COUNT] = {
#define METRIC(id, name, unit, dims, beat, text) \
	[METRIC_##id] = { name, unit, dims, beat, text },
#include "probe/metrics.def"
#undef METRIC
};
#undef FLEET
#undef CLUSTER
#undef CAUSE
#undef INSTANCE
#undef BEAT
#undef NEWS

#define DIM_CLUSTER "ClusterName"
#define DIM_CAUSE "Cause"
#define DIM_INSTANCE "InstanceId"
enum { DIM_VALUE_MAX = 255 };

size_t metric_dim_names(unsigned set, const char *names[METRIC_DIMS_MAX])
{
	if (set == METRIC_FLEET)
		return 0;
	names[0] = DIM_CLUSTER;
	names[1] = set == METRIC_CAUSE ? DIM_CAUSE : DIM_INSTANCE;
	return set == METRIC_CLUSTER ? 1 : 2;
}

/* A quote or backslash would be two bytes in JSON; no id has one. */
static struct str fit(struct str v, struct arena *a)
{
	char *p;

	v = str_head(v, DIM_VALUE_MAX);
	if (!v.n)
		return STR("unknown");
	p = (char *)(uintptr_t)arena_copy(a, v).p;
	for (size_t i = 0; i < v.n; i++)
		if (p[i] <= ' ' || p[i] > '~' || p[i] == '"' || p[i] == '\\')
			p[i] = '?';
	return (struct str){ p, v.n };
}

struct str metric_dim_value(const struct record *r, const char *name,
                            struct arena *a)
{
	enum field_id f = strcmp(name, DIM_CLUSTER) == 0 ? FIELD_CLUSTER
	                  : strcmp(name, DIM_CAUSE) == 0 ? FIELD_CAUSE
	                                                 : FIELD_INSTANCE;

	return fit(r->s[f], a);
}

static bool is(const struct record *r, enum field_id f, const char *word)
{
	return str_eq(r->s[f], str_of(word));
}

static bool sick(const struct record *r)
{
	return is(r, FIELD_STATUS, "critical") ||
	       is(r, FIELD_STATUS, "warning");
}

static bool known(int64_t v, int64_t *out)
{
	*out = v;
	return v != RECORD_NONE;
}

static bool figure(const struct record *r, enum metric_id m, int64_t *out)
{
	switch (m) {
	case METRIC_AFFECTED:
		return sick(r);
	case METRIC_CLOCK_SKEW:
		if (!known(r->n[FIELD_SKEW_MS], out))
			return false;
		*out = *out < 0 ? -*out : *out;
		return true;
	case METRIC_DISK_USED:
		return known(r->n[FIELD_DISK_PCT], out);
	case METRIC_HEARTBEAT:
		return true;
	case METRIC_PORTS_FREE:
		return known(r->n[FIELD_PORTS_FREE], out);
	case METRIC_SLOWEST_ENDPOINT:
		return known(r->n[FIELD_SLOWEST_MS], out);
	case METRIC_UNDECIDED:
		return is(r, FIELD_STATUS, "unknown");
	case METRIC_UNHEALTHY:
		*out = sick(r);
		return true;
	default:
		return false;
	}
}

static bool act(const struct record *r, enum metric_id m)
{
	bool open = is(r, FIELD_OUTCOME, "open");

	if (m == METRIC_ACTS)
		return open;
	return m == METRIC_ACTS_FAILED && !open &&
	       !is(r, FIELD_OUTCOME, "cured");
}

bool metric_value(const struct record *r, enum metric_id m, int64_t *out)
{
	int64_t v;

	*out = 1;
	if (m == METRIC_RECORDS_DROPPED)
		return known(r->n[FIELD_DROPPED], out) && *out > 0;
	if (is(r, FIELD_KIND, "heartbeat"))
		return figure(r, m, out);
	if (is(r, FIELD_KIND, "act"))
		return act(r, m);
	if (is(r, FIELD_KIND, "verdict"))
		return m == METRIC_RAISED && sick(r);
	if (m != METRIC_RECOVERED_AFTER || !is(r, FIELD_KIND, "recovery") ||
	    !known(r->n[FIELD_DURATION_MS], &v))
		return false;
	*out = v / 1000;
	return v >= 0;
}
