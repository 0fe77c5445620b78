/* plain.h - a recorded machine as somebody sees it who is not root, and whose
 * helper is look_take() on the same machine. */
#ifndef TESTS_UNIT_PLAIN_H
#define TESTS_UNIT_PLAIN_H

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "probe/look.h"

struct plain {
	struct host host; /* first */
	struct host machine;
	bool no_helper;
	int64_t ahead_ms;   /* the clocks, against the machine's */
	const char *folder; /* of looks */
};

static inline struct plain *plain_of(struct host *h)
{
	return (struct plain *)(void *)h;
}

static bool may_read(uint32_t uid, const char *path)
{
	static const char *const closed[] = { "/var/lib/ecs/data/",
		                              "/etc/ecs/ecs.config", "/root/",
		                              "/var/log/ecs/", "/dev/kmsg" };

	(void)uid;
	for (size_t i = 0; i < sizeof(closed) / sizeof(*closed); i++)
		if (strncmp(path, closed[i], strlen(closed[i])) == 0)
			return false;
	return true;
}

/* "Not allowed" for what is there and closed. */
static bool closed(const char *path, bool ok, struct err *e)
{
	if (!ok || may_read(0, path))
		return false;
	(void)err_set(e, ERR_PERM, EACCES, "%s: not allowed", path);
	return true;
}

static bool plain_read(struct host *h, struct arena *a, const char *path,
                       size_t max, struct str *out, struct err *e)
{
	struct host *m = &plain_of(h)->machine;
	bool ok = m->ops->read(m, a, path, max, out, e);

	return ok && !closed(path, ok, e);
}

static bool plain_read_at(struct host *h, const char *path, uint64_t off,
                          char *buf, size_t n, size_t *got, struct err *e)
{
	struct host *m = &plain_of(h)->machine;
	bool ok = m->ops->read_at(m, path, off, buf, n, got, e);

	return ok && !closed(path, ok, e);
}

static bool plain_info(struct host *h, const char *path, struct file_info *out,
                       struct err *e)
{
	struct host *m = &plain_of(h)->machine;
	bool ok = m->ops->info(m, path, out, e);

	return ok && !(strncmp(path, "/root/", 6) == 0 && closed(path, ok, e));
}

static bool plain_list(struct host *h, struct arena *a, const char *path,
                       size_t max, struct dir_entry **out, size_t *n,
                       struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->list(m, a, path, max, out, n, e);
}

static bool plain_fs(struct host *h, const char *path, struct fs_info *out,
                     struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->fs(m, path, out, e);
}

static void plain_http(struct host *h, struct arena *a,
                       const struct http_req *q, size_t n,
                       struct http_resp *out)
{
	struct host *m = &plain_of(h)->machine;

	m->ops->http(m, a, q, n, out);
	for (size_t i = 0; i < n; i++)
		if (q[i].unix_path && out[i].err.code == ERR_NONE) {
			out[i] = (struct http_resp){ .status = 0 };
			(void)err_set(&out[i].err, ERR_PERM, EACCES,
			              "%s: not allowed", q[i].url);
		}
}

static void plain_resolve(struct host *h, struct arena *a,
                          const char *const *names, size_t n, unsigned ms,
                          struct dns_result *out)
{
	struct host *m = &plain_of(h)->machine;

	m->ops->resolve(m, a, names, n, ms, out);
}

static bool plain_cmd(struct host *h, struct arena *a, const char *const *argv,
                      unsigned ms, size_t max, struct cmd_out *out,
                      struct err *e)
{
	struct host *m = &plain_of(h)->machine;
	bool ok = m->ops->cmd(m, a, argv, ms, max, out, e);

	if (ok && (strstr(argv[0], "iptables") || strstr(argv[0], "nft")))
		*out = (struct cmd_out){ 4, STR("") };
	return ok;
}

static bool plain_ports(struct host *h, struct arena *a, struct port_map *out,
                        struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	if (!m->ops->ports(m, a, out, e))
		return false;
	for (size_t i = 0; i < out->n_listen; i++) {
		out->listen[i].pid = 0;
		out->listen[i].comm = STR("");
	}
	return true;
}

static bool plain_conns(struct host *h, struct arena *a, int64_t pid,
                        struct conn_row **out, size_t *n, struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->conns(m, a, pid, out, n, e) &&
	       err_set(e, ERR_PERM, EACCES, "%lld: not allowed",
	               (long long)pid);
}

static void plain_in_netns(struct host *h, struct arena *a,
                           const struct netns_req *q, size_t n,
                           struct netns_result *out)
{
	(void)h, (void)a, (void)q;
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct netns_result){ .n = 0 };
		(void)err_set(&out[i].err, ERR_PERM, 0, "needs root");
	}
}

static bool plain_klog(struct host *h, struct arena *a, size_t max,
                       struct str *out, struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->klog(m, a, max, out, e) &&
	       err_set(e, ERR_PERM, EPERM, "/dev/kmsg: not allowed");
}

static void plain_ask(struct host *h, struct arena *a, const struct dns_ask *q,
                      size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct host *m = &plain_of(h)->machine;

	m->ops->ask(m, a, q, n, timeout_ms, out);
}

static void plain_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
                      size_t n, struct ntp_answer *out)
{
	struct host *m = &plain_of(h)->machine;

	m->ops->ntp(m, a, q, n, out);
}

static bool plain_knock(struct host *h, struct arena *a, uint16_t port,
                        unsigned timeout_ms, struct knock *out, struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->knock(m, a, port, timeout_ms, out, e);
}

static void plain_ways(struct host *h, struct arena *a,
                       const char *const *addrs, size_t n, struct way *out)
{
	struct host *m = &plain_of(h)->machine;

	m->ops->ways(m, a, addrs, n, out);
}

static bool plain_clock(struct host *h, struct clock_info *out, struct err *e)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->clock(m, out, e);
}

static struct str plain_env(struct host *h, struct arena *a, const char *name)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->env(m, a, name);
}

static void plain_self(struct host *h, struct self_info *out)
{
	(void)h;
	*out = (struct self_info){ 997, 0 };
}

static int64_t plain_now(struct host *h)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->now_ms(m);
}

static int64_t plain_mono(struct host *h)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->mono_ms(m) + plain_of(h)->ahead_ms;
}

static int64_t plain_measured(struct host *h, const char *what, int64_t value)
{
	struct host *m = &plain_of(h)->machine;

	return m->ops->measured(m, what, value);
}

/* The helper: root's own look at the same machine. */
static bool plain_act(struct host *h, struct arena *a, enum verb_id verb,
                      struct cmd_out *out, struct err *e)
{
	static _Alignas(16) unsigned char look_mem[PASS_ARENA + 262144];
	struct arena mine = { look_mem, 0, sizeof(look_mem) };
	struct plain *p = plain_of(h);
	char fresh[64];
	int dir;

	(void)a;
	if (p->no_helper)
		return err_set(e, ERR_REFUSED, ECONNREFUSED, "no helper");
	dir = look_open(p->folder, e);
	if (dir < 0)
		return false;
	(void)snprintf(fresh, sizeof(fresh), "%s/fresh", p->folder);
	look_take(host_look(&mine, &p->machine, fresh,
	                    (struct checker){ 997, may_read }),
	          &mine, verb == VERB_LOOK_FAR ? LOOK_FAR : LOOK_NEAR,
	          (struct checker){ 997, may_read });
	*out = (struct cmd_out){ 0, STR("") };
	return look_close(
		dir, "fresh",
		verb == VERB_LOOK_FAR ? LOOK_FAR_NAME : LOOK_NEAR_NAME, e);
}

static const struct host_ops plain_ops = {
	.read = plain_read,
	.read_at = plain_read_at,
	.info = plain_info,
	.list = plain_list,
	.fs = plain_fs,
	.http = plain_http,
	.resolve = plain_resolve,
	.ask = plain_ask,
	.ways = plain_ways,
	.cmd = plain_cmd,
	.ports = plain_ports,
	.conns = plain_conns,
	.in_netns = plain_in_netns,
	.knock = plain_knock,
	.klog = plain_klog,
	.clock = plain_clock,
	.ntp = plain_ntp,
	.env = plain_env,
	.self = plain_self,
	.now_ms = plain_now,
	.mono_ms = plain_mono,
	.act = plain_act,
	.measured = plain_measured,
};

#endif
