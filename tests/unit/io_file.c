/* Files, folders, commands and the small questions of the live door. */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe/io/ports.h"
#include "probe/host.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;
static char dir[64];

static const char *at(const char *name)
{
	return arena_str(&a, "%s/%s", dir, name).p;
}

static void make(const char *name, const char *text)
{
	int fd = open(at(name), O_CREAT | O_WRONLY | O_TRUNC, 0640);

	(void)!write(fd, text, strlen(text));
	(void)close(fd);
}

static void reading(struct host *h)
{
	static const struct {
		const char *name, *path;
		size_t max;
		enum err_code code;
		const char *want;
	} rows[] = {
		{ "whole", "ten", 100, ERR_NONE, "0123456789" },
		{ "exact", "ten", 10, ERR_NONE, "0123456789" },
		{ "one too many", "ten", 9, ERR_LIMIT, NULL },
		{ "empty", "empty", 9, ERR_NONE, "" },
		{ "link", "link", 100, ERR_NONE, "0123456789" },
		{ "not there", "none", 9, ERR_NOENT, NULL },
		{ "below a file", "ten/x", 9, ERR_NOENT, NULL },
		{ "fifo", "fifo", 9, ERR_FORM, NULL },
		{ "folder", "sub", 9, ERR_FORM, NULL },
	};
	struct str s;
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = h->ops->read(h, &a, at(rows[i].path), rows[i].max, &s,
		                       &e);

		EXPECT(rows[i].name, ok == !rows[i].code);
		EXPECT(rows[i].name, ok || e.code == rows[i].code);
		EXPECT(rows[i].name, !ok || str_eq(s, str_of(rows[i].want)));
	}
	EXPECT("device", !h->ops->read(h, &a, "/dev/zero", 9, &s, &e));
	EXPECT("proc",
	       h->ops->read(h, &a, "/proc/self/status", 65536, &s, &e) &&
	               s.n > 0);
	EXPECT("proc, capped",
	       !h->ops->read(h, &a, "/proc/self/status", 10, &s, &e) &&
	               e.code == ERR_LIMIT);
}

static void read_in_a_full_arena(struct host *h)
{
	unsigned char mem[64];
	struct arena small = { mem, 0, sizeof(mem) };
	struct str s;
	struct err e;

	EXPECT("no room is a limit, not a crash",
	       !h->ops->read(h, &small, "/proc/self/status", 65536, &s, &e) &&
	               e.code == ERR_LIMIT);
	EXPECT("nothing is used up", small.used <= 16);
}

static void reading_parts(struct host *h)
{
	static const struct {
		uint64_t off;
		size_t n, got;
		const char *want;
	} rows[] = { { 0, 4, 4, "0123" },
		     { 8, 4, 2, "89" },
		     { 10, 4, 0, "" },
		     { 5000, 4, 0, "" } };
	char buf[8];
	size_t got;
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		EXPECT("part", h->ops->read_at(h, at("ten"), rows[i].off, buf,
		                               rows[i].n, &got, &e));
		EXPECT("part",
		       got == rows[i].got && !memcmp(buf, rows[i].want, got));
	}
	EXPECT("offset too large",
	       !h->ops->read_at(h, at("ten"), UINT64_MAX, buf, 4, &got, &e));
}

static void looking(struct host *h)
{
	struct file_info i;
	struct err e;

	EXPECT("info", h->ops->info(h, at("ten"), &i, &e));
	EXPECT("plain", i.type == FILE_PLAIN && i.size == 10 &&
	                        i.mode == 0640 && i.mtime_ms > 0);
	EXPECT("folder",
	       h->ops->info(h, at("sub"), &i, &e) && i.type == FILE_DIR);
	EXPECT("followed",
	       h->ops->info(h, at("link"), &i, &e) && i.type == FILE_PLAIN);
	EXPECT("socket",
	       h->ops->info(h, at("sock"), &i, &e) && i.type == FILE_SOCKET);
	EXPECT("none",
	       !h->ops->info(h, at("none"), &i, &e) && e.code == ERR_NOENT);
}

static void listing(struct host *h)
{
	struct dir_entry *l;
	struct fs_info f;
	struct err e;
	size_t n;

	EXPECT("list", h->ops->list(h, &a, dir, 6, &l, &n, &e) && n == 6);
	EXPECT("sorted", str_eq(l[0].name, STR("empty")) &&
	                         str_eq(l[5].name, STR("ten")));
	EXPECT("link in a list",
	       str_eq(l[2].name, STR("link")) && l[2].info.type == FILE_LINK);
	EXPECT("too many",
	       !h->ops->list(h, &a, dir, 5, &l, &n, &e) && e.code == ERR_LIMIT);
	EXPECT("no folder", !h->ops->list(h, &a, at("ten"), 5, &l, &n, &e));
	EXPECT("fs", h->ops->fs(h, dir, &f, &e) && f.total_kib > 0 &&
	                     f.avail_kib <= f.total_kib && !f.read_only);
	EXPECT("no fs",
	       !h->ops->fs(h, at("none"), &f, &e) && e.code == ERR_NOENT);
}

static const struct {
	const char *name, *argv[4];
	unsigned ms;
	size_t max;
	enum err_code code;
	int status;
	const char *want;
} commands[] = {
	{ "says", { "/bin/echo", "a", "b" }, 5000, 10, 0, 0, "a b\n" },
	{ "exits", { "/bin/sh", "-c", "exit 7" }, 5000, 10, 0, 7, "" },
	{ "dies", { "/bin/sh", "-c", "kill -9 $$" }, 5000, 10, 0, 137, "" },
	{ "silent on stderr",
	  { "/bin/sh", "-c", "echo x >&2" },
	  5000,
	  10,
	  0,
	  0,
	  "" },
	{ "no stdin", { "/bin/cat" }, 5000, 10, 0, 0, "" },
	{ "hangs", { "/bin/sleep", "30" }, 100, 10, ERR_TIME, 0, NULL },
	{ "ignores TERM",
	  { "/bin/sh", "-c", "trap '' TERM; sleep 30 & wait" },
	  100,
	  10,
	  ERR_TIME,
	  0,
	  NULL },
	{ "leaves one behind",
	  { "/bin/sh", "-c", "sleep 2 & echo x" },
	  5000,
	  10,
	  0,
	  0,
	  "x\n" },
	{ "never ends",
	  { "/bin/cat", "/dev/zero" },
	  5000,
	  100,
	  ERR_LIMIT,
	  0,
	  NULL },
	{ "environment",
	  { "/bin/sh", "-c", "echo $LC_ALL$SECRET" },
	  5000,
	  10,
	  0,
	  0,
	  "C\n" },
	{ "not there", { "/bin/nix" }, 100, 10, ERR_NOENT, 0, NULL },
	{ "no path", { "echo" }, 100, 10, ERR_ARG, 0, NULL },
};

static void running(struct host *h)
{
	struct cmd_out o;
	struct err e;

	(void)setenv("SECRET", "canary", 1);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		int64_t from = h->ops->mono_ms(h);
		bool ok = h->ops->cmd(h, &a, commands[i].argv, commands[i].ms,
		                      commands[i].max, &o, &e);

		EXPECT(commands[i].name, ok == !commands[i].code);
		EXPECT(commands[i].name, ok || e.code == commands[i].code);
		EXPECT(commands[i].name, !ok || o.status == commands[i].status);
		EXPECT(commands[i].name,
		       !ok || str_eq(o.text, str_of(commands[i].want)));
		EXPECT(commands[i].name, h->ops->mono_ms(h) - from < 1500);
	}
}

/* No process can be started: root is not bound by the limit, so this counts
 * only for others; root gives up its rights in a child. */
static void no_pids(struct host *h)
{
	const char *const argv[] = { "/bin/true", NULL };
	struct rlimit none = { 0, 0 };
	struct cmd_out o;
	struct err e;
	int pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		(void)setrlimit(RLIMIT_NPROC, &none);
		if (getuid() == 0 && setuid(65534) != 0)
			_exit(2);
		_exit(!h->ops->cmd(h, &a, argv, 1000, 10, &o, &e) &&
		                      e.code == ERR_BUSY
		              ? 0
		              : 1);
	}
	EXPECT("no free process", pid > 0);
	if (pid > 0) {
		int st = -1;

		while (waitpid(pid, &st, 0) < 0)
			;
		EXPECT("no free process is BUSY", st == 0);
	}
}

static void small_questions(struct host *h)
{
	struct clock_info c;
	struct self_info me;
	struct err e;

	EXPECT("clock", h->ops->clock(h, &c, &e) && c.max_error_us >= 0);
	h->ops->self(h, &me);
	EXPECT("self", me.euid == geteuid());
	EXPECT("no such variable", h->ops->env(h, &a, "PROBE_NONE").p == NULL);
	EXPECT("variable", str_eq(h->ops->env(h, &a, "SECRET"), STR("canary")));
	EXPECT("now", h->ops->now_ms(h) > INT64_C(1700000000000));
}

static void sockets(struct host *h)
{
	struct port_map *m = ARENA_NEW(&a, struct port_map);
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	unsigned port, found = 0;
	struct err e;

	(void)bind(fd, (struct sockaddr *)&in, len);
	(void)listen(fd, 1);
	(void)getsockname(fd, (struct sockaddr *)&in, &len);
	port = ntohs(in.sin_port);
	EXPECT("sockets", h->ops->ports(h, &a, m, &e));
	EXPECT("in use", m->used[port / 8] >> (port % 8) & 1);
	for (size_t i = 0; i < m->n_listen; i++)
		if (m->listen[i].port == port && !m->listen[i].udp)
			found += str_eq(m->listen[i].addr, STR("127.0.0.1")) &&
			         m->listen[i].pid == getpid() &&
			         m->listen[i].comm.n > 0;
	EXPECT("listener, with its holder", found == 1);
	*m = (struct port_map){ .listen = m->listen };
	EXPECT("from /proc", ports_from_proc(&a, m, &e));
	EXPECT("in use", m->used[port / 8] >> (port % 8) & 1);
	EXPECT("same listener", m->n_listen > 0);
	(void)close(fd);
}

static void proc_lines(void)
{
	static const struct {
		const char *line;
		bool ok;
		unsigned port, state;
	} rows[] = {
		{ "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 "
		  "00:00000000 00000000  1000        0 12345 1 x",
		  true, 8080, 10 },
		{ "  sl  local_address rem_address   st tx_queue rx_queue",
		  false, 0, 0 },
		{ "   0: 0100007F:1F90", false, 0, 0 },
		{ "   0: 01:1F90 0:0 0A 0:0 0:0 0 0 0 1 1", false, 0, 0 },
		{ "", false, 0, 0 },
	};
	struct sock_seen s;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool ok = ports_proc_line(str_of(rows[i].line), &s);

		EXPECT("line", ok == rows[i].ok);
		EXPECT("line", !ok || (s.port == rows[i].port &&
		                       s.state == rows[i].state));
	}
}

/* Somebody closed stdout: what is opened next must not be it. */
static void without_stdout(void)
{
	pid_t pid = fork();
	int status = 1;

	if (pid == 0) {
		(void)close(0);
		(void)close(1);
		(void)host_live();
		_exit(open("/dev/null", O_RDONLY) > 2 && write(1, "x", 1) < 0
		              ? 0
		              : 1);
	}
	EXPECT("reaped", waitpid(pid, &status, 0) == pid);
	EXPECT("stdout stays closed", status == 0);
}

int main(void)
{
	struct host h = host_live();
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	a = (struct arena){ malloc(4 << 20), 0, 4 << 20 };
	(void)snprintf(dir, sizeof(dir), "/tmp/probe-test.%d", (int)getpid());
	(void)mkdir(dir, 0755);
	make("ten", "0123456789");
	make("empty", "");
	without_stdout();
	EXPECT("no core file of us", prctl(PR_GET_DUMPABLE) == 0);
	(void)symlink("ten", at("link"));
	(void)mkfifo(at("fifo"), 0644);
	(void)mkdir(at("sub"), 0755);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s/sock", dir);
	(void)bind(fd, (struct sockaddr *)&un, sizeof(un));
	reading(&h);
	read_in_a_full_arena(&h);
	reading_parts(&h);
	looking(&h);
	listing(&h);
	running(&h);
	no_pids(&h);
	small_questions(&h);
	sockets(&h);
	proc_lines();
	(void)close(fd);
	(void)unlink(at("ten"));
	(void)unlink(at("empty"));
	(void)unlink(at("link"));
	(void)unlink(at("fifo"));
	(void)unlink(at("sock"));
	(void)rmdir(at("sub"));
	(void)rmdir(dir);
	free(a.base);
	return test_end(&t);
}
