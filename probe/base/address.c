#include <arpa/inet.h>

#include "probe/partition.h"

enum { ADDRESS_TEXT = 64 };

/* 4 or 16 bytes of an address; 0: it is none. */
static size_t bytes_of(struct str text, unsigned char out[16])
{
	char z[ADDRESS_TEXT];

	if (text.n == 0 || text.n >= sizeof(z))
		return 0;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	if (inet_pton(AF_INET, z, out) == 1)
		return 4;
	return inet_pton(AF_INET6, z, out) == 1 ? 16 : 0;
}

static bool in_cidr(const unsigned char *addr, size_t n, struct str cidr)
{
	unsigned char net[16];
	struct str head = str_cut(&cidr, '/');
	uint64_t bits = 8 * n;

	if (bytes_of(head, net) != n)
		return false;
	if (cidr.p && (!str_u64(cidr, &bits) || bits > 8 * n))
		return false;
	for (size_t i = 0; i < n && bits; i++) {
		unsigned take = bits > 8 ? 8 : (unsigned)bits;
		unsigned mask = (0xff00u >> take) & 0xffu;

		if ((addr[i] ^ net[i]) & mask)
			return false;
		bits -= take;
	}
	return true;
}

bool address_in(struct str address, struct str cidrs)
{
	unsigned char addr[16];
	size_t n = bytes_of(address, addr);

	while (n && cidrs.n)
		if (in_cidr(addr, n, str_trim(str_cut(&cidrs, '\n'))))
			return true;
	return false;
}

bool address_private(struct str address)
{
	return address_in(address,
	                  STR("10.0.0.0/8\n172.16.0.0/12\n192.168.0.0/16\n"
	                      "127.0.0.0/8\n169.254.0.0/16\nfc00::/7\n"
	                      "fe80::/10\n::1/128"));
}

static bool low_ends(struct str s, struct str tail)
{
	return s.n >= tail.n && str_eq_low(str_skip(s, s.n - tail.n), tail);
}

/* One entry: "*", an address, a CIDR, ".sub.domain", "host.or.domain". */
static bool exempts(struct str entry, struct str host)
{
	struct str colon = entry;

	if (str_eq(entry, STR("*")))
		return true;
	if (address_in(host, entry))
		return true;
	entry = str_cut(&colon, ':'); /* a port is not for us to tell */
	if (str_starts(entry, STR("*.")))
		entry = str_skip(entry, 1);
	if (str_starts(entry, STR(".")))
		return entry.n > 1 && low_ends(host, entry);
	if (str_eq_low(host, entry))
		return true;
	return entry.n && host.n > entry.n && low_ends(host, entry) &&
	       host.p[host.n - entry.n - 1] == '.';
}

bool no_proxy_matches(struct str list, struct str host)
{
	while (list.n) {
		struct str entry = str_trim(str_cut(&list, ','));

		if (entry.n && exempts(entry, host))
			return true;
	}
	return false;
}
