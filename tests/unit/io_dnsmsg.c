/* The resolver's messages and files, as rows. */
#include <stdlib.h>
#include <string.h>

#include "../../probe/io/dns.h"
#include "test.h"

#define TALLY (&t)

static struct tally t;

static void questions(void)
{
	static const struct {
		const char *name;
		size_t n;
	} rows[] = {
		{ "a.bc", 22 },
		{ "a.bc.", 22 },
		{ "", 0 },
		{ ".", 0 },
		{ "a..b", 0 },
		{ "a23456789012345678901234567890123456789012345678901234567890"
		  "1234.b",
		  0 },
	};
	unsigned char q[DNS_QUERY_MAX];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		EXPECT(rows[i].name, dnsmsg_query(q, sizeof(q), 7, rows[i].name,
		                                  DNS_A) == rows[i].n);
}

/* A reply to "a.bc" A with id 7, before its answers. */
#define HEAD(flags, rcode, answers) \
	"\0\7" flags rcode "\0\1\0" answers "\0\0\0\0"
#define QUESTION "\1a\2bc\0\0\1\0\1"
#define ADDR(ip) "\0\1\0\1\0\0\0\1\0\4" ip
#define CNAME(len) "\0\5\0\1\0\0\0\1\0" len

static const struct {
	const char *name, *p;
	size_t size;
	bool ok, cut;
	int rcode;
	size_t n;
} reply_rows[] = {
#define B(s) s, sizeof(s) - 1
	{ "one",
	  B(HEAD("\x81", "\x80", "\1") QUESTION "\xc0\x0c" ADDR("\1\2\3\4")),
	  true, false, 0, 1 },
	{ "alias",
	  B(HEAD("\x81", "\x80", "\2") QUESTION
	    "\xc0\x0c" CNAME("\4") "\1x\xc0\x0e"
	                           "\1x\xc0\x0e" ADDR("\1\2\3\4")),
	  true, false, 0, 1 },
	{ "alias behind its address",
	  B(HEAD("\x81", "\x80", "\2") QUESTION
	    "\1x\2bc\0" ADDR("\1\2\3\4") "\xc0\x0c" CNAME("\4") "\1x\xc0\x0e"),
	  true, false, 0, 1 },
	{ "someone else's address",
	  B(HEAD("\x81", "\x80", "\1") QUESTION "\1z\2bc\0" ADDR("\1\2\3\4")),
	  true, false, 0, 0 },
	{ "alias of itself",
	  B(HEAD("\x81", "\x80", "\1") QUESTION
	    "\xc0\x0c" CNAME("\2") "\xc0\x0c"),
	  true, false, 0, 0 },
	{ "other case",
	  B(HEAD("\x81", "\x80", "\1") "\1A\2bC\0\0\1\0\1"
	                               "\xc0\x0c" ADDR("\1\2\3\4")),
	  true, false, 0, 1 },
	{ "cut", B(HEAD("\x83", "\x80", "\0") QUESTION), true, true, 0, 0 },
	{ "no such name", B(HEAD("\x81", "\x83", "\0") QUESTION), true, false,
	  3, 0 },
	{ "refused, no question", B("\0\7\x81\x85\0\0\0\0\0\0\0\0"), true,
	  false, 5, 0 },
	{ "other id", B("\0\x8\x81\x80\0\1\0\0\0\0\0\0" QUESTION), false, false,
	  0, 0 },
	{ "a question", B(HEAD("\1", "\0", "\0") QUESTION), false, false, 0,
	  0 },
	{ "another question", B(HEAD("\x81", "\x80", "\0") "\1b\2bc\0\0\1\0\1"),
	  false, false, 0, 0 },
	{ "pointer to itself", B(HEAD("\x81", "\x80", "\1") "\xc0\x0c\0\1\0\1"),
	  false, false, 0, 0 },
	{ "answer cut short",
	  B(HEAD("\x81", "\x80", "\1") QUESTION "\xc0\x0c\0\1\0\1\0\0"), true,
	  false, 0, 0 },
	{ "length beyond the end",
	  B(HEAD("\x81", "\x80", "\1") QUESTION
	    "\xc0\x0c\0\1\0\1\0\0\0\1\0\x40\1\2"),
	  true, false, 0, 0 },
	{ "head only", B("\0\7\x81"), false, false, 0, 0 },
	{ "nothing", B(""), false, false, 0, 0 },
};

static void replies(void)
{
	struct dns_answer got;

	for (size_t i = 0; i < sizeof(reply_rows) / sizeof(reply_rows[0]);
	     i++) {
		unsigned char *p =
			malloc(reply_rows[i].size + !reply_rows[i].size);
		bool ok;

		memcpy(p, reply_rows[i].p, reply_rows[i].size);
		ok = dnsmsg_parse(p, reply_rows[i].size, 7, "a.bc", DNS_A,
		                  &got);
		EXPECT(reply_rows[i].name, ok == reply_rows[i].ok);
		EXPECT(reply_rows[i].name,
		       !ok || (got.n == reply_rows[i].n &&
		               got.rcode == reply_rows[i].rcode &&
		               got.cut == reply_rows[i].cut));
		free(p);
	}
}

static void files(void)
{
	struct dns_conf c;
	struct dns_ip ip[4];

	dns_conf_parse(
		STR("# x\nnameserver 10.0.0.2 # y\nnameserver\t::1\r\n"
	            "search a.b c.d\nnameserver bad\n; nameserver 1.1.1.1"),
		&c);
	EXPECT("two servers",
	       c.n == 2 && c.server[0].len == 4 && c.server[1].len == 16);
	EXPECT("search", c.n_search == 2 && str_eq(c.search[1], STR("c.d")));
	dns_conf_parse(STR(""), &c);
	EXPECT("none is localhost", c.n == 1 && c.server[0].b[0] == 127);
	EXPECT("hosts", dns_hosts_find(STR("#1.1.1.1 x\n1.2.3.4 y X # z\n"
	                                   "::1\tx\nbad x\n"),
	                               STR("x"), ip, 4) == 2);
	EXPECT("hosts, comment",
	       dns_hosts_find(STR("1.2.3.4 y # z"), STR("z"), ip, 4) == 0);
	EXPECT("hosts, final dot",
	       dns_hosts_find(STR("1.2.3.4 y"), STR("y."), ip, 4) == 1);
}

int main(void)
{
	questions();
	replies();
	files();
	return test_end(&t);
}
