/* docker.h - the Docker engine, the agent's container, the tasks' ports. */
#ifndef PROBE_FACTS_DOCKER_H
#define PROBE_FACTS_DOCKER_H

#include "probe/cfg.h"
#include "probe/seen.h"

enum docker_state {
	DOCKER_STATE_NONE,
	DOCKER_ANSWERS,
	DOCKER_ABSENT,  /* no program and no socket */
	DOCKER_DOWN,    /* its unit is down, or nobody listens */
	DOCKER_SILENT,  /* connects, but does not answer a ping */
	DOCKER_WEDGED,  /* answers a ping, but not a list */
	DOCKER_STRANGE, /* something else answers on its socket */
};

struct docker_port {
	uint16_t port; /* of the host */
	bool udp;
	struct str address, container;
};
/* A task with a running container. */
struct docker_task {
	struct str arn;
	struct str id; /* of the container whose network it is */
	struct str family;
	int64_t created_s; /* since 1970 */
	bool pause;        /* it has its own interface (awsvpc) */
	bool host_net, no_net;
};
/* An image that tasks run now; each name with each id once. */
struct docker_image {
	struct str name; /* as the list has it: an id when its tag moved on */
	struct str id, container, family;
	uint32_t containers;
	int64_t created_s; /* of the oldest of them */
};
#define DOCKER_MAX_IMAGES 24
#define DOCKER_MAX_TASKS 64
#define DOCKER_MAX_PORTS 192
#define DOCKER_MAX_DIFFERS 12

struct docker_agent {
	bool found;
	unsigned count; /* containers that run the agent's image */
	struct str id, image, status;    /* status: running, exited, ... */
	bool running, oom_killed, stuck; /* stuck: inspect does not answer */
	int exit_code;
	int64_t pid; /* its first process; 0: not known or not running */
	int64_t restarts, started_ms, finished_ms; /* WHEN_NONE: never */
	struct str health; /* healthy, unhealthy, starting; empty: none */
	bool inspected; /* the fields above but id, image, status are known */
	/* Names of keys whose value is not what the files say now. */
	struct str differs[DOCKER_MAX_DIFFERS];
	size_t n_differs;
	/* What its environment holds of proxies, as hashes; 0: not set. */
	uint64_t proxy[CFG_PROXIES];
};

struct fact_docker {
	struct seen seen;
	enum docker_state state;
	enum err_code why; /* when it does not answer */
	bool not_asked;    /* connecting would have started it */
	struct str socket;
	struct str version, api, api_min; /* "25.0.3", "1.44", "1.24" */
	int api_minor, api_min_minor;     /* of 1.N; -1: not told */
	struct docker_agent agent;
	unsigned tasks_running; /* containers that ECS started */
	unsigned tasks_all, containers;
	struct docker_task *task;      /* each task once */
	size_t n_tasks, tasks_dropped; /* dropped: over DOCKER_MAX_TASKS */
	struct docker_image *image;
	size_t n_images, images_dropped;
	struct docker_port *port; /* of running containers */
	size_t n_ports, ports_dropped;
	bool list_cut; /* too many containers: only the agent's was read */
};

#endif
