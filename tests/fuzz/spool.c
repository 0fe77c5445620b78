/* Files of the spool, whatever a disk made of them. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/send/spool.h"
#include "probe/metrics.h"

static void one(struct str json, struct arena *a)
{
	struct emf_opts o = { .space = STR("Probe"), .at_ms = 1 };
	struct buf b = buf_init(a, EMF_MAX);
	struct record r;
	struct err e;

	if (!record_parse(json, a, &r, &e))
		return;
	o.per_instance = json.n & 1;
	emf_render(&r, &o, a, &b);
	if (b.full || !b.n || b.p[0] != '{' || b.p[b.n - 1] != '}')
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(16) unsigned char mem[8 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct spool_state st = { .dropped = 7 };
	struct spool_line line;

	if (size > SPOOL_FILE_BYTES)
		return 0;
	if (!spool_state_parse(text, &a, &st) && st.dropped != 7)
		abort();
	arena_reset(&a);
	while (spool_next(&text, &line)) {
		if (line.json.p < (const char *)data ||
		    line.json.p + line.json.n > (const char *)data + size)
			abort();
		arena_reset(&a);
		one(line.json, &a);
	}
	return 0;
}
