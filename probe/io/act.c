/*
 * The verbs, from the checker's side: a word to the helper's socket and its
 * answer. When we are root ourselves, a child of ours is the helper.
 */
#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../helper/helper.h"
#include "io.h"
#include "rec.h"

#define WORD_MS 2000
#define MARGIN_MS                                                   \
	3000 /* for systemd to start the helper, and for its answer \
	      */

static bool no_helper(struct err *e, int os)
{
	enum err_code code = err_code_of_os(os);

	return err_set(e, code, os, "%s: %s", VERB_SOCKET, err_text(code));
}

static int connect_helper(struct err *e)
{
	const struct sockaddr_un to = { AF_UNIX, VERB_SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0) {
		(void)no_helper(e, errno);
		return -1;
	}
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	(void)no_helper(e, errno);
	(void)close(fd);
	return -1;
}

/* The grandchild: nothing of ours is open in it but the connection. */
_Noreturn static void be_the_helper(int fd)
{
	const struct helper h = {
		.verb = verbs,
		.n = VERB_COUNT,
		.program = "/proc/self/exe",
		.peer = (uid_t)-1,
		.word_ms = WORD_MS,
		.docker = "/var/run/docker.sock",
		.systemd = "/run/systemd/system",
		.line = "/run/probe/console.txt",
		.console = "/dev/console",
	};

	if (dup2(fd, 0) < 0)
		_exit(1);
	for (int i = 3; i < 1024; i++)
		(void)close(i);
	_exit(helper_serve(&h, 0));
}

/* Nobody waits for it: init does, once the child between us is gone. */
static int fork_helper(struct err *e)
{
	int fd[2], status;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
	               fd) < 0) {
		(void)no_helper(e, errno);
		return -1;
	}
	child = fork();
	if (child == 0) {
		if (fork() == 0)
			be_the_helper(fd[1]);
		_exit(0);
	}
	(void)close(fd[1]);
	if (child < 0) {
		(void)err_set(e, ERR_BUSY, errno,
		              "no process could be started");
		(void)close(fd[0]);
		return -1;
	}
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return fd[0];
}

int host_stream(enum verb_id verb, struct err *e)
{
	char line[VERB_WORD_MAX + 2];
	int fd = geteuid() == 0 ? fork_helper(e) : connect_helper(e);
	int n;

	if (fd < 0)
		return -1;
	n = snprintf(line, sizeof(line), "%s\n", verbs[verb].word);
	if (send(fd, line, (size_t)n, MSG_NOSIGNAL) == n)
		return fd;
	(void)no_helper(e, errno);
	(void)close(fd);
	return -1;
}

/* All that comes until the other end closes; false at the deadline. */
static bool read_all(int fd, char *p, size_t max, size_t *got, int64_t until)
{
	*got = 0;
	while (*got < max) {
		ssize_t n = recv(fd, p + *got, max - *got, MSG_DONTWAIT);
		struct pollfd w = { fd, POLLIN, 0 };
		int64_t left = until - live_mono_ms(NULL);

		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return true;
		if (n > 0) {
			*got += (size_t)n;
			continue;
		}
		if (left <= 0)
			return false;
		(void)poll(&w, 1, (int)left);
	}
	return true;
}

bool verb_answer(struct str text, struct cmd_out *out, struct err *e)
{
	struct str rest = text, line = str_cut(&rest, '\n');
	struct str kind = str_cut(&line, ' ');
	uint64_t status;

	if (str_eq(kind, STR("err"))) {
		rec_get_err(line, e);
		if (e->code == ERR_NONE)
			e->code = ERR_FORM;
		return err_wrap(e, "helper");
	}
	if (!str_eq(kind, STR("ok")) || !str_u64(line, &status) || status > 255)
		return err_set(e, ERR_FORM, 0,
		               "helper: it ended without an answer");
	*out = (struct cmd_out){ (int)status, rest };
	return true;
}

bool live_act(struct host *h, struct arena *a, enum verb_id verb,
              struct cmd_out *out, struct err *e)
{
	int64_t until = live_mono_ms(h) + verbs[verb].deadline_ms + MARGIN_MS;
	size_t max = VERB_OUTPUT_MAX + 256, n;
	char *p;
	int fd;

	if (verbs[verb].kind == VERB_STREAM)
		return err_set(e, ERR_ARG, 0, "%s is a stream",
		               verbs[verb].word);
	fd = host_stream(verb, e);
	if (fd < 0)
		return false;
	p = arena_raw(a, max);
	if (!read_all(fd, p, max, &n, until)) {
		(void)close(fd);
		arena_keep(a, p, 0);
		return err_set(e, ERR_TIME, 0, "helper: %s: %s",
		               verbs[verb].word, err_text(ERR_TIME));
	}
	(void)close(fd);
	arena_keep(a, p, n);
	return verb_answer((struct str){ p, n }, out, e);
}
