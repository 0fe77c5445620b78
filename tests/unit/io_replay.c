#define _GNU_SOURCE /* nftw */
/* Every operation of the door: recorded, replayed, recorded again. What a
 * replay answers is what the recording saw, but for the secrets. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/buf.h"
#include "probe/host.h"
#include "server.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;
static char dir[64];
static struct server web;

static const char *at(const char *name)
{
	return arena_str(&a, "%s/%s", dir, name).p;
}

static void make(const char *name, const char *text, size_t n)
{
	int fd = open(at(name), O_CREAT | O_WRONLY | O_TRUNC, 0640);

	(void)!write(fd, text, n);
	(void)close(fd);
}

#define MAKE(name, text) make(name, text, sizeof(text) - 1)

static void add_err(struct buf *b, bool ok, const struct err *e)
{
	if (!ok)
		(void)buf_fmt(b, "%s %d %s\n", err_name(e->code), e->os,
		              e->msg);
}

static void ask_files(struct host *h, struct buf *b)
{
	static const char *const names[] = { "in/config", "in/none", "in/fifo",
		                             "in/big",    "in/sub",  "in" };
	struct file_info i;
	struct dir_entry *l;
	struct fs_info f;
	struct str s;
	struct err e;
	char part[16];
	size_t n = 0;
	bool ok;

	for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++) {
		const char *p = at(names[k]);

		ok = h->ops->read(h, &a, p, 1000, &s, &e);
		add_err(b, ok, &e);
		(void)buf_fmt(b, "%zu\n", ok ? s.n : 0);
		ok = h->ops->info(h, p, &i, &e);
		add_err(b, ok, &e);
		if (ok)
			(void)buf_fmt(b, "%d %lld %lld %o %u\n", (int)i.type,
			              (long long)i.size, (long long)i.mtime_ms,
			              i.mode, i.uid);
		ok = h->ops->list(h, &a, p, 100, &l, &n, &e);
		add_err(b, ok, &e);
		for (size_t j = 0; ok && j < n; j++)
			(void)buf_fmt(b, STR_FMT " %lld\n", STR_ARG(l[j].name),
			              (long long)l[j].info.mtime_ms);
		ok = h->ops->fs(h, p, &f, &e);
		add_err(b, ok, &e);
		if (ok)
			(void)buf_fmt(b, "%llu %d\n",
			              (unsigned long long)f.total_kib,
			              f.read_only);
	}
	for (uint64_t off = 0; off < 300000; off += 99990) {
		ok = h->ops->read_at(h, at("in/big"), off, part, 10, &n, &e);
		add_err(b, ok, &e);
		if (ok)
			(void)buf_fmt(b, "%zu %c\n", n, off ? '-' : part[0]);
	}
}

static void ask_http(struct host *h, struct buf *b)
{
	static const char *const paths[] = {
		"/ok",    "/ok/",   "/ok/below?a=b/c",
		"/big",   "/reset", "/slow",
		"/token", "/creds", "/token?of=data",
		"/echo"
	};
	enum { N = sizeof(paths) / sizeof(paths[0]) };
	struct http_req q[N] = { 0 };
	struct http_resp r[N];

	for (size_t k = 0; k < N; k++)
		q[k] = (struct http_req){
			.url = arena_str(&a, "http://127.0.0.1:%u%s", web.port,
			                 paths[k])
			               .p,
			.timeout_ms = 300,
			.max_bytes = 3000,
			.tag = k == N - 1 ? "who asks/1" : NULL,
			.secret = strstr(paths[k], "data")    ? HTTP_DATA
			          : strstr(paths[k], "token") ? HTTP_TOKEN
			          : strstr(paths[k], "creds") ? HTTP_CREDS
			                                      : HTTP_OPEN
		};
	h->ops->http(h, &a, q, N, r);
	for (size_t k = 0; k < N; k++) {
		add_err(b, !r[k].err.code, &r[k].err);
		(void)buf_fmt(b,
		              "%d %d %d %d %d %d %lld " STR_FMT " " STR_FMT
		              " " STR_FMT " %zu\n",
		              r[k].status, (int)r[k].stage, r[k].dns_ms,
		              r[k].tcp_ms, r[k].tls_ms, r[k].http_ms,
		              (long long)r[k].got_ms, STR_ARG(r[k].address),
		              STR_ARG(r[k].date), STR_ARG(r[k].request_id),
		              r[k].body.n);
		if (q[k].secret == HTTP_OPEN)
			(void)buf_add(b, r[k].body);
	}
}

static void ask_rest(struct host *h, struct buf *b)
{
	static const char *const argv[][4] = { { "/bin/echo", "a b", "/c" },
		                               { "/bin/false" },
		                               { "/bin/nix" } };
	static const char *const names[] = { "localhost", "10.1.2.3" };
	static const struct dns_ask asks[] = { { "127.0.77.99", "some.test" },
		                               { "::1", "other.test" } };
	static const char *const ways[] = { "127.0.0.1", "::1", "no address" };
	struct port_map *m = ARENA_NEW(&a, struct port_map);
	struct way w[3];
	struct dns_result d[2];
	struct clock_info c;
	static const struct ntp_req ntp[] = {
		{ "127.0.0.1", NULL, 0, 50 },
		{ "2001:db8::1", "again", 5, 50 },
	};
	struct ntp_answer at[2];
	struct self_info me;
	struct cmd_out o;
	struct str s;
	struct err e;
	bool ok;

	for (size_t k = 0; k < 3; k++) {
		ok = h->ops->cmd(h, &a, argv[k], 2000, 100, &o, &e);
		add_err(b, ok, &e);
		if (ok)
			(void)buf_fmt(b, "%d " STR_FMT "\n", o.status,
			              STR_ARG(o.text));
	}
	h->ops->resolve(h, &a, names, 2, 500, d);
	for (size_t k = 0; k < 2; k++)
		for (size_t j = 0; j < d[k].n_addr; j++)
			(void)buf_fmt(b, STR_FMT " %d\n", STR_ARG(d[k].addr[j]),
			              d[k].from_hosts_file);
	h->ops->ask(h, &a, asks, 2, 200, d);
	for (size_t k = 0; k < 2; k++)
		(void)buf_fmt(b, "%d %zu %d %d %d\n", d[k].err.code,
		              d[k].n_tries, d[k].tries[0].code,
		              d[k].tries[0].rcode, d[k].tries[0].a);
	h->ops->ways(h, &a, ways, 3, w);
	for (size_t k = 0; k < 3; k++)
		(void)buf_fmt(b, "%d %d %d " STR_FMT " " STR_FMT "\n",
		              w[k].err.code, (int)w[k].kind, w[k].local,
		              STR_ARG(w[k].device), STR_ARG(w[k].source));
	ok = h->ops->ports(h, &a, m, &e);
	add_err(b, ok, &e);
	(void)buf_fmt(b, "%u %u %zu %d\n", m->total, m->time_wait, m->n_listen,
	              m->from_proc);
	for (size_t k = 0; k < m->n_listen; k++)
		(void)buf_fmt(b, STR_FMT " %u %d %lld " STR_FMT "\n",
		              STR_ARG(m->listen[k].addr), m->listen[k].port,
		              m->listen[k].udp, (long long)m->listen[k].pid,
		              STR_ARG(m->listen[k].comm));
	(void)buf_add(b, (struct str){ (char *)m->used, sizeof(m->used) });
	ok = h->ops->klog(h, &a, 5000, &s, &e);
	add_err(b, ok, &e);
	(void)buf_fmt(b, "%zu\n", ok ? s.n : 0);
	ok = h->ops->clock(h, &c, &e);
	add_err(b, ok, &e);
	(void)buf_fmt(b, "%d %lld\n", c.synced, (long long)c.max_error_us);
	h->ops->ntp(h, &a, ntp, 2, at);
	for (size_t k = 0; k < 2; k++) {
		add_err(b, at[k].err.code == ERR_NONE, &at[k].err);
		(void)buf_fmt(b, "%u %lld %lld\n", at[k].said.stratum,
		              (long long)at[k].said.offset_us,
		              (long long)at[k].mono_us);
	}
	h->ops->self(h, &me);
	(void)buf_fmt(b, "%u %llx\n", me.euid, (unsigned long long)me.caps);
	s = h->ops->env(h, &a, "PROBE_T_PLAIN");
	(void)buf_fmt(b, STR_FMT " %d\n", STR_ARG(s),
	              h->ops->env(h, &a, "PROBE_T_NONE").p == NULL);
	(void)h->ops->env(h, &a, "PROBE_T_SECRET");
	(void)buf_fmt(b, "%lld\n", (long long)h->ops->now_ms(h));
}

static struct str ask(struct host *h, int64_t figure)
{
	struct buf b = buf_init(&a, 64 * 1024);

	ask_files(h, &b);
	ask_http(h, &b);
	ask_rest(h, &b);
	(void)buf_fmt(&b, "%lld\n",
	              (long long)h->ops->measured(h, "ms/x", figure));
	EXPECT("the test's own buffer", !b.full);
	return buf_str(&b);
}

static unsigned found_canaries;

static int look(const char *path, const struct stat *st, int type,
                struct FTW *w)
{
	static char text[400000];
	ssize_t n;
	int fd;

	(void)w;
	if (type != FTW_F)
		return 0;
	EXPECT("for the owner's eyes only", (st->st_mode & 077) == 0);
	fd = open(path, O_RDONLY);
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	if (n > 0 && str_has((struct str){ text, (size_t)n }, STR("canary"))) {
		printf("  secret in %s\n", path);
		found_canaries++;
	}
	return 0;
}

static int forget(const char *path, const struct stat *st, int type,
                  struct FTW *w)
{
	(void)st, (void)type, (void)w;
	return remove(path);
}

static void record_and_replay(void)
{
	struct host live = host_live(), back, again;
	struct host *rec = host_save(&a, &live, at("rec"));
	struct str first = ask(rec, 42), second, third;

	EXPECT("nothing lost", host_save_failures(rec) == 0);
	back = host_dir(at("rec"));
	second = ask(&back, 43);
	EXPECT("replay is the recording", str_eq(first, second));
	rec = host_save(&a, &back, at("rec2"));
	(void)ask(rec, 44);
	EXPECT("nothing lost", host_save_failures(rec) == 0);
	again = host_dir(at("rec2"));
	third = ask(&again, 45);
	EXPECT("a recording of a replay is one too", str_eq(first, third));
	(void)nftw(at("rec"), look, 8, FTW_PHYS);
	EXPECT("no secret in the recording", found_canaries == 0);
}

static void hand_made_answers(struct host *h)
{
	static const char *const cmd[] = { "/bin/x", "-a", NULL };
	struct http_req q = { .url = "https://ecs.x.test/", .max_bytes = 10 };
	struct dns_result d;
	struct http_resp r;
	struct cmd_out o;
	struct err e;

	EXPECT("http", host_http(h, &a, &q, &r, &e) && r.status == 403 &&
	                       r.stage == STAGE_DONE && r.tls_ms == 0 &&
	                       str_eq(r.body, STR("body")));
	q.tag = "other";
	EXPECT("no reply recorded",
	       !host_http(h, &a, &q, &r, &e) && e.os == HOST_UNRECORDED);
	h->ops->resolve(h, &a, &(const char *){ "a.test" }, 1, 9, &d);
	EXPECT("dns", d.n_addr == 1 && !d.err.code);
	h->ops->ask(h, &a, &(struct dns_ask){ "fd00::2", "a.test" }, 1, 9, &d);
	EXPECT("ask", d.n_addr == 1 && d.n_tries == 2 && d.tries[0].a &&
	                      !d.tries[0].aaaa && d.tries[1].a &&
	                      d.tries[1].aaaa);
	h->ops->ask(h, &a, &(struct dns_ask){ "10.0.0.2", "a.test" }, 1, 9, &d);
	EXPECT("that one was not asked", d.err.os == HOST_UNRECORDED);
	EXPECT("command", h->ops->cmd(h, &a, cmd, 9, 9, &o, &e) &&
	                          o.status == 3 && str_eq(o.text, STR("out")));
	EXPECT("no figure", h->ops->measured(h, "ms/y", 9) == 0);
}

static void hand_made(void)
{
	struct host h = host_dir(at("hand"));
	struct file_info i;
	struct dir_entry *l;
	struct str s;
	struct err e;
	size_t n;
	static const char *const dirs[] = {
		"hand",          "hand/etc", "hand/http",
		"hand/http/GET", "hand/dns", "hand/http/GET/ecs.x.test_443",
		"hand/cmd",      "hand/ask", "hand/ask/fd00__2",
	};

	for (size_t k = 0; k < sizeof(dirs) / sizeof(dirs[0]); k++)
		(void)mkdir(at(dirs[k]), 0755);
	MAKE("hand/etc/file", "abc");
	MAKE("hand/etc/denied.@err", "PERM 13 no");
	MAKE("hand/http/GET/ecs.x.test_443/@.http", "status 403\n\nbody");
	MAKE("hand/dns/a.test", "addr 1.2.3.4\n");
	MAKE("hand/ask/fd00__2/a.test",
	     "addr 1.2.3.4\ntry fd00::2 NONE 0 3 A\ntry x NONE 0 3\n");
	MAKE("hand/cmd/bin-x_-a", "status 3\n\nout");
	MAKE("hand/now", "1000");
	(void)symlink("/etc/passwd", at("hand/etc/link"));
	EXPECT("file", h.ops->info(&h, "/etc/file", &i, &e) && i.size == 3 &&
	                       i.mtime_ms == 1000);
	EXPECT("list", h.ops->list(&h, &a, "/etc", 9, &l, &n, &e) && n == 2);
	EXPECT("denied", !h.ops->read(&h, &a, "/etc/denied", 9, &s, &e) &&
	                         e.code == ERR_PERM && e.os == 13);
	EXPECT("denied, asked otherwise",
	       !h.ops->info(&h, "/etc/denied", &i, &e) && e.code == ERR_PERM);
	EXPECT("not recorded", !h.ops->read(&h, &a, "/etc/x", 9, &s, &e) &&
	                               e.os == HOST_UNRECORDED);
	EXPECT("no way out by a link",
	       !h.ops->read(&h, &a, "/etc/link", 9999, &s, &e));
	EXPECT("no way out by ..",
	       !h.ops->read(&h, &a, "/../../../../etc/passwd", 9999, &s, &e));
	hand_made_answers(&h);
}

static void no_place(void)
{
	struct host live = host_live();
	struct host *rec = host_save(&a, &live, "/proc/nowhere");
	struct str s;
	struct err e;

	EXPECT("a recording that can't be written changes nothing",
	       rec->ops->read(rec, &a, at("in/config"), 1000, &s, &e));
	EXPECT("... and is counted", host_save_failures(rec) > 0);
}

int main(void)
{
	char *big = calloc(1, 300000);

	a = (struct arena){ malloc(32 << 20), 0, 32 << 20 };
	(void)snprintf(dir, sizeof(dir), "/tmp/probe-replay.%d", (int)getpid());
	(void)mkdir(dir, 0755);
	(void)mkdir(at("in"), 0755);
	(void)mkdir(at("in/sub"), 0755);
	(void)mkfifo(at("in/fifo"), 0644);
	MAKE("in/config",
	     "ECS_CLUSTER=c\nECS_ENGINE_AUTH_DATA={\"r.io\":{\"auth\":\"canary"
	     "\"}}\nHTTP_PROXY=http://u:canary@h:1\n");
	memset(big, 'x', 300000);
	memcpy(big + 99980, "\nDB_PASSWORD=canary-canary\nY", 27);
	make("in/big", big, 300000);
	(void)setenv("PROBE_T_PLAIN", "plain", 1);
	(void)setenv("PROBE_T_SECRET", "canary", 1);
	web = server_start(NULL);
	record_and_replay();
	server_stop(&web);
	hand_made();
	no_place();
	(void)nftw(dir, forget, 8, FTW_DEPTH | FTW_PHYS);
	free(big);
	free(a.base);
	return test_end(&t);
}
