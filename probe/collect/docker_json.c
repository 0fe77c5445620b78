#include "docker_json.h"

#include "probe/json.h"
#include "probe/when.h"

enum { API_WANTED = 44, LIST_TOKENS = 14000, INSPECT_TOKENS = 6000 };

int docker_api_minor(struct str version)
{
	uint64_t n;

	if (!str_starts(version, STR("1.")) ||
	    !str_u64(str_skip(version, 2), &n) || n > 9999)
		return -1;
	return (int)n;
}

int docker_api_choice(int min_minor, int max_minor)
{
	int v = API_WANTED;

	if (max_minor >= 0 && v > max_minor)
		v = max_minor;
	return v < min_minor ? min_minor : v;
}

bool docker_read_version(struct arena *a, struct str body,
                         struct fact_docker *out, struct err *e)
{
	struct json j;

	if (!json_parse(a, body, 1024, &j, e))
		return false;
	out->version = json_str(&j, json_get(&j, 0, "Version"), a);
	out->api = json_str(&j, json_get(&j, 0, "ApiVersion"), a);
	out->api_min = json_str(&j, json_get(&j, 0, "MinAPIVersion"), a);
	out->api_minor = docker_api_minor(out->api);
	out->api_min_minor = docker_api_minor(out->api_min);
	if (out->api_minor < 0)
		return err_set(e, ERR_FORM, 0, "no API version in it");
	return true;
}

/* "registry/amazon/amazon-ecs-agent:latest": the last part without its tag. */
static bool is_agent_image(struct str image)
{
	while (str_has(image, STR("/")))
		(void)str_cut(&image, '/');
	image = str_cut(&image, '@');
	return str_eq(str_cut(&image, ':'), STR("amazon-ecs-agent"));
}

/* Not by name alone: a task may be called so. An image whose tag has moved on
 * shows as a bare id; then name and program together must do. */
static bool is_agent(const struct json *j, int box, struct arena *a)
{
	int names = json_get(j, box, "Names");
	struct str image = json_str(j, json_get(j, box, "Image"), a);
	struct str program = json_str(j, json_get(j, box, "Command"), a);

	if (json_get(j, json_get(j, box, "Labels"),
	             "com.amazonaws.ecs.task-arn") != JSON_NONE)
		return false;
	if (is_agent_image(image))
		return true;
	return str_eq(json_raw(j, json_first(j, names)), STR("/ecs-agent")) &&
	       str_has(program, STR("/agent"));
}

static void take_ports(const struct json *j, int box, struct arena *a,
                       struct fact_docker *out)
{
	int ports = json_get(j, box, "Ports");
	int names = json_get(j, box, "Names");
	struct str name = json_str(j, json_first(j, names), a);

	for (int p = json_first(j, ports); p >= 0; p = json_next(j, p)) {
		uint64_t port;

		if (!json_u64(j, json_get(j, p, "PublicPort"), &port) ||
		    port == 0 || port > UINT16_MAX)
			continue;
		if (out->n_ports == DOCKER_MAX_PORTS) {
			out->ports_dropped++;
			continue;
		}
		out->port[out->n_ports++] = (struct docker_port){
			.port = (uint16_t)port,
			.udp = str_eq(json_raw(j, json_get(j, p, "Type")),
			              STR("udp")),
			.address = json_str(j, json_get(j, p, "IP"), a),
			.container = str_starts(name, STR("/"))
			                     ? str_skip(name, 1)
			                     : name,
		};
	}
}

static void take_agent(const struct json *j, int box, struct arena *a,
                       bool running, struct docker_agent *agent)
{
	agent->count += running || agent->count == 0;
	if (agent->found && (agent->running || !running))
		return;
	agent->found = true;
	agent->running = running;
	agent->id = json_str(j, json_get(j, box, "Id"), a);
	agent->image = json_str(j, json_get(j, box, "Image"), a);
	agent->status = json_str(j, json_get(j, box, "State"), a);
}

bool docker_read_list(struct arena *a, struct str body, struct fact_docker *out,
                      struct err *e)
{
	struct json j;

	if (!json_parse(a, body, LIST_TOKENS, &j, e))
		return false;
	if (json_type(&j, 0) != JSON_ARRAY)
		return err_set(e, ERR_FORM, 0, "not a list of containers");
	if (!out->port)
		out->port =
			ARENA_ARRAY(a, struct docker_port, DOCKER_MAX_PORTS);
	if (!out->image)
		out->image =
			ARENA_ARRAY(a, struct docker_image, DOCKER_MAX_IMAGES);
	if (!out->task)
		out->task =
			ARENA_ARRAY(a, struct docker_task, DOCKER_MAX_TASKS);
	for (int box = json_first(&j, 0); box >= 0; box = json_next(&j, box)) {
		bool running = str_eq(json_raw(&j, json_get(&j, box, "State")),
		                      STR("running"));
		bool task = json_get(&j, json_get(&j, box, "Labels"),
		                     "com.amazonaws.ecs.task-arn") != JSON_NONE;

		out->containers++;
		out->tasks_all += task;
		out->tasks_running += task && running;
		if (running)
			take_ports(&j, box, a, out);
		if (running && task) {
			docker_take_task(&j, box, a, out);
			docker_take_image(&j, box, a, out);
		}
		if (is_agent(&j, box, a))
			take_agent(&j, box, a, running, &out->agent);
	}
	return true;
}

/* "0001-01-01T00:00:00Z" stands for never. */
static int64_t moment(const struct json *j, int node)
{
	struct str s = json_raw(j, node);
	size_t used;

	if (s.n == 0 || str_starts(s, STR("0001-")))
		return WHEN_NONE;
	return when_parse(s, &used);
}

static void differs(struct arena *a, struct docker_agent *out, struct str key)
{
	if (out->n_differs < DOCKER_MAX_DIFFERS)
		out->differs[out->n_differs++] = arena_copy(a, key);
}

/* Index of the variable in the environment, JSON_NONE when it is not set. */
static int env_node(const struct json *j, int env, struct arena *a,
                    struct str key, struct str *value)
{
	for (int v = json_first(j, env); v >= 0; v = json_next(j, v)) {
		if (!str_starts(json_raw(j, v), key))
			continue;
		*value = json_str(j, v, a);
		if (str_eq(str_cut(value, '='), key))
			return v;
	}
	return JSON_NONE;
}

static void take_proxies(const struct json *j, int env, struct arena *a,
                         struct docker_agent *out)
{
	for (int i = 0; i < CFG_PROXIES; i++) {
		struct str v = { NULL, 0 };

		if (env_node(j, env, a, cfg_proxy_names[i], &v) != JSON_NONE &&
		    v.n)
			out->proxy[i] = cfg_hash(v);
	}
}

static bool in_files(const struct fact_config *c, struct str key)
{
	for (size_t i = 0; i < c->n_entries; i++)
		if (str_eq(c->entry[i].key, key))
			return true;
	return false;
}

/* The environment was fixed when the container was made; the files may have
 * changed since. ecs-init forces two keys and drops one: they prove nothing. */
static bool forced(struct str key)
{
	return str_eq(key, STR("ECS_ENABLE_TASK_ENI")) ||
	       str_eq(key, STR("ECS_EBSTA_SUPPORTED")) ||
	       str_eq(key, STR("ECS_ENABLE_GPU_SUPPORT"));
}

static void compare_env(const struct json *j, int env, struct arena *a,
                        const struct fact_config *c, struct docker_agent *out)
{
	for (size_t i = 0; i < c->n_entries; i++) {
		struct str value = { NULL, 0 };
		const struct config_entry *en = &c->entry[i];

		if (!en->known || forced(en->key))
			continue;
		if (env_node(j, env, a, en->key, &value) == JSON_NONE ||
		    cfg_hash(value) != en->hash)
			differs(a, out, en->key);
	}
	for (int v = json_first(j, env); v >= 0; v = json_next(j, v)) {
		struct str rest = json_raw(j, v);
		struct str key = str_cut(&rest, '=');
		const struct cfg_key *k = cfg_key_of(key);

		if (k && !(k->flags & CFG_INJECTED) && !forced(key) &&
		    !in_files(c, key))
			differs(a, out, key);
	}
}

bool docker_read_agent(struct arena *a, struct str body,
                       const struct fact_config *config,
                       struct docker_agent *out, struct err *e)
{
	struct json j;
	int state;
	uint64_t n;

	if (!json_parse(a, body, INSPECT_TOKENS, &j, e))
		return false;
	state = json_get(&j, 0, "State");
	if (json_type(&j, state) != JSON_OBJECT)
		return err_set(e, ERR_FORM, 0, "no State in it");
	out->inspected = true;
	out->status = json_str(&j, json_get(&j, state, "Status"), a);
	out->running = json_bool(&j, json_get(&j, state, "Running"), false);
	out->oom_killed =
		json_bool(&j, json_get(&j, state, "OOMKilled"), false);
	if (json_u64(&j, json_get(&j, state, "ExitCode"), &n) && n < 256)
		out->exit_code = (int)n;
	if (json_u64(&j, json_get(&j, state, "Pid"), &n) && n <= INT32_MAX)
		out->pid = (int64_t)n;
	out->started_ms = moment(&j, json_get(&j, state, "StartedAt"));
	out->finished_ms = moment(&j, json_get(&j, state, "FinishedAt"));
	out->health = json_str(
		&j, json_get(&j, json_get(&j, state, "Health"), "Status"), a);
	if (json_u64(&j, json_get(&j, 0, "RestartCount"), &n) && n < INT32_MAX)
		out->restarts = (int64_t)n;
	take_proxies(&j, json_get(&j, json_get(&j, 0, "Config"), "Env"), a,
	             out);
	if (config)
		compare_env(&j, json_get(&j, json_get(&j, 0, "Config"), "Env"),
		            a, config, out);
	return true;
}
