/* What a child says from inside a namespace, and what is recorded of it. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/io/rec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[1 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size }, first, again;
	struct netns_result r;

	if (size > 16000)
		return 0;
	if (!rec_get_netns(text, &a, &r))
		return 0;
	if (r.n > NETNS_MAX_TARGETS || r.n_ifs > NETNS_MAX_IFS ||
	    r.n_servers > DNS_MAX_SERVERS)
		abort();
	for (size_t i = 0; i < r.n; i++)
		if (r.answer[i].n_tries > NETNS_MAX_TRIES)
			abort();
	first = rec_put_netns(&a, &r);
	if (first.n + 400 > 16384)
		return 0; /* what did not fit is left out */
	if (!rec_get_netns(first, &a, &r))
		abort();
	again = rec_put_netns(&a, &r);
	if (!str_eq(first, again))
		abort();
	return 0;
}
