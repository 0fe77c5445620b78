#include "proxy.h"
#include "reach.h"

/* A page where AWS's answer is expected; ECS's has a finding of its own. */
static void judge_strangers(const struct fact_endpoints *f,
                            struct findings *out)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *r = &f->row[i];

		if (r->outcome != EP_STRANGER || r->service == SVC_ECS)
			continue;
		check_raise(out, FIND_STRANGER_ANSWERS,
		            STR_FMT " answers %d, and it is not AWS",
		            STR_ARG(r->host), r->http_status);
		reach_names(out, f, r);
		return;
	}
}

static void raise_one(const struct fact_endpoints *ep,
                      const struct endpoint_row *r, struct findings *out)
{
	check_raise(out, proxy_id_of(r->outcome),
	            STR_FMT " %s (asked for " STR_FMT ")", STR_ARG(ep->proxy),
	            proxy_words(r), STR_ARG(r->host));
	check_name(out, NAME_ADDRESS, ep->proxy);
	check_name(out, NAME_HOST, r->host);
	check_name(out, NAME_WALL, str_of(proxy_wall(r)));
}

/* Without these the agent does not register, or gets no work. */
static bool vital(const struct endpoint_row *r)
{
	return r->service == SVC_ECS || r->service == SVC_ACS;
}

#define HOSTS_BYTES 512

/* One more of a list, or none when it does not fit. */
static size_t join(char text[HOSTS_BYTES], size_t n, struct str host)
{
	size_t comma = n ? 2 : 0;

	if (n + comma + host.n > HOSTS_BYTES)
		return n;
	memcpy(text + n, ", ", comma);
	memcpy(text + n + comma, host.p, host.n);
	return n + comma + host.n;
}

/* It lets some hosts through: which not, and of which kind. */
static void judge_list(const struct fact_endpoints *ep, size_t through,
                       struct findings *out)
{
	const struct endpoint_row *first = ep->row; /* the gravest, soon */
	char text[HOSTS_BYTES];
	struct str hosts = { text, 0 };
	size_t n = 0;

	for (size_t i = 0; i < ep->n; i++) {
		const struct endpoint_row *r = &ep->row[i];

		if (r->outcome != EP_PROXY_DENIES)
			continue;
		n++;
		if (n == 1 || (vital(r) && !vital(first)))
			first = r;
		hosts.n = join(text, hosts.n, r->host);
	}
	check_raise(out,
	            vital(first) ? FIND_PROXY_DENIES : FIND_PROXY_DENIES_SOME,
	            STR_FMT
	            " %s (asked for " STR_FMT
	            "); it lets %zu hosts through and refuses %zu: " STR_FMT,
	            STR_ARG(ep->proxy), proxy_words(first),
	            STR_ARG(first->host), through, n, STR_ARG(hosts));
	check_name(out, NAME_ADDRESS, ep->proxy);
	check_name(out, NAME_HOST, hosts);
	check_name(out, NAME_WALL, str_of(proxy_wall(first)));
	check_namef(out, NAME_VALUE, "%zu", through);
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_endpoints *ep = &f->endpoints;
	size_t through = 0, denied = 0;

	(void)lim;
	judge_strangers(ep, out);
	for (size_t i = 0; i < ep->n; i++) {
		const struct endpoint_row *r = &ep->row[i];

		through += r->by_proxy &&
		           proxy_id_of(r->outcome) == FIND_NONE &&
		           r->outcome != EP_NOT_ASKED;
		denied += r->outcome == EP_PROXY_DENIES;
	}
	if (through && denied) {
		judge_list(ep, through, out);
		return;
	}
	for (size_t i = 0; i < ep->n; i++)
		if (proxy_id_of(ep->row[i].outcome) != FIND_NONE) {
			raise_one(ep, &ep->row[i], out);
			return;
		}
}

const struct check check_proxy = {
	.id = "proxy",
	.title = "the proxy of ecs.config lets the agent through",
	.why = "HTTP_PROXY and HTTPS_PROXY in ecs.config send the agent's "
	       "calls through a proxy. One that is dead, refuses, or answers "
	       "in AWS's place looks like an outage of AWS.",
	.needs = FACT_BIT(ENDPOINTS),
	.judge = judge,
};
