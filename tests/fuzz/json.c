/* The JSON reader: every getter on every node. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[4 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct json j;
	struct err e;

	if (!json_parse(&a, (struct str){ (const char *)data, size }, 4096, &j,
	                &e)) {
		if (e.code != ERR_FORM && e.code != ERR_LIMIT)
			abort();
		return 0;
	}
	for (int i = -1; i <= j.n; i++) {
		struct str raw = json_raw(&j, i);
		uint64_t v;

		if (raw.n &&
		    (raw.p < j.text.p || raw.p + raw.n > j.text.p + j.text.n))
			abort();
		if (json_str(&j, i, &a).n > raw.n)
			abort();
		(void)json_u64(&j, i, &v);
		(void)json_bool(&j, i, false);
		(void)json_is_null(&j, i);
		(void)json_get(&j, i, "Code");
		(void)json_at(&j, i, json_count(&j, i) - 1);
		(void)json_value(&j, i);
		(void)json_next(&j, json_first(&j, i));
		if (a.used > sizeof(mem) / 2)
			break;
	}
	return 0;
}
