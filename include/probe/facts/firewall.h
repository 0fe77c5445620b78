/*
 * firewall.h - the host's own packet filter, as a new connection from another
 * host to the port window would meet it, and the rules that ecs-init makes.
 */
#ifndef PROBE_FACTS_FIREWALL_H
#define PROBE_FACTS_FIREWALL_H

#include "probe/firewall.h"
#include "probe/seen.h"

struct fact_firewall {
	struct seen seen;
	bool iptables, nft;      /* the tool is there and answered */
	bool legacy;             /* rules of both kinds of iptables */
	bool cut;                /* more rules than are read */
	struct fw_answer window; /* PORT_WINDOW_LO..HI */
	bool dnat_credentials, redirect_credentials, docker_chain, nat_table;
	int route_localnet; /* of net.ipv4.conf.all; -1: not known */
};

#endif
