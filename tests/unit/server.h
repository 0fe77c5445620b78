/* server.h - a server on loopback in a child process, for tests that need the
 * other end of a socket. What it does is the first word of the path. */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

struct server {
	pid_t pid;
	unsigned port;
};

static inline void server_say(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static inline void server_answer(int fd, const char *head)
{
	char big[5000];

	if (strstr(head, " /slow") || strstr(head, "CONNECT silent")) {
		(void)sleep(30);
	} else if (strstr(head, " /reset")) {
		struct linger now = { 1, 0 };

		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	} else if (strstr(head, " /empty")) {
		return;
	} else if (strstr(head, " /garbage")) {
		server_say(fd, "what is this?\n\n");
	} else if (strstr(head, " /half")) {
		server_say(fd,
		           "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nx");
	} else if (strstr(head, " /big")) {
		memset(big, 'b', sizeof(big));
		server_say(fd,
		           "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
		(void)!write(fd, big, sizeof(big));
	} else if (strstr(head, " /moved")) {
		server_say(fd, "HTTP/1.1 302 Found\r\nLocation: /ok\r\n"
		               "Content-Length: 0\r\n\r\n");
	} else if (strstr(head, " /token")) {
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n"
		               "X-Aws-Ec2-Metadata-Token-Ttl-Seconds: 300\r\n"
		               "\r\nAQAEAcanary-token-00");
	} else if (strstr(head, " /creds")) {
		server_say(fd, "HTTP/1.1 200 OK\r\nContent-Length: 94\r\n\r\n"
		               "{\"AccessKeyId\":\"AKIAABCDEFGHIJKLMNOP\","
		               "\"SecretAccessKey\":\"canary-secret\","
		               "\"Token\":\"canary\",\"x\":1 }");
	} else if (strstr(head, "CONNECT")) {
		server_say(fd, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
	} else if (strstr(head, " /echo")) { /* the head it was sent */
		(void)snprintf(big, sizeof(big),
		               "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n",
		               strlen(head));
		server_say(fd, big);
		server_say(fd, head);
	} else {
		server_say(fd,
		           "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
		           "Date: Wed, 21 Oct 2015 07:28:00 GMT\r\n"
		           "x-amzn-RequestId: req-1\r\nServer: test\r\n"
		           "Content-Type: text/plain\r\nApi-Version: 1.41\r\n"
		           "x-amzn-ErrorType: None\r\n"
		           "x-amz-bucket-region: us-east-2\r\n\r\nok");
	}
}

static inline void server_loop(int listener)
{
	for (;;) {
		int fd = accept(listener, NULL, NULL);
		char head[4096];
		ssize_t n;

		if (fd < 0)
			_exit(0);
		if (fork() == 0) { /* one child a connection */
			(void)close(listener);
			n = read(fd, head, sizeof(head) - 1);
			head[n > 0 ? n : 0] = '\0';
			if (n > 0 && head[0] == 0x16) /* TLS: stay silent */
				(void)sleep(30);
			server_answer(fd, head);
			(void)shutdown(fd, SHUT_WR);
			_exit(0);
		}
		(void)close(fd);
	}
}

/* On 127.0.0.1, port 0; or with path on a unix socket. */
static inline struct server server_start(const char *path)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	socklen_t len = sizeof(in);
	struct server s = { 0 };
	int fd = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM, 0);

	if (path) {
		(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", path);
		(void)bind(fd, (struct sockaddr *)&un, sizeof(un));
	} else {
		(void)bind(fd, (struct sockaddr *)&in, sizeof(in));
		(void)getsockname(fd, (struct sockaddr *)&in, &len);
		s.port = ntohs(in.sin_port);
	}
	(void)listen(fd, 64);
	(void)fflush(stdout);
	s.pid = fork();
	if (s.pid == 0) {
		(void)setpgid(0, 0);
		(void)sigaction(SIGCHLD,
		                &(struct sigaction){ .sa_handler = SIG_IGN },
		                NULL);
		server_loop(fd);
	}
	(void)setpgid(s.pid, s.pid);
	(void)close(fd);
	return s;
}

static inline void server_stop(const struct server *s)
{
	(void)kill(-s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
}

/* A port that nobody listens on. */
static inline unsigned server_free_port(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)bind(fd, (struct sockaddr *)&in, sizeof(in));
	(void)getsockname(fd, (struct sockaddr *)&in, &len);
	(void)close(fd);
	return ntohs(in.sin_port);
}

#endif
