/* A line of history: what is read can be written, and reads the same again. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/history.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[4 << 20];
	static struct history h;
	struct arena a = { mem, 0, sizeof(mem) };
	struct str rest = { (const char *)data, size };
	struct record r, back;
	struct err e;

	history_begin(&h, 1790000000000, 0);
	while (rest.n) {
		struct str line = str_cut(&rest, '\n');
		struct buf b;

		a.used = 0;
		b = buf_init(&a, RECORD_MAX);
		if (!record_parse(line, &a, &r, &e))
			continue;
		record_json(&r, &a, &b);
		if (b.full || !record_parse(buf_str(&b), &a, &back, &e))
			abort();
		if (r.n[FIELD_AT_MS] != RECORD_NONE)
			history_add(&h, &r);
	}
	if (history_episodes(&h) > HISTORY_EPISODES)
		abort();
	return 0;
}
