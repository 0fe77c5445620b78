/* Which cause a set of findings of the agent's own house comes down to. */
#include "probe/diagnose.h"
#include "unit.h"

#define F(x) FIND_##x
static const struct {
	const char *what;
	enum finding_id raised[6];
	enum cause_id want; /* the root */
	enum restart restart;
} rows[] = {
	{ "no ECS at all",
	  { F(UNIT_NOT_INSTALLED), F(AGENT_NO_ANSWER), F(DOCKER_NOT_INSTALLED),
	    F(IMDS_SILENT) },
	  CAUSE_AGENT_NOT_INSTALLED,
	  RESTART_NO },
	{ "no Docker",
	  { F(UNIT_STOPPED_WITH_DOCKER), F(AGENT_NO_ANSWER),
	    F(DOCKER_NOT_INSTALLED) },
	  CAUSE_DOCKER_NOT_INSTALLED,
	  RESTART_NO },
	{ "Docker fails",
	  { F(UNIT_FAILED), F(AGENT_NO_ANSWER), F(DOCKER_FAILED) },
	  CAUSE_DOCKER_FAILED,
	  RESTART_NO },
	{ "Docker stopped",
	  { F(UNIT_STOPPED_WITH_DOCKER), F(AGENT_NO_ANSWER),
	    F(DOCKER_STOPPED) },
	  CAUSE_DOCKER_STOPPED,
	  RESTART_YES },
	{ "Docker hangs under a well agent",
	  { F(UNIT_ACTIVE), F(AGENT_REGISTERED), F(DOCKER_HUNG) },
	  CAUSE_DOCKER_HUNG,
	  RESTART_NO },
	{ "Docker hangs, and the agent with it",
	  { F(UNIT_ACTIVE), F(AGENT_SILENT), F(DOCKER_HUNG) },
	  CAUSE_DOCKER_HUNG,
	  RESTART_NO },
	{ "Docker too new",
	  { F(DOCKER_OK), F(DOCKER_TOO_NEW), F(AGENT_NO_ANSWER) },
	  CAUSE_DOCKER_TOO_NEW,
	  RESTART_NO },
	{ "quotes around the cluster",
	  { F(CONFIG_CLUSTER_INVALID), F(UNIT_FAILED_TERMINAL),
	    F(AGENT_NO_ANSWER) },
	  CAUSE_CONFIG_CLUSTER_INVALID,
	  RESTART_NO },
	{ "attributes that are not JSON",
	  { F(CONFIG_INVALID_FATAL), F(AGENT_CONTAINER_DEAD),
	    F(AGENT_NO_ANSWER) },
	  CAUSE_CONFIG_INVALID,
	  RESTART_NO },
	{ "the same, not read yet",
	  { F(CONFIG_INVALID_FATAL), F(AGENT_REGISTERED),
	    F(CONFIG_ENV_DIFFERS) },
	  CAUSE_CONFIG_INVALID_WAITING,
	  RESTART_WORSE },
	{ "a key nearly ECS_CLUSTER",
	  { F(CONFIG_CLUSTER_LOST), F(AGENT_CLUSTER_DEFAULT),
	    F(AGENT_REGISTERED) },
	  CAUSE_CLUSTER_KEY_NEAR_MISS,
	  RESTART_NO },
	{ "user data did not run, the agent refuses",
	  { F(CLOUDINIT_NO_DATASOURCE), F(CONFIG_CLUSTER_MISSING),
	    F(UNIT_FAILED_TERMINAL), F(AGENT_NO_ANSWER) },
	  CAUSE_USER_DATA_DID_NOT_RUN,
	  RESTART_NO },
	{ "user data did not run, an older agent joined default",
	  { F(CLOUDINIT_NO_DATASOURCE), F(CONFIG_CLUSTER_MISSING),
	    F(AGENT_CLUSTER_DEFAULT), F(AGENT_REGISTERED) },
	  CAUSE_USER_DATA_DID_NOT_RUN,
	  RESTART_NO },
	{ "user data failed halfway",
	  { F(CLOUDINIT_SCRIPT_FAILED), F(CONFIG_CLUSTER_MISSING),
	    F(AGENT_CLUSTER_DEFAULT), F(AGENT_REGISTERED) },
	  CAUSE_USER_DATA_FAILED,
	  RESTART_NO },
	{ "the file was written after the start",
	  { F(AGENT_CLUSTER_DIFFERS), F(STATE_OTHER_CLUSTER),
	    F(CONFIG_ENV_DIFFERS), F(AGENT_REGISTERED) },
	  CAUSE_CLUSTER_CHANGED_LATE,
	  RESTART_WORSE },
	{ "and then somebody restarted",
	  { F(STATE_OTHER_CLUSTER), F(UNIT_FAILED_TERMINAL), F(AGENT_NO_ANSWER),
	    F(AGENT_CONTAINER_DEAD) },
	  CAUSE_SAVED_CLUSTER_MISMATCH,
	  RESTART_NO },
	{ "no ECS_CLUSTER",
	  { F(CONFIG_CLUSTER_MISSING), F(AGENT_CLUSTER_DEFAULT),
	    F(AGENT_REGISTERED) },
	  CAUSE_CLUSTER_KEY_MISSING,
	  RESTART_NO },
	{ "default, and no more is known",
	  { F(AGENT_CLUSTER_DEFAULT), F(AGENT_REGISTERED) },
	  CAUSE_JOINED_DEFAULT_CLUSTER,
	  RESTART_NO },
	{ "a proxy and no NO_PROXY",
	  { F(CONFIG_PROXY_NO_NOPROXY), F(AGENT_NO_ANSWER) },
	  CAUSE_PROXY_WITHOUT_NO_PROXY,
	  RESTART_NO },
	{ "a damaged database",
	  { F(STATE_UNREADABLE), F(AGENT_CONTAINER_DEAD), F(AGENT_NO_ANSWER) },
	  CAUSE_STATE_UNREADABLE,
	  RESTART_NO },
	{ "user data waits for itself",
	  { F(UNIT_JOB_DEADLOCK), F(CLOUDINIT_RUNNING), F(AGENT_NO_ANSWER) },
	  CAUSE_CLOUD_INIT_DEADLOCK,
	  RESTART_WORSE },
	{ "disabled",
	  { F(UNIT_DISABLED), F(AGENT_NO_ANSWER), F(AGENT_CONTAINER_MISSING) },
	  CAUSE_AGENT_UNIT_DISABLED,
	  RESTART_YES },
	{ "stopped by somebody",
	  { F(UNIT_STOPPED_BY_PERSON), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_STOPPED_BY_OPERATOR,
	  RESTART_YES },
	{ "ended with 0",
	  { F(UNIT_EXITED_CLEAN), F(AGENT_NO_ANSWER), F(AGENT_CONTAINER_DEAD) },
	  CAUSE_AGENT_EXITED_CLEAN,
	  RESTART_YES },
	{ "Docker was stopped and started",
	  { F(UNIT_STOPPED_WITH_DOCKER), F(DOCKER_OK), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_EXITED_CLEAN,
	  RESTART_YES },
	{ "never started",
	  { F(UNIT_NEVER_STARTED), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_NEVER_STARTED,
	  RESTART_YES },
	{ "inactive, nobody knows why",
	  { F(UNIT_INACTIVE), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_UNIT_INACTIVE,
	  RESTART_YES },
	{ "exit code 5",
	  { F(UNIT_FAILED_TERMINAL), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_TERMINAL_EXIT,
	  RESTART_NO },
	{ "it comes and goes",
	  { F(UNIT_ACTIVE), F(AGENT_CONTAINER_DEAD), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_CRASH_LOOP,
	  RESTART_NO },
	{ "it hangs",
	  { F(UNIT_ACTIVE), F(DOCKER_OK), F(AGENT_SILENT) },
	  CAUSE_AGENT_HUNG,
	  RESTART_YES },
	{ "its port is taken",
	  { F(UNIT_ACTIVE), F(AGENT_PORT_SQUATTED) },
	  CAUSE_AGENT_PORT_SQUATTED,
	  RESTART_NO },
	{ "up, not registered",
	  { F(UNIT_ACTIVE), F(AGENT_NO_ANSWER) },
	  CAUSE_AGENT_NOT_UP,
	  RESTART_UNKNOWN },
	{ "a role is missing",
	  { F(UNIT_ACTIVE), F(AGENT_NO_ANSWER), F(AGENT_CONTAINER_DEAD),
	    F(IMDS_NO_ROLE) },
	  CAUSE_NO_INSTANCE_PROFILE,
	  RESTART_NO },
};

/* One root, and nothing critical beside it. */
static void judge_row(struct arena *a, size_t i)
{
	struct diagnosis d[DIAGNOSE_MAX];
	struct findings found;
	size_t n;

	a->used = 0;
	found = findings_init(a);
	for (size_t k = 0; k < 6 && rows[i].raised[k]; k++)
		check_raise(&found, rows[i].raised[k], "seen");
	n = diagnose(&found, a, d);
	OK(n > 0 && d[0].id == rows[i].want &&
	           cause_info[d[0].id].restart == rows[i].restart,
	   rows[i].what);
	for (size_t k = 0; k < found.n; k++)
		OK(finding_info[found.list[k].id].severity < SEV_WARN ||
		           found.list[k].explained_by == 0,
		   rows[i].what);
}

int main(void)
{
	struct arena a = unit_arena(1024 * 1024);

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		judge_row(&a, i);
	free(a.base);
	return unit_end("causes_agent");
}
