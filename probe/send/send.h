/*
 * send.h - what the files of this folder share. Three parties: whoever offers a
 * record; the writer, a thread that keeps it on disk and serves the sinks of
 * this host; the sender, a thread that brings it over the network. A record is
 * in the ring until all have it, so that a disk that hangs does not keep it
 * from being sent, nor a network that hangs from being kept.
 */
#ifndef PROBE_SEND_SEND_H
#define PROBE_SEND_SEND_H

#include <pthread.h>

#include "probe/awserr.h"
#include "probe/awsplace.h"
#include "probe/metrics.h"
#include "probe/sink.h"
#include "spool.h"

enum {
	RING = 256,         /* records in memory */
	FILES_MAX = 8192,   /* of the spool: 2 GiB */
	SEND_LINES = 10000, /* in one call: PutLogEvents' limit */
	CALL_MS = 10000,
};

struct held {
	uint64_t seq;
	char *json;
	size_t n;
	bool sync;
	bool kept;  /* on disk, or need not be */
	bool shown; /* the sinks of this host have it */
};

/* ---- over the network */

/* What became of a try. */
enum far_end {
	FAR_DONE,  /* .used lines are dealt with */
	FAR_SOON,  /* something was put right: once more, at once */
	FAR_LATER, /* it is put off until .next_ms; not a failure */
	FAR_FAILED /* back off */
};

struct far {
	enum sink_id id;
	bool on;
	uint64_t cursor, sent, lost;
	int64_t next_ms; /* monotonic: not before */
	unsigned fails;
	int64_t failed_ms; /* since when, wall clock */
	int64_t well_ms;
	char why[208];
	size_t most;       /* lines in a call, since one was refused */
	int64_t create_ms; /* when a stream may be made; 0: not asked for */
	char token[136];   /* a sequence token that was asked for, or empty */
};

/* What one try works with. */
struct trip {
	struct arena *a;
	const struct spool_line *line;
	size_t n;
	size_t used, refused; /* refused: of those used */
	struct err why;
};

struct sender {
	struct arena mem; /* of one try */
	struct arena place_mem[2];
	unsigned cur;
	struct aws_place place;
	bool has_place;
	int64_t place_ms; /* monotonic, of the last look */
	int64_t skew_ms;  /* AWS's clock minus ours, by its last answer */
	uint64_t dice;
	unsigned call_ms;
	bool hurry; /* regardless of the fleet */
};

struct sinks {
	struct host *h;
	const struct settings *set; /* &own */
	struct settings own;
	char *conf_text;
	pthread_t thread[2];
	pthread_mutex_t lock;
	pthread_cond_t offered, ready, ended; /* writer's, sender's, stop's */
	/* Under the lock. */
	bool quit, urgent; /* urgent: send now, whatever .next_ms says */
	bool gone[2];      /* the thread has ended */
	int64_t stop_ms;   /* monotonic: no wait beyond */
	struct held ring[RING];
	size_t head, n;
	uint64_t next;    /* of the next record */
	uint64_t base;    /* what was added to all numbers as it opened */
	uint64_t dropped; /* to be told in the next record */
	bool open;        /* the spool is */
	bool tried;       /* to open it */
	int64_t began_ms; /* monotonic */
	struct store store;
	struct spool_file *file;
	size_t n_files;
	uint64_t bytes;
	bool moved; /* a cursor: spool.json is to be written */
	struct far far[SINK_COUNT];
	struct arena scratch;
	char local_why[SINK_COUNT][208];
	uint64_t local_sent[SINK_COUNT], local_lost[SINK_COUNT];
	int64_t local_ms[SINK_COUNT];
	/* The writer's own. */
	int lock_fd;
	int64_t try_ms, saved_ms;
	char disk_why[208];
	struct arena writer_mem;
	/* The sender's own. */
	struct sender tx;
};

static inline struct held *ring_at(struct sinks *s, size_t i)
{
	return &s->ring[(s->head + i) % RING];
}
/* The number of the oldest record in memory, or of the next one. */
static inline uint64_t ring_first(struct sinks *s)
{
	return s->n ? ring_at(s, 0)->seq : s->next;
}
/* Lets go what all have. Under the lock. */
void ring_shrink(struct sinks *s);
/* The first number that some sink still wants. */
uint64_t far_behind(const struct sinks *s);

/* pthread_cond_timedwait for so long; false: nobody called. */
bool sinks_wait(pthread_cond_t *c, pthread_mutex_t *m, int64_t ms);

void *writer_main(void *sinks);
void *sender_main(void *sinks);
/* Writes one record for each sink of this host that is on. */
void local_write(struct sinks *s, const struct record *r, struct str json);

/* 0 to n - 1. */
int64_t dice(struct sender *t, int64_t n);
/* The time of an event as AWS counts; false: too old to be sent. */
bool event_time(const struct sinks *s, const struct record *r, int64_t *out);

/* ---- awscall.c */

struct call {
	enum aws_service service;
	const char *sign, *target, *type;
	struct str body;
	struct http_resp resp;
	struct aws_error error; /* code empty: AWS said nothing */
	enum aws_error_kind kind;
};
/* True: 200, and AWS said so. Finds place and keys; renews keys and corrects
 * the clock once, when that is what AWS asks for. */
bool aws_call(struct sinks *s, struct call *c, struct arena *a, struct err *e);
/* Where we are and who; false: not known now, and why. */
bool aws_where_now(struct sinks *s, bool anew, struct err *e);

enum far_end logs_send(struct sinks *s, struct far *f, struct trip *t);
enum far_end metricdata_send(struct sinks *s, struct far *f, struct trip *t);
enum far_end emfport_send(struct sinks *s, struct far *f, struct trip *t);

#endif
