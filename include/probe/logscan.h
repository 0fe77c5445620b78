/*
 * logscan.h - one pass over the bytes of any number of logs, in constant
 * memory: what was found in them, how often, when first and last, and what
 * became history by what the agent wrote later.
 */
#ifndef PROBE_LOGSCAN_H
#define PROBE_LOGSCAN_H

#include "probe/sig.h"

#define LOG_MAX_HITS 80
#define LOG_MAX_BUCKETS 24
#define LOG_MAX_OBJECTS 24
#define LOG_OBJECT_KEY 512
#define LOG_SCAN_BUF (256u * 1024)

/* A place in the logs: ms is WHEN_NONE when the line says no time. */
struct log_at {
	int64_t ms;
	uint64_t line; /* over all files, in the order they were read */
};
struct log_name {
	enum name_id id;
	uint16_t n;
	char text[126];
};
struct log_hit {
	enum finding_id finding;
	enum sig_id sig; /* of the newest */
	enum log_level level;
	uint32_t closed_by; /* marks that make it history, 1 << MARK_x */
	uint32_t count;
	struct log_at first, last;
	bool past; /* something the agent wrote later made it history */
	uint16_t n_names, sample_n;
	struct log_name names[FINDING_MAX_NAMES];
	char sample[256];
};
struct log_text {
	uint16_t n;
	char text[126];
};

struct log_object {
	struct log_text bucket;
	uint16_t n;
	char key[LOG_OBJECT_KEY]; /* whole: one that is longer is left out */
};

struct log_found {
	struct log_hit *hits; /* LOG_MAX_HITS of them */
	size_t n_hits;
	struct log_at mark[MARK_COUNT]; /* the newest of each */
	uint32_t mark_count[MARK_COUNT];
	int exit_code;     /* of the newest "Agent exited with code", or -1 */
	bool ended_alone;  /* with 0, and by ecs-init's words nobody asked */
	uint32_t exits;    /* with a code other than 0, in a row */
	uint32_t acs_fast; /* most reconnects in a row less than 3 s apart */
	uint32_t
		acs_lost; /* lost connections, each soon after the one before */
	struct log_at acs_fast_at, acs_lost_at; /* the newest of them */
	int64_t newest_ms; /* of the newest line, WHEN_NONE */
	uint64_t bytes, lines, records;
	uint32_t files;
	int64_t memory_mib; /* "Remaining mem", or -1 */
	struct log_text version, cluster, arn;
	struct log_text bucket[LOG_MAX_BUCKETS];
	size_t n_buckets;
	struct log_object object[LOG_MAX_OBJECTS]; /* that a task waits for */
	size_t n_objects;
};

struct logscan;
/* cap: bytes of its buffer, at least 64 KiB. A line longer than that is taken
 * in pieces. */
struct logscan *logscan_new(struct arena *a, struct log_found *out, size_t cap);
void logscan_file(struct logscan *s, struct str path);
/* Room for the next bytes; at least 1. */
char *logscan_space(struct logscan *s, size_t *n);
void logscan_put(struct logscan *s, size_t n);
void logscan_file_end(struct logscan *s);
/* Judges silence and rates, and what is history; once, at the end. */
void logscan_end(struct logscan *s);

#endif
