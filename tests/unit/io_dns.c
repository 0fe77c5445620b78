/* The resolver against servers of our own on port 53 of loopback (skipped
 * where that port is not ours). */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../probe/io/dns.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;
static struct arena a;

/* ---- servers */

enum manner { ANSWERS, SILENT, SERVFAIL, NXDOMAIN, CUTS, GARBAGE, ONLY_A };

static size_t reply(enum manner m, unsigned char *p, size_t n, bool tcp)
{
	bool is_a = n > 4 && p[n - 3] == DNS_A;
	unsigned char tail[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0,
		                 0,    1,  0, 4, 9, 8, 7, 6 };

	p[2] = 0x81;
	p[3] = 0x80;
	if (m == GARBAGE)
		return 5;
	if (m == SERVFAIL || m == NXDOMAIN)
		p[3] = (unsigned char)(0x80 | (m == SERVFAIL ? 2 : 3));
	else if (m == CUTS && !tcp)
		p[2] = 0x83;
	else if (m == SILENT || (m == ONLY_A && !is_a))
		return 0;
	else if (is_a) {
		p[7] = 1;
		memcpy(p + n, tail, sizeof(tail));
		return n + sizeof(tail);
	}
	return n;
}

static void serve(enum manner m, int udp, int tcp)
{
	struct pollfd fds[2] = { { udp, POLLIN, 0 }, { tcp, POLLIN, 0 } };
	unsigned char p[1024];

	while (poll(fds, 2, -1) > 0) {
		struct sockaddr_in from;
		socklen_t len = sizeof(from);
		ssize_t n;

		if (fds[0].revents) {
			n = recvfrom(udp, p, 900, 0, (struct sockaddr *)&from,
			             &len);
			if (n > 12 &&
			    (n = (ssize_t)reply(m, p, (size_t)n, false)) > 0)
				(void)sendto(udp, p, (size_t)n, 0,
				             (struct sockaddr *)&from, len);
		}
		if (fds[1].revents) {
			int fd = accept(tcp, NULL, NULL);

			n = read(fd, p, 900);
			if (n > 14) {
				n = (ssize_t)reply(m, p + 2, (size_t)n - 2,
				                   true);
				p[0] = (unsigned char)(n >> 8);
				p[1] = (unsigned char)n;
				/* in two pieces, as a network may */
				(void)!write(fd, p, 1);
				(void)!write(fd, p + 1, (size_t)n + 1);
			}
			(void)close(fd);
		}
	}
	_exit(0);
}

/* A server at 127.0.77.LAST, or 0 when port 53 isn't ours to take. */
static pid_t server(enum manner m, unsigned last)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		                  .sin_port = htons(53) };
	int udp = socket(AF_INET, SOCK_DGRAM, 0), one = 1;
	int tcp = socket(AF_INET, SOCK_STREAM, 0);
	pid_t pid;

	in.sin_addr.s_addr = htonl(0x7f004d00 | last);
	(void)setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(udp, (struct sockaddr *)&in, sizeof(in)) < 0 ||
	    bind(tcp, (struct sockaddr *)&in, sizeof(in)) < 0 ||
	    listen(tcp, 8) < 0) {
		(void)close(udp);
		(void)close(tcp);
		return 0;
	}
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0)
		serve(m, udp, tcp);
	(void)close(udp);
	(void)close(tcp);
	return pid;
}

static struct dns_result look(const char *name, unsigned first, unsigned second)
{
	struct dns_result r;
	struct pollfd fds[16];
	struct dns_run run;

	dns_begin(&run, &a, &name, 1, 600, &r);
	run.conf = (struct dns_conf){ 0 };
	run.conf.server[run.conf.n++] =
		(struct dns_ip){ 4, { 127, 0, 77, (uint8_t)first } };
	if (second)
		run.conf.server[run.conf.n++] =
			(struct dns_ip){ 4, { 127, 0, 77, (uint8_t)second } };
	while (!dns_done(&run)) {
		struct timespec ts;
		int64_t now;

		(void)clock_gettime(CLOCK_MONOTONIC, &ts);
		now = (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
		(void)poll(fds, dns_fds(&run, fds, 16), dns_wait_ms(&run, now));
		(void)clock_gettime(CLOCK_MONOTONIC, &ts);
		dns_step(&run,
		         (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
	}
	dns_end(&run);
	return r;
}

enum { GOOD = 10, MUTE, BROKEN, DENIES, SHORT, NOISE, HALF, NOBODY };
static const struct {
	const char *name;
	unsigned first, second;
	enum err_code code;
	size_t addrs;
	enum err_code try0;
	int rcode0;
	size_t tries;
	int32_t max_ms;
} lookups[] = {
	{ "answers", GOOD, 0, 0, 1, 0, 0, 1, 150 },
	{ "silent", MUTE, 0, ERR_TIME, 0, ERR_TIME, 0, 1, 800 },
	{ "silent, then one that answers", MUTE, GOOD, 0, 1, ERR_TIME, 0, 2,
	  400 },
	{ "broken, then one that answers", BROKEN, GOOD, 0, 1, 0, 2, 2, 150 },
	{ "broken alone", BROKEN, 0, ERR_DNS, 0, 0, 2, 1, 150 },
	{ "nobody listens", NOBODY, 0, ERR_REFUSED, 0, ERR_REFUSED, 0, 1, 150 },
	{ "nobody, then one that answers", NOBODY, GOOD, 0, 1, ERR_REFUSED, 0,
	  2, 150 },
	{ "no such name is final", DENIES, GOOD, ERR_DNS, 0, 0, 3, 1, 150 },
	{ "too long for UDP", SHORT, 0, 0, 1, 0, 0, 1, 150 },
	{ "garbage, then one that answers", NOISE, GOOD, 0, 1, ERR_FORM, 0, 2,
	  150 },
	{ "no word about IPv6", HALF, 0, 0, 1, 0, 0, 1, 500 },
};

/* Each one asked alone, side by side. */
static const struct {
	const char *server;
	enum err_code code;
	int rcode;
	bool a, aaaa;
	size_t addrs;
} alone[] = {
	{ "127.0.77.10", ERR_NONE, 0, true, true, 1 },
	{ "127.0.77.11", ERR_TIME, 0, false, false, 0 },
	{ "127.0.77.12", ERR_NONE, 2, false, false, 0 },
	{ "127.0.77.13", ERR_NONE, 3, true, true, 0 },
	{ "127.0.77.14", ERR_NONE, 0, true, true, 1 },
	{ "127.0.77.16", ERR_NONE, 0, true, false, 1 },
	{ "127.0.77.17", ERR_REFUSED, 0, false, false, 0 },
	{ "no address", ERR_NONE, 0, false, false, 0 },
};

static void one_by_one(void)
{
	enum { N = sizeof(alone) / sizeof(alone[0]) };
	struct host h = host_live();
	struct dns_ask q[N];
	struct dns_result r[N];

	for (size_t i = 0; i < N; i++)
		q[i] = (struct dns_ask){ alone[i].server, "some.test" };
	h.ops->ask(&h, &a, q, N, 400, r);
	for (size_t i = 0; i < N; i++) {
		const struct dns_try *s = &r[i].tries[0];

		EXPECT(alone[i].server, r[i].n_tries == (i + 1 < N));
		EXPECT(alone[i].server,
		       s->code == alone[i].code && s->rcode == alone[i].rcode);
		EXPECT(alone[i].server,
		       s->a == alone[i].a && s->aaaa == alone[i].aaaa);
		EXPECT(alone[i].server, r[i].n_addr == alone[i].addrs);
	}
	EXPECT("what is no address is not asked", r[N - 1].err.code == ERR_ARG);
	h.ops->ask(&h, &a, q, 0, 400, r);
}

/* So many names at one server, at most so many descriptors (0: as they come).
 * The most sockets that were open at a time. */
static size_t crowd(size_t n, unsigned at, rlim_t limit, struct dns_result *r)
{
	const char **names = ARENA_ARRAY(&a, const char *, n);
	char conf[] = "nameserver 127.0.77.00\n";
	struct rlimit had, few;
	size_t most = 0;
	struct dns_run run;

	conf[20] = (char)('0' + at / 10);
	conf[21] = (char)('0' + at % 10);
	(void)getrlimit(RLIMIT_NOFILE, &had);
	few = had;
	if (limit)
		few.rlim_cur = limit;
	(void)setrlimit(RLIMIT_NOFILE, &few);
	for (size_t i = 0; i < n; i++)
		names[i] = arena_str(&a, "name-%zu.test", i).p;
	dns_begin_with(&run, &a, str_of(conf), STR(""), names, n, 900, r);
	while (!dns_done(&run)) {
		struct pollfd fds[DNS_MAX_FDS];
		struct timespec ts;
		size_t open = dns_open(&run);

		most = open > most ? open : most;
		(void)poll(fds, dns_fds(&run, fds, DNS_MAX_FDS), 5);
		(void)clock_gettime(CLOCK_MONOTONIC, &ts);
		dns_step(&run,
		         (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000);
	}
	dns_end(&run);
	(void)setrlimit(RLIMIT_NOFILE, &had);
	return most;
}

/* Nobody is said to be silent who was never asked. */
static void many(void)
{
	enum { NAMES = 90, MOST = DNS_MAX_FDS + 20, FEW = 24 };
	static struct dns_result r[MOST];
	size_t n = 0, busy = 0, silent = 0;

	EXPECT("few descriptors", crowd(NAMES, GOOD, FEW, r) < FEW);
	for (size_t i = 0; i < NAMES; i++)
		n += r[i].err.code == ERR_NONE;
	EXPECT("all names in turn", n == NAMES);
	EXPECT("few descriptors, silence", crowd(NAMES, MUTE, FEW, r) < FEW);
	for (size_t i = 0; i < NAMES; i++) {
		busy += r[i].err.code == ERR_BUSY && !r[i].n_tries;
		silent += r[i].err.code == ERR_TIME && r[i].n_tries == 1;
	}
	EXPECT("some silent", silent > 0 && silent < FEW);
	EXPECT("the others not asked", busy + silent == NAMES);
	EXPECT("no more than the cap", crowd(MOST, MUTE, 0, r) == DNS_MAX_FDS);
}

static void whole(void)
{
	static const struct {
		enum manner m;
		unsigned at;
	} servers[] = { { ANSWERS, GOOD },    { SILENT, MUTE },
		        { SERVFAIL, BROKEN }, { NXDOMAIN, DENIES },
		        { CUTS, SHORT },      { GARBAGE, NOISE },
		        { ONLY_A, HALF } };
	pid_t pid[sizeof(servers) / sizeof(servers[0])];
	bool all = true;

	for (size_t i = 0; i < sizeof(pid) / sizeof(pid[0]); i++) {
		pid[i] = server(servers[i].m, servers[i].at);
		all = all && pid[i] > 0;
	}
	for (size_t i = 0; all && i < sizeof(lookups) / sizeof(lookups[0]);
	     i++) {
		struct dns_result r =
			look("some.test", lookups[i].first, lookups[i].second);

		EXPECT(lookups[i].name, r.err.code == lookups[i].code);
		EXPECT(lookups[i].name, r.n_addr == lookups[i].addrs);
		EXPECT(lookups[i].name,
		       !r.n_addr || str_eq(r.addr[0], STR("9.8.7.6")));
		EXPECT(lookups[i].name, r.n_tries == lookups[i].tries);
		EXPECT(lookups[i].name, r.tries[0].code == lookups[i].try0);
		EXPECT(lookups[i].name, r.tries[0].rcode == lookups[i].rcode0);
		EXPECT(lookups[i].name, r.ms <= lookups[i].max_ms);
	}
	if (all) {
		one_by_one();
		many();
	} else {
		printf("skipped: port 53 of loopback is not ours\n");
	}
	for (size_t i = 0; i < sizeof(pid) / sizeof(pid[0]); i++)
		if (pid[i] > 0) {
			(void)kill(pid[i], SIGKILL);
			(void)waitpid(pid[i], NULL, 0);
		}
}

int main(void)
{
	a = (struct arena){ malloc(4 << 20), 0, 4 << 20 };
	whole();
	free(a.base);
	return test_end(&t);
}
