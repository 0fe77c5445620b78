/* The kernel's answer to a question for a route, and a recording of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../probe/io/rec.h"
#include "../../probe/io/waymsg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[65536];
	struct arena a = { mem, 0, sizeof(mem) };
	struct way_told told;
	struct way w, back;

	(void)waymsg_read(data, size, 1, &told);
	if (told.gateway.len > 16 || told.source.len > 16)
		abort();
	if (size > 4096 || memchr(data, '\0', size) ||
	    !rec_get_way((struct str){ (const char *)data, size }, &w))
		return 0;
	if (w.device.n > 100 || w.gateway.n > 100 || w.source.n > 100)
		return 0; /* none of the kernel's */
	if (!rec_get_way(rec_put_way(&a, &w), &back) || back.kind != w.kind ||
	    !str_eq(back.source, w.source))
		abort();
	return 0;
}
