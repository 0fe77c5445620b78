#include "probe/bolt.h"
#include "probe/collect.h"
#include "probe/json.h"

#define DB "/var/lib/ecs/data/agent.db"
#define OLD "/var/lib/ecs/data/ecs_agent_data.json"
#define TRIES 3

static bool read_db(void *ctx, uint64_t off, char *buf, size_t n, size_t *got,
                    struct err *e)
{
	struct host *h = ctx;

	return h->ops->read_at(h, DB, off, buf, n, got, e);
}

/* Values are JSON strings. */
static struct str text_of(struct arena *a, struct str v)
{
	struct json j;
	struct err e;

	if (v.n && v.p[0] == '"' && json_parse(a, v, 4, &j, &e))
		return json_str(&j, 0, a);
	return v.n && v.p[0] != '"' ? v : (struct str){ NULL, 0 };
}

/* A key that is not there leaves its field empty. */
static bool field(struct collect *c, struct bolt *b,
                  const struct bolt_bucket *meta, const char *key,
                  struct str *out, struct err *e)
{
	struct str v;

	if (!bolt_get(b, meta, str_of(key), &v, e))
		return e->code == ERR_NOENT;
	*out = text_of(c->a, v);
	return true;
}

/* A database without the bucket is a fresh one: nothing is saved. */
static bool read_metadata(struct collect *c, struct fact_state *out,
                          struct err *e)
{
	const struct bolt_src src = { read_db, c->h };
	struct bolt_bucket meta;
	struct bolt b;

	if (!bolt_open(&b, &src, c->a, e))
		return false;
	if (!bolt_bucket(&b, STR("metadata"), &meta, e))
		return e->code == ERR_NOENT;
	return field(c, &b, &meta, "cluster-name", &out->cluster, e) &&
	       field(c, &b, &meta, "container-instance-arn", &out->arn, e) &&
	       field(c, &b, &meta, "ec2-instance-id", &out->instance, e) &&
	       field(c, &b, &meta, "agent-version", &out->agent_version, e);
}

/* true: it is there, or it is known not to be. */
static bool look(struct collect *c, const char *path, bool *there,
                 uint64_t *size, int64_t *mtime_ms, struct err *e)
{
	struct file_info info;

	if (!c->h->ops->info(c->h, path, &info, e))
		return e->code == ERR_NOENT && e->os != HOST_UNRECORDED;
	*there = true;
	*size = info.size;
	*mtime_ms = info.mtime_ms;
	return true;
}

/* The agent may write while we read, and a page that it has freed and filled
 * anew is none we looked for: what is damaged stays so. */
static void read_settled(struct collect *c, struct fact_state *out)
{
	const size_t used = c->a->used;

	for (int i = 0; i < TRIES && !out->db_read; i++) {
		c->a->used = used;
		out->cluster = out->arn = (struct str){ NULL, 0 };
		out->instance = out->agent_version = (struct str){ NULL, 0 };
		out->db_why = (struct err){ 0 };
		out->db_read = read_metadata(c, out, &out->db_why);
		if (out->db_why.code != ERR_FORM)
			break;
	}
}

/* What keeps us from reading says nothing about the file. */
static bool ours(const struct err *why)
{
	return why->code == ERR_PERM || why->code == ERR_LIMIT ||
	       why->code == ERR_BUSY || why->os == HOST_UNRECORDED;
}

bool collect_state(struct collect *c, struct fact_state *out, struct err *e)
{
	struct err gone;

	if (!look(c, DB, &out->db, &out->db_size, &out->db_mtime_ms, e))
		return err_wrap(e, "saved state");
	(void)look(c, OLD, &out->json, &out->json_size, &out->json_mtime_ms,
	           &gone);
	if (!out->db)
		return true;
	read_settled(c, out);
	if (!out->db_read && ours(&out->db_why)) {
		*e = out->db_why;
		return err_wrap(e, "saved state");
	}
	return true;
}
