#include "probe/collect.h"

#include "docker_json.h"

/* A daemon that does not answer a ping within this is hung: the agent itself
 * waits no longer. */
enum {
	PING_MS = 2000,
	LIST_MS = 3500,
	INSPECT_MS = 2000,
	LIST_BYTES = 256 * 1024,
	INSPECT_BYTES = 96 * 1024,
};

#define SOCKET "/var/run/docker.sock"

static const char *socket_path(struct collect *c)
{
	const struct fact_config *cfg = &c->got->config;
	struct str v;

	if (cfg->seen.state != SEEN_OK)
		return SOCKET;
	v = config_value(cfg, "DOCKER_HOST");
	if (!str_starts(v, STR("unix://")) || v.n < 8 || v.n > 100)
		return SOCKET;
	return arena_copy(c->a, str_skip(v, 7)).p;
}

/* With docker.socket listening, a connection starts the daemon; a look must
 * not. */
static bool would_start_it(const struct fact_unit *u)
{
	const struct unit *d = &u->unit[UNIT_DOCKER];

	if (u->seen.state != SEEN_OK || u->init != UNIT_INIT_SYSTEMD)
		return false;
	return d->load == UNIT_LOADED &&
	       (d->active == UNIT_INACTIVE || d->active == UNIT_FAILED) &&
	       u->unit[UNIT_DOCKER_SOCKET].active == UNIT_ACTIVE;
}

static struct http_req request(struct collect *c, const char *path,
                               const char *url, unsigned ms, size_t bytes)
{
	return (struct http_req){
		.url = url,
		.unix_path = path,
		.timeout_ms = collect_left_ms(c, ms),
		.max_bytes = bytes,
	};
}

/* A unit made from an old init script stands for no program. */
static bool has_program(const struct fact_unit *u)
{
	const struct unit *d = &u->unit[UNIT_DOCKER];

	return u->seen.state != SEEN_OK || u->dockerd ||
	       (d->load == UNIT_LOADED &&
	        !str_eq(d->file_state, STR("generated")));
}

/* What no answer to a ping says. false: we could not look. */
static bool no_answer(struct collect *c, struct fact_docker *out,
                      const struct http_resp *r, struct err *e)
{
	bool program = has_program(&c->got->unit);

	out->why = r->err.code;
	switch (r->err.code) {
	case ERR_NOENT:
		if (r->err.os == HOST_UNRECORDED)
			break;
		/* fall through */
	case ERR_REFUSED: /* a socket may outlive its program */
		out->state = program ? DOCKER_DOWN : DOCKER_ABSENT;
		return true;
	case ERR_TIME:
		out->state = DOCKER_SILENT;
		return true;
	case ERR_RESET:
	case ERR_FORM:
		out->state = DOCKER_STRANGE;
		return true;
	default:
		break;
	}
	*e = r->err;
	return err_wrap(e, "Docker");
}

static void ask_agent(struct collect *c, struct fact_docker *out, int api)
{
	const struct fact_config *cfg = &c->got->config;
	struct str url = arena_str(
		c->a, "http://localhost/v1.%d/containers/" STR_FMT "/json", api,
		STR_ARG(str_head(out->agent.id, 64)));
	struct http_req q =
		request(c, out->socket.p, url.p, INSPECT_MS, INSPECT_BYTES);
	struct http_resp r;
	struct err e;

	if (!host_http(c->h, c->a, &q, &r, &e)) {
		out->agent.stuck = e.code == ERR_TIME;
		return;
	}
	if (cfg->seen.state != SEEN_OK)
		cfg = NULL;
	if (r.status != 200 ||
	    !docker_read_agent(c->a, r.body, cfg, &out->agent, &e))
		out->agent.inspected = false;
}

/* A list above the cap: the agent's container alone, by its name, and only if
 * its image says so too. */
static bool ask_list(struct collect *c, struct fact_docker *out, int api,
                     struct err *e)
{
	struct str url[2] = {
		arena_str(c->a, "http://localhost/v1.%d/containers/json?all=1",
		          api),
		arena_str(c->a,
		          "http://localhost/v1.%d/containers/json?all=1"
		          "&filters=%%7B%%22name%%22%%3A%%5B%%22ecs-agent%%22"
		          "%%5D%%7D",
		          api),
	};

	const size_t used = c->a->used;

	for (size_t i = 0; i < 2; i++) {
		struct http_req q = request(c, out->socket.p, url[i].p, LIST_MS,
		                            LIST_BYTES);
		struct http_resp r;

		if (host_http(c->h, c->a, &q, &r, e)) {
			if (r.status != 200)
				return err_set(e, ERR_FORM, 0,
				               "the list: HTTP %d", r.status);
			if (docker_read_list(c->a, r.body, out, e))
				return true;
		}
		if (e->code != ERR_LIMIT)
			return false;
		out->list_cut = true;
		c->a->used = used; /* nothing of it is kept */
	}
	return false;
}

static bool look_inside(struct collect *c, struct fact_docker *out,
                        struct err *e)
{
	int api = docker_api_choice(out->api_min_minor, out->api_minor);

	out->state = DOCKER_ANSWERS;
	if (!ask_list(c, out, api, e)) {
		out->why = e->code;
		if (e->code != ERR_TIME)
			return err_wrap(e, "Docker");
		out->state = DOCKER_WEDGED;
		return true;
	}
	if (out->agent.found)
		ask_agent(c, out, api);
	return true;
}

bool collect_docker(struct collect *c, struct fact_docker *out, struct err *e)
{
	const char *path = socket_path(c);
	struct http_req q[2] = {
		request(c, path, "http://localhost/_ping", PING_MS, 1024),
		request(c, path, "http://localhost/version", PING_MS, 16384),
	};
	struct http_resp r[2];

	out->socket = str_of(path);
	out->api_minor = out->api_min_minor = -1;
	if (would_start_it(&c->got->unit)) {
		out->state = DOCKER_DOWN;
		out->not_asked = true;
		return true;
	}
	c->h->ops->http(c->h, c->a, q, 2, r);
	if (r[0].err.code != ERR_NONE)
		return no_answer(c, out, &r[0], e);
	if (r[0].status != 200 || !str_eq(str_trim(r[0].body), STR("OK"))) {
		out->state = DOCKER_STRANGE;
		return true;
	}
	if (r[1].err.code == ERR_TIME) {
		out->state = DOCKER_WEDGED;
		out->why = ERR_TIME;
		return true;
	}
	if (r[1].err.code != ERR_NONE) {
		*e = r[1].err;
		return err_wrap(e, "Docker");
	}
	if (!docker_read_version(c->a, r[1].body, out, e))
		return err_wrap(e, "Docker's version");
	return look_inside(c, out, e);
}
