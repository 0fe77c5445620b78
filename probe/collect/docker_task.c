#include "docker_json.h"

#include "probe/json.h"

#define LABEL "com.amazonaws.ecs."
enum { PID_TOKENS = 6000 };

static struct docker_task *task_of(struct fact_docker *out, struct str arn)
{
	for (size_t i = 0; i < out->n_tasks; i++)
		if (str_eq(out->task[i].arn, arn))
			return &out->task[i];
	return NULL;
}

/* A task whose containers share one network has a container that only holds
 * it; in any other each has its own, and one stands for all. */
void docker_take_task(const struct json *j, int box, struct arena *a,
                      struct fact_docker *out)
{
	int labels = json_get(j, box, "Labels");
	struct str arn = json_raw(j, json_get(j, labels, LABEL "task-arn"));
	struct str mode = json_raw(
		j, json_get(j, json_get(j, box, "HostConfig"), "NetworkMode"));
	bool pause =
		str_eq(json_raw(j, json_get(j, labels, LABEL "container-name")),
	               STR("~internal~ecs~pause"));
	struct docker_task *t = task_of(out, arn);
	uint64_t created = 0;

	if (arn.n == 0 || arn.n > 400 || str_starts(mode, STR("container:")) ||
	    (t && !pause))
		return;
	if (!t && out->n_tasks == DOCKER_MAX_TASKS) {
		out->tasks_dropped++;
		return;
	}
	if (!t)
		t = &out->task[out->n_tasks++];
	if (json_u64(j, json_get(j, box, "Created"), &created) &&
	    created > INT64_MAX / 2000)
		created = 0;
	*t = (struct docker_task){
		.arn = arena_copy(a, arn),
		.id = json_str(j, json_get(j, box, "Id"), a),
		.family = json_str(
			j, json_get(j, labels, LABEL "task-definition-family"),
			a),
		.created_s = (int64_t)created,
		.pause = pause,
		.host_net = str_eq(mode, STR("host")),
		/* The holder begins with none; ECS gives it its interface. */
		.no_net = !pause && str_eq(mode, STR("none")),
	};
}

static struct docker_image *image_of(struct fact_docker *out, struct str name,
                                     struct str id)
{
	for (size_t i = 0; i < out->n_images; i++)
		if (str_eq(out->image[i].name, name) &&
		    str_eq(out->image[i].id, id))
			return &out->image[i];
	return NULL;
}

void docker_take_image(const struct json *j, int box, struct arena *a,
                       struct fact_docker *out)
{
	int labels = json_get(j, box, "Labels");
	struct str name = json_raw(j, json_get(j, box, "Image"));
	struct str id = json_raw(j, json_get(j, box, "ImageID"));
	struct docker_image *m = image_of(out, name, id);
	uint64_t created = 0;

	/* ECS's own: the one that holds a network, and the like. */
	if (str_starts(json_raw(j, json_get(j, labels, LABEL "container-name")),
	               STR("~internal~")) ||
	    name.n == 0 || name.n > 512 || id.n == 0 || id.n > 100)
		return;
	if (!m && out->n_images == DOCKER_MAX_IMAGES) {
		out->images_dropped++;
		return;
	}
	(void)json_u64(j, json_get(j, box, "Created"), &created);
	if (created > INT64_MAX / 2000)
		created = 0;
	if (m) {
		m->containers++;
		if (created && (int64_t)created < m->created_s)
			m->created_s = (int64_t)created;
		return;
	}
	out->image[out->n_images++] = (struct docker_image){
		.name = arena_copy(a, name),
		.id = arena_copy(a, id),
		.container = json_str(j, json_get(j, box, "Id"), a),
		.family = json_str(
			j, json_get(j, labels, LABEL "task-definition-family"),
			a),
		.containers = 1,
		.created_s = (int64_t)created,
	};
}

bool docker_read_image(struct arena *a, struct str body, struct str *name,
                       struct err *e)
{
	size_t mark = a->used;
	struct json j;

	if (!json_parse(a, body, PID_TOKENS, &j, e))
		return false;
	*name = json_raw(&j, json_get(&j, json_get(&j, 0, "Config"), "Image"));
	a->used = mark; /* the tokens: name points into body */
	return true;
}

bool docker_read_pid(struct arena *a, struct str body, int64_t *pid,
                     struct err *e)
{
	size_t mark = a->used;
	struct json j;
	uint64_t n;
	bool ok;

	if (!json_parse(a, body, PID_TOKENS, &j, e))
		return false;
	ok = json_u64(&j, json_get(&j, json_get(&j, 0, "State"), "Pid"), &n) &&
	     n <= INT32_MAX;
	a->used = mark; /* the tokens */
	if (!ok)
		return err_set(e, ERR_FORM, 0, "no Pid in it");
	*pid = (int64_t)n;
	return true;
}
