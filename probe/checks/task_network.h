/* task_network.h - what came of each target from inside a task's network. */
#ifndef PROBE_CHECKS_TASK_NETWORK_H
#define PROBE_CHECKS_TASK_NETWORK_H

#include "probe/check.h"

/* What came of one target, from inside. Where the name did not resolve, the
 * address that the host found was tried: when that answers it was the name. */
enum fate { FATE_NONE, FATE_WELL, FATE_NAME, FATE_SILENT, FATE_REFUSED };

static inline enum fate task_fate(const struct netns_answer *w)
{
	enum fate worst = FATE_NONE;

	for (size_t i = 0; i < w->n_tries; i++) {
		switch (w->tries[i].outcome) {
		case NETNS_CONNECTED:
			return w->dns == ERR_NONE ? FATE_WELL : FATE_NAME;
		case NETNS_REFUSED:
		case NETNS_RESET:
			worst = FATE_REFUSED;
			break;
		case NETNS_SILENT:
		case NETNS_UNREACHABLE:
			if (worst == FATE_NONE)
				worst = FATE_SILENT;
			break;
		default:
			break;
		}
	}
	return worst == FATE_NONE && w->dns != ERR_NONE ? FATE_NAME : worst;
}

static inline const char *task_words(const struct task_row *t,
                                     const struct netns_answer *w)
{
	switch (w->n_tries ? w->tries[0].outcome : NETNS_FAILED) {
	case NETNS_REFUSED:
		return "connection refused";
	case NETNS_RESET:
		return "connection reset";
	case NETNS_UNREACHABLE:
		return t->net.route4 || t->net.route6
		               ? "no route, or a rule rejects it"
		               : "there is no default route in its network";
	default:
		return "packets vanish";
	}
}

static inline const char *task_dns_words(const struct netns_answer *w)
{
	if (w->dns == ERR_TIME)
		return "no answer";
	if (w->dns == ERR_REFUSED)
		return "nobody listens";
	if (w->dns == ERR_UNREACH)
		return "no route to it";
	return w->rcode == 3   ? "no such name"
	       : w->rcode == 2 ? "SERVFAIL"
	                       : "no usable answer";
}

/* The targets with that fate that the host reaches: how many, and the first. */
static inline size_t task_targets(const struct fact_tasks *f,
                                  const struct task_row *t, enum fate fate,
                                  size_t *first)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_targets && i < t->net.n; i++)
		if (f->target[i].host && task_fate(&t->net.answer[i]) == fate) {
			if (n++ == 0)
				*first = i;
		}
	return n;
}

static inline void task_names(struct findings *out, const struct task_row *t)
{
	check_name(out, NAME_TASK, t->id);
	check_name(out, NAME_ADDRESS, t->address);
	check_name(out, NAME_SUBNET, t->subnet);
	check_name(out, NAME_ENI, t->eni);
	check_name(out, NAME_SUBNET_ID, t->subnet_id);
}

static inline void task_target_names(struct findings *out,
                                     const struct task_target *to)
{
	check_name(out, NAME_HOST, to->host->host);
	check_name(out, NAME_BUCKET, to->host->bucket);
}

/* "task 0f1e2d3c4b5a (eth0 10.0.2.15 of 10.0.2.0/24)", and where AWS's ids are
 * known those: "(eni-0a1b 10.0.2.15 of subnet-0c2d)". */
#define TASK_FMT "%stask " STR_FMT " (" STR_FMT " " STR_FMT " of " STR_FMT ")"
#define TASK(t)                                                       \
	(t)->awsvpc ? "" : "bridge ", STR_ARG(str_head((t)->id, 12)), \
		STR_ARG((t)->eni.n ? (t)->eni : (t)->ifname),         \
		STR_ARG((t)->address),                                \
		STR_ARG((t)->subnet_id.n ? (t)->subnet_id : (t)->subnet)

/* Nobody there: the agent is down, and that is said elsewhere. */
static inline bool task_agent_listens(const struct facts *f)
{
	const struct port_map *m = &f->ports.map;

	if (f->ports.seen.state != SEEN_OK)
		return true;
	for (size_t i = 0; i < m->n_listen; i++)
		if (!m->listen[i].udp &&
		    m->listen[i].port == AGENT_PORT_CREDENTIALS)
			return true;
	return false;
}

#endif
