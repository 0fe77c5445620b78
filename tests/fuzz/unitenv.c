/* Fragments of systemd units, and environment files. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/cfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[1 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size > 16384 ? 16384 : size };
	struct cfg_unit u = { 0 };

	cfg_unit_add(&a, text, &u);
	cfg_unit_add(&a, text, &u); /* a drop-in on top */
	cfg_unit_add_file(&a, text, &u);
	if (u.n_files > CFG_UNIT_FILES)
		abort();
	for (size_t i = 0; i < u.n_files; i++)
		if (!str_starts(u.file[i], STR("/")))
			abort();
	for (int i = 0; i < CFG_PROXIES; i++)
		if (u.value[i].n > text.n)
			abort();
	return 0;
}
