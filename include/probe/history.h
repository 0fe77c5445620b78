/*
 * history.h - records, one after the other, made into what people ask: which
 * episodes there were, what was changed when, and how the last day went. Pure.
 */
#ifndef PROBE_HISTORY_H
#define PROBE_HISTORY_H

#include "probe/record.h"
#include "probe/report.h"

#define HISTORY_EPISODES 256 /* the newest; older ones are counted */
#define HISTORY_CHANGES 64
#define HISTORY_CELLS 72 /* of the chart: 20 minutes each */
#define HISTORY_CELL_MS (20 * 60 * 1000)
/* Without a record for so long nothing is known of that time. */
#define HISTORY_GAP_MS (30 * 60 * 1000)

struct episode {
	int64_t from_ms, to_ms; /* to: WHEN_NONE while it lasts */
	int64_t seen_ms;        /* last record that showed it */
	enum severity status;   /* the worst */
	char cause[64], class[32], title[200], restart[12];
	char action[32], outcome[120], why_not[160]; /* of the last act */
	unsigned acts;
};

/* The version of something became another one. */
struct turned {
	int64_t at_ms;
	enum field_id what;
	char from[64], to[64];
};

struct history {
	int64_t now_ms,
		from_ms; /* episodes that ended before from are left out */
	int64_t first_ms, last_ms; /* of all records; WHEN_NONE: none */
	size_t records;
	struct episode episode[HISTORY_EPISODES]; /* a ring */
	size_t n_episodes;                        /* ever */
	struct turned turned[HISTORY_CHANGES];    /* a ring */
	size_t n_turned;
	enum severity cell[HISTORY_CELLS]; /* SEV_COUNT: nothing is known */
	/* while records come in */
	bool open, stopped;
	enum severity stands;
	char known[FIELD_COUNT][64];
};

void history_begin(struct history *h, int64_t now_ms, int64_t from_ms);
/* Records in the order they were made; one from the future, or from before the
 * one before, is taken as it is. */
void history_add(struct history *h, const struct record *r);
/* The i-th of what is kept, oldest first; n of it. */
size_t history_episodes(const struct history *h);
const struct episode *history_episode(const struct history *h, size_t i);
size_t history_turns(const struct history *h);
const struct turned *history_turn(const struct history *h, size_t i);

/* chart: also draw the last 24 hours. */
void report_history(const struct history *h, const struct report_look *look,
                    bool chart, struct arena *a, struct buf *out);
void report_history_json(const struct history *h, struct arena *a,
                         struct buf *out);

#endif
