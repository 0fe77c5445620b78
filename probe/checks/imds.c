#include "probe/check.h"

static const char *state_words(enum err_code code, int status)
{
	return status ? "an error page" : err_text(code);
}

static void raise(struct findings *out, const struct fact_imds *m,
                  enum finding_id id, const char *what)
{
	if (m->vendor.n && !str_has(m->vendor, STR("Amazon")))
		check_raise(out, id,
		            STR_FMT ": %s (this machine's vendor is " STR_FMT
		                    ", not Amazon EC2)",
		            STR_ARG(m->endpoint), what, STR_ARG(m->vendor));
	else
		check_raise(out, id, STR_FMT ": %s", STR_ARG(m->endpoint),
		            what);
	check_name(out, NAME_ADDRESS, m->endpoint);
}

static void judge_silence(const struct fact_imds *m, struct findings *out)
{
	switch (m->state) {
	case IMDS_SILENT:
		raise(out, m, FIND_IMDS_SILENT, "no answer within the limit");
		break;
	case IMDS_REFUSED:
		raise(out, m, FIND_IMDS_REFUSED, "connection refused");
		break;
	case IMDS_UNREACH:
		raise(out, m, FIND_IMDS_UNREACHABLE, "no route");
		break;
	case IMDS_OFF:
		raise(out, m, FIND_IMDS_DISABLED,
		      "403 to the token request and to a plain GET");
		break;
	case IMDS_BUSY:
		raise(out, m, FIND_IMDS_THROTTLED, "throttled, twice");
		break;
	case IMDS_STRANGE:
		raise(out, m, FIND_IMDS_GARBLED,
		      m->put_status ? "what answers is no metadata service"
		                    : state_words(m->put_code, m->put_status));
		break;
	default:
		break;
	}
}

static void judge_hop(const struct fact_imds *m, struct findings *out)
{
	if (m->plain_status == 401)
		raise(out, m, FIND_IMDS_HOP_LIMIT,
		      "the token request gets no answer, a GET without a token "
		      "gets 401");
	else
		raise(out, m, FIND_IMDS_TOKEN_LOST,
		      "the token request gets no answer, IMDSv1 does");
}

static void judge_well(const struct fact_imds *m, const struct limits *lim,
                       struct findings *out)
{
	if (m->version == 1 && m->state == IMDS_ANSWERS) {
		raise(out, m, FIND_IMDS_V1_ONLY,
		      "documents can be read by IMDSv1 only");
		check_namef(out, NAME_VALUE, "%d", m->put_status);
	}
	if (m->latency_ms > lim->imds_slow_ms) {
		check_raise(out, FIND_IMDS_SLOW,
		            "%d ms for the quickest answer", m->latency_ms);
		check_namef(out, NAME_VALUE, "%d", m->latency_ms);
		check_name(out, NAME_ADDRESS, m->endpoint);
	}
	check_raise(out, FIND_IMDS_OK, "answers by v%d", m->version);
	check_name(out, NAME_INSTANCE, m->instance_id);
}

/* ecs.config becomes the agent's environment. */
static void judge_agent(const struct facts *f, struct findings *out)
{
	if (f->config.seen.state == SEEN_OK &&
	    str_eq_low(config_value(&f->config, "AWS_EC2_METADATA_DISABLED"),
	               STR("true")))
		check_raise(out, FIND_IMDS_OFF_FOR_AGENT,
		            "ecs.config sets AWS_EC2_METADATA_DISABLED=true");
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_imds *m = &f->imds;

	judge_agent(f, out);
	if (m->state == IMDS_NOT_ASKED)
		check_raise(out, FIND_IMDS_NOT_ASKED,
		            "AWS_EC2_METADATA_DISABLED is true");
	else if (m->state == IMDS_HOP)
		judge_hop(m, out);
	else if (m->state == IMDS_ANSWERS)
		judge_well(m, lim, out);
	else
		judge_silence(m, out);
}

const struct check check_imds = {
	.id = "imds",
	.title = "the instance metadata service answers",
	.why = "The agent learns its region, its instance and its credentials "
	       "from the metadata service at 169.254.169.254. When that is "
	       "off, blocked or answers by its old version only, everything "
	       "else fails after it, with other words.",
	.needs = FACT_BIT(IMDS),
	.also = FACT_BIT(CONFIG),
	.core = true,
	.judge = judge,
};
