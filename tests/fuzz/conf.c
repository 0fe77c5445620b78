/* probe.conf: never more than its caps, and what was read fits its rows. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/conf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[256 << 10];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct conf c = conf_default();
	struct err e = { 0 };

	if (!conf_parse("fuzz", text, &a, &c, &e)) {
		if (e.code != ERR_FORM && e.code != ERR_LIMIT)
			abort();
		return 0;
	}
	for (size_t i = 0; i < CONF_COUNT; i++) {
		const struct conf_info *k = &conf_info[i];

		if ((k->type == CONF_IS_TIME || k->type == CONF_IS_NUMBER) &&
		    (c.v[i].num < k->min || c.v[i].num > k->max))
			abort();
		if (c.v[i].text.p[c.v[i].text.n] != '\0')
			abort();
	}
	return 0;
}
