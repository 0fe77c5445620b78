/* good.json may be anybody's: what is read can be written, and compared. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/good.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[8 << 20];
	static struct changed_row row[CHANGED_MAX];
	static struct good g, back;
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct buf b = buf_init(&a, 512 * 1024);
	struct err e;

	if (size > 65536 || !good_parse(text, &a, &g, &e))
		return 0;
	good_json(&g, &b);
	if (b.full || !good_parse(buf_str(&b), &a, &back, &e))
		abort();
	if (good_compare(&g, &back, &a, row) > CHANGED_MAX)
		abort();
	return 0;
}
