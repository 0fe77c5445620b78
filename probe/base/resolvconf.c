#include "probe/resolvconf.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "probe/partition.h"

enum { TIMEOUT_S = 5, TIMEOUT_MAX_S = 30 }; /* glibc's own bounds */

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

static void option(struct str w, struct resolvconf *out)
{
	uint64_t n;

	if (str_eq(w, STR("rotate")))
		out->rotate = true;
	else if (str_starts(w, STR("timeout:")) && str_u64(str_skip(w, 8), &n))
		out->timeout_s = n < 1               ? 1
		                 : n > TIMEOUT_MAX_S ? TIMEOUT_MAX_S
		                                     : (unsigned)n;
}

void resolvconf_read(struct str text, struct resolvconf *out)
{
	*out = (struct resolvconf){ .timeout_s = TIMEOUT_S };
	while (text.n) {
		struct str line = str_cut(&text, '\n'), key, w;

		line = str_cut(&line, '#');
		line = str_cut(&line, ';');
		key = word(&line);
		if (str_eq(key, STR("nameserver"))) {
			w = word(&line);
			if (out->n < RESOLVCONF_SERVERS &&
			    address_in(w, STR("0.0.0.0/0\n::/0")))
				out->server[out->n++] = w;
		} else if (str_eq(key, STR("options"))) {
			while ((w = word(&line)).n)
				option(w, out);
		}
	}
}

bool resolvconf_above(struct str cidr, unsigned n, char out[16])
{
	struct str bits = cidr, net = str_cut(&bits, '/');
	char z[INET_ADDRSTRLEN];
	unsigned char b[4];
	uint64_t width = 0;
	uint32_t host;

	if (net.n == 0 || net.n >= sizeof(z) || !str_u64(bits, &width) ||
	    width == 0 || width > 30)
		return false;
	memcpy(z, net.p, net.n);
	z[net.n] = '\0';
	if (inet_pton(AF_INET, z, b) != 1)
		return false;
	host = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
	host = (host & ~(UINT32_MAX >> width)) + n;
	(void)snprintf(out, 16, "%u.%u.%u.%u", host >> 24, host >> 16 & 0xff,
	               host >> 8 & 0xff, host & 0xff);
	return true;
}
