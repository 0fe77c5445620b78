/* Masking keeps the length (it has no way to change it), the line ends, and
 * what it has masked already. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *p = malloc(size + 1), *q = malloc(size + 1);

	if (!p || !q)
		abort();
	memcpy(p, data, size);
	redact_mask(p, size);
	for (size_t i = 0; i < size; i++)
		if ((p[i] == '\n') != (data[i] == '\n') ||
		    (p[i] != (char)data[i] && p[i] != '*'))
			abort();
	memcpy(q, p, size);
	redact_mask(q, size);
	if (memcmp(p, q, size) != 0)
		abort();
	free(p);
	free(q);
	return 0;
}
