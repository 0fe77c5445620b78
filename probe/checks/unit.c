#include "upstart.h"

/* Until the first much is to come; at the second it never will. */
enum { BOOT_MS = 5 * 60 * 1000, DEADLOCK_MS = 10 * 60 * 1000 };

static void inactive(const struct fact_unit *u, const struct unit *e,
                     struct findings *out)
{
	if (e->load == UNIT_MASKED)
		check_raise(out, FIND_UNIT_STOPPED_BY_PERSON,
		            "ecs.service is masked: nothing can start it");
	else if (str_eq(e->file_state, STR("disabled")))
		check_raise(out, FIND_UNIT_DISABLED,
		            "ecs.service is disabled and inactive");
	else if (e->started_ms < 0 && u->up_ms > 0 && u->up_ms < BOOT_MS)
		check_raise(out, FIND_UNIT_STARTING, "%ld s after boot",
		            (long)(u->up_ms / 1000));
	else if (e->started_ms < 0)
		check_raise(out, FIND_UNIT_NEVER_STARTED,
		            "enabled, inactive, never started since boot");
	else if (u->stopper == STOPPED_WITH_DOCKER)
		check_raise(out, FIND_UNIT_STOPPED_WITH_DOCKER,
		            "docker.service was stopped at the same time");
	else if (u->stopper == STOPPED_BY_JOB)
		check_raise(out, FIND_UNIT_STOPPED_BY_PERSON,
		            "systemd was asked to stop ecs.service");
	else if (u->stopper == STOPPED_ITSELF)
		check_raise(out, FIND_UNIT_EXITED_CLEAN,
		            "ecs.service inactive, exit status %d, no stop "
		            "was asked for",
		            e->main_status);
	else
		check_raise(out, FIND_UNIT_INACTIVE,
		            "ecs.service inactive, result " STR_FMT
		            ", exit status %d",
		            STR_ARG(e->result), e->main_status);
}

static void failed(const struct unit *e, struct findings *out)
{
	if (e->main_code == 1 && e->main_status == 5)
		check_raise(out, FIND_UNIT_FAILED_TERMINAL,
		            "ecs.service failed, exit status 5");
	else
		check_raise(out, FIND_UNIT_FAILED,
		            "ecs.service failed: " STR_FMT ", status %d",
		            STR_ARG(e->result), e->main_status);
	check_namef(out, NAME_EXIT_CODE, "%d", e->main_status);
}

static void loaded(const struct fact_unit *u, const struct unit *e,
                   struct findings *out)
{
	if (e->job && u->ecs_waits) {
		check_raise(out,
		            u->up_ms > DEADLOCK_MS ? FIND_UNIT_JOB_DEADLOCK
		                                   : FIND_UNIT_STARTING,
		            "its start waits for " STR_FMT ", up %lld min",
		            STR_ARG(u->waits_for.n ? u->waits_for
		                                   : STR("another job")),
		            (long long)(u->up_ms / 60000));
		check_name(out, NAME_UNIT, u->waits_for);
	} else if (e->active == UNIT_FAILED) {
		failed(e, out);
	} else if (e->active == UNIT_INACTIVE) {
		inactive(u, e, out);
	} else if (str_eq(e->sub, STR("auto-restart"))) {
		check_raise(out, FIND_UNIT_CRASH_LOOP,
		            "ecs.service ended with status %d and is about to "
		            "be started again",
		            e->main_status);
		check_namef(out, NAME_EXIT_CODE, "%d", e->main_status);
	} else {
		check_raise(out, FIND_UNIT_ACTIVE, "ecs.service is " STR_FMT,
		            STR_ARG(e->sub));
		if (str_eq(e->file_state, STR("disabled")))
			check_raise(out, FIND_UNIT_NOT_AT_BOOT,
			            "ecs.service is active but disabled");
	}
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	const struct fact_unit *u = &f->unit;
	const struct unit *e = &u->unit[UNIT_ECS];
	bool runs = f->agent.answer == AGENT_ANSWERS || f->docker.agent.running;
	/* Without an init system to ask, what is there speaks. */
	bool unseen = u->init == UNIT_INIT_NONE &&
	              (u->init_program || f->docker.agent.found);

	(void)lim;
	if (u->init == UNIT_INIT_SYSTEMD && e->load != UNIT_NOT_FOUND)
		loaded(u, e, out);
	else if (upstart_job(f, out))
		return;
	else if (runs)
		check_raise(out, FIND_UNIT_AGENT_BY_HAND,
		            "no unit or job ecs, but the agent runs");
	else if (!u->upstart && !unseen)
		check_raise(out, FIND_UNIT_NOT_INSTALLED,
		            "no unit or job ecs%s%s",
		            u->init_program ? ", though amazon-ecs-init is "
		                              "there"
		                            : ", no amazon-ecs-init",
		            f->config.ecs_dir ? "" : ", no /etc/ecs");
}

const struct check check_unit = {
	.id = "unit",
	.title = "the agent's unit",
	.why = "ecs-init restarts an agent that crashes, for ever, but not one "
	       "that ended with 0 or 5; nobody starts one stopped with Docker.",
	.needs = FACT_BIT(UNIT),
	.also = FACT_BIT(AGENT) | FACT_BIT(DOCKER) | FACT_BIT(CONFIG) |
	        FACT_BIT(LOGS),
	.core = true,
	.judge = judge,
};
