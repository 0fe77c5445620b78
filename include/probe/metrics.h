/*
 * metrics.h - a record as CloudWatch's metrics, by the rows of metrics.def; as
 * EMF, the form in which a log event carries them; and what that costs. Pure.
 */
#ifndef PROBE_METRICS_H
#define PROBE_METRICS_H

#include "probe/record.h"

enum metric_id {
#define METRIC(id, ...) METRIC_##id,
#include "probe/metrics.def"
#undef METRIC
	METRIC_COUNT
};

/* Sets of dimensions, as bits. */
enum metric_dims {
	METRIC_FLEET = 1,   /* [] */
	METRIC_CLUSTER = 2, /* [ClusterName] */
	METRIC_CAUSE = 4,   /* [ClusterName, Cause] */
	METRIC_INSTANCE = 8 /* [ClusterName, InstanceId], when asked for */
};
#define METRIC_SETS 4
#define METRIC_DIMS_MAX 2

struct metric_info {
	const char *name, *unit;
	unsigned dims;
	bool beat; /* has a value in every heartbeat */
	const char *text;
};
extern const struct metric_info metric_info[METRIC_COUNT];

/* The names in a set, at most METRIC_DIMS_MAX; how many there are. */
size_t metric_dim_names(unsigned set, const char *names[METRIC_DIMS_MAX]);
/* Its value in this record: fit for CloudWatch, printable ASCII, never empty,
 * at most 255 bytes. */
struct str metric_dim_value(const struct record *r, const char *name,
                            struct arena *a);
/* False: this record says nothing of it. */
bool metric_value(const struct record *r, enum metric_id m, int64_t *out);

struct emf_opts {
	struct str space; /* the metrics' namespace */
	bool plain;       /* no metrics: another way brings them */
	bool per_instance;
	/* Of the log it belongs to, for who passes it on; empty: not said. */
	struct str group, stream;
	int64_t at_ms; /* the event's time: ms since 1970, as AWS counts */
};
#define EMF_MAX 2048 /* bytes of an event */
/* One JSON object, without a line end; long texts are cut when it would be
 * more. out must have EMF_MAX bytes of room. Takes nothing of a for good. */
void emf_render(const struct record *r, const struct emf_opts *o,
                struct arena *a, struct buf *out);

/* What Prometheus reads; out has 16 KiB. */
void report_prometheus(const struct record *r, struct buf *out);

struct cost_of {
	int64_t instances, clusters;
	int64_t causes; /* that stand all month in each cluster */
	int64_t heartbeat_ms;
	bool per_instance;
	bool put_metric_data; /* and not with the logs */
	bool logs;
};
/* The month's bill, as a table. */
void cost_print(const struct cost_of *c, struct arena *a, struct buf *out);
/* Of the whole of it, in millionths of a dollar. */
int64_t cost_total(const struct cost_of *c, struct arena *a);

#endif
