/* dnsmsg.h - DNS messages (RFC 1035) and the files of a resolver, as pure
 * functions over bytes. */
#ifndef PROBE_DNSMSG_H
#define PROBE_DNSMSG_H

#include "probe/host.h"

#define DNS_UDP_MAX 1500
#define DNS_QUERY_MAX 300
#define DNS_NAME_MAX 253
#define DNS_SEARCH_MAX 6

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_AAAA = 28 };

/* An address as bytes; len 4 or 16. */
struct dns_ip {
	uint8_t len, b[16];
};

struct dns_answer {
	int rcode;
	bool cut; /* TC: ask again by TCP */
	struct dns_ip ip[DNS_MAX_ADDR];
	size_t n;
};

/* Bytes written, 0 for a name that cannot be asked for. */
size_t dnsmsg_query(unsigned char *out, size_t cap, uint16_t id,
                    const char *name, enum dns_type type);
/* Is p the reply to that question? Strict: id, flags, the question itself;
 * follows CNAMEs inside the message. False: it is not, or it is malformed. */
bool dnsmsg_parse(const unsigned char *p, size_t n, uint16_t id,
                  const char *name, enum dns_type type, struct dns_answer *out);

bool dns_ip_parse(struct str s, struct dns_ip *out);
struct str dns_ip_text(struct arena *a, const struct dns_ip *ip);

struct dns_conf {
	struct dns_ip server[DNS_MAX_SERVERS];
	size_t n;
	struct str search[DNS_SEARCH_MAX];
	size_t n_search;
};
/* resolv.conf; without a nameserver it is 127.0.0.1, as everywhere. */
void dns_conf_parse(struct str text, struct dns_conf *out);
/* The addresses of a name in a hosts file. */
size_t dns_hosts_find(struct str text, struct str name, struct dns_ip *out,
                      size_t max);

#endif
