/* ecs.config by both readers, and what is said of it. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/cfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[768 << 10];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct cfg_doc d, again;

	cfg_read(&a, text, &d);
	cfg_lint(&a, &d);
	if (d.n == 0 || d.n > CFG_MAX_LINES || d.n_notes > CFG_MAX_NOTES)
		abort();
	for (size_t i = 0; i < d.n_notes; i++)
		if (d.note[i].line > d.n)
			abort();
	for (size_t i = 0; i < cfg_keys_count; i++)
		if (cfg_init_value(&d, cfg_keys[i].name).n > size ||
		    cfg_agent_value(&d, cfg_keys[i].name).n > size)
			abort();
	/* The collector reads two files into one arena. */
	cfg_read(&a, text, &again);
	cfg_lint(&a, &again);
	return again.n == d.n && again.n_notes == d.n_notes ? 0 : (abort(), 0);
}
