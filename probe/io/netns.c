/*
 * A look from inside other network namespaces. For each one a child is forked,
 * never a program run: it enters, resolves, connects, writes one text into a
 * pipe and ends. It allocates nothing and takes no lock, for a fork of one
 * thread copies the locks of the others.
 *
 * Nothing may stay behind. The child dies with the thread that forked it
 * (PDEATHSIG), at its own alarm when that thread is stopped, and by our hand
 * at the deadline. It mounts nothing and makes no namespace; sockets end with
 * it.
 *
 * /proc/PID is opened once. That descriptor is bound to the process, not to
 * its number: when the process ends, what is opened below it fails, so with
 * the start time checked through it no other process is ever entered.
 */
#define _GNU_SOURCE /* setns, pipe2, O_PATH */
#include "netns.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "probe/procstat.h"
#include "rec.h"

#define MAX_CHILDREN 16
#define SPARE_MS 60       /* what the child leaves us of the time */
#define AFTER_KILL_MS 200 /* one that sleeps in the kernel is left behind */
#define CAP_SYS_ADMIN_BIT 21

struct job {
	const struct netns_req *q;
	struct netns_result *out;
	pid_t pid; /* 0: no child */
	int fd;    /* what it says */
	char *p;
	size_t n;
	bool eof, gone;
	int status;
	int64_t until;
};

static bool fail(struct err *e, int64_t pid, int os)
{
	/* A process that ends while it is looked at. */
	enum err_code code = os == ESRCH ? ERR_NOENT : err_code_of_os(os);

	return err_set(e, code, os, "network of process %lld: %s",
	               (long long)pid, err_text(code));
}

/* ---- the child */

static void say(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		text = str_skip(text, (size_t)n);
	}
}

struct doors { /* descriptors the child works with; -1: none */
	int ns, root, out;
};

static void child(const struct netns_req *q, const struct doors *d,
                  pid_t parent, struct arena *room)
{
	int64_t until = live_mono_ms(NULL) + q->timeout_ms - SPARE_MS;
	struct netns_result *r;
	struct err e;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (getppid() != parent)
		_exit(1); /* it died before we asked to be told */
	netns_apart((const int[]){ d->ns, d->root, d->out }, 3,
	            q->timeout_ms + 100);
	if (setns(d->ns, CLONE_NEWNET) < 0) {
		struct str line;

		(void)fail(&e, q->pid, errno);
		line = rec_put_err(room, &e);
		say(d->out, STR("error "));
		say(d->out, line);
		_exit(0);
	}
	r = ARENA_NEW(room, struct netns_result);
	netns_look(room, q, d->root, until, r);
	say(d->out, rec_put_netns(room, r));
	_exit(0);
}

/* ---- the parent */

static void shut(int fd)
{
	if (fd >= 0)
		(void)close(fd);
}

/* Is it the process that was asked for? stat is read through dir. */
static bool same_process(int dir, const struct netns_req *q, struct err *e)
{
	int fd = openat(dir, "stat", O_RDONLY | O_CLOEXEC);
	struct procstat s;
	char text[1024];
	ssize_t n;

	if (fd < 0)
		return fail(e, q->pid, errno);
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	if (n < 0)
		return fail(e, q->pid, errno);
	if (!procstat_parse((struct str){ text, (size_t)n }, &s))
		return err_set(e, ERR_FORM, 0, "/proc/%lld/stat: malformed",
		               (long long)q->pid);
	if (s.start != q->start || s.state == 'Z')
		return err_set(e, ERR_NOENT, 0, "process %lld has ended since",
		               (long long)q->pid);
	return true;
}

static bool is_ours(int ns)
{
	struct stat own, its;

	return fstat(ns, &its) == 0 && stat("/proc/self/ns/net", &own) == 0 &&
	       own.st_dev == its.st_dev && own.st_ino == its.st_ino;
}

static bool open_doors(const struct netns_req *q, struct doors *d,
                       struct err *e)
{
	char path[32];
	bool ok;
	int dir;

	*d = (struct doors){ -1, -1, -1 };
	(void)snprintf(path, sizeof(path), "/proc/%lld", (long long)q->pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return fail(e, q->pid, errno);
	ok = same_process(dir, q, e);
	if (ok) {
		d->ns = openat(dir, "ns/net", O_RDONLY | O_CLOEXEC);
		ok = d->ns >= 0 || fail(e, q->pid, errno);
	}
	if (ok)
		d->root = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	(void)close(dir);
	return ok;
}

/* Signals wait while we fork: the child must not run a handler of ours. */
static pid_t fork_child(struct job *j, const struct doors *d,
                        struct arena *room)
{
	pid_t parent = getpid(), pid;
	sigset_t all, before;
	int os;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid == 0)
		child(j->q, d, parent, room);
	os = errno;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	errno = os;
	return pid;
}

static void start(struct job *j, struct arena *room)
{
	struct err *e = &j->out->err;
	struct doors d;
	int fd[2] = { -1, -1 };

	if (!open_doors(j->q, &d, e))
		goto out;
	j->out->shared = is_ours(d.ns);
	if (j->out->shared)
		goto out;
	if (pipe2(fd, O_CLOEXEC) < 0) {
		(void)fail(e, j->q->pid, errno);
		goto out;
	}
	d.out = fd[1];
	j->until = live_mono_ms(NULL) + j->q->timeout_ms;
	j->pid = fork_child(j, &d, room);
	if (j->pid < 0) {
		(void)fail(e, j->q->pid, errno);
		j->pid = 0;
		goto out;
	}
	j->fd = fd[0];
	fd[0] = -1;
	(void)fcntl(j->fd, F_SETFL, O_NONBLOCK);
out:
	shut(d.ns);
	shut(d.root);
	shut(fd[0]);
	shut(fd[1]);
}

static void hear(struct job *j)
{
	while (!j->eof) {
		ssize_t n = read(j->fd, j->p + j->n, NETNS_TEXT - j->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		if (n == 0 || j->n + (size_t)n == NETNS_TEXT)
			j->eof = true;
		j->n += (size_t)n;
	}
}

static void reap(struct job *j, int how)
{
	pid_t w;

	do
		w = waitpid(j->pid, &j->status, how);
	while (w < 0 && errno == EINTR);
	j->gone = w != 0;
}

/* By our hand, whatever it does; it is reaped here. */
static void put_down(struct job *j)
{
	int64_t until = live_mono_ms(NULL) + AFTER_KILL_MS;

	(void)kill(j->pid, SIGKILL);
	reap(j, WNOHANG);
	while (!j->gone && live_mono_ms(NULL) < until) {
		(void)poll(NULL, 0, 1);
		reap(j, WNOHANG);
	}
}

static void follow(struct job *jobs, size_t n)
{
	for (;;) {
		struct pollfd p[MAX_CHILDREN];
		int64_t now = live_mono_ms(NULL), next = INT64_MAX;
		size_t open = 0;

		for (size_t i = 0; i < n; i++) {
			if (!jobs[i].pid || jobs[i].eof || jobs[i].until <= now)
				continue;
			p[open++] = (struct pollfd){ jobs[i].fd, POLLIN, 0 };
			if (jobs[i].until < next)
				next = jobs[i].until;
		}
		if (open == 0)
			return;
		(void)poll(p, (nfds_t)open, (int)(next - now));
		for (size_t i = 0; i < n; i++)
			if (jobs[i].pid && !jobs[i].eof)
				hear(&jobs[i]);
	}
}

/* What it said, or why it said nothing. */
static void take(struct job *j, struct arena *a)
{
	struct str text = { j->p, j->n };
	struct err *e = &j->out->err;

	if (str_starts(text, STR("error ")))
		rec_get_err(str_trim(str_skip(text, 6)), e);
	else if (!j->eof)
		(void)err_set(e, ERR_TIME, 0,
		              "network of process %lld: no end after %u ms",
		              (long long)j->q->pid, j->q->timeout_ms);
	else if (j->n == 0 || j->n == NETNS_TEXT ||
	         !rec_get_netns(text, a, j->out))
		(void)err_set(e, ERR_IO, 0,
		              "network of process %lld: the look broke off",
		              (long long)j->q->pid);
}

static void look(struct arena *a, struct job *jobs, size_t n)
{
	struct arena room;

	for (size_t i = 0; i < n; i++)
		jobs[i].p = arena_raw(a, NETNS_TEXT);
	/* Each child has a copy of its own of one room. */
	room = (struct arena){ (unsigned char *)arena_raw(a, NETNS_ROOM), 0,
		               NETNS_ROOM };
	for (size_t i = 0; i < n; i++)
		start(&jobs[i], &room);
	follow(jobs, n);
	arena_keep(a, (char *)room.base, 0);
	for (size_t i = 0; i < n; i++) {
		if (!jobs[i].pid)
			continue;
		put_down(&jobs[i]);
		(void)close(jobs[i].fd);
		take(&jobs[i], a);
	}
}

void live_in_netns(struct host *h, struct arena *a, const struct netns_req *q,
                   size_t n, struct netns_result *out)
{
	struct job jobs[MAX_CHILDREN] = { { 0 } };
	struct self_info self;
	struct err e = { 0 };

	live_self(h, &self);
	if (!(self.caps >> CAP_SYS_ADMIN_BIT & 1))
		(void)err_set(&e, ERR_PERM, 0,
		              "entering a task's network needs root "
		              "(CAP_SYS_ADMIN)");
	else if (n > MAX_CHILDREN ||
	         arena_left(a) < NETNS_ROOM + n * (NETNS_TEXT + 8192))
		(void)err_set(&e, ERR_LIMIT, 0, "no room to look at networks");
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct netns_result){ .err = e };
		if (i < MAX_CHILDREN)
			jobs[i] = (struct job){ .q = &q[i],
				                .out = &out[i],
				                .fd = -1 };
	}
	if (e.code == ERR_NONE && n)
		look(a, jobs, n);
}
