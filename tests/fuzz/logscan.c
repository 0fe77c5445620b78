/* A whole log: the same findings however its bytes come, and a verdict. The
 * first byte says how many come at a time, the second how often the log comes:
 * one line of it may be longer than the buffer. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/logscan.h"
#include "probe/pass.h"

#define BUF (64 * 1024)

/* A walk that is made once, and put back to its beginning each time: to make
 * one costs more than to walk over a short log. */
struct walk {
	unsigned char mem[1 << 20], fresh[1 << 20];
	struct arena a;
	struct logscan *s;
	struct log_found f, f_fresh;
};

static void begin(struct walk *w)
{
	if (!w->s) {
		w->a = (struct arena){ w->mem, 0, sizeof(w->mem) };
		w->s = logscan_new(&w->a, &w->f, BUF);
		memcpy(w->fresh, w->mem, sizeof(w->mem));
		w->f_fresh = w->f;
	}
	memcpy(w->mem, w->fresh, w->a.used);
	w->f = w->f_fresh;
}

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

static void scan(struct walk *w, const uint8_t *data, size_t size, size_t step)
{
	unsigned often = 1 + data[1] % 4;

	begin(w);
	logscan_file(w->s, STR("x"));
	for (unsigned i = 0; i < often; i++)
		feed(w->s, data + 2, size - 2, step);
	logscan_file_end(w->s);
	logscan_end(w->s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(16) struct walk whole, cut;
	static unsigned char mem[PASS_ARENA];
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	struct pass_opts o = { .limits = limits_default() };

	if (size < 3)
		return 0;
	p = (struct pass){ .facts = ARENA_NEW(&a, struct facts),
		           .log_only = true };
	scan(&whole, data, size, BUF);
	/* A line that is looked for in ever longer pieces takes its time. */
	scan(&cut, data, size, data[0] + 1u + size / 64);
	if (cut.f.n_hits != whole.f.n_hits || cut.f.lines != whole.f.lines)
		abort();
	p.facts->logs.found = whole.f;
	p.facts->logs.seen.state = SEEN_OK;
	p.facts->logs.pasted = true;
	pass_judge(&a, p.facts, &o, &p);
	return 0;
}
