#include "probe/collect.h"

enum {
	ASK_MS = 800,
	AGAIN_MS = 1500,
	WENT_MAX_US = 60000000,
	SLACK_US = 10000, /* our clock was set meanwhile if it is off by more */
};
/* A clock in step is right to the millisecond. */
#define OFF_US INT64_C(1000000)

static const char *const servers[NTP_SERVERS] = { "169.254.169.123",
	                                          "fd00:ec2::123" };

static void drift(struct fact_ntp *out, const struct ntp_answer *one,
                  const struct ntp_answer *two)
{
	int64_t went = two->got_us - one->got_us;
	int64_t truly = two->mono_us - one->mono_us;
	int64_t error = (one->said.delay_us + two->said.delay_us) / 2;
	int64_t jump = two->said.offset_us - one->said.offset_us;

	if (went <= 0 || went > WENT_MAX_US || went - truly > SLACK_US ||
	    truly - went > SLACK_US || jump > went || jump < -went)
		return;
	out->drift_known = true;
	out->drift_ppb = jump * 1000000 / went * 1000;
	out->drift_error_ppb = error * 1000000 / went * 1000;
}

static void ask_again(struct collect *c, struct fact_ntp *out)
{
	const struct ntp_answer *one = &out->row[out->best].answer;
	struct ntp_req q = { .server = out->row[out->best].server,
		             .tag = "again",
		             .wait_ms = AGAIN_MS };
	struct ntp_answer two;
	int64_t off = one->said.offset_us;

	if (off <= OFF_US && off >= -OFF_US)
		return;
	q.timeout_ms = collect_left_ms(c, ASK_MS + AGAIN_MS);
	if (q.timeout_ms <= AGAIN_MS)
		return;
	q.timeout_ms -= AGAIN_MS;
	c->h->ops->ntp(c->h, c->a, &q, 1, &two);
	if (two.err.code == ERR_NONE && ntp_usable(&two.said))
		drift(out, one, &two);
}

bool collect_ntp(struct collect *c, struct fact_ntp *out, struct err *e)
{
	struct ntp_req q[NTP_SERVERS] = { { 0 } };
	struct ntp_answer r[NTP_SERVERS];
	size_t unrecorded = 0;

	for (size_t i = 0; i < NTP_SERVERS; i++) {
		q[i].server = servers[i];
		q[i].timeout_ms = collect_left_ms(c, ASK_MS);
	}
	c->h->ops->ntp(c->h, c->a, q, NTP_SERVERS, r);
	for (size_t i = 0; i < NTP_SERVERS; i++) {
		struct ntp_row *row = &out->row[i];

		*row = (struct ntp_row){ servers[i], r[i], false };
		row->usable =
			r[i].err.code == ERR_NONE && ntp_usable(&r[i].said);
		if (row->usable && !out->any) {
			out->any = true;
			out->best = i;
		}
		unrecorded += r[i].err.os == HOST_UNRECORDED;
	}
	if (unrecorded == NTP_SERVERS) {
		*e = r[0].err;
		return false;
	}
	if (out->any)
		ask_again(c, out);
	return true;
}
