/* A message of a DNS server, resolv.conf and the hosts file. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/io/dnsmsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct dns_ip ip[DNS_MAX_ADDR];
	struct dns_answer got;
	struct dns_conf conf;

	/* The corpus asks for "a.bc" with id 7. */
	(void)dnsmsg_parse(data, size, 7, "a.bc", DNS_A, &got);
	if (got.n > DNS_MAX_ADDR)
		abort();
	(void)dnsmsg_parse(data, size, 7, "a.bc", DNS_AAAA, &got);
	dns_conf_parse(text, &conf);
	if (conf.n == 0 || conf.n > DNS_MAX_SERVERS)
		abort();
	if (dns_hosts_find(text, STR("localhost"), ip, 2) > 2)
		abort();
	return 0;
}
