/* Times: what is parsed can be printed, and is parsed back as it was. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/when.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[65536];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str s = { (const char *)data, size };
	size_t used = 0, again;
	int64_t ms = when_parse(s, &used);

	(void)when_parse_http(s);
	if (ms == WHEN_NONE)
		return 0;
	if (used > size)
		abort();
	(void)when_age(&a, ms);
	if (ms >= 0 && ms < INT64_C(253402300800000)) {
		int64_t back = when_parse(when_text(&a, ms), &again);

		if (back != ms - ms % 1000)
			abort();
	}
	return 0;
}
