/* logs.h - what the agent and ecs-init wrote in the time looked at. */
#ifndef PROBE_FACTS_LOGS_H
#define PROBE_FACTS_LOGS_H

#include "probe/logscan.h"
#include "probe/seen.h"

struct fact_logs {
	struct seen seen;
	struct log_found found;
	bool pasted; /* `probe log`: any text, no machine behind it */
	bool folder; /* there is a /var/log/ecs */
	bool agent_log, init_log; /* a file of that kind was there */
	uint64_t agent_bytes;     /* of the newest agent log */
	uint32_t unread;          /* files that could not be read */
	uint32_t cut; /* files of which only the end was read, by size */
};

#endif
