#include "clock.h"

/* Two witnesses that contradict each other, and who is wrong. */
static void liar(const struct fact_clock *c, enum clock_side side,
                 struct findings *out)
{
	int64_t service = clock_service_ms(c);
	const char *why = c->taken == CLOCK_TAKEN ? ", signatures are taken"
	                  : c->taken == CLOCK_REFUSED
	                          ? ", signatures are refused"
	                          : "";
	enum finding_id id = side == CLOCK_SERVICE_FALSE
	                             ? FIND_TIME_SERVICE_FALSE
	                     : side == CLOCK_DATES_FALSE ? FIND_DATES_FALSE
	                                                 : FIND_CLOCK_APART;

	if (side < CLOCK_SERVICE_FALSE)
		return;
	check_raise(out, id,
	            "this clock is %lld s %s by the time service (%s) and %lld "
	            "s %s by the Date of %u answers%s",
	            SECONDS(service), AHEAD(service),
	            c->ntp.row[c->ntp.best].server, SECONDS(c->skew_ms),
	            AHEAD(c->skew_ms), c->skew_n, why);
	check_name(out, NAME_ADDRESS, str_of(c->ntp.row[c->ntp.best].server));
	clock_name(out, side == CLOCK_SERVICE_FALSE ? -service : -c->skew_ms);
}

static void silent(const struct fact_clock *c, struct findings *out)
{
	const struct ntp_answer *a = &c->ntp.row[0].answer;

	if (c->ntp.any)
		return;
	if (a->err.code != ERR_NONE)
		check_raise(out, FIND_TIME_SERVICE_SILENT, "%s: %s",
		            c->ntp.row[0].server, err_text(a->err.code));
	else
		check_raise(out, FIND_TIME_SERVICE_SILENT,
		            "%s answers without a time: stratum %u, leap %u %s",
		            c->ntp.row[0].server, a->said.stratum, a->said.leap,
		            a->said.ref);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_clock *c = &f->clock;

	liar(c, clock_side(c, lim->clock_agree_s * 1000), out);
	silent(c, out);
}

const struct check check_time_service = {
	.id = "time_service",
	.title = "Amazon's time service answers, and agrees with AWS",
	.why = "169.254.169.123 is where chronyd gets the time from. Where it "
	       "and the Date of AWS's answers disagree, what AWS does with our "
	       "signatures tells who is wrong: they are good for five minutes.",
	.needs = FACT_BIT(NTP) | FACT_BIT(CLOCK),
	.judge = judge,
};
