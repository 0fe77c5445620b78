/* How the child of netns.c parts with what the program has: descriptors,
 * signal handlers, the right to stay. */
#define _GNU_SOURCE /* syscall */
#include "netns.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/* What the other threads have open is theirs: a copy held here would keep
 * their connections alive. */
static void close_between(unsigned from, unsigned to)
{
	if (from > to || syscall(SYS_close_range, from, to, 0) == 0)
		return;
	for (unsigned fd = from; fd <= to && fd < 4096; fd++)
		(void)close((int)fd);
}

static void keep_only(const int *fds, size_t n)
{
	unsigned from = 0;

	for (;;) {
		unsigned next = ~0u;

		for (size_t i = 0; i < n; i++)
			if (fds[i] >= 0 && (unsigned)fds[i] >= from &&
			    (unsigned)fds[i] < next)
				next = (unsigned)fds[i];
		if (next > from)
			close_between(from, next - 1);
		if (next == ~0u)
			return;
		from = next + 1;
	}
}

/* No handler of the program may run here; only SIGPIPE stays ignored. */
static void own_signals(unsigned ms)
{
	const struct sigaction plain = { .sa_handler = SIG_DFL };
	const struct itimerval late = {
		.it_value = { (time_t)(ms / 1000),
		              (suseconds_t)(ms % 1000 * 1000 + 1) },
	};
	const struct rlimit none = { 0, 0 };
	sigset_t open;

	for (int s = 1; s < 32; s++)
		if (s != SIGPIPE && s != SIGKILL && s != SIGSTOP)
			(void)sigaction(s, &plain, NULL);
	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setitimer(ITIMER_REAL, &late, NULL);
	(void)sigemptyset(&open);
	(void)sigprocmask(SIG_SETMASK, &open, NULL);
}

void netns_apart(const int *fds, size_t n, unsigned ms)
{
	own_signals(ms);
	keep_only(fds, n);
}
