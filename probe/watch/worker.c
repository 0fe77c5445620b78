/* The thread of the pass. It is made once, at the start: later there may be no
 * thread to be had. */
#include "loop.h"

enum { STACK_BYTES = 1024 * 1024 };

static void work(void *arg)
{
	struct worker *w = arg;
	struct outcome out = { 0 };

	uv_mutex_lock(&w->lock);
	for (;;) {
		uint32_t due;

		while (!w->busy && !w->quit)
			uv_cond_wait(&w->go, &w->lock);
		if (w->quit)
			break;
		due = w->due;
		uv_mutex_unlock(&w->lock);
		step_run(w->step, due, &out);
		uv_mutex_lock(&w->lock);
		w->out = out;
		w->busy = false;
		uv_mutex_unlock(&w->lock);
		(void)uv_async_send(w->done);
		uv_mutex_lock(&w->lock);
	}
	uv_mutex_unlock(&w->lock);
}

int worker_init(struct worker *w, struct step *step, uv_async_t *done)
{
	const uv_thread_options_t how = { .flags = UV_THREAD_HAS_STACK_SIZE,
		                          .stack_size = STACK_BYTES };
	int rc;

	*w = (struct worker){ .step = step, .done = done };
	rc = uv_mutex_init(&w->lock);
	if (rc)
		return rc;
	rc = uv_cond_init(&w->go);
	if (!rc) {
		rc = uv_thread_create_ex(&w->thread, &how, work, w);
		if (!rc)
			return 0;
		uv_cond_destroy(&w->go);
	}
	uv_mutex_destroy(&w->lock);
	return rc;
}

void worker_start(struct worker *w, uint32_t due)
{
	uv_mutex_lock(&w->lock);
	w->due = due;
	w->busy = true;
	uv_mutex_unlock(&w->lock);
	uv_cond_signal(&w->go);
}

bool worker_busy(struct worker *w)
{
	bool busy;

	uv_mutex_lock(&w->lock);
	busy = w->busy;
	uv_mutex_unlock(&w->lock);
	return busy;
}

void worker_out(struct worker *w, struct outcome *out)
{
	uv_mutex_lock(&w->lock);
	*out = w->out;
	uv_mutex_unlock(&w->lock);
}

void worker_end(struct worker *w)
{
	uv_mutex_lock(&w->lock);
	w->quit = true;
	uv_cond_signal(&w->go);
	uv_mutex_unlock(&w->lock);
	(void)uv_thread_join(&w->thread);
	uv_cond_destroy(&w->go);
	uv_mutex_destroy(&w->lock);
}
