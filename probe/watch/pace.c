#include "probe/pace.h"

#include "probe/look.h"

enum pace_kind { PACE_LOCAL, PACE_NETWORK };

static const struct row {
	enum pace_kind kind;
	enum { PACE_TIMED, PACE_TOLD } teller;
	int64_t times, hurry_ms, gap_ms;
	uint32_t with;
} rows[FACT_COUNT] = {
#define PACE(group, kind_, times_, hurry_, gap_, teller_, with_) \
	[FACT_##group] = { .kind = PACE_##kind_,                 \
		           .teller = PACE_##teller_,             \
		           .times = times_,                      \
		           .hurry_ms = hurry_,                   \
		           .gap_ms = gap_,                       \
		           .with = with_ },
#include "probe/pace.def"
#undef PACE
};

enum {
	PACE_ROWS = 0
#define PACE(...) +1
#include "probe/pace.def"
#undef PACE
};
_Static_assert((int)PACE_ROWS == (int)FACT_COUNT, "a row for each fact group");

/* A look that nobody asked for may take one part in so many of the time. */
#define THRIFT 3000

#define BIT(g) (UINT32_C(1) << (g))

/* What tells that an act has helped, and how often it is looked at then. */
#define PROOF (BIT(FACT_AGENT) | BIT(FACT_CONTROL))
#define PROOF_MS 1000

/* How often this group is looked at in a hurry; 0: no more often. */
static int64_t hurried(const struct pace *p, unsigned g, int64_t now)
{
	if (now >= p->hurry_until_ms)
		return 0;
	return p->proving && PROOF & BIT(g) ? PROOF_MS : rows[g].hurry_ms;
}

int64_t pace_regular_ms(enum fact_group g, int64_t interval_ms,
                        int64_t network_ms)
{
	return rows[g].times *
	       (rows[g].kind == PACE_NETWORK ? network_ms : interval_ms);
}

/* How often this group is looked at, as things are. */
static int64_t period(const struct pace *p, unsigned g, int64_t now)
{
	const struct row *r = &rows[g];
	bool blind = r->teller == PACE_TOLD && !(p->told & BIT(g));
	int64_t hurry = hurried(p, g, now);
	int64_t ms = blind ? p->interval_ms
	                   : pace_regular_ms((enum fact_group)g, p->interval_ms,
	                                     p->network_ms);

	if (hurry && hurry < ms)
		ms = hurry;
	return ms;
}

/* The time from one regular look to the next. */
static int64_t tick(const struct pace *p, int64_t now)
{
	int64_t ms = p->interval_ms;

	for (unsigned g = 0; g < FACT_COUNT; g++) {
		int64_t hurry = hurried(p, g, now);

		if (hurry && hurry < ms)
			ms = hurry;
	}
	return p->most_ms && p->most_ms < ms ? p->most_ms : ms;
}

/* Up to a tenth less, so that a fleet does not ask in step. */
static int64_t jitter(struct pace *p, int64_t ms)
{
	p->seed = p->seed * 1664525 + 1013904223;
	return ms - ms / 10 * (int64_t)(p->seed >> 16 & 1023) / 1024;
}

void pace_init(struct pace *p, int64_t now_ms)
{
	for (unsigned g = 0; g < FACT_COUNT; g++)
		p->last_ms[g] = now_ms - 30 * INT64_C(86400000);
	p->tick_ms = now_ms;
	p->woken = 0;
}

void pace_wake(struct pace *p, uint32_t groups, int64_t now_ms)
{
	if (!p->woken)
		p->woken_ms = now_ms;
	p->woken |= groups;
}

void pace_note(struct pace *p, uint32_t groups)
{
	p->noted |= groups;
}

void pace_hurry(struct pace *p, int64_t until_ms, int64_t now_ms)
{
	if (until_ms > p->hurry_until_ms)
		p->hurry_until_ms = until_ms;
	if (p->tick_ms > now_ms + tick(p, now_ms))
		p->tick_ms = now_ms + tick(p, now_ms);
}

/* When a group that was woken may be looked at. */
static int64_t ripe(const struct pace *p, unsigned g)
{
	int64_t quiet = p->woken_ms + PACE_QUIET_MS;
	int64_t gap = p->last_ms[g] + rows[g].gap_ms;

	return gap > quiet ? gap : quiet;
}

int64_t pace_next(const struct pace *p)
{
	int64_t next = p->tick_ms;

	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (p->woken & BIT(g) && ripe(p, g) < next)
			next = ripe(p, g);
	return next;
}

static bool has_turn(const struct pace *p, unsigned g, int64_t now)
{
	int64_t age = now - p->last_ms[g], leave = tick(p, now) / 2;
	int64_t dear = now < p->hurry_until_ms ? 0 : THRIFT * p->cost_ms[g];

	if (age < rows[g].gap_ms)
		return false;
	/* Half a tick of leave: groups stay together. */
	return age + leave >= period(p, g, now) ||
	       (p->noted & BIT(g) && age >= dear);
}

/* When the helper has to look, which is once for all that are due, those that
 * would soon have their turn go with it; when it looks at tasks, what it sees
 * on the way as well. */
static uint32_t company(const struct pace *p, uint32_t due, int64_t now)
{
	uint32_t shown = look_groups(LOOK_NEAR) | look_groups(LOOK_FAR);
	uint32_t on_the_way = due & look_groups(LOOK_FAR) ? look_always() : 0;
	int64_t leave = tick(p, now) / 2;
	uint32_t more = 0;

	if (!(due & shown))
		return 0;
	for (unsigned g = 0; g < FACT_COUNT; g++) {
		int64_t age = now - p->last_ms[g];
		int64_t fifth = period(p, g, now) / 5;

		if (shown & BIT(g) && age >= rows[g].gap_ms &&
		    (age + leave >= 4 * fifth ||
		     (on_the_way & BIT(g) && age >= fifth)))
			more |= BIT(g);
	}
	return more;
}

static uint32_t regular(const struct pace *p, int64_t now)
{
	uint32_t due = 0;

	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (has_turn(p, g, now))
			due |= BIT(g);
	return due;
}

uint32_t pace_take(struct pace *p, int64_t now_ms, bool *pass)
{
	uint32_t due = 0;

	*pass = now_ms >= p->tick_ms;
	if (*pass) {
		due = regular(p, now_ms);
		p->tick_ms = now_ms + jitter(p, tick(p, now_ms));
	}
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (p->woken & BIT(g) && now_ms >= ripe(p, g))
			due |= BIT(g);
	if (now_ms >= p->hurry_until_ms)
		due |= company(p, due, now_ms);
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (rows[g].with & due)
			due |= BIT(g);
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (due & BIT(g))
			p->last_ms[g] = now_ms;
	p->woken &= ~due;
	p->noted &= ~due;
	*pass = *pass || due;
	return due;
}
