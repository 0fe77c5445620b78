/*
 * Runs one program to its end or to its deadline. Safe from any thread: the
 * child is started by posix_spawn() and reaped by its own number, so no signal
 * handler is needed and no other child is touched. It gets a process group of
 * its own, so that what it started dies with it.
 */
#define _GNU_SOURCE /* pipe2 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"

#define TICK_MS 20        /* how often the child is asked for */
#define AFTER_KILL_MS 200 /* one that sleeps in the kernel is left behind */

static char *const child_env[] = {
	(char[]){ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
	          "/sbin:/bin" },
	(char[]){ "LC_ALL=C" },
	NULL,
};

/* 0 or an errno. */
static int start(const char *const *argv, int out, pid_t *pid)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	sigset_t none, all;
	int os;

	(void)sigemptyset(&none);
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGKILL);
	(void)sigdelset(&all, SIGSTOP);
	os = posix_spawn_file_actions_init(&fa);
	if (os)
		return os;
	os = posix_spawnattr_init(&at);
	if (os)
		goto out_fa;
	os = posix_spawn_file_actions_addopen(&fa, 0, "/dev/null", O_RDONLY, 0);
	if (!os)
		os = posix_spawn_file_actions_adddup2(&fa, out, 1);
	if (!os)
		os = posix_spawn_file_actions_addopen(&fa, 2, "/dev/null",
		                                      O_WRONLY, 0);
	(void)posix_spawnattr_setsigmask(&at, &none);
	(void)posix_spawnattr_setsigdefault(&at, &all);
	(void)posix_spawnattr_setpgroup(&at, 0);
	(void)posix_spawnattr_setflags(&at, POSIX_SPAWN_SETSIGMASK |
	                                            POSIX_SPAWN_SETSIGDEF |
	                                            POSIX_SPAWN_SETPGROUP);
	/* exec does not write to its arguments; POSIX keeps the old type. */
	if (!os)
		os = posix_spawn(pid, argv[0], &fa, &at,
		                 (char *const *)(uintptr_t)argv, child_env);
	(void)posix_spawnattr_destroy(&at);
out_fa:
	(void)posix_spawn_file_actions_destroy(&fa);
	return os;
}

struct run {
	pid_t pid;
	int fd;
	char *p;
	size_t n, cap;
	int64_t until;
	int status;
	bool eof, gone, full;
};

static void take_output(struct run *r)
{
	while (!r->eof && !r->full) {
		ssize_t n = read(r->fd, r->p + r->n, r->cap - r->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		if (n == 0)
			r->eof = true;
		r->n += (size_t)n;
		r->full = r->n == r->cap;
	}
}

static void ask_child(struct run *r)
{
	pid_t w;

	do
		w = waitpid(r->pid, &r->status, WNOHANG);
	while (w < 0 && errno == EINTR);
	r->gone = w != 0;
	if (w < 0)
		r->status = 0xff00; /* reaped by someone else: status lost */
}

static void follow(struct run *r)
{
	int64_t left;

	while (!r->gone && !r->full &&
	       (left = r->until - live_mono_ms(NULL)) > 0) {
		struct pollfd p = { r->eof ? -1 : r->fd, POLLIN, 0 };
		int tick = r->eof ? 1 : TICK_MS;

		(void)poll(&p, 1, left < tick ? (int)left : tick);
		take_output(r);
		ask_child(r);
	}
	if (r->gone)
		take_output(r);
}

static void put_down(struct run *r)
{
	int64_t until = live_mono_ms(NULL) + AFTER_KILL_MS;

	(void)kill(-r->pid, SIGKILL);
	(void)kill(r->pid, SIGKILL);
	while (!r->gone && live_mono_ms(NULL) < until) {
		(void)poll(NULL, 0, 1);
		ask_child(r);
	}
}

bool live_cmd(struct host *h, struct arena *a, const char *const *argv,
              unsigned timeout_ms, size_t max_bytes, struct cmd_out *out,
              struct err *e)
{
	struct run r = { .until = live_mono_ms(h) + timeout_ms };
	size_t left = arena_left(a);
	int fd[2], os;
	bool late;

	if (!argv[0] || argv[0][0] != '/')
		return err_set(e, ERR_ARG, 0, "a command needs its full path");
	if (pipe2(fd, O_CLOEXEC) < 0)
		return err_set(e, err_code_of_os(errno), errno,
		               "%s: no pipe: %s", argv[0],
		               err_text(err_code_of_os(errno)));
	os = start(argv, fd[1], &r.pid);
	(void)close(fd[1]);
	if (os) {
		(void)close(fd[0]);
		return err_set(e, err_code_of_os(os), os, "%s: %s", argv[0],
		               os == EAGAIN ? "no process could be started"
		                            : err_text(err_code_of_os(os)));
	}
	(void)fcntl(fd[0], F_SETFL, O_NONBLOCK);
	r.fd = fd[0];
	r.cap = max_bytes < left ? max_bytes + 1 : left;
	r.p = arena_raw(a, r.cap);
	follow(&r);
	late = !r.gone;
	if (late)
		put_down(&r);
	(void)close(fd[0]);
	arena_keep(a, r.p, r.n);
	if (r.full) {
		arena_keep(a, r.p, 0);
		return err_set(e, ERR_LIMIT, 0, "%s: more than %zu bytes",
		               argv[0], r.cap - 1);
	}
	if (late)
		return err_set(e, ERR_TIME, 0, "%s: still running after %u ms",
		               argv[0], timeout_ms);
	*out = (struct cmd_out){ WIFEXITED(r.status) ? WEXITSTATUS(r.status)
		                                     : 128 + WTERMSIG(r.status),
		                 { r.p, r.n } };
	return true;
}
