/* Proxy settings as Go's net/http reads them. */
#include "probe/cfg.h"

static bool ipv4(struct str s, uint32_t *out)
{
	uint32_t v = 0;

	for (int i = 0; i < 4; i++) {
		uint64_t part;

		if (!str_u64(str_cut(&s, '.'), &part) || part > 255)
			return false;
		v = v << 8 | (uint32_t)part;
	}
	*out = v;
	return s.p == NULL;
}

static bool in_block(struct str block, struct str host)
{
	struct str bits = block;
	struct str net = str_cut(&bits, '/');
	uint32_t a, b;
	uint64_t n;

	if (!ipv4(net, &a) || !ipv4(host, &b) || !str_u64(bits, &n) || n > 32)
		return false;
	return n == 0 || a >> (32 - n) == b >> (32 - n);
}

/* ".x.y" and "x.y" both cover "a.x.y"; "x.y" covers itself as well. */
static bool suffix_of(struct str entry, struct str host)
{
	if (str_starts(entry, STR("*.")))
		entry = str_skip(entry, 1);
	if (str_starts(entry, STR(".")))
		return host.n > entry.n && str_ends(host, entry);
	if (str_eq_low(entry, host))
		return true;
	return host.n > entry.n && str_ends(host, entry) &&
	       host.p[host.n - entry.n - 1] == '.';
}

bool cfg_no_proxy_has(struct str list, struct str host)
{
	while (list.n) {
		struct str entry = str_trim(str_cut(&list, ','));

		if (entry.n == 0)
			continue;
		if (str_eq(entry, STR("*")) || in_block(entry, host))
			return true;
		/* A path, or a bare address with its port. */
		if (entry.p[0] != '/' && !str_has(entry, STR("::")))
			entry = str_cut(&entry, ':');
		if (suffix_of(entry, host))
			return true;
	}
	return false;
}

struct str cfg_proxy_shown(struct arena *a, struct str url)
{
	size_t at = str_find(url, STR("://"));
	struct str head = str_head(url, at == SIZE_MAX ? 0 : at + 3);
	struct str rest = str_skip(url, head.n);
	size_t host = 0;

	/* The last @ of all: a password may hold / and @ unescaped. */
	for (size_t i = 0; i < rest.n; i++)
		if (rest.p[i] == '@')
			host = i + 1;
	rest = str_skip(rest, host);
	return arena_str(a, STR_FMT STR_FMT, STR_ARG(head), STR_ARG(rest));
}
