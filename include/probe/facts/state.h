/* state.h - what the agent saved of an earlier life in /var/lib/ecs/data. */
#ifndef PROBE_FACTS_STATE_H
#define PROBE_FACTS_STATE_H

#include "probe/seen.h"

struct fact_state {
	struct seen seen;
	bool db, json; /* agent.db, ecs_agent_data.json are there */
	uint64_t db_size, json_size;
	int64_t db_mtime_ms, json_mtime_ms;
	bool db_read;      /* its metadata could be read */
	struct err db_why; /* when db && !db_read */
	struct str cluster, arn, instance, agent_version; /* may be empty */
};

#endif
