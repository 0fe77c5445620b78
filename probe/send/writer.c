/* writer.c - the thread that keeps records on disk and serves the sinks of this
 * host. It holds the lock but while it waits for a disk. */
#include "send.h"

#include <stdio.h>

#include "probe/say.h"

enum { AGAIN_MS = 10000, SAVE_MS = 1000, CALM_MS = 60000 };

static int64_t now_of(struct sinks *s)
{
	return s->h->ops->mono_ms(s->h);
}

static bool any_far(const struct sinks *s)
{
	for (unsigned i = 0; i < SINK_COUNT; i++)
		if (s->far[i].on)
			return true;
	return false;
}

static void disk_failed(struct sinks *s, const struct err *e)
{
	s->try_ms = now_of(s) + AGAIN_MS;
	say_event(SAY_WARN, "spool", "ok=0 why=%s", say_text(str_of(e->msg)).z);
	(void)snprintf(s->disk_why, sizeof(s->disk_why), "%s", e->msg);
}

static void disk_well(struct sinks *s)
{
	if (s->disk_why[0])
		say_event(SAY_INFO, "spool", "ok=1");
	s->disk_why[0] = '\0';
}

/* ---- opening it */

/* What was sent before the disk told how far we had come: numbers move up
 * behind those on it. */
static void adopt(struct sinks *s, const struct spool_state *st, bool known,
                  uint64_t behind)
{
	uint64_t base = behind;

	for (unsigned i = 0; known && i < SINK_COUNT; i++)
		if (st->cursor[i] > base)
			base = st->cursor[i];
	for (size_t i = 0; i < s->n; i++)
		ring_at(s, i)->seq += base;
	s->base = base;
	s->next += base;
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		struct far *f = &s->far[i];
		uint64_t saved = known        ? st->cursor[i]
		                 : s->n_files ? s->file[0].first
		                              : base;

		if (known && !st->known[i])
			saved = base; /* new: not what was before it */
		f->cursor = saved < base ? saved : base + f->cursor;
	}
	if (known)
		s->dropped += st->dropped;
	s->open = s->moved = true;
}

static bool open_spool(struct sinks *s, struct err *e)
{
	const char *path = conf_text(&s->set->conf, CONF_STATE_DIR).p;
	struct spool_state st = { .dropped = 0 };
	struct store store;
	struct err none;
	uint64_t behind;
	size_t n;
	bool known;
	int fd;

	arena_reset(&s->writer_mem);
	if (!store_open(&store, path, e))
		return false;
	if (!store_lock(&store, "spool.lock", &fd, e)) {
		store_close(&store);
		return false;
	}
	if (!spool_scan(&store, &s->writer_mem, s->file, FILES_MAX, &n, &behind,
	                e)) {
		store_unlock(fd);
		store_close(&store);
		return false;
	}
	known = spool_state_load(&store, &s->writer_mem, &st, &none);
	(void)pthread_mutex_lock(&s->lock);
	s->store = store;
	s->lock_fd = fd;
	s->n_files = n;
	for (size_t i = 0; i < n; i++)
		s->bytes += s->file[i].bytes;
	adopt(s, &st, known, behind);
	(void)pthread_mutex_unlock(&s->lock);
	return true;
}

static bool opening(struct sinks *s)
{
	struct err e = { 0 };
	bool ok;

	s->tried = s->tried || !any_far(s);
	if (s->open || !any_far(s) || now_of(s) < s->try_ms)
		return false;
	(void)pthread_mutex_unlock(&s->lock);
	ok = open_spool(s, &e);
	(void)pthread_mutex_lock(&s->lock);
	s->tried = true;
	(void)pthread_cond_signal(&s->ready);
	if (!ok)
		disk_failed(s, &e);
	return ok;
}

/* ---- a record */

static struct held *held_of(struct sinks *s, uint64_t seq)
{
	for (size_t i = 0; i < s->n; i++)
		if (ring_at(s, i)->seq == seq)
			return ring_at(s, i);
	return NULL;
}

static bool showing(struct sinks *s)
{
	char line[RECORD_MAX];
	struct record r;
	struct err e;
	uint64_t seq, base;
	size_t at = 0, n;
	struct held *h;

	while (at < s->n && ring_at(s, at)->shown)
		at++;
	if (at == s->n)
		return false;
	h = ring_at(s, at);
	seq = h->seq;
	base = s->base;
	n = h->n;
	memcpy(line, h->json, n);
	(void)pthread_mutex_unlock(&s->lock);
	arena_reset(&s->writer_mem);
	if (record_parse((struct str){ line, n }, &s->writer_mem, &r, &e))
		local_write(s, &r, (struct str){ line, n });
	(void)pthread_mutex_lock(&s->lock);
	h = held_of(s, seq + (s->base - base));
	if (h)
		h->shown = true;
	ring_shrink(s);
	return true;
}

/* The file that takes the next line. */
static uint64_t last_file(const struct sinks *s, uint64_t seq)
{
	const struct spool_file *f;

	if (!s->n_files)
		return seq;
	f = &s->file[s->n_files - 1];
	return f->bytes < SPOOL_FILE_BYTES || s->n_files == FILES_MAX ? f->first
	                                                              : seq;
}

static void grown(struct sinks *s, uint64_t file, size_t n)
{
	if (!s->n_files || s->file[s->n_files - 1].first != file)
		s->file[s->n_files++] = (struct spool_file){ file, 0 };
	s->file[s->n_files - 1].bytes += n;
	s->bytes += n;
}

static bool keeping(struct sinks *s)
{
	char line[RECORD_MAX];
	struct err e = { 0 };
	struct held h, *now;
	size_t at = 0;
	uint64_t file;
	bool ok;

	while (at < s->n && ring_at(s, at)->kept)
		at++;
	if (at == s->n || !s->open || now_of(s) < s->try_ms)
		return false;
	h = *ring_at(s, at);
	if (h.seq < far_behind(s)) { /* all have it */
		ring_at(s, at)->kept = true;
		return true;
	}
	memcpy(line, h.json, h.n);
	file = last_file(s, h.seq);
	(void)pthread_mutex_unlock(&s->lock);
	ok = spool_append(&s->store, file, h.seq, (struct str){ line, h.n },
	                  h.sync, &e);
	(void)pthread_mutex_lock(&s->lock);
	if (!ok) {
		disk_failed(s, &e);
		return false;
	}
	disk_well(s);
	grown(s, file, h.n + 18);
	now = held_of(s, h.seq);
	if (now)
		now->kept = true;
	return true;
}

/* ---- what is not needed any more, or is too much */

/* How many records of a file told of others that were lost. */
static uint64_t told_lost(struct sinks *s, uint64_t file, uint64_t behind)
{
	struct spool_line line;
	struct str text;
	struct err e;
	uint64_t sum = 0, n;

	arena_reset(&s->writer_mem);
	if (!spool_load(&s->store, &s->writer_mem, file, &text, &e))
		return 0;
	while (spool_next(&text, &line)) {
		size_t at = str_find(line.json, STR("\"dropped\":"));
		struct str num = str_skip(line.json, at + 10);

		if (at == SIZE_MAX || line.seq < behind)
			continue;
		num = str_cut(&num, '}');
		num = str_cut(&num, ',');
		if (str_u64(num, &n))
			sum += n;
	}
	return sum;
}

static void forget_file(struct sinks *s)
{
	s->bytes -= s->file[0].bytes < s->bytes ? s->file[0].bytes : s->bytes;
	s->n_files--;
	memmove(s->file, s->file + 1, s->n_files * sizeof(*s->file));
}

static bool trimming(struct sinks *s)
{
	uint64_t max = (uint64_t)conf_num(&s->set->conf, CONF_SPOOL_SIZE) << 20;
	uint64_t behind = far_behind(s), file, end, from, lost = 0;
	bool over;

	if (!s->open || !s->n_files)
		return false;
	file = s->file[0].first;
	end = s->n_files > 1 ? s->file[1].first : s->next;
	over = s->n_files > 1 && s->bytes > max;
	if (!over && end > behind)
		return false;
	from = file > behind ? file : behind;
	(void)pthread_mutex_unlock(&s->lock);
	if (end > from)
		lost = end - from + told_lost(s, file, behind);
	spool_remove(&s->store, file);
	(void)pthread_mutex_lock(&s->lock);
	forget_file(s);
	s->dropped += lost;
	s->moved = s->moved || lost;
	if (lost)
		say_event(SAY_WARN, "spool", "dropped=%llu why=\"full\"",
		          (unsigned long long)lost);
	return true;
}

static bool saving(struct sinks *s)
{
	struct spool_state st = { .dropped = s->dropped };
	int64_t now = now_of(s);
	struct err e = { 0 };
	bool ok;

	if (!s->open || !s->moved || now < s->try_ms ||
	    (now - s->saved_ms < SAVE_MS && !s->quit))
		return false;
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		st.known[i] = s->far[i].on;
		st.cursor[i] = s->far[i].cursor;
	}
	s->moved = false;
	s->saved_ms = now;
	(void)pthread_mutex_unlock(&s->lock);
	arena_reset(&s->writer_mem);
	ok = spool_state_save(&s->store, &s->writer_mem, &st, &e);
	(void)pthread_mutex_lock(&s->lock);
	if (!ok) {
		s->moved = true;
		disk_failed(s, &e);
	}
	return ok;
}

/* Whoever has work for the writer calls it; the clock is for what waits. */
static int64_t rest_ms(struct sinks *s)
{
	int64_t now = now_of(s);

	if (now < s->try_ms)
		return s->try_ms - now;
	return s->moved ? SAVE_MS : CALM_MS;
}

void *writer_main(void *arg)
{
	struct sinks *s = arg;

	(void)pthread_mutex_lock(&s->lock);
	for (;;) {
		if (opening(s) || showing(s) || keeping(s) || trimming(s) ||
		    saving(s))
			continue;
		/* The sender moves cursors till its end. */
		if (s->quit && s->gone[1])
			break;
		(void)sinks_wait(&s->offered, &s->lock, rest_ms(s));
	}
	s->gone[0] = true;
	(void)pthread_cond_broadcast(&s->ended);
	(void)pthread_mutex_unlock(&s->lock);
	return NULL;
}
