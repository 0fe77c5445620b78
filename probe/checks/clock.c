#include "clock.h"

#define RATE_MAX_PPB INT64_C(1000000000)
#define SOON_MS (INT64_C(30) * 86400000)

static void skew(const struct fact_clock *c, enum clock_side side,
                 enum finding_id id, struct findings *out)
{
	int64_t ms = clock_skew_ms(c, side);

	if (side == CLOCK_NOBODY)
		return;
	if (side == CLOCK_DATES || side == CLOCK_SERVICE_FALSE ||
	    (side == CLOCK_TOLD_APART && ms == c->skew_ms))
		check_raise(
			out, id, "%lld s %s AWS's by the Date of %u answers",
			SECONDS(ms), ms < 0 ? "ahead of" : "behind", c->skew_n);
	else if (side == CLOCK_BOTH)
		check_raise(out, id,
		            "%lld.%03d s %s by the time service, and by the "
		            "Date of %u answers",
		            SECONDS(ms), (int)(clock_size(ms) % 1000),
		            AHEAD(ms), c->skew_n);
	else
		check_raise(out, id, "%lld.%03d s %s by the time service",
		            SECONDS(ms), (int)(clock_size(ms) % 1000),
		            AHEAD(ms));
	clock_name(out, ms);
}

/* How fast it runs away, where two packets told, and when that breaks. */
static void drift(const struct facts *f, int64_t ms, struct findings *out)
{
	const struct fact_ntp *n = &f->clock.ntp;
	int64_t rate = n->drift_ppb, left = clock_left_ms(ms, rate);
	struct clock_text t;
	struct str when;

	if (!f->clock.asked || !n->drift_known || left < 0 || left > SOON_MS ||
	    clock_size(rate) <= 2 * n->drift_error_ppb ||
	    clock_size(rate) > RATE_MAX_PPB)
		return;
	when = clock_when(&t, f->now_ms + ms + left);
	check_raise(out, FIND_CLOCK_RUNS_AWAY,
	            "%s by %lld s an hour (give or take %lld), %lld s %s now: "
	            "five minutes at " STR_FMT,
	            rate < 0 ? "gains" : "falls behind",
	            (long long)clock_size(rate) * 36 / 10000000,
	            (long long)n->drift_error_ppb * 36 / 10000000 + 1,
	            SECONDS(ms), AHEAD(ms), STR_ARG(when));
	check_namef(out, NAME_VALUE, "%lld s an hour",
	            (long long)clock_size(rate) * 36 / 10000000);
	check_name(out, NAME_WANT, when);
}

static void kernel(const struct facts *f, enum clock_side side,
                   enum finding_id id, struct findings *out)
{
	const struct fact_clock *c = &f->clock;
	int64_t ms = clock_skew_ms(c, side), left;
	struct clock_text t;
	struct str when = { NULL, 0 };

	if (c->kernel && c->synced && id != FIND_CLOCK_OK)
		check_raise(out, FIND_CLOCK_SYNC_FALSE,
		            "the kernel's word: in step, to %lld ms; %lld s %s",
		            (long long)c->max_error_us / 1000, SECONDS(ms),
		            AHEAD(ms));
	if (!c->kernel || c->synced || id == FIND_CLOCK_SKEWED)
		return;
	left = clock_left_ms(ms, ms < 0 ? -c->tolerance_ppb : c->tolerance_ppb);
	/* Where the rate was measured, the worst one is of no interest. */
	if (side != CLOCK_NOBODY && left >= 0 && !c->ntp.drift_known)
		when = clock_when(&t, f->now_ms + ms + left);
	/* An unsynchronised clock that agrees is a matter for later. */
	check_raise(
		out,
		side != CLOCK_NOBODY && id == FIND_CLOCK_OK
			? FIND_CLOCK_UNSYNCED_FINE
			: FIND_CLOCK_UNSYNCED,
		"the kernel says that nothing keeps the clock in step%s" STR_FMT
		"%s",
		when.n ? "; five minutes off no sooner than " : "",
		STR_ARG(when),
		when.n ? ", at the worst rate that it allows for" : "");
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_clock *c = &f->clock;
	enum clock_side side = clock_side(c, lim->clock_agree_s * 1000);
	int64_t s = clock_size(clock_skew_ms(c, side)) / 1000;
	enum finding_id id = s > lim->clock_skew_crit_s   ? FIND_CLOCK_SKEWED
	                     : s > lim->clock_skew_warn_s ? FIND_CLOCK_DRIFTING
	                                                  : FIND_CLOCK_OK;

	skew(c, side, id, out);
	drift(f, clock_skew_ms(c, side), out);
	kernel(f, side, id, out);
}

const struct check check_clock = {
	.id = "clock",
	.title = "the clock agrees with AWS's",
	.why = "AWS refuses signatures that are more than five minutes off, "
	       "with words that read like wrong keys or a denial. Amazon's "
	       "time "
	       "service, the Date of AWS's answers and the kernel are asked.",
	.needs = FACT_BIT(CLOCK),
	.judge = judge,
};
