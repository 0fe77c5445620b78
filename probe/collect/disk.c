#include "probe/collect.h"
#include "probe/json.h"

#define DAEMON_JSON "/etc/docker/daemon.json"
enum { DAEMON_BYTES = 32 * 1024, TOKENS = 2048 };

/* Where Docker keeps its own when that is another place; or NULL. Both keys
 * mean it, the second until Docker 23. */
static const char *data_root(struct collect *c)
{
	static const char *const keys[] = { "data-root", "graph" };
	struct str text;
	struct json j;
	struct err e;

	if (!c->h->ops->read(c->h, c->a, DAEMON_JSON, DAEMON_BYTES, &text,
	                     &e) ||
	    !json_parse(c->a, text, TOKENS, &j, &e))
		return NULL;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		struct str v = json_str(&j, json_get(&j, 0, keys[i]), c->a);

		if (v.n > 1 && v.n < DISK_PATH_MAX && v.p[0] == '/' &&
		    !str_eq(v, STR("/var/lib/docker")))
			return arena_str(c->a, STR_FMT, STR_ARG(v)).p;
	}
	return NULL;
}

static bool row(struct collect *c, struct fact_disk *out, const char *path,
                struct err *e)
{
	struct disk_row *r = &out->rows[out->n];

	*r = (struct disk_row){ .path = path };
	r->there = c->h->ops->fs(c->h, path, &r->fs, e);
	if (!r->there && (e->code != ERR_NOENT || out->n == 0))
		return err_wrap(e, "disk");
	out->n++;
	return true;
}

bool collect_disk(struct collect *c, struct fact_disk *out, struct err *e)
{
	/* Docker's and ECS's own paths, and what holds the rest: any of them
	 * may be a file system of its own. */
	static const char *const paths[DISK_MAX - 1] = {
		"/",
		"/var/lib/docker",
		"/var/lib/containerd",
		"/var/lib/ecs",
		"/var/lib/ecs/data",
		"/var/log/ecs",
		"/var/cache/ecs",
		"/tmp",
	};
	const char *own;

	for (size_t i = 0; i < DISK_MAX - 1; i++)
		if (!row(c, out, paths[i], e))
			return false;
	own = data_root(c);
	return !own || row(c, out, own, e);
}
