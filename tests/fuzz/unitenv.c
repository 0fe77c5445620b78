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
	struct str flags[3];

	cfg_unit_add(&a, text, &u);
	cfg_unit_add(&a, text, &u); /* a drop-in on top */
	cfg_unit_add_file(&a, text, &u);
	if (u.n_files > CFG_UNIT_FILES)
		abort();
	for (size_t i = 0; i < u.n_files; i++)
		if (!str_starts(u.file[i], STR("/")))
			abort();
	cfg_unit_add_job(&a, text, &u);
	cfg_unit_add_shell(&a, text, &u);
	for (int i = 0; i < CFG_UNIT_VALUES; i++)
		if (u.value[i].n > text.n)
			abort();
	cfg_dockerd_flags(&a, &u, flags);
	for (int i = 0; i < 3; i++)
		if (flags[i].n > text.n)
			abort();
	return 0;
}
