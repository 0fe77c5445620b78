/* resolv.conf, and the VPC's resolver from a CIDR: what comes out can be asked.
 */
#include <stdint.h>
#include <stdlib.h>

#include "probe/partition.h"
#include "probe/resolvconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str s = { (const char *)data, size };
	struct resolvconf c;
	char text[16];

	resolvconf_read(s, &c);
	if (c.n > RESOLVCONF_SERVERS || c.timeout_s < 1 || c.timeout_s > 30)
		abort();
	for (size_t i = 0; i < c.n; i++)
		if (!address_in(c.server[i], STR("0.0.0.0/0\n::/0")) ||
		    c.server[i].p < s.p ||
		    c.server[i].p + c.server[i].n > s.p + s.n)
			abort();
	if (resolvconf_above(s, 2, text) &&
	    !address_in(str_of(text), STR("0.0.0.0/0")))
		abort();
	return 0;
}
