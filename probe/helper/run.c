/*
 * Runs one fixed argv as root: its own process group, an environment of two
 * lines, no descriptor but a pipe. What it says (both ways out) is kept up to a
 * cap; at the deadline the whole group is killed.
 */
#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 8
#define TICK_MS 20
#define DOCKER_MS 1000    /* a Docker that hangs is not waited for */
#define AFTER_KILL_MS 500 /* one that sleeps in the kernel is left behind */

static char *const child_env[] = {
	(char[]){ "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
	          "/sbin:/bin" },
	(char[]){ "LC_ALL=C" },
	NULL,
};

struct child {
	pid_t pid;
	int out, status;
	int64_t until;
	bool gone, eof;
	char text[VERB_OUTPUT_MAX];
	size_t n;
};

static void become(char *const *argv, int out)
{
	const struct sigaction dfl = { .sa_handler = SIG_DFL };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	(void)setpgid(0, 0);
	for (int s = 1; s < 32; s++)
		(void)sigaction(s, &dfl, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (null < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0 ||
	    dup2(null, 0) < 0)
		_exit(126);
	for (int fd = 3; fd < 1024; fd++)
		(void)close(fd);
	(void)execve(argv[0], argv, child_env);
	_exit(errno == ENOENT ? 127 : 126);
}

static void take(struct child *c)
{
	char more[512];
	ssize_t n;

	for (;;) {
		n = read(c->out, more, sizeof(more));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		for (ssize_t i = 0; i < n && c->n < sizeof(c->text); i++)
			c->text[c->n++] = more[i];
	}
	c->eof = n == 0;
}

static void ask(struct child *c)
{
	pid_t w;

	do
		w = waitpid(c->pid, &c->status, WNOHANG);
	while (w < 0 && errno == EINTR);
	c->gone = w != 0;
}

static void follow(struct child *c)
{
	int64_t left;

	while (!c->gone && (left = c->until - helper_now()) > 0) {
		struct pollfd p = { c->eof ? -1 : c->out, POLLIN, 0 };
		int tick = c->eof ? 1 : TICK_MS;

		(void)poll(&p, 1, left < tick ? (int)left : tick);
		take(c);
		ask(c);
	}
	take(c);
}

static void put_down(struct child *c)
{
	int64_t until = helper_now() + AFTER_KILL_MS;

	(void)kill(-c->pid, SIGKILL);
	(void)kill(c->pid, SIGKILL);
	while (!c->gone && helper_now() < until) {
		(void)poll(NULL, 0, 1);
		ask(c);
	}
}

static int answer(const struct helper *h, int fd, const struct child *c)
{
	int64_t until = helper_now() + h->word_ms;
	int status = WIFEXITED(c->status) ? WEXITSTATUS(c->status)
	                                  : 128 + WTERMSIG(c->status);
	char head[32];
	int n = snprintf(head, sizeof(head), "ok %d\n", status);

	if (n <= 0 || !helper_send(fd, head, (size_t)n, until) ||
	    !helper_send(fd, c->text, c->n, until))
		return 1;
	return status != 0;
}

/* 0 or an errno. */
static int start(struct child *c, char *const *argv)
{
	int fd[2];

	if (pipe(fd) < 0)
		return errno;
	(void)fcntl(fd[0], F_SETFL, O_NONBLOCK);
	c->pid = fork();
	if (c->pid == 0)
		become(argv, fd[1]);
	c->out = fd[0];
	(void)close(fd[1]);
	if (c->pid < 0) {
		int os = errno;

		(void)close(fd[0]);
		return os;
	}
	return 0;
}

int helper_run(const struct helper *h, int fd, const struct verb *v,
               const char *const *argv)
{
	struct child c = { .until = helper_now() + v->deadline_ms };
	char *args[ARGS_MAX + 1] = { NULL };
	struct docker_rest rest;
	int http, os, docker;

	if (v->request) {
		docker = helper_docker(h, v->request, helper_now() + DOCKER_MS,
		                       &http, &rest);
		if (docker >= 0)
			(void)close(docker);
	}
	if (!argv)
		return helper_send(fd, "ok 0\n", 5, helper_now() + h->word_ms)
		               ? 0
		               : 1;
	/* exec does not write to its arguments; POSIX keeps the old type. */
	for (size_t i = 0; i < ARGS_MAX && argv[i]; i++)
		args[i] =
			(char *)(uintptr_t)(argv[i][0] ? argv[i] : h->program);
	os = start(&c, args);
	if (os)
		return helper_refuse(h, fd, os, "no process could be started");
	follow(&c);
	if (!c.gone) {
		put_down(&c);
		(void)close(c.out);
		return helper_refuse(h, fd, ETIMEDOUT, v->word);
	}
	(void)close(c.out);
	return answer(h, fd, &c);
}
