/* The packet filter's rules, and what a new connection meets. */
#include "unit.h"

#include "probe/firewall.h"

#define HEAD "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n"

static const struct row {
	const char *name, *text;
	uint32_t open, some, closed;
} rows[] = {
	{ "no rule", HEAD "COMMIT\n", 30001, 0, 0 },
	{ "policy drop", "*filter\n:INPUT DROP [0:0]\nCOMMIT\n", 0, 0, 30001 },
	{ "policy drop, window open",
	  "*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp -m tcp --dport "
	  "31000:61000 -j ACCEPT\n",
	  30001, 0, 0 },
	{ "half of the window",
	  HEAD "-A INPUT -p tcp -m tcp --dport 40000:61000 -j DROP\n", 9000, 0,
	  21001 },
	{ "rejected by a list",
	  HEAD "-A INPUT -p tcp -m multiport --dports 22,32768:33000 -j REJECT "
	       "--reject-with icmp-port-unreachable\n",
	  29768, 0, 233 },
	{ "UDP is another matter",
	  HEAD "-A INPUT -p udp -m udp --dport 31000:61000 -j DROP\n", 30001, 0,
	  0 },
	{ "established only",
	  "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate "
	  "RELATED,ESTABLISHED -j ACCEPT\n",
	  0, 0, 30001 },
	{ "loopback only",
	  "*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\n", 0, 0,
	  30001 },
	{ "from the load balancer's network",
	  "*filter\n:INPUT DROP [0:0]\n-A INPUT -s 10.0.0.0/16 -p tcp -m tcp "
	  "--dport 31000:61000 -j ACCEPT\n",
	  0, 30001, 0 },
	{ "a conditional drop counts for nothing",
	  HEAD "-A INPUT -s 192.0.2.1/32 -p tcp -j DROP\n", 30001, 0, 0 },
	{ "through a chain that returns some",
	  HEAD "-A INPUT -j GUARD\n-A GUARD -p tcp -m tcp --dport 50000:61000 "
	       "-j RETURN\n-A GUARD -p tcp -j DROP\n",
	  11001, 0, 19000 },
	{ "a jump with its own ports",
	  HEAD "-A INPUT -p tcp -m tcp --dport 31000:31009 -j SHUT\n-A SHUT -j "
	       "DROP\n",
	  29991, 0, 10 },
	{ "first match wins",
	  HEAD "-A INPUT -p tcp -m tcp --dport 31000:61000 -j ACCEPT\n-A INPUT "
	       "-p tcp -j DROP\n",
	  30001, 0, 0 },
	{ "the agent's own rules",
	  HEAD "-A INPUT -d 127.0.0.0/8 ! -s 127.0.0.0/8 -m conntrack ! "
	       "--ctstate RELATED,ESTABLISHED,DNAT -j DROP\n-A INPUT ! -i lo "
	       "-p tcp -m tcp --dport 51678 -j DROP\n",
	  30000, 0, 1 },
	{ "a loop of chains ends", HEAD "-A INPUT -j A\n-A A -j B\n-A B -j A\n",
	  30001, 0, 0 },
	{ "all but the window",
	  HEAD "-A INPUT -p tcp -m tcp ! --dport 31000:61000 -j DROP\n", 30001,
	  0, 0 },
	{ "a comment with words in it",
	  HEAD "-A INPUT -p tcp -m comment --comment \"allow -j DROP\" -m tcp "
	       "--dport 31000:61000 -j ACCEPT\n",
	  30001, 0, 0 },
};

#define NFT(policy, rule)                                                     \
	"{\"nftables\":[{\"metainfo\":{\"version\":\"1.0.6\"}},{\"table\":{"  \
	"\"family\":\"inet\",\"name\":\"host\",\"handle\":1}},{\"chain\":{"   \
	"\"family\":\"inet\",\"table\":\"host\",\"name\":\"input\",\"handle"  \
	"\":1,\"type\":\"filter\",\"hook\":\"input\",\"prio\":0,\"policy\":"  \
	"\"" policy "\"}},{\"rule\":{\"family\":\"inet\",\"table\":\"host\"," \
	"\"chain\":\"input\",\"handle\":2,\"expr\":[" rule "]}}]}"

static const struct row nft_rows[] = {
	{ "policy drop", NFT("drop", "{\"counter\":null}"), 0, 0, 30001 },
	{ "window dropped",
	  NFT("accept", "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{"
	                "\"protocol\":\"tcp\",\"field\":\"dport\"}},\"right\":"
	                "{\"range\":[31000,61000]}}},{\"drop\":null}"),
	  0, 0, 30001 },
	{ "a set of ports",
	  NFT("accept",
	      "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{\"protocol\":"
	      "\"tcp\",\"field\":\"dport\"}},\"right\":{\"set\":[80,40000,{"
	      "\"range\":[50000,50009]}]}}},{\"reject\":{\"type\":\"tcp reset\""
	      "}}"),
	  29990, 0, 11 },
	{ "UDP",
	  NFT("accept", "{\"match\":{\"op\":\"==\",\"left\":{\"payload\""
	                ":{\"protocol\":\"udp\",\"field\":\"dport\"}},"
	                "\"right\":{\"range\":[31000,61000]}}},{"
	                "\"drop\":null}"),
	  30001, 0, 0 },
	{ "established",
	  NFT("drop", "{\"match\":{\"op\":\"in\",\"left\":{\"ct\":{\"key\":"
	              "\"state\"}},\"right\":[\"established\",\"related\"]}},{"
	              "\"accept\":null}"),
	  0, 0, 30001 },
	{ "from loopback",
	  NFT("drop", "{\"match\":{\"op\":\"==\",\"left\":{\"meta\":{\"key\":"
	              "\"iifname\"}},\"right\":\"lo\"}},{\"accept\":null}"),
	  0, 0, 30001 },
	{ "by source",
	  NFT("drop", "{\"match\":{\"op\":\"==\",\"left\":{\"payload\":{"
	              "\"protocol\":\"ip\",\"field\":\"saddr\"}},\"right\":"
	              "\"10.0.0.1\"}},{\"accept\":null}"),
	  0, 30001, 0 },
};

static void check(struct fw *fw, const struct row *r)
{
	struct fw_answer got = fw_ask(fw, 31000, 61000);

	OK(got.open == r->open && got.some == r->some &&
	           got.closed == r->closed,
	   r->name);
	OK(!got.closed == !got.rule.n, r->name);
}

static void test_nat(struct arena *a)
{
	struct fw fw = fw_init(a);

	fw_add_iptables(
		&fw, STR("filter"),
		STR("*nat\n:PREROUTING ACCEPT [0:0]\n:DOCKER - [0:0]\n"
	            "-A PREROUTING -d 169.254.170.2/32 -p tcp -m tcp --dport "
	            "80 -j DNAT --to-destination 127.0.0.1:51679\n"
	            "-A OUTPUT -d 169.254.170.2/32 -p tcp -m tcp --dport 80 "
	            "-j REDIRECT --to-ports 51679\nCOMMIT\n"));
	OK(fw.dnat_credentials && fw.redirect_credentials && fw.docker_chain &&
	           fw.nat_table,
	   "nat rules");
	fw = fw_init(a);
	fw_add_iptables(&fw, STR("filter"),
	                STR("*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n"));
	OK(!fw.dnat_credentials && !fw.redirect_credentials &&
	           !fw.docker_chain && fw.nat_table,
	   "no nat rules");
}

int main(void)
{
	static unsigned char mem[1 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct err e;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fw fw;

		arena_reset(&a);
		fw = fw_init(&a);
		fw_add_iptables(&fw, STR("filter"), str_of(rows[i].text));
		check(&fw, &rows[i]);
	}
	for (size_t i = 0; i < sizeof(nft_rows) / sizeof(*nft_rows); i++) {
		struct fw fw;

		arena_reset(&a);
		fw = fw_init(&a);
		OK(fw_add_nft(&fw, str_of(nft_rows[i].text), &e), "nft JSON");
		check(&fw, &nft_rows[i]);
	}
	arena_reset(&a);
	test_nat(&a);
	return unit_end("firewall");
}
