#include "unit_show.h"

#include "probe/json.h"

static const struct str ids[UNIT_COUNT] = {
	[UNIT_ECS] = STR_INIT("ecs.service"),
	[UNIT_DOCKER] = STR_INIT("docker.service"),
	[UNIT_DOCKER_SOCKET] = STR_INIT("docker.socket"),
	[UNIT_CONTAINERD] = STR_INIT("containerd.service"),
	[UNIT_CLOUD_FINAL] = STR_INIT("cloud-final.service"),
};

struct word {
	struct str text;
	int value;
};

/* 0 when it is none of them. */
static int word_value(const struct word *w, size_t n, struct str text)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(w[i].text, text))
			return w[i].value;
	return 0;
}

static enum unit_load load_of(struct str v)
{
	static const struct word words[] = {
		{ STR_INIT("loaded"), UNIT_LOADED },
		{ STR_INIT("not-found"), UNIT_NOT_FOUND },
		{ STR_INIT("masked"), UNIT_MASKED },
		{ STR_INIT("error"), UNIT_LOAD_BAD },
		{ STR_INIT("bad-setting"), UNIT_LOAD_BAD },
	};

	return (enum unit_load)word_value(words, 5, v);
}

static enum unit_active active_of(struct str v)
{
	static const struct word words[] = {
		{ STR_INIT("active"), UNIT_ACTIVE },
		{ STR_INIT("reloading"), UNIT_ACTIVE },
		{ STR_INIT("activating"), UNIT_ACTIVATING },
		{ STR_INIT("inactive"), UNIT_INACTIVE },
		{ STR_INIT("failed"), UNIT_FAILED },
		{ STR_INIT("deactivating"), UNIT_DEACTIVATING },
	};

	return (enum unit_active)word_value(words, 6, v);
}

static int64_t number(struct str v, int64_t dflt)
{
	uint64_t n;

	return str_u64(v, &n) && n <= INT64_MAX ? (int64_t)n : dflt;
}

/* Microseconds since boot to ms; 0 stands for never. */
static int64_t since_boot(struct str v)
{
	int64_t us = number(v, 0);

	return us ? us / 1000 : -1;
}

static void take(struct arena *a, struct unit *u, struct str key, struct str v)
{
	if (str_eq(key, STR("LoadState")))
		u->load = load_of(v);
	else if (str_eq(key, STR("ActiveState")))
		u->active = active_of(v);
	else if (str_eq(key, STR("SubState")))
		u->sub = arena_copy(a, v);
	else if (str_eq(key, STR("Result")))
		u->result = arena_copy(a, v);
	else if (str_eq(key, STR("UnitFileState")))
		u->file_state = arena_copy(a, v);
	else if (str_eq(key, STR("ExecMainCode")))
		u->main_code = (int)number(v, 0) & 0xff;
	else if (str_eq(key, STR("ExecMainStatus")))
		u->main_status = (int)(number(v, 0) & 0xffff);
	else if (str_eq(key, STR("MainPID")))
		u->main_pid = number(v, 0);
	else if (str_eq(key, STR("NRestarts")))
		u->restarts = number(v, -1);
	else if (str_eq(key, STR("Job")))
		u->job = (uint64_t)number(v, 0);
	else if (str_eq(key, STR("ExecMainStartTimestampMonotonic")))
		u->started_ms = since_boot(v);
	else if (str_eq(key, STR("ExecMainExitTimestampMonotonic")))
		u->exited_ms = since_boot(v);
	else if (str_eq(key, STR("ActiveEnterTimestampMonotonic")))
		u->active_ms = since_boot(v);
	else if (str_eq(key, STR("InactiveEnterTimestampMonotonic")))
		u->inactive_ms = since_boot(v);
}

static const struct unit fresh = {
	.restarts = -1,
	.started_ms = -1,
	.exited_ms = -1,
	.active_ms = -1,
	.inactive_ms = -1,
};

/* One block; false when it is of no unit of ours. */
static bool take_block(struct arena *a, struct str block, struct unit *out)
{
	struct str all = block;

	while (block.n) {
		struct str v = str_cut(&block, '\n');

		if (!str_eq(str_cut(&v, '='), STR("Id")))
			continue;
		for (int i = 0; i < UNIT_COUNT; i++) {
			if (!str_eq(v, ids[i]))
				continue;
			out[i] = fresh;
			out[i].id = ids[i];
			while (all.n) {
				struct str line = str_cut(&all, '\n');
				struct str key = str_cut(&line, '=');

				take(a, &out[i], key, line);
			}
			return true;
		}
		return false;
	}
	return false;
}

size_t unit_parse_show(struct arena *a, struct str text, struct unit *out)
{
	size_t n = 0;

	for (int i = 0; i < UNIT_COUNT; i++)
		out[i] = fresh;
	while (text.n) {
		size_t end = str_find(text, STR("\n\n"));
		struct str block = end == SIZE_MAX ? text : str_head(text, end);

		if (take_block(a, block, out))
			n++;
		text = end == SIZE_MAX ? (struct str){ NULL, 0 }
		                       : str_skip(text, end + 2);
	}
	return n;
}

/* The next word of *line. */
static struct str word(struct str *line)
{
	*line = str_trim(*line);
	return str_cut(line, ' ');
}

bool unit_parse_jobs(struct arena *a, struct str text, struct str unit,
                     struct str *behind)
{
	bool waits = false;

	*behind = (struct str){ NULL, 0 };
	while (text.n) {
		struct str line = str_cut(&text, '\n');
		uint64_t job;

		if (!str_u64(word(&line), &job))
			continue;
		struct str name = word(&line);
		(void)word(&line); /* start, stop, restart */
		struct str state = word(&line);

		if (str_eq(name, unit) && str_eq(state, STR("waiting")))
			waits = true;
		else if (str_eq(state, STR("running")) && !behind->n)
			*behind = arena_copy(a, name);
	}
	return waits;
}

/* Message ids of systemd, the same in every version and language. */
#define ID_STARTED "39f53479d3a045ac8e11786248231fbf"
#define ID_STOPPING "de5b426a63be47a7b6ac3eaac82e2f6f"

enum unit_stopper unit_parse_journal(struct arena *a, struct str text)
{
	enum unit_stopper last = STOPPED_UNKNOWN;
	size_t used = a->used;

	while (text.n) {
		struct str line = str_cut(&text, '\n');
		struct json j;
		struct err e;
		struct str id;

		if (!str_has(line, STR("MESSAGE_ID")) ||
		    arena_left(a) < 65536 || !json_parse(a, line, 256, &j, &e))
			continue;
		id = json_raw(&j, json_get(&j, 0, "MESSAGE_ID"));
		/* A start with no stop behind it: it ended on its own. */
		if (str_eq(id, STR(ID_STARTED)))
			last = STOPPED_ITSELF;
		else if (str_eq(id, STR(ID_STOPPING)))
			last = STOPPED_BY_JOB;
		a->used = used;
	}
	a->used = used;
	return last;
}

enum unit_active unit_parse_initctl(struct str text)
{
	if (!str_starts(text, STR("ecs ")))
		return UNIT_ACTIVE_UNKNOWN;
	if (str_has(text, STR("start/running")))
		return UNIT_ACTIVE;
	if (str_has(text, STR("stop/waiting")))
		return UNIT_INACTIVE;
	return str_has(text, STR(" start/")) ? UNIT_ACTIVATING
	                                     : UNIT_DEACTIVATING;
}
