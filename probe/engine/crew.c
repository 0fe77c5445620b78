/*
 * Threads, not the pool of libuv: its pool aborts the program when no thread
 * can be made, and that is one of the sicknesses we are called for. Where a
 * thread cannot be had, the collector runs right here; its own deadlines hold.
 *
 * A worker writes into a struct of its own. Only when it ends in time is that
 * copied into the facts, under the lock; one that comes later finds its slot
 * closed. Until then its group is not asked again, and the memory it writes to
 * stays.
 */
#include "crew.h"

#include <stdlib.h>
#include <uv.h>

#include "probe/collect.h"
#include "probe/mem.h"

enum { STACK_BYTES = 512 * 1024, HANDOVER_MS = 150 };

/* Groups that read what the kernel has in memory and nothing else: they cannot
 * hang, and a thread would cost more than they do. */
#define AT_ONCE (FACT_BIT(MEM) | FACT_BIT(KERNEL) | FACT_BIT(CLOCK))

/* Groups that wait for a socket of this host alone, each time with a limit. One
 * that is all there is left to do needs no thread, either. */
#define KEEPS_TIME FACT_BIT(AGENT)

enum job_state {
	JOB_ENDED,
	JOB_WAITING,
	JOB_RUNNING,
	JOB_LEFT, /* over its time and still running */
	JOB_BACK, /* was left, and has ended since */
};

/* What one collection took, and what the facts it gave point into. It lives
 * until another one has replaced it and nobody is left that was built on it. */
struct batch {
	unsigned refs;
	struct batch *under[FACT_COUNT]; /* what it was built on */
	struct facts got; /* the groups it needs, as they were then */
	struct arena arena;
	/* The worker's alone until it has ended: one that is left behind goes
	 * on writing here. */
	void *own; /* its struct fact_x */
};

struct job {
	struct crew *crew;
	enum fact_group group;
	enum job_state state;
	bool threaded;
	int64_t began_ms, until_ms;
	struct collect c;
	struct batch *now;  /* what the facts point into, or NULL */
	struct batch *next; /* what is being collected, or NULL */
	struct err err;
	uv_thread_t thread;
};

struct crew {
	struct host *h;
	struct facts *facts;
	int64_t until_ms; /* of this look */
	uv_mutex_t lock;
	uv_cond_t ended;
	struct job jobs[FACT_COUNT];
};

static const struct row {
	size_t at, size;
	unsigned deadline_ms;
	uint32_t needs;
} rows[FACT_COUNT] = {
#define FACT(up, low, deadline, needs_)              \
	[FACT_##up] = { offsetof(struct facts, low), \
		        sizeof(struct fact_##low), deadline, needs_ },
#include "probe/facts.def"
#undef FACT
};

static bool call(struct job *j)
{
	switch (j->group) {
#define FACT(up, low, deadline, needs_) \
	case FACT_##up:                 \
		return collect_##low(&j->c, j->next->own, &j->err);
#include "probe/facts.def"
#undef FACT
	default:
		return err_set(&j->err, ERR_ARG, 0, "no such group");
	}
}

unsigned collect_left_ms(const struct collect *c, unsigned want)
{
	int64_t left = c->until_ms - c->h->ops->mono_ms(c->h);

	return left < 1 ? 1 : left < (int64_t)want ? (unsigned)left : want;
}

static struct seen *seen_of(struct facts *f, enum fact_group g)
{
	return (struct seen *)(void *)((char *)f + rows[g].at);
}

static void drop(struct batch *b)
{
	if (!b || --b->refs)
		return;
	for (unsigned g = 0; g < FACT_COUNT; g++)
		drop(b->under[g]); /* as deep as needs are: four */
	free(b->own);
	free(b->arena.base);
	free(b);
}

/* Puts what the worker found, or (why) that it did not, into the facts.
 * Locked. */
static void hand_over(struct job *j, const struct err *why)
{
	struct facts *f = j->crew->facts;
	struct seen *s = seen_of(f, j->group);
	int64_t now = j->crew->h->ops->mono_ms(j->crew->h);
	int64_t ms = j->state == JOB_WAITING ? 0 : now - j->began_ms;
	char what[48] = "ms/";

	strncat(what, facts_name(j->group), sizeof(what) - 4);
	drop(j->now);
	j->now = NULL;
	if (!why) {
		memcpy((char *)f + rows[j->group].at, j->next->own,
		       rows[j->group].size);
		s->state = SEEN_OK;
		j->now = j->next;
		j->next = NULL;
		mem_idle(j->now->arena.base + j->now->arena.used,
		         j->now->arena.cap - j->now->arena.used);
	} else {
		memset((char *)f + rows[j->group].at, 0, rows[j->group].size);
		s->why = *why;
		s->state =
			why->os == HOST_UNRECORDED ? SEEN_ABSENT : SEEN_FAILED;
	}
	s->ms = (int32_t)j->crew->h->ops->measured(j->crew->h, what, ms);
	j->state = JOB_ENDED;
}

static void work(void *arg)
{
	struct job *j = arg;
	struct crew *crew = j->crew;
	bool ok = call(j);

	uv_mutex_lock(&crew->lock);
	if (j->state == JOB_RUNNING)
		hand_over(j, ok ? NULL : &j->err);
	else
		j->state = JOB_BACK;
	uv_mutex_unlock(&crew->lock);
	/* Behind the lock: who waits need not wake only to wait for that. */
	uv_cond_signal(&crew->ended);
}

static bool is_open(const struct job *j)
{
	return j->state == JOB_WAITING || j->state == JOB_RUNNING;
}

/* Have all groups that j needs ended, or were they never asked for? */
static bool ready(const struct crew *crew, const struct job *j)
{
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (rows[j->group].needs >> g & 1 && is_open(&crew->jobs[g]))
			return false;
	return true;
}

/* The groups j needs, copied: they may be looked at anew while a worker that
 * was left behind still reads them. */
static void give(struct job *j)
{
	const struct facts *f = j->crew->facts;

	j->next->got.now_ms = f->now_ms;
	for (unsigned g = 0; g < FACT_COUNT; g++) {
		struct batch *b = j->crew->jobs[g].now;

		if (!(rows[j->group].needs & (UINT32_C(1) << g)))
			continue;
		memcpy((char *)&j->next->got + rows[g].at,
		       (const char *)f + rows[g].at, rows[g].size);
		j->next->under[g] = b;
		if (b)
			b->refs++;
	}
}

static bool job_init(struct job *j, const struct pass_opts *o)
{
	struct crew *crew = j->crew;
	int64_t own;

	j->began_ms = crew->h->ops->mono_ms(crew->h);
	own = j->began_ms + rows[j->group].deadline_ms;
	j->until_ms = own < crew->until_ms ? own : crew->until_ms;
	j->next = calloc(1, sizeof(*j->next));
	if (!j->next)
		return false;
	j->next->refs = 1;
	j->next->own = calloc(1, rows[j->group].size);
	j->next->arena =
		(struct arena){ malloc(COLLECT_ARENA), 0, COLLECT_ARENA };
	if (!j->next->own || !j->next->arena.base)
		return false;
	give(j);
	j->c = (struct collect){ crew->h, &j->next->arena, &j->next->got,
		                 j->until_ms - HANDOVER_MS, o->log_window_ms };
	return true;
}

static bool needs_thread(const struct job *j)
{
	bool others = false;

	for (unsigned g = 0; g < FACT_COUNT; g++)
		others |= g != j->group && is_open(&j->crew->jobs[g]);
	return !(AT_ONCE >> j->group & 1) &&
	       (others || !(KEEPS_TIME >> j->group & 1));
}

/* Starts one job. Called locked; a job that runs right here lets go of it. */
static void begin(struct job *j, const struct pass_opts *o)
{
	const uv_thread_options_t how = { .flags = UV_THREAD_HAS_STACK_SIZE,
		                          .stack_size = STACK_BYTES };

	j->state = JOB_RUNNING;
	if (!job_init(j, o)) {
		(void)err_set(&j->err, ERR_BUSY, 0, "no memory to look at it");
		hand_over(j, &j->err);
		return;
	}
	j->threaded = needs_thread(j) &&
	              uv_thread_create_ex(&j->thread, &how, work, j) == 0;
	if (j->threaded)
		return;
	uv_mutex_unlock(&j->crew->lock);
	work(j);
	uv_mutex_lock(&j->crew->lock);
}

/* Starts what can start; gives up what is over its time. The number of jobs
 * that have not ended. Locked. */
static size_t step(struct crew *crew, const struct pass_opts *o, int64_t *next)
{
	int64_t now = crew->h->ops->mono_ms(crew->h);
	size_t open = 0;
	struct err late;

	*next = crew->until_ms;
	for (unsigned g = 0; g < FACT_COUNT; g++) {
		struct job *j = &crew->jobs[g];

		if (j->state == JOB_WAITING && now >= crew->until_ms) {
			(void)err_set(&late, ERR_TIME, 0,
			              "not reached before the deadline");
			hand_over(j, &late);
		} else if (j->state == JOB_WAITING && ready(crew, j)) {
			begin(j, o);
		}
		if (j->state == JOB_RUNNING && now >= j->until_ms) {
			(void)err_set(&late, ERR_TIME, 0,
			              "stuck: no answer within %lld ms",
			              (long long)(j->until_ms - j->began_ms));
			hand_over(j, &late);
			j->state = JOB_LEFT;
		}
		open += is_open(j);
		if (j->state == JOB_RUNNING && j->until_ms < *next)
			*next = j->until_ms;
	}
	return open;
}

/* Locked: a worker that has ended needs the lock no more. */
static void join_ended(struct crew *crew)
{
	for (unsigned g = 0; g < FACT_COUNT; g++) {
		struct job *j = &crew->jobs[g];

		if (j->state == JOB_BACK)
			j->state = JOB_ENDED;
		if (j->state != JOB_ENDED)
			continue;
		if (j->threaded)
			(void)uv_thread_join(&j->thread);
		j->threaded = false;
		drop(j->next);
		j->next = NULL;
	}
}

/* Some jobs start only when another has ended in the very same step. */
static void run(struct crew *crew, const struct pass_opts *o)
{
	int64_t next, wait_ms;

	uv_mutex_lock(&crew->lock);
	while (step(crew, o, &next)) {
		bool more = false;

		for (unsigned g = 0; g < FACT_COUNT; g++)
			if (crew->jobs[g].state == JOB_WAITING &&
			    ready(crew, &crew->jobs[g]))
				more = true;
		wait_ms = next - crew->h->ops->mono_ms(crew->h);
		if (!more && wait_ms > 0)
			(void)uv_cond_timedwait(&crew->ended, &crew->lock,
			                        (uint64_t)wait_ms * 1000000);
	}
	uv_mutex_unlock(&crew->lock);
}

uint32_t crew_closure(uint32_t wanted)
{
	for (uint32_t before = 0; before != wanted;) {
		before = wanted;
		for (unsigned g = 0; g < FACT_COUNT; g++)
			if (wanted & (UINT32_C(1) << g))
				wanted |= rows[g].needs;
	}
	return wanted;
}

uint32_t crew_stuck(struct crew *crew)
{
	uint32_t bits = 0;

	if (!crew)
		return 0;
	uv_mutex_lock(&crew->lock);
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (crew->jobs[g].state == JOB_LEFT)
			bits |= UINT32_C(1) << g;
	uv_mutex_unlock(&crew->lock);
	return bits;
}

void crew_free(struct crew *crew)
{
	if (!crew || crew_stuck(crew))
		return;
	join_ended(crew);
	for (unsigned g = 0; g < FACT_COUNT; g++)
		drop(crew->jobs[g].now);
	uv_cond_destroy(&crew->ended);
	uv_mutex_destroy(&crew->lock);
	free(crew);
}

struct crew *crew_new(struct host *h, struct facts *facts)
{
	struct crew *crew = calloc(1, sizeof(*crew));

	if (!crew || uv_mutex_init(&crew->lock))
		goto out;
	if (uv_cond_init(&crew->ended)) {
		uv_mutex_destroy(&crew->lock);
		goto out;
	}
	crew->h = h;
	crew->facts = facts;
	for (unsigned g = 0; g < FACT_COUNT; g++) {
		crew->jobs[g].crew = crew;
		crew->jobs[g].group = (enum fact_group)g;
	}
	return crew;
out:
	free(crew);
	return NULL;
}

void crew_look(struct crew *crew, uint32_t due, const struct pass_opts *o,
               int64_t until_ms)
{
	crew->until_ms = until_ms;
	crew->facts->now_ms = crew->h->ops->now_ms(crew->h);
	uv_mutex_lock(&crew->lock);
	join_ended(crew);
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (due >> g & 1 && crew->jobs[g].state == JOB_ENDED)
			crew->jobs[g].state = JOB_WAITING;
	uv_mutex_unlock(&crew->lock);
	run(crew, o);
	uv_mutex_lock(&crew->lock);
	join_ended(crew);
	uv_mutex_unlock(&crew->lock);
}
