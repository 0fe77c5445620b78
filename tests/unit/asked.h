/* asked.h - a helper with a table of its own, and peers that talk to it. */
#ifndef TESTS_UNIT_ASKED_H
#define TESTS_UNIT_ASKED_H

#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe/helper/helper.h"

#define TALLY (&tally)
#define RUNS(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define RUN(word, ms, argv)                              \
	{                                                \
		word, VERB_RUN, ms, NULL, argv, argv, "" \
	}

static struct tally tally;
static char folder[] = "/tmp/probe-helper.XXXXXX";
static char docker_path[64], line_path[64], console_path[64];

static const struct verb rows[] = {
	RUN("true", 2000, RUNS("/bin/true")),
	RUN("false", 2000, RUNS("/bin/false")),
	RUN("nothing", 2000, NULL),
	RUN("absent", 2000, RUNS("/nowhere/program")),
	RUN("hang", 300, RUNS("/bin/sleep", "60")),
	RUN("hangs-deeper", 300,
	    RUNS("/bin/sh", "-c", "/bin/sleep 61 & /bin/sleep 61")),
	RUN("much", 5000, RUNS("/usr/bin/head", "-c", "300000", "/dev/zero")),
	RUN("env", 2000, RUNS("/usr/bin/env")),
	RUN("fds", 2000, RUNS("/bin/ls", "/proc/self/fd")),
	RUN("both", 2000, RUNS("/bin/sh", "-c", "echo out; echo bad >&2")),
	RUN("killed", 2000, RUNS("/bin/sh", "-c", "kill -9 $$")),
	RUN("itself", 2000, RUNS("", "-n", "told")),
	RUN("sixteen-letters.", 2000, RUNS("/bin/true")),
	{ "events", VERB_STREAM, 0, "GET / HTTP/1.0\r\n\r\n", NULL, NULL, "" },
	{ "dump", VERB_RUN, 2000, "POST / HTTP/1.0\r\n\r\n", RUNS("/bin/true"),
	  RUNS("/bin/true"), "" },
	{ "line", VERB_LINE, 0, NULL, NULL, NULL, "" },
	{ "init", VERB_RUN, 2000, NULL, RUNS("/bin/echo", "systemd"),
	  RUNS("/bin/echo", "upstart"), "" },
};

static inline struct helper helper(void)
{
	return (struct helper){
		.verb = rows,
		.n = sizeof(rows) / sizeof(*rows),
		.program = "/bin/echo",
		.peer = getuid(),
		.word_ms = 300,
		.docker = docker_path,
		.systemd = "/",
		.line = line_path,
		.console = console_path,
	};
}

struct asked {
	char text[8192];
	size_t n;
	int status;
	int64_t ms;
};

/* What a peer does at its end. */
struct peer {
	const char *say;
	size_t n;
	bool close_early; /* no more is to come */
	int64_t stop_ms;  /* reads for so long only; 0: to the end */
};

static void listen_on(int fd, struct peer p, struct asked *out)
{
	ssize_t n;

	if (p.stop_ms)
		(void)usleep((useconds_t)p.stop_ms * 1000);
	else
		while (out->n < sizeof(out->text) - 1 &&
		       (n = read(fd, out->text + out->n,
		                 sizeof(out->text) - 1 - out->n)) > 0)
			out->n += (size_t)n;
	out->text[out->n] = '\0';
}

static struct asked talk(const struct helper *h, struct peer p)
{
	struct asked out = { .n = 0 };
	int64_t began = helper_now();
	int fd[2], status;
	pid_t child;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd) < 0)
		abort();
	child = fork();
	if (child == 0) {
		(void)close(fd[0]);
		_exit(helper_serve(h, fd[1]));
	}
	(void)close(fd[1]);
	(void)!write(fd[0], p.say, p.n);
	if (p.close_early)
		(void)shutdown(fd[0], SHUT_WR);
	listen_on(fd[0], p, &out);
	(void)close(fd[0]);
	(void)waitpid(child, &status, 0);
	out.status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
	out.ms = helper_now() - began;
	return out;
}

static inline struct asked say(const char *words)
{
	struct helper h = helper();

	return talk(&h, (struct peer){ .say = words, .n = strlen(words) });
}

static inline bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* The folder with the sockets and files of this test. */
static inline void asked_begin(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };

	(void)alarm(120);
	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (!mkdtemp(folder))
		abort();
	(void)chmod(folder, 0755);
	(void)snprintf(docker_path, sizeof(docker_path), "%s/docker", folder);
	(void)snprintf(line_path, sizeof(line_path), "%s/line", folder);
	(void)snprintf(console_path, sizeof(console_path), "%s/console",
	               folder);
}

static inline int asked_end(void)
{
	(void)unlink(line_path);
	(void)unlink(console_path);
	(void)unlink(docker_path);
	(void)rmdir(folder);
	return test_end(&tally);
}

#endif
