/*
 * helper.h - the root side of the verbs: one connection, one word, one answer.
 * libc only. The program probe-helper serves a socket with it; probe itself,
 * when it is root, does so in a child.
 */
#ifndef PROBE_HELPER_H
#define PROBE_HELPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "probe/verb.h"

struct helper {
	const struct verb *verb; /* the words it knows */
	size_t n;
	const char *program; /* full path of probe */
	uid_t peer;          /* who may ask, beside root; (uid_t)-1: nobody */
	unsigned word_ms;    /* how long a word and its answer may take */
	const char *docker;  /* its socket */
	const char *systemd; /* is there when systemd is the init system */
	const char *line, *console; /* where a LINE is read and written */
};

/* Answers on fd and returns an exit status: 0 when the word was done. */
int helper_serve(const struct helper *h, int fd);

/* ---- what its files share */

/* Monotonic ms. */
int64_t helper_now(void);
/* All of it by then, to a peer that reads slowly; false: it went away. */
bool helper_send(int fd, const char *p, size_t n, int64_t until);
/* "err CODE ERRNO text", with the text of the errno's code; returns 1. */
int helper_refuse(const struct helper *h, int fd, int os, const char *what);
/* run.c: runs argv to its end or the deadline and answers. */
int helper_run(const struct helper *h, int fd, const struct verb *v,
               const char *const *argv);
/* docker.c: the connection, with the request sent and the answer's head read
 * (what stood behind it is in rest), or -1 and errno; *status is HTTP's. */
struct docker_rest {
	char p[1024];
	size_t n;
};
int helper_docker(const struct helper *h, const char *request, int64_t until,
                  int *status, struct docker_rest *rest);
int helper_stream(const struct helper *h, int fd, const struct verb *v);
int helper_line(const struct helper *h, int fd);

#endif
