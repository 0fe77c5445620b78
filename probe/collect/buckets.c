/* Which buckets matter here: those that an operator names in probe.conf, those
 * that the agent's log says a task waits for, and those that stand beside
 * ecs.config (many fetch that file from S3, and say so in a comment or in a
 * drop-in of the unit). User data is not read: it may hold anything. */
#include "buckets.h"

#include "probe/conf.h"

#define DROP_INS "/etc/systemd/system/ecs.service.d"

enum { DROP_IN_BYTES = 16 * 1024, MAX_DROP_INS = 16 };

struct list {
	struct bucket_named *to;
	size_t n;
};

static void add(struct list *l, struct s3_ref ref, const char *from)
{
	for (size_t i = 0; i < l->n; i++) {
		struct s3_ref *have = &l->to[i].ref;

		if (!str_eq(have->bucket, ref.bucket))
			continue;
		if (!have->key.n) /* the same, known better */
			have->key = ref.key;
		if (!ref.key.n || str_eq(have->key, ref.key))
			return;
	}
	if (l->n < BUCKETS_MAX)
		l->to[l->n++] = (struct bucket_named){ ref, from };
}

/* A file that the daemon would refuse names nothing here either. */
static void from_conf(struct collect *c, struct list *l)
{
	struct conf conf = conf_default();
	struct str text, value;
	struct s3_ref ref;
	struct err e;

	if (!c->h->ops->read(c->h, c->a, CONF_PATH, CONF_MAX_BYTES, &text,
	                     &e) ||
	    !conf_parse(CONF_PATH, text, c->a, &conf, &e))
		return;
	value = conf_text(&conf, CONF_BUCKETS);
	while (value.n)
		if (s3ref_parse(str_cut(&value, ','), &ref))
			add(l, ref, "probe.conf");
}

static void from_log(struct collect *c, struct list *l)
{
	const struct log_found *f = &c->got->logs.found;

	if (c->got->logs.seen.state != SEEN_OK)
		return;
	for (size_t i = 0; i < f->n_objects; i++) {
		const struct log_object *o = &f->object[i];
		struct s3_ref ref = { { o->bucket.text, o->bucket.n },
			              { o->key, o->n } };

		if (bucket_fit(ref.bucket))
			add(l, ref, "the agent's log");
	}
	for (size_t i = 0; i < f->n_buckets; i++) {
		struct s3_ref ref = { .bucket = { f->bucket[i].text,
			                          f->bucket[i].n } };

		if (bucket_fit(ref.bucket))
			add(l, ref, "the agent's log");
	}
}

static void scan(struct collect *c, struct list *l, const char *path,
                 size_t max, const char *from)
{
	struct s3_ref ref;
	struct str text;
	struct err e;

	if (!c->h->ops->read(c->h, c->a, path, max, &text, &e))
		return;
	while (s3ref_next(&text, &ref))
		add(l, ref, from);
}

static void from_neighbourhood(struct collect *c, struct list *l)
{
	struct dir_entry *d = NULL;
	struct err e;
	size_t n = 0;

	scan(c, l, "/etc/ecs/ecs.config", CFG_MAX_BYTES, "ecs.config");
	scan(c, l, "/var/lib/ecs/ecs.config", CFG_MAX_BYTES, "ecs.config");
	if (!c->h->ops->list(c->h, c->a, DROP_INS, MAX_DROP_INS, &d, &n, &e))
		return;
	for (size_t i = 0; i < n; i++)
		if (str_ends(d[i].name, STR(".conf")) && d[i].name.n < 100)
			scan(c, l,
			     arena_str(c->a, DROP_INS "/" STR_FMT,
			               STR_ARG(d[i].name))
			             .p,
			     DROP_IN_BYTES, "a drop-in of the agent's unit");
}

size_t buckets_named(struct collect *c, struct bucket_named *out)
{
	struct list l = { out, 0 };

	from_conf(c, &l);
	from_log(c, &l);
	from_neighbourhood(c, &l);
	return l.n;
}
