/*
 * probe-helper - does as root the few things that the checker, which is not
 * root, may ask for: the words of verbs.def, none with an operand. systemd
 * starts it for each connection (Accept=yes), which is its standard input. It
 * takes no options, reads no configuration, and has no state. probe itself is
 * where it was installed together with the helper: ../bin/probe.
 */
#define _GNU_SOURCE /* readlink under every libc */
#include "helper.h"

#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define WORD_MS 2000

/* "/usr/libexec/probe-helper" to "/usr/bin/probe"; elsewhere, beside it. */
static void find_program(char *out, size_t n)
{
	static const char lib[] = "/libexec", bin[] = "/bin", me[] = "/probe";
	ssize_t got = readlink("/proc/self/exe", out, n - sizeof(me));
	char *end;

	out[got > 0 ? got : 0] = '\0';
	end = strrchr(out, '/');
	if (!end) {
		out[0] = '\0';
		return;
	}
	if (end - out >= 8 && memcmp(end - 8, lib, 8) == 0) {
		end -= 8;
		memcpy(end, bin, sizeof(bin));
		end += sizeof(bin) - 1;
	}
	memcpy(end, me, sizeof(me));
}

int main(void)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	char program[512];
	const struct passwd *user = getpwnam("probe");
	const struct helper h = {
		.verb = verbs,
		.n = VERB_COUNT,
		.program = program,
		.peer = user ? user->pw_uid : (uid_t)-1,
		.word_ms = WORD_MS,
		.docker = "/var/run/docker.sock",
		.systemd = "/run/systemd/system",
		.line = "/run/probe/console.txt",
		.console = "/dev/console",
	};

	find_program(program, sizeof(program));
	(void)sigaction(SIGPIPE, &ignore, NULL);
	return helper_serve(&h, 0);
}
