/* --wait: ends when all is well, when time is over, and when what was sick has
 * become well in between. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe/cli/cli.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static unsigned char *mem;
static char dir[] = "/tmp/probe-wait-XXXXXX";

static void wait_on(const char *root, int64_t wait_ms, struct pass *p)
{
	struct arena a = { mem, 0, PASS_ARENA + 1024 * 1024 };
	struct host h = host_dir(root);
	const struct pass_opts o = { .limits = limits_default(),
		                     .deadline_ms = 10000,
		                     .log_window_ms = 86400000 };

	cli_wait(&h, &a, &o, wait_ms, p);
}

/* A link that leads to a sick recording until the first word about it came out
 * on stderr, then to a well one. */
static void mended(const char *sick, const char *well)
{
	char link_at[64], next[64], line[256];
	int out[2], kept = dup(STDERR_FILENO);
	struct pass p;
	pid_t child;
	int status = 1;

	(void)snprintf(link_at, sizeof(link_at), "%s/root", dir);
	(void)snprintf(next, sizeof(next), "%s/next", dir);
	EXPECT("made", symlink(sick, link_at) == 0 &&
	                       symlink(well, next) == 0 && pipe(out) == 0);
	child = fork();
	if (child == 0) {
		FILE *f = fdopen(out[0], "r");

		(void)close(out[1]);
		_exit(!f || !fgets(line, sizeof(line), f) ||
		      !strstr(line, "critical") || rename(next, link_at));
	}
	EXPECT("stderr", dup2(out[1], STDERR_FILENO) >= 0);
	(void)close(out[1]);
	wait_on(link_at, 60000, &p);
	EXPECT("stderr back", dup2(kept, STDERR_FILENO) >= 0);
	(void)close(kept);
	(void)close(out[0]); /* not before: the second word goes nowhere */
	EXPECT("mended", p.verdict.status == SEV_OK);
	pass_free(&p);
	EXPECT("swapped", waitpid(child, &status, 0) == child && !status);
	(void)unlink(link_at);
}

int main(void)
{
	char cwd[1024], sick[1100], well[1100];
	struct pass p;

	mem = malloc(PASS_ARENA + 1024 * 1024);
	if (!mem || !mkdtemp(dir) || !getcwd(cwd, sizeof(cwd)))
		return 1;
	(void)snprintf(sick, sizeof(sick), "%s/tests/golden/no-role/root", cwd);
	(void)snprintf(well, sizeof(well), "%s/tests/golden/healthy/root", cwd);
	wait_on(well, 3600000, &p);
	EXPECT("well at once", p.verdict.status == SEV_OK);
	pass_free(&p);
	wait_on(sick, 1000, &p);
	EXPECT("sick to the end", p.verdict.status == SEV_CRIT);
	pass_free(&p);
	mended(sick, well);
	(void)rmdir(dir);
	free(mem);
	return test_end(&t);
}
