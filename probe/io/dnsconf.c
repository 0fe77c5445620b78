#include <arpa/inet.h>
#include <string.h>

#include "dnsmsg.h"

bool dns_ip_parse(struct str s, struct dns_ip *out)
{
	char z[INET6_ADDRSTRLEN];
	struct dns_ip ip = { 0 };
	struct str bare = str_cut(&s, '%'); /* fe80::1%eth0: scope unused */

	if (bare.n == 0 || bare.n >= sizeof(z))
		return false;
	memcpy(z, bare.p, bare.n);
	z[bare.n] = '\0';
	if (inet_pton(AF_INET, z, ip.b) == 1)
		ip.len = 4;
	else if (inet_pton(AF_INET6, z, ip.b) == 1)
		ip.len = 16;
	else
		return false;
	*out = ip;
	return true;
}

struct str dns_ip_text(struct arena *a, const struct dns_ip *ip)
{
	char z[INET6_ADDRSTRLEN] = "";

	(void)inet_ntop(ip->len == 4 ? AF_INET : AF_INET6, ip->b, z, sizeof(z));
	return arena_copy(a, str_of(z));
}

/* The next word of a line; empty at its end. */
static struct str word(struct str *rest)
{
	struct str w;

	*rest = str_trim(*rest);
	for (w = *rest, w.n = 0; w.n < rest->n; w.n++)
		if (strchr(" \t\r", w.p[w.n]))
			break;
	*rest = str_skip(*rest, w.n);
	return w;
}

static struct str without_comment(struct str line)
{
	struct str s = str_cut(&line, '#');

	return str_cut(&s, ';');
}

void dns_conf_parse(struct str text, struct dns_conf *out)
{
	*out = (struct dns_conf){ 0 };
	while (text.n) {
		struct str line = without_comment(str_cut(&text, '\n'));
		struct str key = word(&line), w;

		if (str_eq(key, STR("nameserver"))) {
			if (out->n < DNS_MAX_SERVERS &&
			    dns_ip_parse(word(&line), &out->server[out->n]))
				out->n++;
		} else if (str_eq(key, STR("search")) ||
		           str_eq(key, STR("domain"))) {
			out->n_search = 0; /* the last one counts */
			while (out->n_search < DNS_SEARCH_MAX &&
			       (w = word(&line)).n)
				out->search[out->n_search++] = w;
		}
	}
	if (out->n == 0)
		out->server[out->n++] = (struct dns_ip){ 4, { 127, 0, 0, 1 } };
}

size_t dns_hosts_find(struct str text, struct str name, struct dns_ip *out,
                      size_t max)
{
	size_t n = 0;

	if (name.n && name.p[name.n - 1] == '.')
		name.n--;
	while (text.n && n < max) {
		struct str line = str_cut(&text, '\n'), w;
		struct dns_ip ip;

		line = str_cut(&line, '#');
		if (!dns_ip_parse(word(&line), &ip))
			continue;
		while ((w = word(&line)).n)
			if (str_eq_low(w, name)) {
				out[n++] = ip;
				break;
			}
	}
	return n;
}
