/*
 * What root sees and the checker does not, left in a folder for it: a recorder
 * (save.c) that is given only the questions which the checker's user could not
 * have answered. Logs and answers of the network are not in it.
 */
#define _GNU_SOURCE /* setfsuid through syscall() */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "io.h"
#include "save.h"

struct looker {
	struct host host; /* first: the ops get it back by cast */
	struct host *from, *save;
	struct checker who; /* who will read it */
};

static struct looker *looker_of(struct host *h)
{
	return (struct looker *)(void *)h;
}

/* Asked of the kernel: for this thread alone the file system sees that user,
 * without root's rights. A device is not opened, which can change it: its mode
 * tells. */
bool look_may_read(uint32_t uid, const char *path)
{
	struct stat st;
	bool ok = false;
	int fd;

	(void)syscall(SYS_setfsuid, uid);
	if (stat(path, &st) < 0) {
		ok = errno == ENOENT; /* nor is it there for that user */
	} else if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) {
		fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		ok = fd >= 0;
		if (ok)
			(void)close(fd);
	} else {
		ok = (st.st_mode & S_IROTH) != 0;
	}
	(void)syscall(SYS_setfsuid, geteuid());
	return ok;
}

/* The recorder when the checker can't read path, or the machine. */
static struct host *by_path(struct looker *l, const char *path)
{
	return l->who.may_read(l->who.uid, path) ? l->from : l->save;
}

static bool look_read(struct host *h, struct arena *a, const char *path,
                      size_t max_bytes, struct str *out, struct err *e)
{
	struct host *to = by_path(looker_of(h), path);

	return to->ops->read(to, a, path, max_bytes, out, e);
}

static bool look_read_at(struct host *h, const char *path, uint64_t off,
                         char *buf, size_t n, size_t *got, struct err *e)
{
	struct host *to = by_path(looker_of(h), path);

	return to->ops->read_at(to, path, off, buf, n, got, e);
}

static bool look_info(struct host *h, const char *path, struct file_info *out,
                      struct err *e)
{
	struct host *to = by_path(looker_of(h), path);

	return to->ops->info(to, path, out, e);
}

/* A folder is listed with its files, whose times must fit what is read. */
static bool look_list(struct host *h, struct arena *a, const char *path,
                      size_t max, struct dir_entry **out, size_t *n,
                      struct err *e)
{
	struct looker *l = looker_of(h);
	struct host *to = by_path(l, path);
	bool ok = to->ops->list(to, a, path, max, out, n, e), hidden = false;

	if (!ok || to == l->save)
		return ok;
	for (size_t i = 0; i < *n && !hidden; i++) {
		struct dir_entry *d = &(*out)[i];
		struct str full =
			arena_str(a, "%s/" STR_FMT, path, STR_ARG(d->name));

		hidden = d->info.type == FILE_PLAIN &&
		         !l->who.may_read(l->who.uid, full.p);
	}
	return hidden ? l->save->ops->list(l->save, a, path, max, out, n, e)
	              : ok;
}

static bool look_fs(struct host *h, const char *path, struct fs_info *out,
                    struct err *e)
{
	struct host *to = looker_of(h)->save;

	return to->ops->fs(to, path, out, e);
}

/* Only what comes from a socket of this machine is kept: the answers of AWS
 * are for whoever asks. */
static void look_http(struct host *h, struct arena *a, const struct http_req *q,
                      size_t n, struct http_resp *out)
{
	struct looker *l = looker_of(h);
	bool local = n > 0;

	for (size_t i = 0; i < n; i++)
		local = local && q[i].unix_path;
	(local ? l->save : l->from)
		->ops->http(local ? l->save : l->from, a, q, n, out);
}

static void look_resolve(struct host *h, struct arena *a,
                         const char *const *names, size_t n,
                         unsigned timeout_ms, struct dns_result *out)
{
	struct host *to = looker_of(h)->from;

	to->ops->resolve(to, a, names, n, timeout_ms, out);
}

static bool look_cmd(struct host *h, struct arena *a, const char *const *argv,
                     unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
                     struct err *e)
{
	struct host *to = looker_of(h)->save;

	return to->ops->cmd(to, a, argv, timeout_ms, max_bytes, out, e);
}

static bool look_ports(struct host *h, struct arena *a, struct port_map *out,
                       struct err *e)
{
	struct host *to = looker_of(h)->save;

	return to->ops->ports(to, a, out, e);
}

static bool look_conns(struct host *h, struct arena *a, int64_t pid,
                       struct conn_row **out, size_t *n, struct err *e)
{
	struct host *to = looker_of(h)->save;

	return to->ops->conns(to, a, pid, out, n, e);
}

static void look_in_netns(struct host *h, struct arena *a,
                          const struct netns_req *q, size_t n,
                          struct netns_result *out)
{
	struct host *to = looker_of(h)->save;

	to->ops->in_netns(to, a, q, n, out);
}

static bool look_klog(struct host *h, struct arena *a, size_t max_bytes,
                      struct str *out, struct err *e)
{
	struct host *to = looker_of(h)->save;

	return to->ops->klog(to, a, max_bytes, out, e);
}

static void look_ask(struct host *h, struct arena *a, const struct dns_ask *q,
                     size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct host *m = looker_of(h)->from;

	m->ops->ask(m, a, q, n, timeout_ms, out);
}

/* The kernel tells everybody. */
static void look_ways(struct host *h, struct arena *a, const char *const *addrs,
                      size_t n, struct way *out)
{
	struct host *to = looker_of(h)->from;

	to->ops->ways(to, a, addrs, n, out);
}

static bool look_knock(struct host *h, struct arena *a, uint16_t port,
                       unsigned timeout_ms, struct knock *out, struct err *e)
{
	struct host *m = looker_of(h)->from;

	return m->ops->knock(m, a, port, timeout_ms, out, e);
}

static void look_ntp(struct host *h, struct arena *a, const struct ntp_req *q,
                     size_t n, struct ntp_answer *out)
{
	struct host *m = looker_of(h)->from;

	m->ops->ntp(m, a, q, n, out);
}

static bool look_clock(struct host *h, struct clock_info *out, struct err *e)
{
	struct host *to = looker_of(h)->from;

	return to->ops->clock(to, out, e);
}

static struct str look_env(struct host *h, struct arena *a, const char *name)
{
	struct host *to = looker_of(h)->from;

	return to->ops->env(to, a, name);
}

static void look_self(struct host *h, struct self_info *out)
{
	struct host *to = looker_of(h)->save;

	to->ops->self(to, out);
}

static int64_t look_now_ms(struct host *h)
{
	struct host *to = looker_of(h)->save;

	return to->ops->now_ms(to);
}

static int64_t look_mono_ms(struct host *h)
{
	struct host *to = looker_of(h)->from;

	return to->ops->mono_ms(to);
}

static bool look_act(struct host *h, struct arena *a, enum verb_id verb,
                     struct cmd_out *out, struct err *e)
{
	(void)h, (void)a, (void)out;
	return err_set(e, ERR_PERM, 0, "%s: a look is not an act",
	               verbs[verb].word);
}

static int64_t look_measured(struct host *h, const char *what, int64_t value)
{
	struct host *to = looker_of(h)->from;

	return to->ops->measured(to, what, value);
}

static const struct host_ops look_ops = {
	.read = look_read,
	.read_at = look_read_at,
	.info = look_info,
	.list = look_list,
	.fs = look_fs,
	.http = look_http,
	.resolve = look_resolve,
	.ask = look_ask,
	.ways = look_ways,
	.cmd = look_cmd,
	.ports = look_ports,
	.conns = look_conns,
	.in_netns = look_in_netns,
	.klog = look_klog,
	.clock = look_clock,
	.knock = look_knock,
	.ntp = look_ntp,
	.env = look_env,
	.self = look_self,
	.now_ms = look_now_ms,
	.mono_ms = look_mono_ms,
	.act = look_act,
	.measured = look_measured,
};

struct host *host_look(struct arena *a, struct host *from, const char *to,
                       struct checker who)
{
	struct looker *l = ARENA_NEW(a, struct looker);

	l->host = (struct host){ &look_ops, from->root };
	l->from = from;
	l->save = host_save(a, from, to);
	save_share(l->save);
	l->who = who;
	return &l->host;
}

size_t host_look_failures(const struct host *h)
{
	return host_save_failures(
		((const struct looker *)(const void *)h)->save);
}
