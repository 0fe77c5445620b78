/*
 * facts/tasks.h - the network as tasks see it: what the host reaches, tried
 * again from inside the network namespace of each of the newest tasks that
 * have one of their own.
 */
#ifndef PROBE_FACTS_TASKS_H
#define PROBE_FACTS_TASKS_H

#include "probe/facts/endpoints.h"
#include "probe/host.h"
#include "probe/seen.h"

#define TASKS_MAX 6
#define TASKS_CREDENTIALS "169.254.170.2"

struct task_target {
	struct str name;
	uint16_t port;
	/* What came of it from the host; NULL: the agent's own address for
	 * credentials, which is asked of tasks only. */
	const struct endpoint_row *host;
};

struct task_row {
	struct str id, family; /* id: the last part of its ARN */
	bool awsvpc;           /* has an interface of its own */
	int64_t pid;
	struct str ifname, address, subnet; /* of its first interface */
	struct str mac;
	/* What the metadata service says of that MAC address; empty when it
	 * does not know it: a bridge task's, or a branch of a trunk interface.
	 */
	struct str eni, subnet_id;
	/* In the order of the targets; net.err is ERR_NONE in all rows. */
	struct netns_result net;
};

struct fact_tasks {
	struct seen seen;
	struct task_row row[TASKS_MAX];
	size_t n;
	size_t own_network; /* running tasks with a network of their own */
	size_t not_seen;    /* of those tried; why says what of the first */
	struct err why;
	struct task_target target[NETNS_MAX_TARGETS];
	size_t n_targets;
};

#endif
