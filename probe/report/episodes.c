#include "probe/history.h"

#include "probe/when.h"

#define LATE_MS (15 * 60 * 1000) /* an act's outcome may follow its cure */
#define YEAR_2200_MS INT64_C(7258118400000)

/* What is worth a line when it becomes another. */
static const enum field_id watched[] = {
	FIELD_INSTANCE,       FIELD_AMI,
	FIELD_KERNEL,         FIELD_AGENT_VERSION,
	FIELD_DOCKER_VERSION, FIELD_CLUSTER,
	FIELD_PROBE_VERSION,
};

void history_begin(struct history *h, int64_t now_ms, int64_t from_ms)
{
	*h = (struct history){ .now_ms = now_ms,
		               .from_ms = from_ms,
		               .first_ms = WHEN_NONE,
		               .last_ms = WHEN_NONE };
	for (size_t i = 0; i < HISTORY_CELLS; i++)
		h->cell[i] = SEV_COUNT;
}

static void copy(char *out, size_t cap, struct str s)
{
	s = str_head(s, cap - 1);
	if (s.n)
		memcpy(out, s.p, s.n);
	out[s.n] = '\0';
}

static enum severity severity_of(struct str word)
{
	for (unsigned i = 0; i < SEV_COUNT; i++)
		if (str_eq(word, str_of(sev_name[i])))
			return (enum severity)i;
	return SEV_UNKNOWN;
}

/* ---- the chart */

/* Nothing is known, then ok, then the rest by weight. */
static bool outranks(enum severity a, enum severity b)
{
	return b == SEV_COUNT || (a != SEV_COUNT && a > b);
}

static void paint(struct history *h, int64_t from, int64_t to,
                  enum severity sev)
{
	int64_t begin = h->now_ms - (int64_t)HISTORY_CELLS * HISTORY_CELL_MS;

	if (from < begin)
		from = begin;
	if (to > h->now_ms)
		to = h->now_ms;
	for (; from <= to; from += HISTORY_CELL_MS) {
		int64_t i = (from - begin) / HISTORY_CELL_MS;

		if (i >= HISTORY_CELLS)
			i = HISTORY_CELLS - 1;
		if (outranks(sev, h->cell[i]))
			h->cell[i] = sev;
		from -= (from - begin) % HISTORY_CELL_MS;
	}
}

/* ---- what became another */

static void watch(struct history *h, const struct record *r, int64_t at)
{
	for (size_t i = 0; i < sizeof(watched) / sizeof(*watched); i++) {
		enum field_id f = watched[i];
		char *was = h->known[f];
		struct turned *t;

		if (!r->s[f].n || str_eq(str_head(r->s[f], 63), str_of(was)))
			continue;
		if (was[0] && at >= h->from_ms) {
			t = &h->turned[h->n_turned++ % HISTORY_CHANGES];
			*t = (struct turned){ .at_ms = at, .what = f };
			copy(t->from, sizeof(t->from), str_of(was));
			copy(t->to, sizeof(t->to), r->s[f]);
		}
		copy(was, sizeof(h->known[f]), r->s[f]);
	}
}

/* ---- episodes */

static struct episode *newest(struct history *h)
{
	return &h->episode[(h->n_episodes - 1) % HISTORY_EPISODES];
}

static void close_at(struct history *h, int64_t at)
{
	struct episode *e = newest(h);

	h->open = false;
	e->to_ms = at > e->from_ms ? at : e->from_ms;
	if (e->to_ms < h->from_ms)
		h->n_episodes--; /* too old to be asked for */
}

static void begin(struct history *h, const struct record *r, int64_t at)
{
	struct episode *e = &h->episode[h->n_episodes++ % HISTORY_EPISODES];
	int64_t since = r->n[FIELD_SINCE_MS];

	*e = (struct episode){ .from_ms = at, .to_ms = WHEN_NONE };
	/* Since when it stands, unless a clock that jumped says it. */
	if (since >= 0 && since <= at && at - since < INT64_C(30) * 86400000)
		e->from_ms = since;
	copy(e->cause, sizeof(e->cause), r->s[FIELD_CAUSE]);
	h->open = true;
}

static void fill(struct episode *e, const struct record *r)
{
	enum severity sev = severity_of(r->s[FIELD_STATUS]);

	if (sev > e->status)
		e->status = sev;
	if (r->s[FIELD_CLASS].n)
		copy(e->class, sizeof(e->class), r->s[FIELD_CLASS]);
	if (r->s[FIELD_TITLE].n)
		copy(e->title, sizeof(e->title), r->s[FIELD_TITLE]);
	if (r->s[FIELD_RESTART].n)
		copy(e->restart, sizeof(e->restart), r->s[FIELD_RESTART]);
	if (r->s[FIELD_WHY_NOT].n && !e->acts)
		copy(e->why_not, sizeof(e->why_not), r->s[FIELD_WHY_NOT]);
}

/* One act may be told twice: when it is done, and when its outcome is known;
 * the record of a recovery may tell it once more. */
static void acted(struct history *h, const struct record *r, int64_t at,
                  bool own)
{
	struct episode *e;
	bool told;

	if (!h->n_episodes)
		return;
	e = newest(h);
	if (!h->open && at - e->to_ms > LATE_MS)
		return;
	told = e->acts && (!e->outcome[0] || strcmp(e->outcome, "open") == 0);
	if (!own && !e->acts)
		return;
	e->acts += own && !told;
	copy(e->action, sizeof(e->action), r->s[FIELD_ACTION]);
	copy(e->outcome, sizeof(e->outcome), r->s[FIELD_OUTCOME]);
	e->why_not[0] = '\0';
}

static bool is_kind(const struct record *r, enum record_kind k)
{
	return str_eq(r->s[FIELD_KIND], str_of(record_kind_text[k]));
}

static void follow(struct history *h, const struct record *r, int64_t at)
{
	bool well = str_eq(r->s[FIELD_STATUS], STR("ok"));
	bool other = h->open && !str_eq(str_head(r->s[FIELD_CAUSE], 63),
	                                str_of(newest(h)->cause));

	if (h->open && (well || other)) {
		int64_t took = r->n[FIELD_DURATION_MS];
		int64_t end = at;

		if (took >= 0 && took <= at - newest(h)->from_ms)
			end = newest(h)->from_ms + took;
		close_at(h, end);
	}
	if (!well && !h->open)
		begin(h, r, at);
	if (h->open) {
		fill(newest(h), r);
		newest(h)->seen_ms = at;
	}
}

void history_add(struct history *h, const struct record *r)
{
	int64_t at = r->n[FIELD_AT_MS];

	if (at < 0 || at > YEAR_2200_MS)
		return; /* no clock says so */
	if (h->last_ms != WHEN_NONE && !h->stopped && at >= h->last_ms &&
	    at - h->last_ms <= HISTORY_GAP_MS)
		paint(h, h->last_ms, at, h->stands);
	h->records++;
	if (h->first_ms == WHEN_NONE)
		h->first_ms = at;
	h->last_ms = at;
	watch(h, r, at);
	if (r->s[FIELD_STATUS].n) {
		follow(h, r, at);
		h->stands = severity_of(r->s[FIELD_STATUS]);
		paint(h, at, at, h->stands);
	}
	if (r->s[FIELD_ACTION].n &&
	    (is_kind(r, RECORD_ACT) || is_kind(r, RECORD_RECOVERY)))
		acted(h, r, at, is_kind(r, RECORD_ACT));
	h->stopped = is_kind(r, RECORD_STOP); /* nobody looks from here on */
}

/* ---- what is kept */

size_t history_episodes(const struct history *h)
{
	return h->n_episodes < HISTORY_EPISODES ? h->n_episodes
	                                        : HISTORY_EPISODES;
}

const struct episode *history_episode(const struct history *h, size_t i)
{
	size_t first = h->n_episodes - history_episodes(h);

	return &h->episode[(first + i) % HISTORY_EPISODES];
}

size_t history_turns(const struct history *h)
{
	return h->n_turned < HISTORY_CHANGES ? h->n_turned : HISTORY_CHANGES;
}

const struct turned *history_turn(const struct history *h, size_t i)
{
	size_t first = h->n_turned - history_turns(h);

	return &h->turned[(first + i) % HISTORY_CHANGES];
}
