#include "gather.h"

#include <stdlib.h>

#include "probe/json.h"

#define ARENA (12u << 20)
#define DOCKER_MS 5000
#define AGENT_MS 2000
#define NAMES_MAX 1024
#define FOLDER_FILES 64
#define INSPECT_MAX 64

const struct gather_row gather_rows[] = {
#define WHOLE(path, max) { GATHER_WHOLE, path, NULL, max, 0, { NULL } },
#define TAIL(path, max) { GATHER_TAIL, path, NULL, max, 0, { NULL } },
#define FOLDER(path, max) { GATHER_FOLDER, path, NULL, max, 0, { NULL } },
#define NAMES(path) { GATHER_NAMES, path, NULL, 0, 0, { NULL } },
#define ASK(socket, url, max) { GATHER_ASK, url, socket, max, 0, { NULL } },
#define RUN(ms, max, ...) { GATHER_RUN, NULL, NULL, max, ms, { __VA_ARGS__ } },
#include "probe/bundle.def"
#undef WHOLE
#undef TAIL
#undef FOLDER
#undef NAMES
#undef ASK
#undef RUN
};
const size_t gather_count = sizeof(gather_rows) / sizeof(*gather_rows);

struct gatherer {
	struct host *h;
	struct arena a;
	int64_t until_ms;
	bool docker; /* it answers, as far as is known */
};

static int64_t left_ms(struct gatherer *g)
{
	return g->until_ms - g->h->ops->mono_ms(g->h);
}

static unsigned at_most(struct gatherer *g, unsigned ms)
{
	int64_t left = left_ms(g);

	return left < ms ? left < 1 ? 1 : (unsigned)left : ms;
}

/* The recorder keeps what is read; nothing is done with it here. In one piece:
 * of a file that the pass has read the recorder takes no more. */
static void tail(struct gatherer *g, const char *path, size_t max)
{
	struct file_info info;
	char *block;
	struct err e;
	size_t got;

	if (!g->h->ops->info(g->h, path, &info, &e) || info.type != FILE_PLAIN)
		return;
	block = arena_raw(&g->a, max);
	(void)g->h->ops->read_at(g->h, path,
	                         info.size > max ? info.size - max : 0, block,
	                         max, &got, &e);
}

/* The plain file written to last of those that are left; n: there is none. An
 * empty one says nothing but its name. */
static size_t newest(const struct dir_entry *list, size_t n)
{
	size_t best = n;

	for (size_t i = 0; i < n; i++)
		if (list[i].info.type == FILE_PLAIN && list[i].info.size &&
		    (best == n ||
		     list[i].info.mtime_ms >= list[best].info.mtime_ms))
			best = i;
	return best;
}

static void folder(struct gatherer *g, const char *path, size_t max)
{
	struct dir_entry *list;
	struct err e;
	size_t n;

	if (!g->h->ops->list(g->h, &g->a, path, NAMES_MAX, &list, &n, &e))
		return;
	for (size_t files = 0; max && files < FOLDER_FILES; files++) {
		size_t mark = g->a.used, i = newest(list, n);

		if (i == n || left_ms(g) <= 0)
			return;
		tail(g, arena_str(&g->a, "%s/%s", path, list[i].name.p).p, max);
		list[i].info.size = 0;
		g->a.used = mark;
	}
}

static bool ask(struct gatherer *g, const char *url, const char *socket,
                size_t max, struct http_resp *r)
{
	const struct http_req q = {
		.url = url,
		.unix_path = socket,
		.timeout_ms = at_most(g, socket ? DOCKER_MS : AGENT_MS),
		.max_bytes = max,
	};
	struct err e;

	if (socket && !g->docker)
		return false;
	if (host_http(g->h, &g->a, &q, r, &e))
		return true;
	/* One that hangs is not asked on: the rest would hang as well. */
	if (socket && e.code == ERR_TIME)
		g->docker = false;
	return false;
}

static void inspect(struct gatherer *g, const struct gather_row *row,
                    struct str body)
{
	struct json j;
	struct err e;
	int n;

	if (!json_parse(&g->a, body, 65536, &j, &e))
		return;
	n = json_count(&j, 0);
	for (int i = 0, node = json_first(&j, 0);
	     i < n && i < INSPECT_MAX && node != JSON_NONE && left_ms(g) > 0;
	     i++, node = json_next(&j, node)) {
		struct str id = json_raw(&j, json_get(&j, node, "Id"));
		size_t mark = g->a.used;
		struct http_resp r;

		if (id.n && id.n <= 64 && !str_has(id, STR("/")))
			(void)ask(
				g,
				arena_str(&g->a,
			                  "http://localhost/containers/" STR_FMT
			                  "/json",
			                  STR_ARG(id))
					.p,
				row->socket, 262144, &r);
		g->a.used = mark;
	}
}

static void one(struct gatherer *g, const struct gather_row *row)
{
	struct cmd_out out;
	struct http_resp r;
	struct str text;
	struct err e;

	switch (row->kind) {
	case GATHER_WHOLE:
		(void)g->h->ops->read(g->h, &g->a, row->path, row->max_bytes,
		                      &text, &e);
		break;
	case GATHER_TAIL:
		tail(g, row->path, row->max_bytes);
		break;
	case GATHER_FOLDER:
	case GATHER_NAMES:
		folder(g, row->path, row->max_bytes);
		break;
	case GATHER_ASK:
		if (ask(g, row->path, row->socket, row->max_bytes, &r) &&
		    str_has(str_of(row->path), STR("containers/json")))
			inspect(g, row, r.body);
		break;
	case GATHER_RUN:
		(void)g->h->ops->cmd(g->h, &g->a, row->argv,
		                     at_most(g, row->ms), row->max_bytes, &out,
		                     &e);
		break;
	}
}

size_t gather(struct host *h, bool docker, int64_t until_ms)
{
	unsigned char *mem = malloc(ARENA);
	struct gatherer g = { h, { mem, 0, ARENA }, until_ms, docker };
	size_t i = 0;

	for (; mem && i < gather_count && left_ms(&g) > 0; i++) {
		arena_reset(&g.a);
		one(&g, &gather_rows[i]);
	}
	free(mem);
	return gather_count - i;
}
