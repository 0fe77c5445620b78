/* sender.c - the thread that brings records over the network, one sink after
 * the other, each with a back-off of its own. */
#include "send.h"

#include <stdio.h>

#include "probe/say.h"

enum {
	IDLE_MS = 60000,
	OPEN_MS = 5000, /* the spool's records come first, if it opens */
	BACK_OFF_MS = 1000,
	BACK_OFF_MAX_MS = 300000,
	SPREAD_MS = 3,
	SOON_MAX = 8, /* things put right in a row */
};

static int64_t now_of(struct sinks *s)
{
	return s->h->ops->mono_ms(s->h);
}

/* ---- what to send */

static void from_ring(struct sinks *s, struct far *f, struct trip *t,
                      struct spool_line *out, size_t most)
{
	for (size_t i = 0; i < s->n && t->n < most; i++) {
		const struct held *h = ring_at(s, i);

		if (h->seq < f->cursor)
			continue;
		out[t->n].seq = h->seq;
		out[t->n++].json =
			arena_copy(t->a, (struct str){ h->json, h->n });
	}
}

/* The last file that begins at or before the cursor, else the first of all. */
static size_t file_for(const struct sinks *s, uint64_t cursor)
{
	size_t k = 0;

	while (k + 1 < s->n_files && s->file[k + 1].first <= cursor)
		k++;
	return k;
}

/* Moves the cursor over what is nowhere. */
static void skip_lost(struct sinks *s, struct far *f, uint64_t to)
{
	if (to <= f->cursor)
		return;
	f->lost += to - f->cursor;
	f->cursor = to;
	s->moved = true;
	(void)pthread_cond_signal(&s->offered);
}

/* Lines of a file from the cursor on. Lets the lock go meanwhile. False: there
 * are none, the cursor has moved behind them. */
static bool from_file(struct sinks *s, struct far *f, struct trip *t,
                      struct spool_line *out, size_t most)
{
	size_t k = file_for(s, f->cursor);
	uint64_t file = s->file[k].first;
	uint64_t end =
		k + 1 < s->n_files ? s->file[k + 1].first : ring_first(s);
	uint64_t next = f->cursor;
	struct spool_line line;
	struct err e = { 0 };
	struct str text;
	bool ok;

	if (end <= f->cursor)
		return false;
	(void)pthread_mutex_unlock(&s->lock);
	ok = spool_load(&s->store, t->a, file, &text, &e);
	while (ok && t->n < most && spool_next(&text, &line)) {
		if (line.seq < next)
			continue; /* written twice, or sent */
		next = line.seq + 1;
		out[t->n++] = line;
	}
	(void)pthread_mutex_lock(&s->lock);
	if (!ok && e.code != ERR_NOENT)
		say_event(SAY_WARN, "spool", "ok=0 why=%s",
		          say_text(str_of(e.msg)).z);
	if (!t->n)
		skip_lost(s, f, end);
	return t->n > 0;
}

/* False: nothing is left. */
static bool gather(struct sinks *s, struct far *f, struct trip *t)
{
	size_t most = f->most < SEND_LINES ? f->most : SEND_LINES;
	struct spool_line *out =
		ARENA_ARRAY(t->a, struct spool_line, SEND_LINES);

	t->line = out;
	while (f->cursor < ring_first(s)) {
		if (!s->open || !s->n_files) {
			skip_lost(s, f, ring_first(s));
			break;
		}
		if (from_file(s, f, t, out, most))
			break;
		if (f->cursor < ring_first(s) &&
		    f->cursor >= s->file[s->n_files - 1].first)
			skip_lost(s, f, ring_first(s));
	}
	if (!t->n)
		from_ring(s, f, t, out, most);
	if (t->n && t->line[0].seq > f->cursor)
		skip_lost(s, f, t->line[0].seq);
	return t->n > 0;
}

/* ---- what became of it */

static void back_off(struct sinks *s, struct far *f)
{
	int64_t spread = conf_num(&s->set->conf, CONF_FLEET) * SPREAD_MS;
	int64_t cap = spread > BACK_OFF_MAX_MS ? spread : BACK_OFF_MAX_MS;
	int64_t ms = BACK_OFF_MS;

	for (unsigned i = 0; i < f->fails && ms < cap; i++)
		ms *= 2;
	/* Full jitter: those that failed together must not come together. */
	f->next_ms =
		now_of(s) + BACK_OFF_MS / 2 + dice(&s->tx, ms < cap ? ms : cap);
	f->fails++;
}

static void failed(struct sinks *s, struct far *f, const struct err *why)
{
	if (!f->fails)
		f->failed_ms = s->h->ops->now_ms(s->h);
	(void)snprintf(f->why, sizeof(f->why), "%s", why->msg);
	back_off(s, f);
	say_event(SAY_WARN, "sink", "name=%s ok=0 waiting=%llu why=%s",
	          sink_info[f->id].word,
	          (unsigned long long)(s->next - f->cursor),
	          say_text(str_of(f->why)).z);
}

static void done(struct sinks *s, struct far *f, const struct trip *t)
{
	int64_t now = s->h->ops->now_ms(s->h);

	f->cursor = t->line[t->used - 1].seq + 1;
	f->sent += t->used - t->refused;
	f->lost += t->refused;
	s->moved = true;
	if (t->refused) {
		(void)snprintf(f->why, sizeof(f->why), "%s", t->why.msg);
		say_event(SAY_WARN, "sink", "name=%s refused=%zu why=%s",
		          sink_info[f->id].word, t->refused,
		          say_text(str_of(f->why)).z);
	} else {
		f->well_ms = now;
		f->why[0] = '\0';
	}
	if (f->fails)
		say_event(SAY_INFO, "sink",
		          "name=%s ok=1 after_s=%lld waiting=%llu",
		          sink_info[f->id].word,
		          (long long)(now - f->failed_ms) / 1000,
		          (unsigned long long)(s->next - f->cursor));
	f->fails = 0;
	ring_shrink(s);
	(void)pthread_cond_signal(&s->offered);
}

static enum far_end attempt(struct sinks *s, struct far *f, struct trip *t)
{
	switch (f->id) {
	case SINK_PUT_METRIC_DATA:
		return metricdata_send(s, f, t);
	case SINK_EMF_PORT:
		return emfport_send(s, f, t);
	default:
		return logs_send(s, f, t);
	}
}

/* The spool may have opened meanwhile: then all numbers have moved. */
static void conclude(struct sinks *s, struct far *f, struct trip *t,
                     enum far_end end, uint64_t base, uint64_t cursor)
{
	uint64_t moved = s->base - base;

	if (end == FAR_FAILED) {
		failed(s, f, &t->why);
	} else if (end == FAR_DONE && f->cursor == cursor + moved) {
		struct spool_line *last =
			(struct spool_line *)(uintptr_t)&t->line[t->used - 1];

		last->seq += moved;
		done(s, f, t);
	}
}

/* Sends until nothing is left or it does not work. */
static void serve(struct sinks *s, struct far *f)
{
	unsigned soon = 0;
	enum far_end end = FAR_DONE;

	while (!s->quit || now_of(s) < s->stop_ms) {
		struct trip t = { .a = &s->tx.mem };
		uint64_t base, cursor;

		arena_reset(&s->tx.mem);
		if (!gather(s, f, &t))
			return;
		base = s->base;
		cursor = f->cursor;
		s->tx.call_ms =
			s->quit ? (unsigned)(s->stop_ms - now_of(s)) : CALL_MS;
		(void)pthread_mutex_unlock(&s->lock);
		end = attempt(s, f, &t);
		(void)pthread_mutex_lock(&s->lock);
		if (end == FAR_SOON && ++soon > SOON_MAX) {
			(void)err_set(&t.why, ERR_BUSY, 0,
			              "%s: no way to put it right",
			              sink_info[f->id].word);
			end = FAR_FAILED;
		}
		conclude(s, f, &t, end, base, cursor);
		if (end == FAR_DONE)
			soon = 0;
		if (end == FAR_FAILED || end == FAR_LATER)
			return;
	}
}

static bool may_begin(struct sinks *s)
{
	return s->tried || s->quit || now_of(s) - s->began_ms > OPEN_MS;
}

/* When the next one is due. */
static int64_t turn(struct sinks *s)
{
	int64_t due = now_of(s) + IDLE_MS;
	bool all = s->urgent;

	if (!may_begin(s))
		return s->began_ms + OPEN_MS + 1;
	s->urgent = false;
	s->tx.hurry = all;
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		struct far *f = &s->far[i];

		if (!f->on || f->cursor >= s->next)
			continue;
		if (all || f->next_ms <= now_of(s))
			serve(s, f);
		if (f->cursor < s->next && f->next_ms < due)
			due = f->next_ms;
	}
	return due;
}

void *sender_main(void *arg)
{
	struct sinks *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		bool last = s->quit;
		bool early = !may_begin(s);
		int64_t due = turn(s), left;

		if (last)
			break;
		left = due - now_of(s);
		if (!s->quit && (early || !s->urgent) && left > 0)
			(void)sinks_wait(&s->ready, &s->lock, left);
	}
	s->gone[1] = true;
	(void)pthread_cond_broadcast(&s->ended);
	(void)pthread_cond_signal(&s->offered);
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}
