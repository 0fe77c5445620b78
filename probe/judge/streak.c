/* streak.c - the steady clock, and what stands: raise late, clear early. */
#include "probe/memory.h"

#include "probe/when.h"

/* So many times clear-after of looks that tell nothing make what stood unknown;
 * never sooner than a minute. */
enum { BLIND_TIMES = 10, BLIND_MIN_MS = 60000 };
/* memory_save() at the latest after so much time. */
#define SAVE_EVERY_MS (10 * 60 * (int64_t)1000)

static void keep_text(char *to, size_t cap, struct str s)
{
	s = str_head(s, cap - 1);
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

int64_t memory_since(const struct memory_clock *k, int64_t mono_ms,
                     struct str boot)
{
	bool known = boot.n && k->boot[0];
	bool same = known && str_eq(boot, str_of(k->boot));

	if (k->mono_ms < 0 || mono_ms < 0)
		return 0;
	if (k->mono_ms < mono_ms) /* on one boot: somebody's mistake */
		return same ? 0 : k->mono_ms;
	/* Another boot: at least as long as this one has lasted. Where it
	 * cannot be told the smaller of both is safe. */
	return known && !same ? k->mono_ms : k->mono_ms - mono_ms;
}

int64_t memory_tick(struct memory *m, int64_t wall_ms, int64_t mono_ms,
                    struct str boot)
{
	struct memory_clock *k = &m->clock, was = *k;
	bool again;

	keep_text(k->boot, sizeof(k->boot), boot);
	k->mono_ms = mono_ms;
	k->wall_ms = wall_ms;
	again = strcmp(k->boot, was.boot) != 0 ||
	        (mono_ms < was.mono_ms && !k->boot[0]);
	if (was.now_ms == 0)
		return k->now_ms = 1; /* 0 stands for never */
	k->now_ms += memory_since(k, was.mono_ms, str_of(was.boot));
	if (!again)
		return k->now_ms;
	m->changed = true;
	/* What an earlier boot showed confirms nothing on this one. */
	for (size_t i = 0; i < m->n_streaks; i++)
		m->streak[i].n_at = 0;
	return k->now_ms;
}

int64_t memory_wall(const struct memory *m, int64_t at_ms)
{
	return m->clock.wall_ms - (m->clock.now_ms - at_ms);
}

bool memory_due(const struct memory *m)
{
	return m->changed || m->clock.now_ms - m->saved_ms >= SAVE_EVERY_MS;
}

int64_t memory_held_ms(const struct memory *m)
{
	const struct hold *h = &m->hold;
	const struct memory_clock *k = &m->clock;
	int64_t gone;

	if (!h->on)
		return 0;
	if (str_eq(str_of(h->boot), str_of(k->boot)) &&
	    k->mono_ms >= h->mono_ms)
		gone = k->mono_ms - h->mono_ms;
	else if (k->wall_ms - h->wall_ms > k->mono_ms)
		gone = k->wall_ms - h->wall_ms;
	else
		gone = k->mono_ms;
	return gone < h->for_ms ? h->for_ms - gone : 0;
}

/* ---- streaks */

/* What really lasts repeats within the hour (an instance that was deregistered
 * is told so once an hour). */
#define LOG_NEWS_MS (2 * 3600 * (int64_t)1000)

static bool is_news(const struct pass *p, size_t cause)
{
	for (size_t i = 0; i < p->found.n; i++) {
		const struct finding *f = &p->found.list[i];

		if (f->explained_by == (int)cause &&
		    (f->last_ms == WHEN_NONE ||
		     p->facts->now_ms - f->last_ms < LOG_NEWS_MS))
			return true;
	}
	return false;
}

const struct diagnosis *memory_root(const struct pass *p)
{
	for (size_t i = 0; p->verdict.root && i < p->n_causes; i++)
		if (is_news(p, i))
			return &p->causes[i];
	return p->verdict.root;
}

static struct streak *find(struct memory *m, enum cause_id id)
{
	for (size_t i = 0; i < m->n_streaks; i++)
		if (m->streak[i].cause == id)
			return &m->streak[i];
	return NULL;
}

const struct streak *memory_streak(const struct memory *m, enum cause_id id)
{
	for (size_t i = 0; i < m->n_streaks; i++)
		if (m->streak[i].cause == id)
			return &m->streak[i];
	return NULL;
}

size_t memory_confirmed(const struct memory *m, enum cause_id id,
                        int64_t window_ms, int64_t now_ms)
{
	const struct streak *s = memory_streak(m, id);
	size_t n = 0;

	while (s && n < s->n_at && now_ms - s->at[n] <= window_ms)
		n++;
	return n;
}

/* A place for a new one; when there is none, that of the one seen last the
 * longest ago. */
static struct streak *place(struct memory *m)
{
	struct streak *oldest = &m->streak[0];

	if (m->n_streaks < MEMORY_STREAKS)
		return &m->streak[m->n_streaks++];
	for (size_t i = 1; i < MEMORY_STREAKS; i++)
		if (m->streak[i].last_ms < oldest->last_ms)
			oldest = &m->streak[i];
	return oldest;
}

static void sight(struct memory *m, enum cause_id id, bool root, int64_t now_ms)
{
	struct streak *s = find(m, id);

	if (!s) {
		s = place(m);
		*s = (struct streak){ .cause = id, .since_ms = now_ms };
		m->changed = true;
	}
	s->last_ms = now_ms;
	if (s->seen < UINT32_MAX)
		s->seen++;
	if (!root || (s->n_at && now_ms - s->at[0] < MEMORY_APART_MS))
		return;
	if (s->n_at < MEMORY_SIGHTINGS)
		s->n_at++;
	memmove(&s->at[1], &s->at[0], (s->n_at - 1) * sizeof(s->at[0]));
	s->at[0] = now_ms;
}

static void forget(struct memory *m, int64_t older_ms, int64_t now_ms)
{
	size_t k = 0;

	for (size_t i = 0; i < m->n_streaks; i++)
		if (m->streak[i].last_ms == now_ms ||
		    now_ms - m->streak[i].last_ms < older_ms)
			m->streak[k++] = m->streak[i];
	m->changed = m->changed || k != m->n_streaks;
	m->n_streaks = k;
}

/* ---- what stands */

static int64_t blind_ms(const struct conf *c)
{
	int64_t ms = BLIND_TIMES * conf_num(c, CONF_CLEAR_AFTER);

	return ms < BLIND_MIN_MS ? BLIND_MIN_MS : ms;
}

/* Puts v in the place of what stood, and was last seen at end_ms. */
static struct change stand(struct memory *m, struct raised v, int64_t end_ms)
{
	struct raised was = m->raised;
	const struct raised *told = was.status == SEV_OK ? &v : &was;
	struct change ch = {
		.kind = was.status == SEV_OK ? CHANGE_RAISED
		        : v.status == SEV_OK ? CHANGE_CLEARED
		                             : CHANGE_OTHER,
		.from = was.cause,
		.to = v.cause,
		.from_status = was.status,
		.to_status = v.status,
		.since_ms = memory_wall(m, told->since_ms),
		.duration_ms = was.status == SEV_OK ? 0 : end_ms - was.since_ms,
	};

	v.since_wall_ms = memory_wall(m, v.since_ms);
	m->raised = v;
	m->changed = true;
	return ch;
}

static bool ripe(const struct streak *s, const struct conf *c, int64_t now_ms)
{
	return s && s->seen >= conf_num(c, CONF_RAISE_COUNT) &&
	       now_ms - s->since_ms >= conf_num(c, CONF_RAISE_AFTER);
}

/* Whether a ripe verdict takes the place of the one that stands. Two that come
 * in turns must not flap: the deeper one stays while it is seen now and then.
 */
static bool displaces(const struct memory *m, enum severity status,
                      enum cause_id id, int64_t gone_ms, int64_t now_ms)
{
	const struct raised *r = &m->raised;
	const struct streak *old = memory_streak(m, r->cause);

	if (r->status < SEV_WARN)
		return true;
	if (r->status == status && r->cause == id)
		return false;
	if (r->cause == id || status > r->status || !old)
		return true;
	if (status == r->status && id != CAUSE_NONE &&
	    (r->cause == CAUSE_NONE || id < r->cause))
		return true;
	return now_ms - old->last_ms >= gone_ms;
}

/* A look that told nothing. */
static struct change blind(struct memory *m, const struct conf *c,
                           int64_t now_ms)
{
	const struct raised unknown = { .status = SEV_UNKNOWN,
		                        .class = CLASS_OTHER,
		                        .since_ms = m->blind_since_ms
		                                            ? m->blind_since_ms
		                                            : now_ms };

	if (!m->blind_since_ms)
		m->blind_since_ms = now_ms;
	if (now_ms - m->blind_since_ms < blind_ms(c))
		return (struct change){ .kind = CHANGE_NONE };
	forget(m, blind_ms(c), now_ms);
	if (m->raised.status == SEV_UNKNOWN)
		return (struct change){ .kind = CHANGE_NONE };
	return stand(m, unknown, now_ms);
}

static void well(struct memory *m, const struct pass *p, const struct conf *c,
                 int64_t now_ms)
{
	if (p->verdict.status == SEV_OK)
		m->good_wall_ms = m->clock.wall_ms;
	if (p->verdict.status == SEV_CRIT) {
		m->well_since_ms = 0;
		return;
	}
	if (!m->well_since_ms)
		m->well_since_ms = now_ms;
	if (now_ms - m->well_since_ms >= conf_num(c, CONF_CLEAR_AFTER))
		m->well_ms = now_ms;
}

/* A look that told something. */
static struct change settle(struct memory *m, const struct pass *p,
                            const struct conf *c, int64_t now_ms)
{
	const struct verdict *v = &p->verdict;
	enum cause_id id = v->root ? v->root->id : CAUSE_NONE;
	int64_t gone_ms = conf_num(c, CONF_CLEAR_AFTER);
	const struct streak *s = memory_streak(m, m->raised.cause);
	int64_t end_ms =
		m->raised.status >= SEV_WARN && s ? s->last_ms : now_ms;

	forget(m, gone_ms, now_ms);
	s = memory_streak(m, id);
	if (v->status >= SEV_WARN && ripe(s, c, now_ms) &&
	    displaces(m, v->status, id, gone_ms, now_ms))
		return stand(m,
		             (struct raised){ .status = v->status,
		                              .cause = id,
		                              .class = v->class,
		                              .since_ms = s->since_ms },
		             end_ms);
	if (m->raised.status == SEV_OK ||
	    (m->raised.status >= SEV_WARN && memory_streak(m, m->raised.cause)))
		return (struct change){ .kind = CHANGE_NONE };
	return stand(
		m,
		(struct raised){ .class = CLASS_HEALTHY, .since_ms = now_ms },
		end_ms);
}

/* Whose memory is it? */
static void own(struct memory *m, struct str id)
{
	struct memory mine = { .clock = m->clock,
		               .raised.class = CLASS_HEALTHY,
		               .hold = m->hold,
		               .release_wall_ms = m->release_wall_ms,
		               .ledger_bad = m->ledger_bad };

	if (id.n == 0 || id.n >= MEMORY_ID_MAX ||
	    str_eq(id, str_of(m->instance)))
		return;
	if (m->instance[0]) {
		memcpy(mine.ledger_why, m->ledger_why, MEMORY_TEXT_MAX);
		*m = mine;
	}
	keep_text(m->instance, sizeof(m->instance), id);
	m->changed = true;
}

struct change memory_update(struct memory *m, const struct pass *p,
                            const struct conf *c, int64_t now_ms)
{
	const struct diagnosis *root = memory_root(p);
	const struct verdict *v = &p->verdict;

	own(m, p->facts->imds.instance_id);
	if (v->status == SEV_UNKNOWN)
		return blind(m, c, now_ms);
	m->blind_since_ms = 0;
	for (size_t i = 0; i < p->n_causes; i++)
		sight(m, p->causes[i].id, &p->causes[i] == root, now_ms);
	if (!v->root && v->status >= SEV_WARN)
		sight(m, CAUSE_NONE, true, now_ms);
	well(m, p, c, now_ms);
	return settle(m, p, c, now_ms);
}
