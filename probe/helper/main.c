/*
 * probe-helper - does as root the few things that the checker, which is not
 * root, may ask for: the words of verbs.def, none with an operand. systemd
 * starts it for each connection (Accept=yes), which is its standard input. It
 * takes no options, reads no configuration, and has no state.
 */
#include "helper.h"

#include <pwd.h>
#include <signal.h>
#include <stddef.h>

#include "program.inc"

#define WORD_MS 2000

int main(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct passwd *user = getpwnam("probe");
	const struct helper h = {
		.verb = verbs,
		.n = VERB_COUNT,
		.program = PROBE_PROGRAM,
		.peer = user ? user->pw_uid : (uid_t)-1,
		.word_ms = WORD_MS,
		.docker = "/var/run/docker.sock",
		.line = "/run/probe/console.txt",
		.console = "/dev/console",
	};

	(void)sigaction(SIGPIPE, &ignore, NULL);
	return helper_serve(&h, 0);
}
