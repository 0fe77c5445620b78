/* A whole log: the same findings however its bytes come, and a verdict. The
 * first byte says how many come at a time, the second how often it comes: one
 * line of it may be longer than the buffer. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/logscan.h"
#include "probe/pass.h"

static void feed(struct logscan *s, const uint8_t *data, size_t size,
                 size_t step)
{
	while (size) {
		size_t room, n;
		char *to = logscan_space(s, &room);

		n = size < step ? size : step;
		n = n < room ? n : room;
		memcpy(to, data, n);
		logscan_put(s, n);
		data += n;
		size -= n;
	}
}

static void scan(struct arena *a, const uint8_t *data, size_t size, size_t step,
                 struct log_found *f)
{
	struct logscan *s = logscan_new(a, f, 64 * 1024);
	unsigned often = 1 + data[1] % 4;

	logscan_file(s, STR("x"));
	for (unsigned i = 0; i < often; i++)
		feed(s, data + 2, size - 2, step);
	logscan_file_end(s);
	logscan_end(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[8 << 20];
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	struct pass_opts o = { .limits = limits_default() };
	struct log_found again;

	if (size < 3)
		return 0;
	p = (struct pass){ .facts = ARENA_NEW(&a, struct facts),
		           .log_only = true };
	scan(&a, data, size, 64 * 1024, &p.facts->logs.found);
	scan(&a, data, size, data[0] + 1u, &again);
	if (again.n_hits != p.facts->logs.found.n_hits ||
	    again.lines != p.facts->logs.found.lines)
		abort();
	p.facts->logs.seen.state = SEEN_OK;
	p.facts->logs.pasted = true;
	pass_judge(&a, p.facts, &o, &p);
	return 0;
}
