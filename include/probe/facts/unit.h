/* unit.h - what the init system says of the agent and of Docker. */
#ifndef PROBE_FACTS_UNIT_H
#define PROBE_FACTS_UNIT_H

#include "probe/seen.h"

enum unit_init { UNIT_INIT_NONE, UNIT_INIT_SYSTEMD, UNIT_INIT_UPSTART };

enum unit_load {
	UNIT_LOAD_UNKNOWN,
	UNIT_LOADED,
	UNIT_NOT_FOUND,
	UNIT_MASKED,
	UNIT_LOAD_BAD
};

enum unit_active {
	UNIT_ACTIVE_UNKNOWN,
	UNIT_ACTIVE,
	UNIT_ACTIVATING,
	UNIT_INACTIVE,
	UNIT_FAILED,
	UNIT_DEACTIVATING
};

/* Times are ms since boot; -1: never, or not told. */
struct unit {
	struct str id; /* "ecs.service" */
	enum unit_load load;
	enum unit_active active;
	struct str sub, result, file_state; /* as systemd writes them */
	int main_code;   /* 1 exited, 2 killed; 0 has not ended */
	int main_status; /* exit status or signal */
	int64_t main_pid;
	int64_t restarts; /* -1: not told */
	uint64_t job;     /* a queued job's number, or 0 */
	int64_t started_ms, exited_ms, active_ms, inactive_ms;
};

enum unit_id {
	UNIT_ECS,
	UNIT_DOCKER,
	UNIT_DOCKER_SOCKET,
	UNIT_CONTAINERD,
	UNIT_CLOUD_FINAL,
	UNIT_COUNT
};

enum unit_stopper {
	STOPPED_UNKNOWN,     /* nothing tells */
	STOPPED_ITSELF,      /* it ended on its own */
	STOPPED_BY_JOB,      /* somebody or something asked systemd to */
	STOPPED_WITH_DOCKER, /* systemd stopped it because Docker was stopped */
};

struct fact_unit {
	struct seen seen;
	enum unit_init init;
	struct unit unit[UNIT_COUNT]; /* by unit_id; systemd only */
	enum unit_active upstart;  /* of job ecs; UNIT_ACTIVE_UNKNOWN: no job */
	enum unit_stopper stopper; /* when the agent's unit is not active */
	bool ecs_waits;       /* its start job waits for another one to end */
	struct str waits_for; /* a unit whose own job is running */
	int64_t up_ms;        /* since boot; 0: not told */
	bool init_program;    /* amazon-ecs-init is there */
	bool dockerd;         /* a dockerd program is there */
};

#endif
