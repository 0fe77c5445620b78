/*
 * The checker's own door: the machine as its user sees it, and where that is
 * not allowed, what the helper saw just now (look.c). A look counts only while
 * it is fresh by our own monotonic clock, so nothing in the folder, however
 * old or new it says it is, is taken for the present.
 */
#include "io.h"
#include "rec.h"

#define NEVER (-1)

struct look {
	struct host dir;
	int64_t seen_ms; /* monotonic, or NEVER */
	int64_t keep_ms;
};

struct over {
	struct host host; /* first: the ops get it back by cast */
	struct host *live;
	struct look look[LOOK_KINDS];
};

static struct over *over_of(struct host *h)
{
	return (struct over *)(void *)h;
}

static bool is_fresh(const struct over *o, const struct look *l)
{
	return l->seen_ms != NEVER &&
	       o->live->ops->mono_ms(o->live) - l->seen_ms <= l->keep_ms;
}

static bool lies_in(const struct look *l, const struct rec_path *p)
{
	struct place at = { l->dir.root, p->z };
	struct file_info info;
	struct err e;

	return file_info(at, &info, &e) && info.type == FILE_PLAIN;
}

/* The newest look that holds an answer, or a failure, under this name; NULL:
 * none does. */
static struct host *look_with(struct over *o, const struct rec_path *p)
{
	struct rec_path bad = rec_file(p->z, ".@err");
	struct look *best = NULL;

	for (size_t i = 0; i < LOOK_KINDS; i++) {
		struct look *l = &o->look[i];

		if (is_fresh(o, l) && (lies_in(l, p) || lies_in(l, &bad)) &&
		    (!best || l->seen_ms > best->seen_ms))
			best = l;
	}
	return best ? &best->dir : NULL;
}

/* Of files a look holds only what is closed to us: it goes first, so that a
 * file, its size and its folder are of one moment. */
static struct host *door(struct over *o, const char *path, const char *suffix)
{
	struct rec_path p = rec_file(path, suffix);
	struct host *d = look_with(o, &p);

	return d ? d : o->live;
}

static bool over_read(struct host *h, struct arena *a, const char *path,
                      size_t max_bytes, struct str *out, struct err *e)
{
	struct host *d = door(over_of(h), path, "");

	return d->ops->read(d, a, path, max_bytes, out, e);
}

static bool over_read_at(struct host *h, const char *path, uint64_t off,
                         char *buf, size_t n, size_t *got, struct err *e)
{
	struct host *d = door(over_of(h), path, "");

	return d->ops->read_at(d, path, off, buf, n, got, e);
}

static bool over_info(struct host *h, const char *path, struct file_info *out,
                      struct err *e)
{
	struct host *d = door(over_of(h), path, ".@info");

	return d->ops->info(d, path, out, e);
}

static bool over_list(struct host *h, struct arena *a, const char *path,
                      size_t max, struct dir_entry **out, size_t *n,
                      struct err *e)
{
	struct host *d = door(over_of(h), path, ".@list");

	return d->ops->list(d, a, path, max, out, n, e);
}

static bool over_fs(struct host *h, const char *path, struct fs_info *out,
                    struct err *e)
{
	struct over *o = over_of(h);
	struct host *d;

	if (o->live->ops->fs(o->live, path, out, e))
		return true;
	d = e->code == ERR_PERM ? door(o, path, ".@fs") : o->live;
	return d == o->live ? false : d->ops->fs(d, path, out, e);
}

/* ---- what is asked of the machine first */

static void over_http(struct host *h, struct arena *a, const struct http_req *q,
                      size_t n, struct http_resp *out)
{
	struct over *o = over_of(h);

	o->live->ops->http(o->live, a, q, n, out);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p;
		struct host *d;

		if (!q[i].unix_path || out[i].err.code != ERR_PERM)
			continue;
		p = rec_http(&q[i]);
		d = look_with(o, &p);
		if (d)
			d->ops->http(d, a, &q[i], 1, &out[i]);
	}
}

static void over_resolve(struct host *h, struct arena *a,
                         const char *const *names, size_t n,
                         unsigned timeout_ms, struct dns_result *out)
{
	struct host *live = over_of(h)->live;

	live->ops->resolve(live, a, names, n, timeout_ms, out);
}

/* A program says in its own way that it may not. */
static bool over_cmd(struct host *h, struct arena *a, const char *const *argv,
                     unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
                     struct err *e)
{
	struct over *o = over_of(h);
	bool ok = o->live->ops->cmd(o->live, a, argv, timeout_ms, max_bytes,
	                            out, e);
	struct rec_path p;
	struct host *d;

	if (ok ? out->status == 0 : e->code != ERR_PERM)
		return ok;
	p = rec_cmd(argv);
	d = look_with(o, &p);
	return d ? d->ops->cmd(d, a, argv, timeout_ms, max_bytes, out, e) : ok;
}

/* A socket keeps its inode as long as it lives. */
static void name_owners(struct port_map *map, const struct port_map *seen)
{
	for (size_t i = 0; i < map->n_listen; i++) {
		struct sock_row *r = &map->listen[i];

		for (size_t k = 0; r->pid == 0 && k < seen->n_listen; k++) {
			if (seen->listen[k].inode != r->inode)
				continue;
			r->pid = seen->listen[k].pid;
			r->comm = seen->listen[k].comm;
		}
	}
}

static bool over_ports(struct host *h, struct arena *a, struct port_map *out,
                       struct err *e)
{
	struct over *o = over_of(h);
	struct host *d = door(o, "/ports.tsv", "");
	struct port_map *seen;
	struct err mine;

	if (!o->live->ops->ports(o->live, a, out, e))
		return false;
	if (d == o->live)
		return true;
	seen = ARENA_NEW(a, struct port_map);
	if (d->ops->ports(d, a, seen, &mine))
		name_owners(out, seen);
	return true;
}

static bool over_conns(struct host *h, struct arena *a, int64_t pid,
                       struct conn_row **out, size_t *n, struct err *e)
{
	struct over *o = over_of(h);
	struct rec_path p = rec_conns(pid);
	struct host *d;

	if (o->live->ops->conns(o->live, a, pid, out, n, e))
		return true;
	d = e->code == ERR_PERM ? look_with(o, &p) : NULL;
	return d ? d->ops->conns(d, a, pid, out, n, e) : false;
}

static void over_in_netns(struct host *h, struct arena *a,
                          const struct netns_req *q, size_t n,
                          struct netns_result *out)
{
	struct over *o = over_of(h);

	o->live->ops->in_netns(o->live, a, q, n, out);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_netns(q[i].pid);
		struct host *d =
			out[i].err.code == ERR_PERM ? look_with(o, &p) : NULL;

		if (d)
			d->ops->in_netns(d, a, &q[i], 1, &out[i]);
	}
}

static bool over_klog(struct host *h, struct arena *a, size_t max_bytes,
                      struct str *out, struct err *e)
{
	struct over *o = over_of(h);
	struct host *d;

	if (o->live->ops->klog(o->live, a, max_bytes, out, e))
		return true;
	d = door(o, "/klog", ""); /* a sandbox may have no /dev/kmsg */
	return d == o->live ? false : d->ops->klog(d, a, max_bytes, out, e);
}

static void over_ask(struct host *h, struct arena *a, const struct dns_ask *q,
                     size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct host *m = over_of(h)->live;

	m->ops->ask(m, a, q, n, timeout_ms, out);
}

static void over_ways(struct host *h, struct arena *a, const char *const *addrs,
                      size_t n, struct way *out)
{
	struct host *m = over_of(h)->live;

	m->ops->ways(m, a, addrs, n, out);
}

static void over_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
                     size_t n, struct ntp_answer *out)
{
	struct host *m = over_of(h)->live;

	m->ops->ntp(m, a, q, n, out);
}

static bool over_knock(struct host *h, struct arena *a, uint16_t port,
                       unsigned timeout_ms, struct knock *out, struct err *e)
{
	struct host *m = over_of(h)->live;

	return m->ops->knock(m, a, port, timeout_ms, out, e);
}

static bool over_clock(struct host *h, struct clock_info *out, struct err *e)
{
	struct host *live = over_of(h)->live;

	return live->ops->clock(live, out, e);
}

static struct str over_env(struct host *h, struct arena *a, const char *name)
{
	struct host *live = over_of(h)->live;

	return live->ops->env(live, a, name);
}

/* With a look at hand we see as much as who took it. */
static void over_self(struct host *h, struct self_info *out)
{
	struct host *d = door(over_of(h), "/self", "");

	d->ops->self(d, out);
}

static int64_t over_now_ms(struct host *h)
{
	struct host *live = over_of(h)->live;

	return live->ops->now_ms(live);
}

static int64_t over_mono_ms(struct host *h)
{
	struct host *live = over_of(h)->live;

	return live->ops->mono_ms(live);
}

static bool over_act(struct host *h, struct arena *a, enum verb_id verb,
                     struct cmd_out *out, struct err *e)
{
	struct host *live = over_of(h)->live;

	return live->ops->act(live, a, verb, out, e);
}

static int64_t over_measured(struct host *h, const char *what, int64_t value)
{
	struct host *live = over_of(h)->live;

	return live->ops->measured(live, what, value);
}

static const struct host_ops over_ops = {
	.read = over_read,
	.read_at = over_read_at,
	.info = over_info,
	.list = over_list,
	.fs = over_fs,
	.http = over_http,
	.resolve = over_resolve,
	.ask = over_ask,
	.ways = over_ways,
	.cmd = over_cmd,
	.ports = over_ports,
	.conns = over_conns,
	.in_netns = over_in_netns,
	.knock = over_knock,
	.klog = over_klog,
	.clock = over_clock,
	.ntp = over_ntp,
	.env = over_env,
	.self = over_self,
	.now_ms = over_now_ms,
	.mono_ms = over_mono_ms,
	.act = over_act,
	.measured = over_measured,
};

struct host *host_over(struct arena *a, struct host *live, const char *folder,
                       const int64_t keep_ms[LOOK_KINDS])
{
	static const char *const name[LOOK_KINDS] = { LOOK_NEAR_NAME,
		                                      LOOK_FAR_NAME };
	struct over *o = ARENA_NEW(a, struct over);

	o->host = (struct host){ &over_ops, live->root };
	o->live = live;
	for (size_t i = 0; i < LOOK_KINDS; i++) {
		struct str p = arena_str(a, "%s/%s", folder, name[i]);

		o->look[i] = (struct look){ host_dir(p.p), NEVER, keep_ms[i] };
	}
	return &o->host;
}

bool host_over_look(struct host *h, struct arena *a, enum look_kind kind,
                    struct err *e)
{
	static const enum verb_id verb[LOOK_KINDS] = { VERB_LOOK,
		                                       VERB_LOOK_FAR };
	struct over *o = over_of(h);
	struct cmd_out out;

	if (h->ops != &over_ops)
		return true; /* it sees for itself */
	if (!o->live->ops->act(o->live, a, verb[kind], &out, e))
		return false;
	if (out.status != 0)
		return err_set(e, ERR_IO, 0,
		               "probe look: exit status %d: " STR_FMT,
		               out.status, STR_ARG(str_head(out.text, 100)));
	o->look[kind].seen_ms = o->live->ops->mono_ms(o->live);
	return true;
}
