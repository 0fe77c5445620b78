/* docker_json.h - reads what the Docker engine answers. Pure. */
#ifndef PROBE_COLLECT_DOCKER_JSON_H
#define PROBE_COLLECT_DOCKER_JSON_H

#include "probe/arena.h"
#include "probe/facts/config.h"
#include "probe/facts/docker.h"
#include "probe/json.h"

/* N of "1.N", or -1. */
int docker_api_minor(struct str version);
/* The version to speak: 1.44, or the nearest that the daemon allows. */
int docker_api_choice(int min_minor, int max_minor);

MUST_CHECK bool docker_read_version(struct arena *a, struct str body,
                                    struct fact_docker *out, struct err *e);
/* /containers/json?all=1: counts, ports, and which one is the agent's. */
MUST_CHECK bool docker_read_list(struct arena *a, struct str body,
                                 struct fact_docker *out, struct err *e);
/* /containers/ID/json of the agent's; config may be NULL. */
MUST_CHECK bool docker_read_agent(struct arena *a, struct str body,
                                  const struct fact_config *config,
                                  struct docker_agent *out, struct err *e);

/* docker_task.c: one running container of the list, when it is a task's. */
void docker_take_task(const struct json *j, int box, struct arena *a,
                      struct fact_docker *out);
/* docker_task.c: the image of a task's running container. */
void docker_take_image(const struct json *j, int box, struct arena *a,
                       struct fact_docker *out);
/* The name of its image that an inspected container was made with; empty:
 * it does not say. */
MUST_CHECK bool docker_read_image(struct arena *a, struct str body,
                                  struct str *name, struct err *e);
/* The first process of an inspected container; 0: it does not run. */
MUST_CHECK bool docker_read_pid(struct arena *a, struct str body, int64_t *pid,
                                struct err *e);

#endif
