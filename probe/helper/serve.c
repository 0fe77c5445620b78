/*
 * One connection: who asks, one word, the answer. Everything here works without
 * the heap, so that a child of a program with threads may run it.
 */
#define _GNU_SOURCE /* struct ucred */
#include "helper.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "probe/err.h"

int64_t helper_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static bool wait_for(int fd, short what, int64_t until)
{
	struct pollfd p = { fd, what, 0 };
	int64_t left;
	int n;

	do {
		left = until - helper_now();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
	} while (n < 0 && errno == EINTR);
	return n > 0;
}

bool helper_send(int fd, const char *p, size_t n, int64_t until)
{
	while (n) {
		ssize_t w = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (w > 0) {
			p += w;
			n -= (size_t)w;
		} else if (w < 0 && errno == EAGAIN) {
			if (!wait_for(fd, POLLOUT, until))
				return false;
		} else if (w == 0 || errno != EINTR) {
			return false;
		}
	}
	return true;
}

int helper_refuse(const struct helper *h, int fd, int os, const char *what)
{
	enum err_code code = os == EINVAL    ? ERR_ARG
	                     : os == EBADMSG ? ERR_FORM
	                                     : err_code_of_os(os);
	char line[160];
	int n = snprintf(line, sizeof(line), "err %s %d %s: %s\n",
	                 err_name(code), os, what, err_text(code));

	if (n > 0 && (size_t)n < sizeof(line))
		(void)helper_send(fd, line, (size_t)n,
		                  helper_now() + h->word_ms);
	return 1;
}

static bool may_ask(const struct helper *h, int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 ||
	    len != sizeof(peer))
		return false;
	return peer.uid == 0 || (peer.uid != (uid_t)-1 && peer.uid == h->peer);
}

/* A word and its newline, no byte more. 0 or an errno. */
static int read_word(const struct helper *h, int fd,
                     char word[VERB_WORD_MAX + 1])
{
	int64_t until = helper_now() + h->word_ms;
	char in[VERB_WORD_MAX + 2];
	size_t n = 0;

	while (n < sizeof(in)) {
		ssize_t r = recv(fd, in + n, sizeof(in) - n, MSG_DONTWAIT);
		const char *end;

		if (r == 0)
			return EBADMSG;
		if (r < 0 && errno == EAGAIN) {
			if (!wait_for(fd, POLLIN, until))
				return ETIMEDOUT;
			continue;
		}
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return errno;
		n += (size_t)r;
		end = memchr(in, '\n', n);
		if (!end)
			continue;
		if ((size_t)(end - in) != n - 1 || n - 1 > VERB_WORD_MAX)
			return EBADMSG;
		memcpy(word, in, n - 1);
		word[n - 1] = '\0';
		return strlen(word) == n - 1 ? 0 : EBADMSG;
	}
	return EBADMSG;
}

static const struct verb *find(const struct helper *h, const char *word)
{
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(h->verb[i].word, word) == 0)
			return &h->verb[i];
	return NULL;
}

static const char *const *argv_here(const struct helper *h,
                                    const struct verb *v)
{
	struct stat st;

	return stat(h->systemd, &st) == 0 ? v->systemd : v->upstart;
}

int helper_serve(const struct helper *h, int fd)
{
	char word[VERB_WORD_MAX + 1];
	const struct verb *v;
	int os;

	if (!may_ask(h, fd))
		return helper_refuse(h, fd, EPERM, "who asks");
	os = read_word(h, fd, word);
	if (os)
		return helper_refuse(h, fd, os, "a word was expected");
	v = find(h, word);
	if (!v)
		return helper_refuse(h, fd, EINVAL, "no such word");
	switch (v->kind) {
	case VERB_STREAM:
		return helper_stream(h, fd, v);
	case VERB_LINE:
		return helper_line(h, fd);
	case VERB_RUN:
		break;
	}
	return helper_run(h, fd, v, argv_here(h, v));
}
