/*
 * facts/proxies.h - who goes through which proxy: the agent by ecs.config, the
 * agent's container as it was made, ecs-init and dockerd by their units. Users
 * and passwords are not here.
 */
#ifndef PROBE_FACTS_PROXIES_H
#define PROBE_FACTS_PROXIES_H

#include "probe/facts/endpoints.h"
#include "probe/seen.h"

enum proxy_place {
	PROXY_FILE,  /* ecs.config by reader B: what a new agent gets */
	PROXY_AGENT, /* the running agent's container */
	PROXY_INIT,  /* ecs.service: its drop-ins, and ecs.config by reader A */
	PROXY_DOCKER, /* docker.service: pulls, the awslogs driver */
	PROXY_PLACES
};

struct proxy_way {
	bool known;     /* it could be read */
	struct str why; /* when not */
	/* As Go takes them, shown; empty: not set. Of the agent's container
	 * only what stands in ecs.config too, else "another one". */
	struct str http, https, no;
	struct str path;       /* the file that set https, or http */
	const char *split;     /* "HTTPS_PROXY": both cases, and they differ */
	bool imds_by, task_by; /* 169.254.169.254, .170.2 go through http */
};

struct fact_proxies {
	struct seen seen;
	struct proxy_way way[PROXY_PLACES];
	/* The registry as dockerd would reach it, tried when that is not the
	 * agent's way; EP_NOT_ASKED otherwise. */
	struct endpoint_row registry;
	struct str registry_proxy; /* shown; empty: none */
};

#endif
