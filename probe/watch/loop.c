/* The daemon's loop: one timer, the sources, four signals, the pass's end. */
#include "loop.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "probe/say.h"

enum {
	HURRY_MS = 120000, /* looked at more often after something happened */
	LEAVE_MS = 1500,   /* a pass that hangs holds us no longer */
};

int64_t loop_now(const struct loop *l)
{
	return l->h->ops->mono_ms(l->h);
}

void loop_wake(struct loop *l, uint32_t groups)
{
	pace_wake(&l->pace, groups, loop_now(l));
}

void loop_hurry(struct loop *l)
{
	int64_t now = loop_now(l);

	pace_hurry(&l->pace, now + HURRY_MS, now);
}

/* ---- settings */

static void apply(struct loop *l)
{
	const struct settings *s = &l->set[l->cur];
	int64_t half = l->opts->watchdog_ms / 2;

	l->step.set = s;
	l->pace.interval_ms = conf_num(&s->conf, CONF_INTERVAL);
	l->pace.network_ms = conf_num(&s->conf, CONF_NETWORK_INTERVAL);
	l->pace.most_ms = half;
}

static bool load(struct loop *l, unsigned into, struct err *e)
{
	arena_reset(&l->conf_mem[into]);
	return settings_load(l->h, &l->conf_mem[into], l->opts->conf,
	                     &l->set[into], e);
}

/* Not while a pass looks at the old ones. */
static void take_new(struct loop *l)
{
	if (!l->reloaded)
		return;
	l->cur = 1 - l->cur;
	l->reloaded = false;
	apply(l);
	l->pace.tick_ms = loop_now(l);
}

/* Folders do not move while we run: the new ones are for the next start. */
static bool same_place(const struct loop *l, unsigned to, enum conf_id id)
{
	return str_eq(conf_text(&l->set[l->cur].conf, id),
	              conf_text(&l->set[to].conf, id));
}

static void reload(struct loop *l)
{
	struct err e = { 0 };
	unsigned other = 1 - l->cur;

	tell_reload(l, true);
	if (!load(l, other, &e)) {
		say_event(SAY_ERR, "reload", "ok=0 kept=old why=%s n=%u",
		          say_text(str_of(e.msg)).z, ++l->events);
		(void)snprintf(l->bad_conf, sizeof(l->bad_conf), "%s", e.msg);
		l->reloaded = false;
	} else {
		say_event(SAY_INFO, "reload", "ok=1%s n=%u",
		          same_place(l, other, CONF_STATE_DIR) &&
		                          same_place(l, other, CONF_RUN_DIR)
		                  ? ""
		                  : " folders=\"at the next start\"",
		          ++l->events);
		l->bad_conf[0] = '\0';
		l->reloaded = true;
	}
	tell_reload(l, false);
}

/* ---- a pass begins, a pass ends */

static void begin(struct loop *l, uint32_t due)
{
	struct err e;

	if (l->source[SOURCE_FILES].fd >= 0 && !files_arm(l, due, &e))
		say_event(SAY_WARN, "blind", "source=files why=%s",
		          say_text(str_of(e.msg)).z);
	worker_start(&l->worker, due);
}

static void ended(struct loop *l)
{
	bool answered = l->out.docker_answers;

	worker_out(&l->worker, &l->out);
	memcpy(l->pace.cost_ms, l->out.cost_ms, sizeof(l->pace.cost_ms));
	/* What tasks saw of a sick agent is over with the act. */
	if (l->pace.proving && !l->out.proving)
		loop_wake(l, FACT_BIT(TASKS));
	l->pace.proving = l->out.proving;
	if (l->out.hurry)
		loop_hurry(l);
	if (l->out.docker_answers && !answered)
		source_wanted(l, SOURCE_DOCKER);
	if (!l->ready)
		tell_ready(l);
	l->ready = true;
	tell_pass(l);
}

static void leave(struct loop *l)
{
	say_event(SAY_INFO, "stop", "passes=%u hung=%d", l->out.n,
	          worker_busy(&l->worker));
	if (worker_busy(&l->worker))
		_exit(0); /* a thread that never comes back holds exit() */
	uv_stop(&l->uv);
}

static uint32_t told(const struct loop *l)
{
	uint32_t groups = files_told(l);

	if (l->source[SOURCE_DOCKER].fd >= 0 && l->docker.answered)
		groups |= FACT_BIT(DOCKER);
	return groups;
}

static void on_timer(uv_timer_t *t)
{
	loop_turn(t->data);
}

void loop_turn(struct loop *l)
{
	int64_t now = loop_now(l), next;
	bool busy = worker_busy(&l->worker), pass = false;
	uint32_t due;

	if (l->stopping) {
		if (!busy || now >= l->leave_ms) {
			leave(l);
			return;
		}
		next = l->leave_ms;
	} else {
		next = sources_turn(l, now);
		l->pace.told = told(l);
		if (!busy) {
			take_new(l);
			due = pace_take(&l->pace, now, &pass);
			if (pass)
				begin(l, due);
			else if (pace_next(&l->pace) < next)
				next = pace_next(&l->pace);
		}
	}
	uv_update_time(&l->uv);
	if (next == PACE_NEVER)
		(void)uv_timer_stop(&l->timer);
	else
		(void)uv_timer_start(&l->timer, on_timer,
		                     next > now ? (uint64_t)(next - now) : 1,
		                     0);
}

static void on_done(uv_async_t *a)
{
	struct loop *l = a->data;

	if (!worker_busy(&l->worker))
		ended(l);
	loop_turn(l);
}

static void on_signal(uv_signal_t *s, int signum)
{
	struct loop *l = s->data;

	if (signum == SIGHUP) {
		reload(l);
	} else if (signum == SIGUSR1) {
		tell_state(l);
	} else if (!l->stopping) {
		tell_stop(l);
		l->stopping = true;
		l->leave_ms = loop_now(l) + LEAVE_MS;
	}
	loop_turn(l);
}

/* ---- start and end */

static bool signals(struct loop *l)
{
	static const int numbers[4] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1 };

	for (int i = 0; i < 4; i++) {
		if (uv_signal_init(&l->uv, &l->sig[i]) ||
		    uv_signal_start(&l->sig[i], on_signal, numbers[i]))
			return false;
		l->sig[i].data = l;
	}
	return true;
}

/* One at a time: by a lock in run-dir. */
static bool folder(struct loop *l, struct err *e)
{
	const struct conf *c = &l->set[0].conf;

	return store_open(&l->run, conf_text(c, CONF_RUN_DIR).p, e) &&
	       store_lock(&l->run, "daemon.lock", &l->lock, e);
}

static bool parts(struct loop *l, struct err *e)
{
	int rc;

	if (!step_init(&l->step, l->h, &l->set[0]))
		return err_set(e, ERR_BUSY, 0, "no memory");
	l->step.notes.run = l->run;
	apply(l);
	rc = uv_loop_init(&l->uv);
	if (!rc)
		rc = uv_timer_init(&l->uv, &l->timer);
	if (!rc)
		rc = uv_async_init(&l->uv, &l->done, on_done);
	if (!rc)
		rc = worker_init(&l->worker, &l->step, &l->done);
	if (rc || !signals(l))
		return err_set(e, ERR_BUSY, 0, "event loop: %s",
		               rc ? uv_strerror(rc) : "no signal handler");
	l->timer.data = l->done.data = l;
	return true;
}

static bool start(struct loop *l, struct err *e)
{
	for (int i = 0; i < 2; i++) {
		l->conf_mem[i].base = malloc(SETTINGS_ARENA);
		l->conf_mem[i].cap = SETTINGS_ARENA;
		if (!l->conf_mem[i].base)
			return err_set(e, ERR_BUSY, 0, "no memory");
	}
	return load(l, 0, e) && folder(l, e) && parts(l, e);
}

/* Never longer than a moment: what cannot be waited for is left to exit(). */
static void finish(struct loop *l)
{
	worker_end(&l->worker);
	sources_end(l);
	if (!step_end(&l->step))
		_exit(0);
	store_close(&l->run);
}

int daemon_run(struct host *h, const struct daemon_opts *o)
{
	static struct loop l;
	struct err e = { 0 };
	int64_t now = h->ops->mono_ms(h);

	l = (struct loop){
		.h = h, .opts = o, .lock = -1, .run = { -1 }, .began_ms = now
	};
	if (!start(&l, &e)) {
		say_event(SAY_ERR, "start", "ok=0 why=%s",
		          say_text(str_of(e.msg)).z);
		return 1;
	}
	l.pace.seed =
		(uint32_t)h->ops->now_ms(h) * 2654435761u ^ (uint32_t)getpid();
	pace_init(&l.pace, now);
	sources_init(&l);
	say_event(SAY_INFO, "start", "version=%s pid=%ld interval_s=%lld",
	          PROBE_VERSION, (long)getpid(),
	          (long long)l.pace.interval_ms / 1000);
	loop_turn(&l);
	(void)uv_run(&l.uv, UV_RUN_DEFAULT);
	finish(&l);
	return 0;
}
