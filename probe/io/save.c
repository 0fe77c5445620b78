/*
 * Records what another host gives, in the layout that dir.c replays. Every
 * byte goes through the masks first. The folder is for its owner's eyes only.
 */
#include "save.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "probe/text.h"
#include "rec.h"

#define SCRATCH (1024u * 1024) /* the largest text: 4,096 folder entries */

static bool save_read(struct host *h, struct arena *a, const char *path,
                      size_t max_bytes, struct str *out, struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->read(s->from, a, path, max_bytes, out, e);

	begin(s);
	keep(s, path, "", ok, ok ? *out : NOTHING, e);
	end(s);
	return ok;
}

static bool save_read_at(struct host *h, const char *path, uint64_t off,
                         char *buf, size_t n, size_t *got, struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->read_at(s->from, path, off, buf, n, got, e);

	/* It reads on its own, which may hang: not under the lock. */
	bool kept = !ok || save_block(s, path, off, buf, *got);

	begin(s);
	s->failed += !kept;
	if (!ok)
		keep(s, path, "", false, NOTHING, e);
	end(s);
	return ok;
}

static bool save_info(struct host *h, const char *path, struct file_info *out,
                      struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->info(s->from, path, out, e);

	begin(s);
	keep(s, path, ".@info", ok,
	     ok ? rec_put_info(&s->scratch, out) : NOTHING, e);
	end(s);
	return ok;
}

static bool save_list(struct host *h, struct arena *a, const char *path,
                      size_t max, struct dir_entry **out, size_t *n,
                      struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->list(s->from, a, path, max, out, n, e);
	size_t fit = 0, bytes = 0;

	begin(s);
	while (ok && fit < *n && bytes < SCRATCH - 4096)
		bytes += (*out)[fit++].name.n * 3 + 96;
	if (ok && fit < *n)
		s->failed++;
	keep(s, path, ".@list", ok,
	     ok ? rec_put_list(&s->scratch, *out,
	                       bytes < SCRATCH - 4096 ? fit : fit - 1)
	        : NOTHING,
	     e);
	end(s);
	return ok;
}

static bool save_fs(struct host *h, const char *path, struct fs_info *out,
                    struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->fs(s->from, path, out, e);

	begin(s);
	keep(s, path, ".@fs", ok,
	     !ok ? NOTHING
	         : arena_str(&s->scratch, "%llu %llu %llu %llu %s\n",
	                     (unsigned long long)out->total_kib,
	                     (unsigned long long)out->avail_kib,
	                     (unsigned long long)out->inodes,
	                     (unsigned long long)out->inodes_avail,
	                     out->read_only ? "ro" : "rw"),
	     e);
	end(s);
	return ok;
}

static void save_http(struct host *h, struct arena *a, const struct http_req *q,
                      size_t n, struct http_resp *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->http(s->from, a, q, n, out);
	begin(s);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_http(&q[i]);

		arena_reset(&s->scratch);
		if (was_recorded(&out[i].err))
			save_put(s, p.z, rec_put_http(&s->scratch, &out[i]),
			         out[i].body,
			         q[i].secret != HTTP_DATA   ? q[i].secret
			         : out[i].status / 100 == 2 ? HTTP_TOKEN
			                                    : HTTP_OPEN);
	}
	end(s);
}

static void save_resolve(struct host *h, struct arena *a,
                         const char *const *names, size_t n,
                         unsigned timeout_ms, struct dns_result *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->resolve(s->from, a, names, n, timeout_ms, out);
	begin(s);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_named("dns", names[i]);

		arena_reset(&s->scratch);
		if (was_recorded(&out[i].err))
			save_put(s, p.z, NOTHING,
			         rec_put_dns(&s->scratch, &out[i]), HTTP_OPEN);
	}
	end(s);
}

static bool save_cmd(struct host *h, struct arena *a, const char *const *argv,
                     unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
                     struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->cmd(s->from, a, argv, timeout_ms, max_bytes,
	                            out, e);
	struct rec_path p = rec_cmd(argv);
	struct str line;

	begin(s);
	if (ok) {
		save_put(s, p.z,
		         arena_str(&s->scratch, "status %d\n\n", out->status),
		         out->text, HTTP_OPEN);
	} else if (was_recorded(e)) {
		line = rec_put_err(&s->scratch, e);
		save_put(
			s, p.z,
			arena_str(&s->scratch, "error " STR_FMT, STR_ARG(line)),
			NOTHING, HTTP_OPEN);
	}
	end(s);
	return ok;
}

static bool save_ports(struct host *h, struct arena *a, struct port_map *out,
                       struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->ports(s->from, a, out, e);

	begin(s);
	keep(s, "/ports.tsv", "", ok,
	     ok ? rec_put_ports(&s->scratch, out) : NOTHING, e);
	end(s);
	return ok;
}

static bool save_conns(struct host *h, struct arena *a, int64_t pid,
                       struct conn_row **out, size_t *n, struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->conns(s->from, a, pid, out, n, e);
	struct rec_path p = rec_conns(pid);

	begin(s);
	keep(s, p.z, "", ok,
	     ok ? rec_put_conns(&s->scratch, *out, *n) : NOTHING, e);
	end(s);
	return ok;
}

static void save_in_netns(struct host *h, struct arena *a,
                          const struct netns_req *q, size_t n,
                          struct netns_result *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->in_netns(s->from, a, q, n, out);
	begin(s);
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_netns(q[i].pid);
		bool ok = out[i].err.code == ERR_NONE;

		arena_reset(&s->scratch);
		keep(s, p.z, "", ok,
		     ok ? rec_put_netns(&s->scratch, &out[i]) : NOTHING,
		     &out[i].err);
	}
	end(s);
}

static bool save_klog(struct host *h, struct arena *a, size_t max_bytes,
                      struct str *out, struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->klog(s->from, a, max_bytes, out, e);

	begin(s);
	keep(s, "/klog", "", ok, ok ? *out : NOTHING, e);
	end(s);
	return ok;
}

static bool save_clock(struct host *h, struct clock_info *out, struct err *e)
{
	struct saver *s = saver_of(h);
	bool ok = s->from->ops->clock(s->from, out, e);

	begin(s);
	keep(s, "/clock", "", ok,
	     !ok ? NOTHING
	         : arena_str(&s->scratch, "%s %lld %lld %lld\n",
	                     out->synced ? "synced" : "unsynced",
	                     (long long)out->max_error_us,
	                     (long long)out->freq_ppb,
	                     (long long)out->tolerance_ppb),
	     e);
	end(s);
	return ok;
}

static struct str save_env(struct host *h, struct arena *a, const char *name)
{
	struct saver *s = saver_of(h);
	struct str v = s->from->ops->env(s->from, a, name), both;
	struct rec_path p = rec_named("env", name);

	if (!v.p || v.n > SCRATCH / 4)
		return v;
	begin(s);
	/* The name says whether the value is a secret. */
	both = arena_str(&s->scratch, "%s=" STR_FMT, name, STR_ARG(v));
	redact_mask((char *)(uintptr_t)both.p, both.n);
	save_put(s, p.z, NOTHING, str_skip(both, both.n - v.n), HTTP_OPEN);
	end(s);
	return v;
}

static void save_number(struct saver *s, const char *path, int64_t v)
{
	save_put(s, path, arena_str(&s->scratch, "%lld\n", (long long)v),
	         NOTHING, HTTP_OPEN);
}

static void save_self(struct host *h, struct self_info *out)
{
	struct saver *s = saver_of(h);

	s->from->ops->self(s->from, out);
	begin(s);
	save_put(s, "/self",
	         arena_str(&s->scratch, "%u %llu\n", out->euid,
	                   (unsigned long long)out->caps),
	         NOTHING, HTTP_OPEN);
	end(s);
}

static int64_t save_now_ms(struct host *h)
{
	return saver_of(h)->now_ms;
}

static int64_t save_mono_ms(struct host *h)
{
	struct host *from = saver_of(h)->from;

	return from->ops->mono_ms(from);
}

/* An act is not an observation: it is done, and not recorded. */
static bool save_act(struct host *h, struct arena *a, enum verb_id verb,
                     struct cmd_out *out, struct err *e)
{
	struct host *from = saver_of(h)->from;

	return from->ops->act(from, a, verb, out, e);
}

static int64_t save_measured(struct host *h, const char *what, int64_t value)
{
	struct saver *s = saver_of(h);
	struct rec_path p = rec_named("measured", what);
	int64_t v = s->from->ops->measured(s->from, what, value);

	begin(s);
	save_number(s, p.z, v);
	end(s);
	return v;
}

static const struct host_ops save_ops = {
	.read = save_read,
	.read_at = save_read_at,
	.info = save_info,
	.list = save_list,
	.fs = save_fs,
	.http = save_http,
	.resolve = save_resolve,
	.ask = save_ask,
	.ways = save_ways,
	.cmd = save_cmd,
	.ports = save_ports,
	.conns = save_conns,
	.in_netns = save_in_netns,
	.knock = save_knock,
	.klog = save_klog,
	.clock = save_clock,
	.ntp = save_ntp,
	.env = save_env,
	.self = save_self,
	.now_ms = save_now_ms,
	.mono_ms = save_mono_ms,
	.act = save_act,
	.measured = save_measured,
};

static struct saver *saver_new(struct arena *a, struct host *from,
                               const char *to)
{
	struct saver *s = ARENA_NEW(a, struct saver);
	unsigned char *mem = malloc(SCRATCH);

	if (!mem)
		abort(); /* a recorder without memory has nothing to record */
	s->host = (struct host){ &save_ops, from->root };
	s->from = from;
	s->to = to;
	s->now_ms = from->ops->now_ms(from);
	s->scratch = (struct arena){ mem, 0, SCRATCH };
	s->max_bytes = UINT64_MAX;
	(void)pthread_mutex_init(&s->lock, NULL);
	if (mkdir(to, 0700) < 0 && errno != EEXIST)
		s->failed++;
	/* cppcheck-suppress memleak ; s->scratch keeps it */
	return s;
}

struct host *host_save(struct arena *a, struct host *from, const char *to)
{
	struct saver *s = saver_new(a, from, to);

	save_number(s, "/now", s->now_ms);
	return &s->host;
}

void save_share(struct host *h)
{
	struct saver *s = saver_of(h);

	s->shared = true;
	s->failed += chmod(s->to, 0750) < 0;
}

struct host *host_save_strict(struct arena *a, struct host *from,
                              const char *to, uint64_t max_bytes)
{
	struct saver *s = saver_new(a, from, to);

	s->strict = true;
	s->max_bytes = max_bytes;
	save_number(s, "/now", s->now_ms);
	return &s->host;
}

void host_save_more(struct host *h)
{
	saver_of(h)->more = true;
}

size_t host_save_failures(const struct host *h)
{
	return ((const struct saver *)(const void *)h)->failed;
}
