/* The helper between its peer and a Docker that lies, dawdles and goes away;
 * and the line it writes to the console. */
#define _GNU_SOURCE
#include "asked.h"

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
	put(console_path, "secret\n");
	EXPECT("a second name", link(console_path, line_path) == 0);
	a = say("line\n");
	EXPECT("of a file with two names", begins(a.text, "err "));
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

int main(void)
{
	asked_begin();
	events();
	console();
	return asked_end();
}
