/* What the daemon is told: Docker's events, the kernel's records, rtnetlink's
 * and inotify's messages, as bytes. */
#include "unit.h"

#include <linux/rtnetlink.h>
#include <sys/inotify.h>
#include <sys/socket.h>

#include "probe/dockerev.h"
#include "probe/sense.h"

static const char stream[] =
	"ok 0\n"
	"{\"status\":\"exec_start: curl\",\"Action\":\"exec_start: curl\"}\n"
	"{\"status\":\"die\",\"Type\":\"container\",\"Action\":\"die\","
	"\"Actor\":{\"ID\":\"abc\",\"Attributes\":{\"exitCode\":\"137\","
	"\"image\":\"amazon/amazon-ecs-agent:latest\",\"name\":\"ecs-agent\"}}"
	",\"time\":1700000000}\n"
	"not json\n"
	"\n"
	"{\"status\":\"start\",\"Actor\":{\"Attributes\":{\"name\":\"x\\u0007y"
	"\"}}}\n";

/* The stream in portions of n bytes. */
static void test_docker(size_t portion)
{
	struct arena a = unit_arena(1 << 16);
	static struct dockerev_stream s;
	struct str all = { stream, sizeof(stream) - 1 };
	struct dockerev ev[4];
	struct err e;
	size_t n = 0, opened = 0;

	s = (struct dockerev_stream){ 0 };
	while (all.n) {
		struct str in = str_head(all, portion);
		enum dockerev_came came;

		all = str_skip(all, in.n);
		while ((came = dockerev_take(&s, &in, &a, &ev[n], &e)) !=
		       DOCKEREV_NONE) {
			opened += came == DOCKEREV_OPEN;
			n += came == DOCKEREV_EVENT && n < 3;
		}
	}
	OK(opened == 1, "the helper's answer, once");
	OK(n == 2, "two events");
	OK(strcmp(ev[0].action, "die") == 0 && ev[0].exit_code == 137 &&
	           strcmp(ev[0].name, "ecs-agent") == 0,
	   "it died");
	OK(strcmp(ev[1].action, "start") == 0 && ev[1].exit_code == -1 &&
	           strcmp(ev[1].name, "x y") == 0,
	   "an old one, and a hostile name");
	free(a.base);
}

static void test_docker_odd(void)
{
	struct arena a = unit_arena(1 << 16);
	static struct dockerev_stream s;
	static char big[DOCKEREV_LINE_MAX + 100];
	struct str in = STR("err REFUSED 111 nobody is listening\n");
	struct dockerev ev;
	struct err e = { 0 };

	OK(dockerev_take(&s, &in, &a, &ev, &e) == DOCKEREV_REFUSED, "refused");
	OK(e.code == ERR_REFUSED, "in the helper's words");
	s = (struct dockerev_stream){ .answered = true };
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\n';
	in = (struct str){ big, sizeof(big) };
	OK(dockerev_take(&s, &in, &a, &ev, &e) == DOCKEREV_NONE && !in.n,
	   "a long line is passed over");
	in = STR("{\"Action\":\"oom\"}\n");
	OK(dockerev_take(&s, &in, &a, &ev, &e) == DOCKEREV_EVENT &&
	           strcmp(ev.action, "oom") == 0 && !ev.name[0],
	   "and the next one is read");
	free(a.base);
}

static void test_kmsg(void)
{
	OK(sense_kmsg_level(STR("6,1,2,-;text")) == 6, "info");
	OK(sense_kmsg_level(STR("3,1,2,-;Out of memory")) == 3, "error");
	OK(sense_kmsg_level(STR("30,1,2,-;a daemon's")) == 6, "facility");
	OK(sense_kmsg_level(STR("x,1")) == -1, "no number");
	OK(sense_kmsg_level(STR("3")) == -1, "no record");
	OK(sense_kmsg_level(STR("")) == -1, "nothing");
}

/* One message: its head, a body of size n, and a name as attribute `type`. */
static struct str message(char *to, unsigned short kind, const void *body,
                          size_t n, unsigned short type, const char *name)
{
	size_t len = strlen(name) + 1;
	struct rtattr at = { (unsigned short)(sizeof(at) + len), type };
	struct nlmsghdr h = { .nlmsg_type = kind };
	size_t end = NLMSG_HDRLEN;

	memcpy(to + end, body, n);
	end += NLMSG_ALIGN(n);
	memcpy(to + end, &at, sizeof(at));
	memcpy(to + end + sizeof(at), name, len);
	end += RTA_ALIGN(at.rta_len);
	h.nlmsg_len = (uint32_t)end;
	memcpy(to, &h, sizeof(h));
	return (struct str){ to, end };
}

static void test_route(void)
{
	static char buf[512];
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC };
	struct ifinfomsg port = { .ifi_family = AF_BRIDGE };
	struct ifaddrmsg addr = { .ifa_family = AF_INET };
	struct ifaddrmsg hello = { .ifa_family = AF_INET6 };
	struct rtmsg def = { .rtm_family = AF_INET,
		             .rtm_type = RTN_UNICAST,
		             .rtm_table = RT_TABLE_MAIN };
	struct rtmsg six = { .rtm_family = AF_INET6,
		             .rtm_type = RTN_UNICAST,
		             .rtm_table = RT_TABLE_MAIN };
	struct rtmsg local = { .rtm_family = AF_INET,
		               .rtm_type = RTN_LOCAL,
		               .rtm_table = RT_TABLE_LOCAL };
	const struct {
		const char *what;
		unsigned short kind, type;
		const void *body;
		size_t n;
		const char *name;
		unsigned want;
	} rows[] = {
		{ "eth0 went down", RTM_NEWLINK, IFLA_IFNAME, &link,
		  sizeof(link), "eth0", SENSE_LINK },
		{ "a container's link", RTM_NEWLINK, IFLA_IFNAME, &link,
		  sizeof(link), "veth12ab", 0 },
		{ "a bridge's port", RTM_NEWLINK, IFLA_IFNAME, &port,
		  sizeof(port), "eth0", 0 },
		{ "an address", RTM_NEWADDR, IFA_LABEL, &addr, sizeof(addr),
		  "eth0", SENSE_ADDR },
		{ "the bridge's address", RTM_NEWADDR, IFA_LABEL, &addr,
		  sizeof(addr), "docker0", 0 },
		{ "a router's hello", RTM_NEWADDR, IFA_LABEL, &hello,
		  sizeof(hello), "eth0", 0 },
		{ "an IPv6 address is gone", RTM_DELADDR, IFA_LABEL, &hello,
		  sizeof(hello), "eth0", SENSE_ADDR },
		{ "a default route", RTM_DELROUTE, RTA_PREFSRC, &def,
		  sizeof(def), "x", SENSE_ROUTE },
		{ "an IPv6 hello's route", RTM_NEWROUTE, RTA_PREFSRC, &six,
		  sizeof(six), "x", 0 },
		{ "an IPv6 route is gone", RTM_DELROUTE, RTA_PREFSRC, &six,
		  sizeof(six), "x", SENSE_ROUTE },
		{ "a local route", RTM_NEWROUTE, RTA_PREFSRC, &local,
		  sizeof(local), "x", 0 },
		{ "a neighbour", RTM_NEWNEIGH, RTA_PREFSRC, &def, sizeof(def),
		  "x", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct str m = message(buf, rows[i].kind, rows[i].body,
		                       rows[i].n, rows[i].type, rows[i].name);

		OK(sense_route_what(m) == rows[i].want, rows[i].what);
		for (size_t n = 0; n < m.n; n++) /* cut anywhere: no news */
			OK(!sense_route_what(str_head(m, n)), "cut");
	}
}

static void test_files(void)
{
	static char buf[256];
	struct inotify_event ev = { .wd = 3, .mask = IN_CREATE, .len = 16 };
	struct inotify_event end = { .wd = 4, .mask = IN_IGNORED };
	struct inotify_event over = { .wd = -1, .mask = IN_Q_OVERFLOW };
	struct str bytes = { buf, 3 * sizeof(ev) + 16 };
	struct file_event out;

	memcpy(buf, &ev, sizeof(ev));
	memcpy(buf + sizeof(ev), "docker.sock", 12);
	memcpy(buf + sizeof(ev) + 16, &end, sizeof(end));
	memcpy(buf + 2 * sizeof(ev) + 16, &over, sizeof(over));
	OK(sense_files_next(&bytes, &out) && out.watch == 3 && !out.gone &&
	           !out.lost && str_eq(out.name, STR("docker.sock")),
	   "a name was made");
	OK(sense_files_next(&bytes, &out) && out.watch == 4 && out.gone &&
	           out.name.n == 0,
	   "the folder is gone");
	OK(sense_files_next(&bytes, &out) && out.lost, "some were lost");
	OK(!sense_files_next(&bytes, &out), "that was all");
	bytes = (struct str){ buf, sizeof(ev) + 3 };
	OK(!sense_files_next(&bytes, &out), "one that is cut is none");
}

int main(void)
{
	for (size_t n = 1; n < sizeof(stream); n++)
		test_docker(n);
	test_docker_odd();
	test_kmsg();
	test_route();
	test_files();
	return unit_end("sense");
}
