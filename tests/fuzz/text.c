/* Cleaned text is printable, capped, and clean. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/text.h"
#include "probe/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[1 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	size_t max = size ? data[0] : 0, used;
	struct str s =
		text_clean(&a, (struct str){ (const char *)data, size }, max);

	if (s.n > max || s.p[s.n] != '\0')
		abort();
	for (; s.n; s = str_skip(s, used))
		if (!utf8_plain(utf8_next(s, &used)))
			abort();
	return 0;
}
