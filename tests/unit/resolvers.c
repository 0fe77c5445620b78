/* resolv.conf as its readers see it, and the VPC's own resolver. */
#include "probe/resolvconf.h"
#include "unit.h"

static void files(void)
{
	static const struct {
		const char *what, *text;
		size_t n;
		const char *last; /* the last server */
		unsigned timeout_s;
		bool rotate;
	} rows[] = {
		{ "empty", "", 0, "", 5, false },
		{ "one", "nameserver 10.0.0.2\n", 1, "10.0.0.2", 5, false },
		{ "no end of line", "search x\nnameserver\t10.0.0.2", 1,
		  "10.0.0.2", 5, false },
		{ "three are read",
		  "nameserver 10.0.0.1\nnameserver 10.0.0.2\n"
		  "nameserver ::1\nnameserver 10.0.0.4\n",
		  3, "::1", 5, false },
		{ "comments",
		  "#nameserver 10.0.0.1\n; nameserver 10.0.0.3\n"
		  "nameserver 10.0.0.2 # that one\n",
		  1, "10.0.0.2", 5, false },
		{ "no address", "nameserver dns.example\nnameserver 10.0.0.2\n",
		  1, "10.0.0.2", 5, false },
		{ "a scope cannot be asked", "nameserver fe80::1%eth0\n", 0, "",
		  5, false },
		{ "options", "options ndots:2 rotate timeout:2 attempts:1\n", 0,
		  "", 2, true },
		{ "a time-out of nothing", "options timeout:0\n", 0, "", 1,
		  false },
		{ "a time-out above glibc's", "options timeout:900\n", 0, "",
		  30, false },
		{ "a time-out of words", "options timeout:x\n", 0, "", 5,
		  false },
		{ "no end of line in a CRLF file", "nameserver 10.0.0.2\r\n", 1,
		  "10.0.0.2", 5, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct resolvconf c;

		resolvconf_read(str_of(rows[i].text), &c);
		OK(c.n == rows[i].n, rows[i].what);
		OK(!c.n || str_eq(c.server[c.n - 1], str_of(rows[i].last)),
		   rows[i].what);
		OK(c.timeout_s == rows[i].timeout_s, rows[i].what);
		OK(c.rotate == rows[i].rotate, rows[i].what);
	}
}

static void above(void)
{
	static const struct {
		const char *cidr, *want; /* NULL: none */
	} rows[] = {
		{ "10.0.0.0/16", "10.0.0.2" },
		{ "172.31.64.0/20", "172.31.64.2" },
		{ "10.0.7.9/16", "10.0.0.2" }, /* written carelessly */
		{ "192.168.1.0/28", "192.168.1.2" },
		{ "10.0.0.0", NULL },
		{ "10.0.0.0/0", NULL },
		{ "10.0.0.0/32", NULL },
		{ "10.0.0.0/99", NULL },
		{ "10.0.0/16", NULL },
		{ "fd00::/8", NULL },
		{ "", NULL },
		{ "/", NULL },
	};
	char out[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool ok = resolvconf_above(str_of(rows[i].cidr), 2, out);

		OK(ok == (rows[i].want != NULL), rows[i].cidr);
		OK(!ok || strcmp(out, rows[i].want) == 0, rows[i].cidr);
	}
}

int main(void)
{
	files();
	above();
	return unit_end("resolvers");
}
