/* The root side of the verbs against peers that lie, dawdle and go away, with
 * a table of its own; and the shipped table. */
#define _GNU_SOURCE
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
#include "probe/host.h"

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
};

static struct helper helper(void)
{
	return (struct helper){
		.verb = rows,
		.n = sizeof(rows) / sizeof(*rows),
		.program = "/bin/echo",
		.peer = getuid(),
		.word_ms = 300,
		.docker = docker_path,
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

static struct asked say(const char *words)
{
	struct helper h = helper();

	return talk(&h, (struct peer){ .say = words, .n = strlen(words) });
}

static bool begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

static void words(void)
{
	static const struct {
		const char *say, *answer;
	} row[] = {
		{ "true\n", "ok 0\n" },
		{ "false\n", "ok 1\n" },
		{ "nothing\n", "ok 0\n" },
		{ "absent\n", "ok 127\n" },
		{ "both\n", "ok 0\nout\nbad\n" },
		{ "killed\n", "ok 137\n" },
		{ "itself\n", "ok 0\ntold" },
		{ "sixteen-letters.\n", "ok 0\n" },
		{ "env\n",
		  "ok 0\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:"
		  "/usr/bin:/sbin:/bin\nLC_ALL=C\n" },
		/* 3 is the folder that ls reads. */
		{ "fds\n", "ok 0\n0\n1\n2\n3\n" },
		{ "\n", "err " },
		{ "TRUE\n", "err " },
		{ "true \n", "err " },
		{ " true\n", "err " },
		{ "true\r\n", "err " },
		{ "true --now\n", "err " },
		{ "true\nfalse\n", "err " },
		{ "true\n\n", "err " },
		{ "true;id\n", "err " },
		{ "sixteen-letters.x\n", "err " },
		{ "tru\n", "err " },
		{ "../../bin/true\n", "err " },
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct asked a = say(row[i].say);
		bool all = !begins(row[i].answer, "err");

		EXPECT(row[i].say, all ? strcmp(a.text, row[i].answer) == 0
		                       : begins(a.text, row[i].answer));
	}
}

static void peers(void)
{
	static const char zero[] = "true\0x\n", raw[] = { 't', 'r', 'u', 'e' };
	struct helper h = helper();
	static char flood[100000];
	struct asked a;

	memset(flood, 'a', sizeof(flood));
	a = talk(&h, (struct peer){ .say = flood, .n = 17 });
	EXPECT("17 bytes and silence", begins(a.text, "err TIME"));
	a = talk(&h, (struct peer){ .say = flood, .n = sizeof(flood) });
	EXPECT("a flood", begins(a.text, "err") && a.ms < 5000);
	a = talk(&h, (struct peer){ .say = raw, .n = 4 });
	EXPECT("no newline", begins(a.text, "err TIME"));
	a = talk(&h, (struct peer){ .say = raw, .n = 4, .close_early = true });
	EXPECT("no newline, closed", begins(a.text, "err"));
	a = talk(&h, (struct peer){ .say = "", .n = 0, .close_early = true });
	EXPECT("closed at once", begins(a.text, "err"));
	a = talk(&h, (struct peer){ .say = "", .n = 0 });
	EXPECT("says nothing", begins(a.text, "err TIME"));
	a = talk(&h, (struct peer){ .say = zero, .n = sizeof(zero) - 1 });
	EXPECT("a zero byte", begins(a.text, "err"));
	a = talk(&h, (struct peer){ .say = "much\n", .n = 5, .stop_ms = 200 });
	EXPECT("does not read", a.status <= 1 && a.ms < 10000);
	a = say("much\n");
	EXPECT("output has a cap", a.n == VERB_OUTPUT_MAX + 5);
}

static bool running(const char *args)
{
	char cmd[64];
	struct host live = host_live();
	static unsigned char mem[65536];
	struct arena a = { mem, 0, sizeof(mem) };
	const char *argv[] = { "/usr/bin/pgrep", "-f", "-x", cmd, NULL };
	struct cmd_out out;
	struct err e;

	(void)snprintf(cmd, sizeof(cmd), "%s", args);
	return live.ops->cmd(&live, &a, argv, 5000, 4096, &out, &e) &&
	       out.status == 0;
}

static void hang(void)
{
	struct asked a = say("hang\n");

	EXPECT("hang", begins(a.text, "err TIME") && a.ms < 10000);
	a = say("hangs-deeper\n");
	EXPECT("a group hangs", begins(a.text, "err TIME"));
	EXPECT("no child is left", !running("/bin/sleep 61"));
}

static void strangers(void)
{
	struct helper h = helper();
	int status = 0;
	pid_t child;

	(void)fflush(stdout);
	child = fork();
	if (child == 0) {
		struct asked a;
		bool ok;

		if (geteuid() == 0 && setuid(65534) < 0)
			_exit(9);
		h.peer = (uid_t)-1;
		a = talk(&h, (struct peer){ .say = "true\n", .n = 5 });
		ok = begins(a.text, "err PERM");
		h.peer = getuid() + 1;
		a = talk(&h, (struct peer){ .say = "true\n", .n = 5 });
		ok = ok && begins(a.text, "err PERM");
		h.peer = getuid();
		a = talk(&h, (struct peer){ .say = "true\n", .n = 5 });
		_exit(ok && begins(a.text, "ok 0") ? 0 : 1);
	}
	(void)waitpid(child, &status, 0);
	EXPECT("only probe's user and root may ask",
	       WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* ---- Docker's side */

static pid_t docker(const char *reply, bool hold)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	char in[256];
	pid_t child;

	(void)unlink(docker_path);
	memcpy(at.sun_path, docker_path, strlen(docker_path) + 1);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    listen(fd, 4) < 0)
		abort();
	child = fork();
	if (child == 0) {
		int c = accept(fd, NULL, NULL);

		(void)alarm(20);
		(void)!read(c, in, sizeof(in));
		/* byte by byte: a head may come in pieces */
		for (const char *p = reply; *p; p++)
			(void)!write(c, p, 1);
		while (hold && read(c, in, sizeof(in)) > 0)
			;
		_exit(0);
	}
	(void)close(fd);
	return child;
}

static void with_docker(const char *what, const char *reply, bool hold,
                        const char *say_this, const char *answer)
{
	pid_t d = docker(reply, hold);
	struct asked a = say(say_this);

	EXPECT(what, strcmp(a.text, answer) == 0 ||
	                     (begins(answer, "err") && begins(a.text, answer)));
	(void)kill(d, SIGKILL);
	(void)waitpid(d, NULL, 0);
}

static void events(void)
{
	static char endless[3000];
	struct helper h = helper();
	struct asked a;
	pid_t d;

	with_docker("a stream", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"a\":1}\n",
	            false, "events\n", "ok 0\n{\"a\":1}\n");
	with_docker("no stream", "HTTP/1.1 500 No\r\n\r\n", false, "events\n",
	            "err ");
	with_docker("nonsense", "hello\r\n\r\n", false, "events\n", "err ");
	with_docker("ends in its head", "HTTP/1.1 200 O", false, "events\n",
	            "err RESET");
	memset(endless, 'x', sizeof(endless) - 1);
	with_docker("a head without end", endless, true, "events\n", "err ");
	with_docker("the dump is noted", "HTTP/1.1 204 No Content\r\n\r\n",
	            true, "dump\n", "ok 0\n");
	with_docker("a Docker that hangs does not hold an act", "", true,
	            "dump\n", "ok 0\n");
	d = docker("HTTP/1.1 200 OK\r\n\r\n{}\n", true);
	a = talk(&h,
	         (struct peer){ .say = "events\n", .n = 7, .stop_ms = 300 });
	EXPECT("ends with its peer", a.status == 0 && a.ms < 5000);
	(void)kill(d, SIGKILL);
	(void)waitpid(d, NULL, 0);
	(void)unlink(docker_path);
	a = say("events\n");
	EXPECT("no Docker", begins(a.text, "err NOENT"));
	a = say("dump\n");
	EXPECT("a dump without Docker", strcmp(a.text, "ok 0\n") == 0);
}

/* ---- the console */

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (!f || fputs(text, f) < 0 || fclose(f) != 0)
		abort();
}

static const char *got(const char *path)
{
	static char text[512];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	if (f)
		(void)fclose(f);
	text[n] = '\0';
	return text;
}

static void console(void)
{
	struct asked a;

	a = say("line\n");
	EXPECT("no line", begins(a.text, "err NOENT"));
	put(console_path, "");
	put(line_path, "CRITICAL no role\033[2J\001\nsecond\n");
	a = say("line\n");
	EXPECT("one line", strcmp(a.text, "ok 0\n") == 0);
	EXPECT("made safe",
	       strcmp(got(console_path),
	              "\r\nprobe: CRITICAL no role?[2J?\r\n") == 0);
	(void)unlink(line_path);
	if (symlink("/etc/shadow", line_path) < 0)
		abort();
	a = say("line\n");
	EXPECT("a link", begins(a.text, "err "));
	(void)unlink(line_path);
	if (mkfifo(line_path, 0600) < 0)
		abort();
	a = say("line\n");
	EXPECT("a pipe", begins(a.text, "err ") && a.ms < 5000);
	(void)unlink(line_path);
	put(line_path, "x");
	(void)unlink(console_path);
	a = say("line\n");
	EXPECT("no console", begins(a.text, "err NOENT"));
	if (mkfifo(console_path, 0600) < 0)
		abort();
	a = say("line\n");
	EXPECT("nobody reads the console", begins(a.text, "err "));
}

/* ---- what is shipped */

static void argv_is_fixed(const struct verb *v, const char *const *argv)
{
	if (!argv)
		return;
	EXPECT(v->word, argv[0][0] == '/' || argv[0][0] == '\0');
	for (size_t i = 0; argv[i]; i++) {
		EXPECT(v->word, i < 8);
		EXPECT(v->word, !strpbrk(argv[i], "%$*{}"));
	}
}

static void shipped(void)
{
	static unsigned char mem[8192];
	struct arena a = { mem, 0, sizeof(mem) };
	struct host dir = host_dir("tests/golden/healthy/root");
	struct cmd_out out;
	struct err e;

	for (size_t i = 0; i < VERB_COUNT; i++) {
		const struct verb *v = &verbs[i];

		EXPECT(v->word, strlen(v->word) <= VERB_WORD_MAX);
		EXPECT(v->word, strlen(v->text) > 10);
		EXPECT(v->word, v->deadline_ms || v->kind == VERB_STREAM);
		EXPECT(v->word, v->kind != VERB_STREAM || v->request);
		argv_is_fixed(v, v->systemd);
		argv_is_fixed(v, v->upstart);
		EXPECT(v->word,
		       !dir.ops->act(&dir, &a, (enum verb_id)i, &out, &e) &&
		               e.code == ERR_PERM);
	}
	EXPECT("an agent is restarted without waiting",
	       strcmp(verbs[VERB_RESTART].systemd[1], "--no-block") == 0 &&
	               strcmp(verbs[VERB_START].systemd[1], "--no-block") == 0);
}

static void answers(void)
{
	struct cmd_out out;
	struct err e;

	EXPECT("ok", verb_answer(STR("ok 3\nsaid\n"), &out, &e) &&
	                     out.status == 3 &&
	                     str_eq(out.text, STR("said\n")));
	EXPECT("err",
	       !verb_answer(STR("err TIME 110 start: late\n"), &out, &e) &&
	               e.code == ERR_TIME && e.os == 110);
	EXPECT("err of nothing",
	       !verb_answer(STR("err\n"), &out, &e) && e.code != ERR_NONE);
	EXPECT("nothing", !verb_answer(STR(""), &out, &e));
	EXPECT("256", !verb_answer(STR("ok 256\n"), &out, &e));
	EXPECT("junk", !verb_answer(STR("okay 0\n"), &out, &e));
}

int main(void)
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
	words();
	peers();
	hang();
	strangers();
	events();
	console();
	shipped();
	answers();
	(void)unlink(line_path);
	(void)unlink(console_path);
	(void)unlink(docker_path);
	(void)rmdir(folder);
	return test_end(&tally);
}
