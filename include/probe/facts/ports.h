/*
 * ports.h - TCP and UDP ports of the host's network namespace: who listens
 * where, what the window 31000-61000 and the dynamic range look like.
 */
#ifndef PROBE_FACTS_PORTS_H
#define PROBE_FACTS_PORTS_H

#include "probe/host.h"
#include "probe/portlist.h"
#include "probe/seen.h"

/* What users open in their security groups for dynamic host ports. */
#define PORT_WINDOW_LO 31000
#define PORT_WINDOW_HI 61000
#define AGENT_PORT_INTROSPECTION 51678
#define AGENT_PORT_CREDENTIALS 51679

#define PORTS_MAX_PUBLISHED 24

struct published_port {
	uint16_t port;
	struct str container;
	enum err_code answer; /* NONE: it accepts a connection */
};

struct fact_ports {
	struct seen seen;
	struct port_map map;
	uint32_t window_used, window_free;   /* of PORT_WINDOW_LO..HI */
	uint32_t dynamic_used, dynamic_free; /* of the dynamic range */
	struct port_range kernel;            /* ip_local_port_range */
	struct port_range dynamic;           /* what the agent picks from */
	bool dynamic_set;           /* by ECS_DYNAMIC_HOST_PORT_RANGE */
	struct str kernel_reserved; /* ip_local_reserved_ports, as it stands */
	/* TCP ports that Docker publishes, each tried with a bare connect. */
	struct published_port published[PORTS_MAX_PUBLISHED];
	size_t n_published;
	bool agent_ports_reserved; /* 51678 and 51679 are in it */
};

#endif
