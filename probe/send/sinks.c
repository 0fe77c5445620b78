#include "send.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "probe/say.h"
#include "probe/text.h"

enum {
	STACK_BYTES = 512 * 1024,
	SCRATCH = 64 * 1024,
	WRITER_MEM = 4 * 1024 * 1024, /* a folder's list; untouched else */
	SENDER_MEM = 3 * 1024 * 1024,
	SPREAD_MS = 3, /* for each instance of the fleet: 333 calls a second */
};

static uint64_t hash(struct str s)
{
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 1099511628211u;
	/* FNV's low bits alone follow a last digit closely. */
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	return h ^ h >> 33;
}

int64_t sinks_phase_ms(struct str instance, int64_t period_ms)
{
	return period_ms > 0 ? (int64_t)(hash(instance) % (uint64_t)period_ms)
	                     : 0;
}

int64_t dice(struct sender *t, int64_t n)
{
	uint64_t z = t->dice += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return n > 0 ? (int64_t)((z ^ z >> 31) % (uint64_t)n) : 0;
}

/* ---- the ring */

uint64_t far_behind(const struct sinks *s)
{
	uint64_t least = s->next;

	for (unsigned i = 0; i < SINK_COUNT; i++)
		if (s->far[i].on && s->far[i].cursor < least)
			least = s->far[i].cursor;
	return least;
}

static void ring_pop(struct sinks *s)
{
	free(ring_at(s, 0)->json);
	s->head = (s->head + 1) % RING;
	s->n--;
}

void ring_shrink(struct sinks *s)
{
	uint64_t least = far_behind(s);

	while (s->n && ring_at(s, 0)->shown && ring_at(s, 0)->seq < least)
		ring_pop(s);
}

/* A place for one more. What is on disk need not be in memory; what is not is
 * lost. */
static void make_room(struct sinks *s)
{
	struct held *h = ring_at(s, 0);

	if (s->n < RING)
		return;
	if (!h->kept && h->seq >= far_behind(s))
		s->dropped++;
	ring_pop(s);
}

/* Wakes the sender soon; others of the fleet may have seen the same. */
static void fresh(struct sinks *s)
{
	int64_t now = s->h->ops->mono_ms(s->h);
	int64_t spread = conf_num(&s->set->conf, CONF_FLEET) * SPREAD_MS;

	for (unsigned i = 0; i < SINK_COUNT; i++) {
		struct far *f = &s->far[i];

		if (f->on && f->cursor + 1 == s->next && f->next_ms <= now)
			f->next_ms = now + dice(&s->tx, spread);
	}
}

static bool changes(const struct record *r)
{
	return !str_eq(r->s[FIELD_KIND], STR("heartbeat")) &&
	       !str_eq(r->s[FIELD_KIND], STR("start"));
}

static void hold(struct sinks *s, const struct record *r)
{
	char line[RECORD_MAX];
	struct buf b = { line, 0, sizeof(line), false };
	struct record copy = *r;
	char *json;

	arena_reset(&s->scratch);
	if (s->dropped)
		copy.n[FIELD_DROPPED] = (int64_t)s->dropped;
	for (unsigned i = 0; i < SINK_COUNT; i++)
		if (s->far[i].on && s->far[i].fails)
			copy.s[FIELD_SEND_WHY] =
				text_clean(&s->scratch, str_of(s->far[i].why),
			                   field_info[FIELD_SEND_WHY].cap);
	record_json(&copy, &s->scratch, &b);
	json = malloc(b.n);
	if (!json) {
		s->dropped++;
		s->next++;
		return;
	}
	memcpy(json, b.p, b.n);
	s->ring[(s->head + s->n) % RING] = (struct held){
		.seq = s->next++, .json = json, .n = b.n, .sync = changes(r)
	};
	s->n++;
	s->dropped = 0;
}

void sinks_offer(struct sinks *s, const struct record *r)
{
	if (!s)
		return;
	(void)pthread_mutex_lock(&s->lock);
	make_room(s);
	hold(s, r);
	fresh(s);
	(void)pthread_cond_signal(&s->offered);
	(void)pthread_cond_signal(&s->ready);
	(void)pthread_mutex_unlock(&s->lock);
}

bool sinks_room(struct sinks *s)
{
	bool room;

	(void)pthread_mutex_lock(&s->lock);
	room = s->n < RING - 1 || ring_at(s, 0)->kept;
	(void)pthread_mutex_unlock(&s->lock);
	return room;
}

bool sinks_idle(struct sinks *s)
{
	bool idle;

	(void)pthread_mutex_lock(&s->lock);
	idle = s->tried && far_behind(s) == s->next;
	for (size_t i = 0; i < s->n; i++)
		idle = idle && ring_at(s, i)->shown;
	(void)pthread_mutex_unlock(&s->lock);
	return idle;
}

void sinks_hurry(struct sinks *s)
{
	(void)pthread_mutex_lock(&s->lock);
	s->urgent = true;
	(void)pthread_cond_signal(&s->ready);
	(void)pthread_mutex_unlock(&s->lock);
}

/* ---- start and stop */

static bool begin_thread(struct sinks *s, unsigned i, void *(*run)(void *))
{
	pthread_attr_t at;
	int rc;

	if (pthread_attr_init(&at))
		return false;
	(void)pthread_attr_setstacksize(&at, STACK_BYTES);
	rc = pthread_create(&s->thread[i], &at, run, s);
	(void)pthread_attr_destroy(&at);
	s->gone[i] = rc != 0;
	return rc == 0;
}

/* The settings that we were given may be read anew while we run. */
static bool own_settings(struct sinks *s, const struct settings *set)
{
	size_t n = 0;
	char *p;

	for (unsigned i = 0; i < CONF_COUNT; i++)
		n += conf_text(&set->conf, (enum conf_id)i).n + 1;
	p = s->conf_text = malloc(n);
	s->own = *set;
	s->set = &s->own;
	for (unsigned i = 0; p && i < CONF_COUNT; i++) {
		struct str *v = &s->own.conf.v[i].text;

		memcpy(p, v->n ? v->p : "", v->n);
		v->p = p;
		p += v->n;
		*p++ = '\0';
	}
	return s->conf_text != NULL;
}

static bool memory(struct sinks *s)
{
	s->file = malloc(FILES_MAX * sizeof(*s->file));
	s->scratch = (struct arena){ malloc(SCRATCH), 0, SCRATCH };
	s->writer_mem = (struct arena){ malloc(WRITER_MEM), 0, WRITER_MEM };
	s->tx.mem = (struct arena){ malloc(SENDER_MEM), 0, SENDER_MEM };
	for (int i = 0; i < 2; i++)
		s->tx.place_mem[i] = (struct arena){ malloc(AWS_PLACE_ARENA), 0,
			                             AWS_PLACE_ARENA };
	return s->file && s->scratch.base && s->writer_mem.base &&
	       s->tx.mem.base && s->tx.place_mem[0].base &&
	       s->tx.place_mem[1].base;
}

static void release(struct sinks *s)
{
	while (s->n)
		ring_pop(s);
	if (s->lock_fd >= 0)
		store_unlock(s->lock_fd);
	store_close(&s->store);
	free(s->conf_text);
	free(s->file);
	free(s->scratch.base);
	free(s->writer_mem.base);
	free(s->tx.mem.base);
	free(s->tx.place_mem[0].base);
	free(s->tx.place_mem[1].base);
	free(s);
}

static void conditions(struct sinks *s)
{
	pthread_condattr_t at;

	(void)pthread_condattr_init(&at);
	(void)pthread_condattr_setclock(&at, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&s->offered, &at);
	(void)pthread_cond_init(&s->ready, &at);
	(void)pthread_cond_init(&s->ended, &at);
	(void)pthread_condattr_destroy(&at);
	(void)pthread_mutex_init(&s->lock, NULL);
}

struct sinks *sinks_start(struct host *live, const struct settings *set)
{
	struct sinks *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->h = live;
	s->store.dir = s->lock_fd = -1;
	s->began_ms = live->ops->mono_ms(live);
	s->tx.dice = (uint64_t)s->began_ms ^ (uint64_t)(uintptr_t)s ^
	             (uint64_t)live->ops->now_ms(live) << 20;
	s->tx.call_ms = CALL_MS;
	conditions(s);
	if (!own_settings(s, set) || !memory(s)) {
		release(s);
		return NULL;
	}
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		s->far[i].id = (enum sink_id)i;
		s->far[i].on = sink_info[i].far && set->sinks >> i & 1;
		s->far[i].most = SEND_LINES;
	}
	if (!begin_thread(s, 0, writer_main)) {
		release(s);
		return NULL;
	}
	/* Without the sender records are kept, at least. */
	if (!begin_thread(s, 1, sender_main))
		say_event(SAY_ERR, "sink", "ok=0 why=\"no thread\"");
	return s;
}

bool sinks_wait(pthread_cond_t *c, pthread_mutex_t *m, int64_t ms)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += (time_t)(ms / 1000);
	at.tv_nsec += (long)(ms % 1000) * 1000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	return pthread_cond_timedwait(c, m, &at) != ETIMEDOUT;
}

bool sinks_stop(struct sinks *s, unsigned wait_ms)
{
	bool ended;

	if (!s)
		return true;
	(void)pthread_mutex_lock(&s->lock);
	s->stop_ms = s->h->ops->mono_ms(s->h) + wait_ms;
	s->quit = s->urgent = true;
	(void)pthread_cond_broadcast(&s->offered);
	(void)pthread_cond_broadcast(&s->ready);
	while (!s->gone[0] || !s->gone[1]) {
		int64_t left = s->stop_ms - s->h->ops->mono_ms(s->h);

		if (left <= 0)
			break;
		(void)sinks_wait(&s->ended, &s->lock, left);
	}
	ended = s->gone[0] && s->gone[1];
	(void)pthread_mutex_unlock(&s->lock);
	if (!ended)
		return false;
	for (int i = 0; i < 2; i++)
		if (s->thread[i])
			(void)pthread_join(s->thread[i], NULL);
	release(s);
	return true;
}

void sinks_state(struct sinks *s, struct sink_state out[SINK_COUNT])
{
	memset(out, 0, SINK_COUNT * sizeof(*out));
	if (!s)
		return;
	(void)pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		const struct far *f = &s->far[i];

		out[i].on = s->set->sinks >> i & 1;
		out[i].sent = sink_info[i].far ? f->sent : s->local_sent[i];
		out[i].lost = sink_info[i].far ? f->lost : s->local_lost[i];
		out[i].waiting = f->on ? s->next - f->cursor : 0;
		out[i].well_ms = sink_info[i].far ? f->well_ms : s->local_ms[i];
		memcpy(out[i].why, sink_info[i].far ? f->why : s->local_why[i],
		       sizeof(out[i].why));
	}
	(void)pthread_mutex_unlock(&s->lock);
}
