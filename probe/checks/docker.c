#include "probe/check.h"

/* The oldest API that any agent of the last years speaks, and the agent that
 * first spoke newer ones than 1.21. */
enum { API_OLDEST = 21, API_OLD_AGENTS = 21, MODERN_MINOR = 81 };

/* N of "1.N.x", or -1. */
static int minor(struct str version)
{
	uint64_t n;

	if (!str_starts(version, STR("1.")))
		return -1;
	version = str_skip(version, 2);
	return str_u64(str_cut(&version, '.'), &n) && n < 10000 ? (int)n : -1;
}

static void versions(const struct facts *f, struct findings *out)
{
	const struct fact_docker *d = &f->docker;
	struct str agent =
		f->agent.version.n ? f->agent.version : f->ident.ecs_init;
	int have = minor(agent);

	if (d->api_minor < API_OLDEST)
		check_raise(out, FIND_DOCKER_TOO_OLD,
		            "Docker " STR_FMT " speaks API " STR_FMT " at most",
		            STR_ARG(d->version), STR_ARG(d->api));
	else if (have >= 0 && have < MODERN_MINOR &&
	         d->api_min_minor > API_OLD_AGENTS)
		check_raise(out, FIND_DOCKER_TOO_NEW,
		            "Docker " STR_FMT " wants API " STR_FMT
		            " at least, agent " STR_FMT " speaks less",
		            STR_ARG(d->version), STR_ARG(d->api_min),
		            STR_ARG(agent));
	else
		return;
	check_name(out, NAME_VERSION, d->version);
}

static void down(const struct facts *f, struct findings *out)
{
	const struct fact_docker *d = &f->docker;
	const struct unit *u = &f->unit.unit[UNIT_DOCKER];

	switch (d->state) {
	case DOCKER_ABSENT:
		check_raise(out, FIND_DOCKER_NOT_INSTALLED,
		            "no dockerd; " STR_FMT ": %s", STR_ARG(d->socket),
		            err_text(d->why));
		return;
	case DOCKER_SILENT:
		check_raise(out, FIND_DOCKER_HUNG,
		            STR_FMT " connects, a ping gets no answer",
		            STR_ARG(d->socket));
		return;
	case DOCKER_WEDGED:
		check_raise(out, FIND_DOCKER_HUNG,
		            "it answers a ping, but does not list containers");
		return;
	case DOCKER_STRANGE:
		check_raise(out, FIND_DOCKER_STRANGE,
		            STR_FMT " does not speak like Docker",
		            STR_ARG(d->socket));
		return;
	default:
		break;
	}
	if (u->load == UNIT_LOADED && u->active == UNIT_FAILED)
		check_raise(out, FIND_DOCKER_FAILED,
		            "docker.service failed: " STR_FMT ", status %d",
		            STR_ARG(u->result), u->main_status);
	else if (d->not_asked)
		check_raise(out, FIND_DOCKER_STOPPED,
		            "docker.service is down; docker.socket listens");
	else
		check_raise(out, FIND_DOCKER_STOPPED, STR_FMT ": %s",
		            STR_ARG(d->socket), err_text(d->why));
}

static void judge(const struct facts *f, const struct limits *lim,
                  struct findings *out)
{
	(void)lim;
	if (f->docker.state != DOCKER_ANSWERS) {
		down(f, out);
		return;
	}
	check_raise(out, FIND_DOCKER_OK, "Docker " STR_FMT,
	            STR_ARG(f->docker.version));
	versions(f, out);
}

const struct check check_docker = {
	.id = "docker",
	.title = "the Docker engine",
	.why = "Without Docker no task starts or stops. A hung Docker leaves "
	       "no "
	       "line in any log.",
	.needs = FACT_BIT(DOCKER),
	.also = FACT_BIT(UNIT) | FACT_BIT(AGENT) | FACT_BIT(IDENT),
	.judge = judge,
};
