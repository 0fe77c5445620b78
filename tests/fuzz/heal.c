/* memory.json and ledger.jsonl, whatever a disk made of them. */
#include <stdint.h>
#include <stdlib.h>

#include "probe/heal.h"

static void check(const struct memory *m)
{
	if (m->n_acts > MEMORY_ACTS || m->n_streaks > MEMORY_STREAKS)
		abort();
	for (size_t i = 0; i < m->n_acts; i++)
		if (m->act[i].intent_ms < 0 ||
		    m->act[i].intent_ms > m->clock.now_ms ||
		    m->act[i].action >= ACTION_COUNT ||
		    m->act[i].cause >= CAUSE_COUNT)
			abort();
	for (size_t i = 0; i < m->n_streaks; i++)
		if (m->streak[i].last_ms > m->clock.now_ms ||
		    m->streak[i].n_at > MEMORY_SIGHTINGS)
			abort();
}

/* What was read and written once reads as itself. */
static void there_and_back(const struct memory *m, struct arena *a)
{
	struct buf one = buf_init(a, MEMORY_MAX_BYTES);
	struct buf two = buf_init(a, MEMORY_MAX_BYTES);
	struct memory again;
	struct err e;

	memory_render(m, &one);
	if (one.full || !memory_parse(buf_str(&one), a, &again, &e))
		abort();
	check(&again);
	memory_render(&again, &two);
	if (!str_eq(buf_str(&one), buf_str(&two)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static unsigned char mem[8 << 20];
	struct arena a = { mem, 0, sizeof(mem) };
	struct str text = { (const char *)data, size };
	struct memory m, fresh = { 0 };
	struct err e;

	if (size > MEMORY_MAX_BYTES)
		return 0;
	if (memory_parse(text, &a, &m, &e)) {
		check(&m);
		there_and_back(&m, &a);
	} else if (m.n_acts || m.n_streaks || m.clock.now_ms) {
		abort();
	}
	(void)memory_tick(&fresh, 1790000000000, 5000, STR("boot-2"));
	ledger_parse(text, &fresh, &a);
	check(&fresh);
	if (heal_open(&fresh) &&
	    !str_eq(str_of(heal_open(&fresh)->boot), STR("boot-2")))
		abort();
	there_and_back(&fresh, &a);
	return 0;
}
