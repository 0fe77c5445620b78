#include "probe/collect.h"

bool collect_disk(struct collect *c, struct fact_disk *out, struct err *e)
{
	/* Docker's and ECS's own paths, and what holds the rest. */
	static const char *const paths[DISK_MAX] = {
		"/",
		"/var/lib/docker",
		"/var/lib/ecs",
		"/var/log/ecs",
		"/var/cache/ecs",
		"/tmp",
	};
	struct disk_row *r;

	for (size_t i = 0; i < DISK_MAX; i++) {
		r = &out->rows[out->n];
		*r = (struct disk_row){ .path = paths[i] };
		r->there = c->h->ops->fs(c->h, paths[i], &r->fs, e);
		if (!r->there && (e->code != ERR_NOENT || i == 0))
			return err_wrap(e, "disk");
		out->n++;
	}
	return true;
}
