#include "probe/collect.h"

/* KEY=value or KEY="value" of os-release. */
static struct str release(struct arena *a, struct str text, const char *key)
{
	while (text.n) {
		struct str value = str_cut(&text, '\n');
		struct str name = str_cut(&value, '=');

		value = str_trim(value);
		if (!str_eq(name, str_of(key)))
			continue;
		if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\''))
			value = str_head(str_skip(value, 1), value.n - 2);
		return arena_copy(a, value);
	}
	return (struct str){ NULL, 0 };
}

/* The package leaves its agent in /var/cache/ecs/ecs-agent-v<VERSION>.tar. */
static struct str cached_version(struct collect *c)
{
	struct dir_entry *entry;
	struct err e;
	size_t n;
	struct str found = { NULL, 0 };

	if (!c->h->ops->list(c->h, c->a, "/var/cache/ecs", 256, &entry, &n, &e))
		return found;
	for (size_t i = 0; i < n; i++) {
		struct str v = str_between(entry[i].name, STR("ecs-agent-v"),
		                           STR(".tar"));

		if (v.n && str_starts(entry[i].name, STR("ecs-agent-v")))
			found = arena_copy(c->a, v);
	}
	return found;
}

/* "5823.72 41234.11": seconds since boot; ms, or 0. */
static int64_t uptime(struct collect *c)
{
	struct str text, whole;
	struct err e;
	uint64_t s, cs;

	if (!c->h->ops->read(c->h, c->a, "/proc/uptime", 128, &text, &e))
		return 0;
	text = str_cut(&text, ' ');
	whole = str_cut(&text, '.');
	if (!str_u64(whole, &s) || !str_u64(text, &cs) ||
	    s > INT64_MAX / 1000 - 1 || text.n != 2)
		return 0;
	return (int64_t)(s * 1000 + cs * 10);
}

bool collect_ident(struct collect *c, struct fact_ident *out, struct err *e)
{
	struct host *h = c->h;
	struct str text;
	struct err gone;

	if (!h->ops->read(h, c->a, "/etc/os-release", 8192, &text, e) &&
	    !h->ops->read(h, c->a, "/usr/lib/os-release", 8192, &text, &gone))
		return err_wrap(e, "operating system");
	out->os_id = release(c->a, text, "ID");
	out->os_version = release(c->a, text, "VERSION_ID");
	out->os_name = release(c->a, text, "PRETTY_NAME");
	if (h->ops->read(h, c->a, "/proc/sys/kernel/osrelease", 256, &text,
	                 &gone))
		out->kernel = str_trim(text);
	out->ecs_init = cached_version(c);
	out->up_ms = uptime(c);
	return true;
}
