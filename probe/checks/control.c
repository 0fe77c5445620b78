#include "control.h"
#include "reach.h"
#include "warm.h"

#define RAISE(id, c, fmt, ...) /* and names the peer */ \
	check_raise(out, id, fmt, __VA_ARGS__), name_peer(out, c)
#define PEER_FMT STR_FMT ":%u"
#define PEER(c) STR_ARG((c)->remote), (c)->remote_port

static void name_peer(struct findings *out, const struct conn_row *c)
{
	check_name(out, NAME_ADDRESS, c->remote);
	check_namef(out, NAME_PORT, "%u", c->remote_port);
}

static long long minutes(int64_t ms)
{
	return (long long)ms / 60000;
}

static void no_socket(const struct fact_control *k, struct findings *out)
{
	bool long_up = minutes(k->runs_ms) >= 120;
	long long n = minutes(k->runs_ms) / (long_up ? 60 : 1);

	if (k->n_sockets)
		RAISE(FIND_CONTROL_NO_SOCKET, k->socket,
		      "the agent, up for %lld %s, has no connection to the "
		      "control plane: " PEER_FMT " does not answer",
		      n, long_up ? "h" : "min", PEER(k->socket));
	else
		check_raise(out, FIND_CONTROL_NO_SOCKET,
		            "the agent, up for %lld %s, has no socket to the "
		            "control plane at all",
		            n, long_up ? "h" : "min");
}

/* Whether a connection is in trouble of its own. */
static bool trouble(const struct fact_control *k, const struct limits *lim,
                    struct findings *out)
{
	const struct conn_row *shut = control_first(
		k, CONTROL_LEFT_OPEN, lim->control_close_wait_s * 1000);
	const struct conn_row *full =
		control_first(k, CONTROL_UNREAD, lim->control_unread_s * 1000);
	const struct conn_row *lost =
		control_first(k, CONTROL_UNANSWERED, lim->control_retrans_min);

	if (shut)
		RAISE(FIND_CONTROL_CLOSE_WAIT, shut,
		      PEER_FMT " closed over %lld min ago, the agent (pid "
		               "%lld) keeps its side open",
		      PEER(shut), minutes(shut->ack_recv_ms),
		      (long long)k->pid);
	if (full)
		RAISE(FIND_CONTROL_UNREAD, full,
		      "%u bytes from " PEER_FMT " wait for %u s already; the "
		      "agent (pid %lld%s) does not read them",
		      full->recv_queue, PEER(full), full->data_recv_ms / 1000,
		      (long long)k->pid, k->stopped ? ", stopped" : "");
	if (lost)
		RAISE(FIND_CONTROL_RETRANSMITTING, lost,
		      "sent to " PEER_FMT " %u times again without an answer; "
		      "packets that wait: %u",
		      PEER(lost), lost->retransmits, lost->unacked);
	return shut || full || lost;
}

/* The open connection that tells most: the control channel's, when the look at
 * the endpoints says where that is; else the one that was heard last. */
static const struct conn_row *best(const struct facts *f, bool *acs)
{
	const struct fact_control *k = &f->control;
	const struct endpoint_row *e = NULL;

	if (f->endpoints.seen.state == SEEN_OK)
		e = reach_row(&f->endpoints, SVC_ACS);
	for (size_t i = 0; e && e->address.n && i < k->n_open; i++)
		if ((*acs = str_eq(k->socket[i].remote, e->address)))
			return &k->socket[i];
	*acs = false;
	return k->n_open ? k->socket : NULL;
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_control *k = &f->control;
	const struct conn_row *c;
	bool bad, acs;

	if (!k->pid || waits_in_warm_pool(f) ||
	    k->runs_ms < lim->control_young_s * 1000)
		return;
	bad = trouble(k, lim, out);
	c = best(f, &acs);
	if (!c && !control_first(k, CONTROL_MOVING, 0))
		no_socket(k, out);
	else if (c && c->data_recv_ms > lim->control_silent_s * 1000)
		RAISE(FIND_CONTROL_SILENT, c,
		      "process fine, connected %ssocket to " PEER_FMT
		      " silent for %lld min (normal at most %lld)",
		      acs ? "ACS " : "", PEER(c), minutes(c->data_recv_ms),
		      (long long)lim->control_fresh_s / 60);
	else if (c && !bad && c->data_recv_ms <= lim->control_fresh_s * 1000)
		RAISE(FIND_CONTROL_OK, c, "data came %u s ago",
		      c->data_recv_ms / 1000);
}

const struct check check_control = {
	.id = "control",
	.title = "the agent's own connections to the control plane",
	.why = "An agent can run and answer here while ECS has lost it: its "
	       "websocket is dead, or gone. A heartbeat comes every one to two "
	       "minutes, so the age of the last data tells.",
	.needs = FACT_BIT(CONTROL),
	.also = FACT_BIT(ENDPOINTS) | FACT_BIT(AGENT) | FACT_BIT(CONFIG) |
	        FACT_BIT(IMDS),
	.judge = judge,
};
