/* clock.h - who of the clock's witnesses is to be believed. */
#ifndef PROBE_CHECKS_CLOCK_H
#define PROBE_CHECKS_CLOCK_H

#include "probe/check.h"
#include "probe/when.h"

/* AWS refuses signatures that are more off (SigV4; the wire notes of every
 * service say 5 minutes). */
#define SIGV4_MS INT64_C(300000)

enum clock_side {
	CLOCK_NOBODY,        /* no witness */
	CLOCK_DATES,         /* AWS's answers alone */
	CLOCK_SERVICE,       /* the time service alone */
	CLOCK_BOTH,          /* they agree */
	CLOCK_SERVICE_FALSE, /* believe the Dates */
	CLOCK_DATES_FALSE,   /* believe the time service */
	CLOCK_TOLD_APART,    /* and no way to tell who is wrong */
};

static inline int64_t clock_size(int64_t ms)
{
	return ms < 0 ? -ms : ms;
}

/* By the best answer of the time service; 0 without one. */
static inline int64_t clock_service_ms(const struct fact_clock *c)
{
	return c->asked && c->ntp.any
	               ? c->ntp.row[c->ntp.best].answer.said.offset_us / 1000
	               : 0;
}

/* What AWS does with our signatures contradicts this witness. */
static inline bool clock_refuted(const struct fact_clock *c, int64_t ms,
                                 int64_t agree_ms)
{
	return (c->taken == CLOCK_TAKEN &&
	        clock_size(ms) > SIGV4_MS + agree_ms) ||
	       (c->taken == CLOCK_REFUSED &&
	        clock_size(ms) < SIGV4_MS - agree_ms);
}

static inline enum clock_side clock_side(const struct fact_clock *c,
                                         int64_t agree_ms)
{
	int64_t service = clock_service_ms(c), dates = c->skew_ms;
	bool s, d;

	if (!c->asked || !c->ntp.any)
		return c->skew_n ? CLOCK_DATES : CLOCK_NOBODY;
	if (!c->skew_n)
		return CLOCK_SERVICE;
	if (clock_size(service - dates) <= agree_ms)
		return CLOCK_BOTH;
	s = clock_refuted(c, service, agree_ms);
	d = clock_refuted(c, dates, agree_ms);
	if (s != d)
		return s ? CLOCK_SERVICE_FALSE : CLOCK_DATES_FALSE;
	if (clock_size(dates) <= agree_ms)
		return CLOCK_SERVICE_FALSE;
	/* A clock that follows the time service is no second witness. */
	if (clock_size(service) <= agree_ms && c->kernel && !c->synced)
		return CLOCK_DATES_FALSE;
	return CLOCK_TOLD_APART;
}

/* How far we are off (positive: behind), by whom there is to believe. */
static inline int64_t clock_skew_ms(const struct fact_clock *c,
                                    enum clock_side side)
{
	int64_t service = clock_service_ms(c);

	switch (side) {
	case CLOCK_NOBODY:
		return 0;
	case CLOCK_DATES:
	case CLOCK_SERVICE_FALSE:
		return c->skew_ms;
	case CLOCK_TOLD_APART:
		return clock_size(service) < clock_size(c->skew_ms)
		               ? service
		               : c->skew_ms;
	default:
		return service;
	}
}

/* Milliseconds until we are five minutes off at that rate (positive: we fall
 * behind); -1: never, or already. */
static inline int64_t clock_left_ms(int64_t skew_ms, int64_t rate_ppb)
{
	int64_t left = SIGV4_MS - clock_size(skew_ms);

	if (left <= 0 || rate_ppb == 0)
		return -1;
	if (skew_ms && (skew_ms > 0) != (rate_ppb > 0))
		return -1; /* it comes nearer */
	return left * INT64_C(1000000000) / clock_size(rate_ppb);
}

#define AHEAD(ms) ((ms) < 0 ? "ahead" : "behind")
#define SECONDS(ms) ((long long)clock_size(ms) / 1000)

/* "90 s behind" */
static inline void clock_name(struct findings *out, int64_t ms)
{
	check_namef(out, NAME_VALUE, "%lld s %s", SECONDS(ms), AHEAD(ms));
}

/* A time that fits on the stack. */
struct clock_text {
	_Alignas(16) unsigned char mem[256];
};
static inline struct str clock_when(struct clock_text *t, int64_t ms)
{
	struct arena a = { t->mem, 0, sizeof(t->mem) };

	return when_text(&a, ms);
}

#endif
