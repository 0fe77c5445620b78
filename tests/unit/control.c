/* What is read about the agent's process, and which of its connections count.
 */
#include "test.h"

#include "../../probe/checks/control.h"
#include "../../probe/collect/control.h"
#include "probe/procstat.h"

#define TALLY (&tally)

static struct tally tally;

#define TAIL " S 1 1 1 0 -1 4194560 9 0 0 0 5 3 0 0 20 0 14 0 "

static const struct {
	const char *what;
	struct str in;
	bool ok;
	const char *comm;
	uint64_t start;
} stats[] = {
	{ "agent", STR_INIT("1200 (agent)" TAIL "98765 1290153984 9120\n"),
	  true, "agent", 98765 },
	{ "a bracket in the name", STR_INIT("7 (a) S 1 (b)" TAIL "42 1\n"),
	  true, "a) S 1 (b", 42 },
	{ "no name", STR_INIT("7 ()" TAIL "42 1\n"), true, "", 42 },
	{ "cut short", STR_INIT("7 (agent) S 1 1"), false, "", 0 },
	{ "no brackets", STR_INIT("7 agent S 1 1"), false, "", 0 },
	{ "no end of the name", STR_INIT("(agent S" TAIL "42 1\n"), false, "",
	  0 },
	{ "wrong way round", STR_INIT("7 )agent( S 1 1"), false, "", 0 },
	{ "letters for a number", STR_INIT("7 (agent)" TAIL "x 1\n"), false, "",
	  0 },
	{ "empty", STR_INIT(""), false, "", 0 },
};

static void test_stat(void)
{
	for (size_t i = 0; i < sizeof(stats) / sizeof(*stats); i++) {
		struct procstat s = { { NULL, 0 }, 0, 0 };
		bool ok = procstat_parse(stats[i].in, &s);

		EXPECT(stats[i].what, ok == stats[i].ok);
		EXPECT(stats[i].what, str_eq(s.comm, str_of(stats[i].comm)));
		EXPECT(stats[i].what, s.start == stats[i].start);
		EXPECT(stats[i].what, !ok || s.state == 'S');
	}
}

static void test_uptime(void)
{
	int64_t ms = -1;

	EXPECT("uptime", uptime_parse(STR("86400.07 150000.00\n"), &ms) &&
	                         ms == 86400070);
	EXPECT("whole", uptime_parse(STR("12"), &ms) && ms == 12000);
	EXPECT("empty", !uptime_parse(STR(""), &ms));
	EXPECT("too large", !uptime_parse(STR("9223372036854775807.1 1"), &ms));
}

static const struct {
	const char *what, *remote;
	uint16_t port, local_port;
	bool leads;
} roads[] = {
	{ "public", "192.0.2.1", 443, 40000, true },
	{ "interface endpoint", "10.0.3.4", 443, 40000, true },
	{ "proxy", "10.0.3.4", 3128, 40000, true },
	{ "v6", "2001:db8::1", 443, 40000, true },
	{ "metadata", "169.254.169.254", 80, 40000, false },
	{ "metadata, v6", "fd00:ec2::254", 80, 40000, false },
	{ "itself", "127.0.0.1", 443, 40000, false },
	{ "itself, v6", "::1", 443, 40000, false },
	{ "resolver", "10.0.0.2", 53, 40000, false },
	{ "Docker over TCP", "10.0.0.9", 2376, 40000, false },
	{ "a task asks", "172.17.0.5", 40000, 51679, false },
	{ "somebody looks", "10.0.0.9", 443, 51678, false },
	{ "not connected", "0.0.0.0", 0, 40000, false },
};

static void test_roads(void)
{
	for (size_t i = 0; i < sizeof(roads) / sizeof(*roads); i++) {
		struct conn_row c = { .state = CONN_ESTABLISHED,
			              .remote = str_of(roads[i].remote),
			              .remote_port = roads[i].port,
			              .local_port = roads[i].local_port };

		EXPECT(roads[i].what, control_may_lead(&c) == roads[i].leads);
	}
}

static void test_signs(void)
{
	struct fact_control f = {
		.n_sockets = 5,
		.socket = {
			{ .state = CONN_ESTABLISHED, .data_recv_ms = 30000,
			  .recv_queue = 1 },
			{ .state = CONN_CLOSE_WAIT, .ack_recv_ms = 60000,
			  .retransmits = 9, .recv_queue = 1,
			  .data_recv_ms = 90000 },
			{ .state = CONN_ESTABLISHED, .data_recv_ms = 90000,
			  .retransmits = 3 },
			{ .state = CONN_SYN_SENT, .retransmits = 1 },
			{ .state = CONN_SYN_SENT },
		},
	};

	EXPECT("unread", control_first(&f, CONTROL_UNREAD, 30000) == f.socket);
	EXPECT("not so long", !control_first(&f, CONTROL_UNREAD, 30001));
	EXPECT("left open",
	       control_first(&f, CONTROL_LEFT_OPEN, 60000) == f.socket + 1);
	EXPECT("just closed", !control_first(&f, CONTROL_LEFT_OPEN, 60001));
	EXPECT("unanswered",
	       control_first(&f, CONTROL_UNANSWERED, 3) == f.socket + 2);
	EXPECT("closing is moving",
	       control_first(&f, CONTROL_MOVING, 0) == f.socket + 1);
	f.socket[1].state = CONN_ESTABLISHED;
	EXPECT("the first SYN is moving",
	       control_first(&f, CONTROL_MOVING, 0) == f.socket + 4);
	f.n_sockets = 4;
	EXPECT("a SYN sent again is not",
	       !control_first(&f, CONTROL_MOVING, 0));
}

int main(void)
{
	test_stat();
	test_uptime();
	test_roads();
	test_signs();
	return test_end(&tally);
}
