/*
 * control.h - the ECS agent's own connections to the control plane (ACS and
 * TCS), as the kernel counts them. Nothing is sent and nothing is opened for
 * it: a second websocket would push the agent off the first.
 */
#ifndef PROBE_FACTS_CONTROL_H
#define PROBE_FACTS_CONTROL_H

#include "probe/host.h"
#include "probe/seen.h"

#define CONTROL_MAX_SOCKETS 16

struct fact_control {
	struct seen seen;
	int64_t pid;     /* of the agent; 0: none runs */
	int64_t runs_ms; /* how long that process has run */
	bool stopped;    /* by a signal (state T) */
	/* TCP connections that may lead to AWS: to another host, not to its
	 * resolver, not to Docker, not those that come in. On port 443, unless
	 * a proxy is in between. The open ones first, of
	 * them the one that was heard last. */
	struct conn_row socket[CONTROL_MAX_SOCKETS];
	size_t n_sockets, dropped; /* dropped: over CONTROL_MAX_SOCKETS */
	size_t n_open;             /* of socket[]: established */
};

#endif
