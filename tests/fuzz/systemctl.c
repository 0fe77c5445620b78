/* What systemctl, journalctl and initctl print. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/collect/unit_show.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[768 << 10];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct unit units[UNIT_COUNT];
	struct str behind;

	(void)unit_parse_show(&a, text, units);
	for (int i = 0; i < UNIT_COUNT; i++)
		if (units[i].main_code < 0 || units[i].main_status < 0)
			abort();
	(void)unit_parse_jobs(&a, text, STR("ecs.service"), &behind);
	(void)unit_parse_journal(&a, text);
	(void)unit_parse_initctl(text);
	return 0;
}
