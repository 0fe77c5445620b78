/* Looks into the network namespace of a real process, where we may make one;
 * and the text that such a look is. */
#define _GNU_SOURCE /* unshare */
#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../probe/io/rec.h"
#include "probe/host.h"
#include "probe/procstat.h"

enum { ROOM = 1024 * 1024 };

struct there { /* a process in a network of its own */
	pid_t pid;
	int hold;
	uint16_t listens, full; /* full: a listener whose queue is full */
};

static int listener(uint16_t *port, int backlog)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(fd, (struct sockaddr *)&at, n) < 0 ||
	    listen(fd, backlog) < 0 ||
	    getsockname(fd, (struct sockaddr *)&at, &n) < 0)
		_exit(1);
	*port = ntohs(at.sin_port);
	return fd;
}

static void fill(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		                  .sin_port = htons(port) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (int i = 0; i < 3; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) < 0 &&
		    errno != EINPROGRESS)
			_exit(1);
	}
}

static void live_there(int say, int hold)
{
	struct ifreq lo = { .ifr_flags = IFF_UP };
	uint16_t port[2];
	char c;
	int fd;

	if (unshare(CLONE_NEWNET) < 0)
		_exit(2);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	memcpy(lo.ifr_name, "lo", 3);
	if (ioctl(fd, SIOCSIFFLAGS, &lo) < 0)
		_exit(1);
	(void)listener(&port[0], 16);
	(void)listener(&port[1], 0);
	fill(port[1]);
	if (write(say, port, sizeof(port)) != sizeof(port))
		_exit(1);
	_exit(read(hold, &c, 1) == 0 ? 0 : 1);
}

static bool start(struct there *t)
{
	int hear[2], hold[2];
	uint16_t port[2];
	bool ok;

	if (pipe(hear) < 0 || pipe(hold) < 0)
		return false;
	t->pid = fork();
	if (t->pid == 0) {
		(void)close(hold[1]);
		live_there(hear[1], hold[0]);
	}
	(void)close(hear[1]);
	(void)close(hold[0]);
	t->hold = hold[1];
	ok = read(hear[0], port, sizeof(port)) == sizeof(port);
	(void)close(hear[0]);
	if (ok) {
		t->listens = port[0];
		t->full = port[1];
	}
	return ok;
}

static void stop(struct there *t)
{
	(void)close(t->hold);
	(void)waitpid(t->pid, NULL, 0);
}

static uint64_t start_of(struct host *h, pid_t pid)
{
	struct arena a = unit_arena(65536);
	char path[32];
	struct procstat s = { 0 };
	struct str text;
	struct err e;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (h->ops->read(h, &a, path, 4096, &text, &e))
		(void)procstat_parse(text, &s);
	free(a.base);
	return s.start;
}

static enum netns_outcome first(const struct netns_result *r, size_t i)
{
	return i < r->n && r->answer[i].n_tries ? r->answer[i].tries[0].outcome
	                                        : NETNS_FAILED;
}

static void test_inside(struct host *h, const struct there *t)
{
	struct arena a = unit_arena(ROOM);
	const struct netns_target to[] = {
		{ "127.0.0.1", t->listens, NULL },
		{ "127.0.0.1", 1, NULL },
		{ "192.0.2.1", 443, NULL },
		{ "127.0.0.1", t->full, NULL },
		{ "no-such-name.invalid", t->listens, "127.0.0.1" },
	};
	const struct netns_req q[2] = {
		{ t->pid, start_of(h, t->pid), to, 5, 900 },
		{ t->pid, start_of(h, t->pid) + 1, to, 5, 900 },
	};
	struct netns_result r[2];
	int64_t began = h->ops->mono_ms(h), took;

	h->ops->in_netns(h, &a, q, 2, r);
	took = h->ops->mono_ms(h) - began;
	OK(r[0].err.code == ERR_NONE && r[0].n == 5, "looked at");
	OK(!r[0].shared && r[0].n_ifs == 0 && !r[0].route4 && !r[0].route6,
	   "a bare network, no loopback told");
	OK(first(&r[0], 0) == NETNS_CONNECTED, "its own listener");
	OK(first(&r[0], 1) == NETNS_REFUSED, "no listener");
	OK(first(&r[0], 2) == NETNS_UNREACHABLE, "no route");
	OK(first(&r[0], 3) == NETNS_SILENT, "a full queue is silent");
	OK(r[0].n == 5 && r[0].answer[4].dns != ERR_NONE &&
	           first(&r[0], 4) == NETNS_CONNECTED,
	   "no such name, and the address instead");
	OK(took < 900 + 300, "within its time");
	OK(r[1].err.code == ERR_NOENT, "another start time is not entered");
	free(a.base);
}

static void test_not_entered(struct host *h, const struct there *t)
{
	struct arena a = unit_arena(ROOM), small = unit_arena(4096);
	const struct netns_target to = { "127.0.0.1", t->listens, NULL };
	struct netns_req q = { getpid(), start_of(h, getpid()), &to, 1, 500 };
	struct netns_result r;

	h->ops->in_netns(h, &a, &q, 1, &r);
	OK(r.err.code == ERR_NONE && r.shared && r.n == 0, "our own network");
	q.pid = t->pid;
	q.start = start_of(h, t->pid);
	h->ops->in_netns(h, &small, &q, 1, &r);
	OK(r.err.code == ERR_LIMIT, "no room");
	h->ops->in_netns(h, &a, &q, 0, &r);
	free(small.base);
	free(a.base);
}

/* In a child of its own; its answer is the exit status. */
static void test_without_rights(struct host *h, const struct there *t)
{
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		struct arena a = unit_arena(ROOM);
		const struct netns_target to = { "127.0.0.1", 1, NULL };
		struct netns_req q = { t->pid, start_of(h, t->pid), &to, 1,
			               500 };
		struct netns_result r;

		if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
			_exit(2);
		h->ops->in_netns(h, &a, &q, 1, &r);
		_exit(r.err.code == ERR_PERM ? 0 : 1);
	}
	(void)waitpid(pid, &status, 0);
	OK(status == 0, "refused without CAP_SYS_ADMIN");
}

static void test_live(void)
{
	struct host h = host_live();
	struct there t = { 0 };
	struct netns_result r;
	struct arena a = unit_arena(ROOM);
	struct netns_req gone = { .timeout_ms = 300 };

	if (!start(&t)) {
		t.pid = getpid(); /* no namespace of our own to be had here */
		test_without_rights(&h, &t);
		free(a.base);
		return;
	}
	test_inside(&h, &t);
	test_not_entered(&h, &t);
	test_without_rights(&h, &t);
	gone.pid = t.pid;
	gone.start = start_of(&h, t.pid);
	stop(&t);
	h.ops->in_netns(&h, &a, &gone, 1, &r);
	OK(r.err.code == ERR_NOENT, "a process that is gone");
	OK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD,
	   "every child was reaped");
	free(a.base);
}

static void test_knock(void)
{
	struct arena a = unit_arena(4096);
	const struct knock in = { STR("172.17.0.1"), STR("10.0.1.10"),
		                  NETNS_SILENT, 300 };
	struct knock out = { .ms = 0 };

	OK(rec_get_knock(rec_put_knock(&a, &in), &out) &&
	           str_eq(out.from, in.from) && str_eq(out.to, in.to) &&
	           out.outcome == NETNS_SILENT && out.ms == 300,
	   "a knock, read back");
	OK(!rec_get_knock(STR("a b perhaps 1"), &out), "no such outcome");
	OK(!rec_get_knock(STR("a b silent"), &out), "no time");
	OK(!rec_get_knock(STR(""), &out), "nothing");
	free(a.base);
}

static void test_text(void)
{
	struct arena a = unit_arena(ROOM);
	struct netns_answer w[2] = {
		{ .name = STR("s3.example"),
		  .port = 443,
		  .dns_ms = 3,
		  .tries = { { STR("192.0.2.1"), NETNS_SILENT, 900 },
		             { STR("2001:db8::1"), NETNS_CONNECTED, 2 } },
		  .n_tries = 2 },
		{ .name = STR("x"), .port = 65535, .dns = ERR_DNS, .rcode = 3 },
	};
	const struct netns_result in = {
		.own_conf = true,
		.route4 = true,
		.server = { STR("10.0.0.2") },
		.n_servers = 1,
		.ifs = { { STR("eth0"), STR("10.0.2.15/24"),
		           STR("02:00:00:00:02:0f"), 9001, true } },
		.n_ifs = 1,
		.answer = w,
		.n = 2,
	};
	static const char *const no_mac[] = {
		"02:00:00:00:02", "02:00:00:00:02:0F", "02:00:00:00:02:0f:11",
		"../../../../../../x", "02-00-00-00-02-0f"
	};
	struct str text = rec_put_netns(&a, &in);
	struct netns_result out, old;

	OK(rec_get_netns(text, &a, &out), "read back");
	OK(out.n == 2 && out.answer[0].n_tries == 2 &&
	           out.answer[0].tries[1].outcome == NETNS_CONNECTED &&
	           out.answer[0].tries[0].ms == 900,
	   "tries under their name");
	OK(out.n == 2 && out.answer[1].dns == ERR_DNS &&
	           out.answer[1].rcode == 3 && out.answer[1].port == 65535,
	   "what the resolver said");
	OK(out.own_conf && out.route4 && !out.route6 && !out.shared &&
	           out.ifs[0].mtu == 9001 && out.ifs[0].up,
	   "what is around");
	OK(str_eq(out.ifs[0].mac, STR("02:00:00:00:02:0f")), "its MAC address");
	OK(rec_get_netns(STR("if\teth0\t1500\tup\t10.0.2.15/24\n"), &a, &old) &&
	           str_eq(old.ifs[0].addr, STR("10.0.2.15/24")) &&
	           old.ifs[0].mac.n == 0,
	   "a recording of before MAC addresses");
	for (size_t i = 0; i < sizeof(no_mac) / sizeof(*no_mac); i++)
		OK(!rec_get_netns(arena_str(&a,
		                            "if\teth0\t1500\tup\t"
		                            "10.0.2.15/24\t%s\n",
		                            no_mac[i]),
		                  &a, &old),
		   no_mac[i]);
	OK(str_eq(text, rec_put_netns(&a, &out)), "the same again");
	OK(rec_get_netns(STR(""), &a, &out) && out.n == 0, "nothing");
	OK(!rec_get_netns(STR("try\t192.0.2.1\tsilent\t1\n"), &a, &out),
	   "a try of nobody");
	OK(!rec_get_netns(STR("name\tx\t1\tNONE\t0\t0\ntry\ty\tmaybe\t1\n"), &a,
	                  &out),
	   "an outcome that is none");
	OK(!rec_get_netns(STR("whatever\n"), &a, &out), "another line");
	free(a.base);
}

int main(void)
{
	(void)alarm(60);
	test_live();
	test_text();
	test_knock();
	return unit_end("io_netns");
}
