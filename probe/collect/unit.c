#include "probe/collect.h"

#include "unit_show.h"

enum { SHOW_MS = 2000, JOURNAL_MS = 1500 };

#define SYSTEMCTL "/usr/bin/systemctl"
#define PROPERTIES                                                        \
	"Id,LoadState,UnitFileState,ActiveState,SubState,Result,MainPID," \
	"NRestarts,ExecMainCode,ExecMainStatus,Job,"                      \
	"ExecMainStartTimestampMonotonic,ExecMainExitTimestampMonotonic," \
	"ActiveEnterTimestampMonotonic,InactiveEnterTimestampMonotonic"

static bool there(struct collect *c, const char *path)
{
	struct file_info info;
	struct err e;

	return c->h->ops->info(c->h, path, &info, &e);
}

static void look_for_programs(struct collect *c, struct fact_unit *out)
{
	static const char *const init[] = { "/usr/libexec/amazon-ecs-init",
		                            "/usr/sbin/amazon-ecs-init" };
	static const char *const docker[] = { "/usr/bin/dockerd",
		                              "/usr/sbin/dockerd",
		                              "/usr/local/bin/dockerd",
		                              "/usr/libexec/docker/dockerd" };

	for (size_t i = 0; i < 2 && !out->init_program; i++)
		out->init_program = there(c, init[i]);
	for (size_t i = 0; i < 4 && !out->dockerd; i++)
		out->dockerd = there(c, docker[i]);
}

/* "5823.72 41234.11": seconds since boot. */
static int64_t uptime_ms(struct collect *c)
{
	struct str text;
	struct err e;
	uint64_t s;

	if (!c->h->ops->read(c->h, c->a, "/proc/uptime", 128, &text, &e))
		return 0;
	return str_u64(str_cut(&text, '.'), &s) && s < INT64_MAX / 1000
	               ? (int64_t)s * 1000
	               : 0;
}

/* A stop of Docker takes the agent with it (PartOf=): systemd then stops the
 * agent first and Docker within the time the stop of it takes. */
static bool docker_went_too(const struct fact_unit *u)
{
	int64_t ecs = u->unit[UNIT_ECS].inactive_ms;
	int64_t docker = u->unit[UNIT_DOCKER].inactive_ms;

	return ecs >= 0 && docker >= ecs - 1000 && docker - ecs < 120000;
}

static enum unit_stopper stopper(struct collect *c, const struct fact_unit *u)
{
	static const char *const argv[] = {
		/* What systemd itself said of the unit. */
		"/usr/bin/journalctl",
		"-b",
		"_PID=1",
		"UNIT=ecs.service",
		"-n",
		"20",
		"-o",
		"json",
		"--no-pager",
		NULL
	};
	enum unit_stopper by;
	struct cmd_out cmd;
	struct err e;

	if (!c->h->ops->cmd(c->h, c->a, argv, collect_left_ms(c, JOURNAL_MS),
	                    65536, &cmd, &e) ||
	    cmd.status != 0)
		return STOPPED_UNKNOWN;
	by = unit_parse_journal(c->a, cmd.text);
	if (by == STOPPED_BY_JOB && docker_went_too(u))
		return STOPPED_WITH_DOCKER;
	return by;
}

static void jobs(struct collect *c, struct fact_unit *out)
{
	static const char *const argv[] = { SYSTEMCTL, "list-jobs",
		                            "--no-legend", "--no-pager", NULL };
	struct cmd_out cmd;
	struct err e;

	if (c->h->ops->cmd(c->h, c->a, argv, collect_left_ms(c, SHOW_MS), 65536,
	                   &cmd, &e))
		out->ecs_waits = unit_parse_jobs(
			c->a, cmd.text, STR("ecs.service"), &out->waits_for);
}

static bool ask_systemd(struct collect *c, struct fact_unit *out, struct err *e)
{
	static const char *const argv[] = { SYSTEMCTL,
		                            "show",
		                            "-p",
		                            PROPERTIES,
		                            "ecs.service",
		                            "docker.service",
		                            "docker.socket",
		                            "containerd.service",
		                            "cloud-final.service",
		                            NULL };
	const struct unit *ecs = &out->unit[UNIT_ECS];
	struct cmd_out cmd;

	if (!c->h->ops->cmd(c->h, c->a, argv, collect_left_ms(c, SHOW_MS),
	                    65536, &cmd, e))
		return err_wrap(e, "systemctl");
	if (unit_parse_show(c->a, cmd.text, out->unit) == 0)
		return err_set(e, ERR_FORM, 0,
		               "systemctl: exit status %d, nothing of ecs",
		               cmd.status);
	if (ecs->load != UNIT_LOADED || ecs->active == UNIT_ACTIVE)
		return true;
	if (ecs->job)
		jobs(c, out);
	if ((ecs->active == UNIT_INACTIVE || ecs->active == UNIT_FAILED) &&
	    ecs->started_ms >= 0)
		out->stopper = stopper(c, out);
	return true;
}

static void ask_upstart(struct collect *c, struct fact_unit *out)
{
	static const char *const argv[] = { "/sbin/initctl", "status", "ecs",
		                            NULL };
	struct cmd_out cmd;
	struct err e;

	if (!c->h->ops->cmd(c->h, c->a, argv, collect_left_ms(c, SHOW_MS), 4096,
	                    &cmd, &e))
		return;
	out->init = UNIT_INIT_UPSTART;
	out->upstart = unit_parse_initctl(cmd.text);
}

bool collect_unit(struct collect *c, struct fact_unit *out, struct err *e)
{
	struct file_info info;

	if (c->h->ops->info(c->h, "/run/systemd/system", &info, e))
		out->init = UNIT_INIT_SYSTEMD;
	else if (e->code != ERR_NOENT || e->os == HOST_UNRECORDED)
		return err_wrap(e, "init system");
	look_for_programs(c, out);
	out->up_ms = uptime_ms(c);
	if (out->init == UNIT_INIT_SYSTEMD)
		return ask_systemd(c, out, e);
	ask_upstart(c, out);
	return true;
}
