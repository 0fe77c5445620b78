#include "probe/check.h"

static int64_t size_of(int64_t ms)
{
	return ms < 0 ? -ms : ms;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_clock *c = &f->clock;
	int64_t s = size_of(c->skew_ms) / 1000;
	enum finding_id id = s > lim->clock_skew_crit_s   ? FIND_CLOCK_SKEWED
	                     : s > lim->clock_skew_warn_s ? FIND_CLOCK_DRIFTING
	                                                  : FIND_CLOCK_OK;

	if (c->skew_n) {
		check_raise(out, id, "%lld s %s by the Date of %u answers",
		            (long long)s,
		            c->skew_ms < 0 ? "ahead of AWS's" : "behind AWS's",
		            c->skew_n);
		check_namef(out, NAME_VALUE, "%lld s %s", (long long)s,
		            c->skew_ms < 0 ? "ahead" : "behind");
	}
	/* An unsynchronised clock that agrees is a matter for later. */
	if (c->kernel && !c->synced && id != FIND_CLOCK_SKEWED)
		check_raise(out,
		            c->skew_n && id == FIND_CLOCK_OK
		                    ? FIND_CLOCK_UNSYNCED_FINE
		                    : FIND_CLOCK_UNSYNCED,
		            "the kernel says that nothing keeps the clock in "
		            "step");
}

const struct check check_clock = {
	.id = "clock",
	.title = "the clock agrees with AWS's",
	.why = "AWS refuses signatures that are more than five minutes off, "
	       "with words that read like wrong keys or a denial.",
	.needs = FACT_BIT(CLOCK),
	.judge = judge,
};
