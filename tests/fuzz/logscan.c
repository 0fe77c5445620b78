/* A whole log: the same findings however its bytes come, with lines of no
 * weight let pass and with each line read; and a verdict. The first byte says
 * how many come at a time, the second how often the log comes: one line of it
 * may be longer than the buffer. */
#include <stdint.h>
#include <stdlib.h>

#include "../../probe/logs/scan.h"
#include "../unit/feed.h"
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

static void begin(struct walk *w, bool plain)
{
	if (!w->s) {
		w->a = (struct arena){ w->mem, 0, sizeof(w->mem) };
		w->s = logscan_new(&w->a, &w->f, BUF);
		/* No line begins with a byte that is not there. */
		for (size_t i = 0; plain && i < QUIET_FORMS; i++)
			w->s->quiet_as.form[i] =
				(struct quiet_form){ .want = { 1 } };
		memcpy(w->fresh, w->mem, sizeof(w->mem));
		w->f_fresh = w->f;
	}
	memcpy(w->mem, w->fresh, w->a.used);
	w->f = w->f_fresh;
}

static void scan(struct walk *w, const uint8_t *data, size_t size, size_t step)
{
	unsigned often = 1 + data[1] % 4;

	begin(w, step != BUF);
	logscan_file(w->s, STR("x"));
	for (unsigned i = 0; i < often; i++)
		feed(w->s, data + 2, size - 2, step);
	logscan_file_end(w->s);
	logscan_end(w->s);
}

static bool same_place(struct log_at a, struct log_at b)
{
	return a.ms == b.ms && a.line == b.line;
}

static void same(const struct log_found *a, const struct log_found *b)
{
	if (a->n_hits != b->n_hits || a->lines != b->lines ||
	    a->records != b->records || a->newest_ms != b->newest_ms ||
	    a->exits != b->exits || a->acs_fast != b->acs_fast ||
	    a->acs_lost != b->acs_lost || a->memory_mib != b->memory_mib)
		abort();
	for (size_t i = 0; i < a->n_hits; i++) {
		const struct log_hit *h = a->hits + i, *k = b->hits + i;

		if (h->finding != k->finding || h->count != k->count ||
		    h->past != k->past || h->sig != k->sig ||
		    !same_place(h->first, k->first) ||
		    !same_place(h->last, k->last))
			abort();
	}
	for (size_t i = 0; i < MARK_COUNT; i++)
		if (a->mark_count[i] != b->mark_count[i] ||
		    !same_place(a->mark[i], b->mark[i]))
			abort();
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
	same(&whole.f, &cut.f);
	p.facts->logs.found = whole.f;
	p.facts->logs.seen.state = SEEN_OK;
	p.facts->logs.pasted = true;
	pass_judge(&a, p.facts, &o, &p);
	return 0;
}
