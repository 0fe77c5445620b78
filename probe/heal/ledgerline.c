/* ledgerline.c - the lines of the ledger, there and back. Pure. */
#include "ledger.h"

#include "memoryjson.h"
#include "probe/jsonw.h"
#include "probe/when.h"

enum { MAX_TOKENS = 64, WORDS_MAX = 256 };

struct act_memory *ledger_push(struct memory *m, const struct act_memory *x)
{
	size_t at = m->n_acts;

	m->changed = true;
	if (m->n_acts == MEMORY_ACTS) {
		memmove(&m->act[0], &m->act[1],
		        (MEMORY_ACTS - 1) * sizeof(m->act[0]));
		at = --m->n_acts;
	}
	while (at > 0 && m->act[at - 1].intent_ms > x->intent_ms)
		at--;
	memmove(&m->act[at + 1], &m->act[at],
	        (m->n_acts - at) * sizeof(m->act[0]));
	m->act[at] = *x;
	m->n_acts++;
	return &m->act[at];
}

/* ---- in */

static struct act_memory *known(struct memory *m, struct str id)
{
	for (size_t i = 0; i < m->n_acts; i++)
		if (str_eq(str_of(m->act[i].id), id))
			return &m->act[i];
	return NULL;
}

/* The steady clock goes on from where this line was written. */
static void anchor(const struct json *j, struct memory *m)
{
	struct memory_clock *k = &m->clock;
	int64_t at = memory_num(j, 0, "steady_ms");
	int64_t gone = memory_since(k, memory_num(j, 0, "mono_ms"),
	                            json_raw(j, json_get(j, 0, "boot")));

	if (at <= INT64_MAX / 4 && at + gone > k->now_ms)
		k->now_ms = at + gone;
}

static void take_intent(const struct json *j, struct memory *m)
{
	struct act_memory x = {
		.action = action_of(json_raw(j, json_get(j, 0, "action"))),
		.cause = cause_of(json_raw(j, json_get(j, 0, "cause"))),
		.intent_ms = memory_num(j, 0, "steady_ms"),
		.wall_ms = memory_num(j, 0, "wall_ms"),
		.orphan = true,
	};

	memory_get(j, 0, "id", x.id, sizeof(x.id));
	memory_get(j, 0, "boot", x.boot, sizeof(x.boot));
	if (x.intent_ms > m->clock.now_ms)
		x.intent_ms = m->clock.now_ms;
	if (!known(m, str_of(x.id)))
		(void)ledger_push(m, &x);
}

static void take_end(const struct json *j, struct memory *m)
{
	struct act_memory *x = known(m, json_raw(j, json_get(j, 0, "id")));

	if (!x || x->outcome != ACT_OPEN)
		return;
	x->outcome = outcome_of(json_raw(j, json_get(j, 0, "outcome")));
	x->done_ms = memory_num(j, 0, "steady_ms");
	if (x->outcome == ACT_OPEN)
		x->outcome = ACT_UNKNOWN;
}

/* False for a line that is none of ours. */
static bool take(struct str line, struct memory *m, struct arena *a)
{
	size_t used = a->used;
	struct json j;
	struct err e;
	struct str kind, whose;
	bool ok = json_parse(a, line, MAX_TOKENS, &j, &e) &&
	          json_type(&j, 0) == JSON_OBJECT &&
	          memory_num(&j, 0, "steady_ms") > 0;

	if (ok) {
		kind = json_raw(&j, json_get(&j, 0, "kind"));
		whose = json_raw(&j, json_get(&j, 0, "instance"));
		if (!m->instance[0])
			memory_id(m->instance, MEMORY_ID_MAX, whose);
		if (!whose.n || str_eq(whose, str_of(m->instance))) {
			anchor(&j, m);
			if (str_eq(kind, STR("intent")))
				take_intent(&j, m);
			else if (str_eq(kind, STR("end")))
				take_end(&j, m);
		}
	}
	a->used = used;
	return ok;
}

/* A line that nobody understands may have been an intent: it counts as one, as
 * late as it may have been. */
static void take_damage(size_t off, size_t n, struct memory *m, struct arena *a)
{
	struct act_memory x = { .outcome = ACT_UNKNOWN,
		                .intent_ms = m->clock.now_ms,
		                .done_ms = m->clock.now_ms,
		                .wall_ms = m->clock.wall_ms };

	memory_text(x.id, sizeof(x.id),
	            arena_str(a, "damaged-%zu-%zu", off, n));
	if (!known(m, str_of(x.id)))
		(void)ledger_push(m, &x);
}

void ledger_parse(struct str text, struct memory *m, struct arena *a)
{
	struct str all = text;

	while (text.n) {
		size_t off = (size_t)(text.p - all.p);
		struct str line = str_cut(&text, '\n');

		if (!text.p) /* no end: its append never returned */
			break;
		if (line.n && !take(line, m, a))
			take_damage(off, line.n, m, a);
	}
	for (size_t i = 0; i < m->n_acts; i++) {
		struct act_memory *x = &m->act[i];

		if (x->outcome != ACT_OPEN ||
		    str_eq(str_of(x->boot), str_of(m->clock.boot)))
			continue;
		x->outcome = ACT_UNKNOWN;
		x->done_ms = m->clock.now_ms;
		m->changed = true;
	}
}

/* ---- out */

static struct jsonw begin(const struct memory *m, struct buf *out,
                          struct arena *a, const char *kind)
{
	struct jsonw w = jsonw_init(out);

	jsonw_obj(&w, NULL);
	jsonw_str(&w, "at", when_text(a, m->clock.wall_ms));
	jsonw_str(&w, "kind", str_of(kind));
	jsonw_int(&w, "steady_ms", m->clock.now_ms);
	jsonw_int(&w, "mono_ms", m->clock.mono_ms);
	jsonw_int(&w, "wall_ms", m->clock.wall_ms);
	jsonw_str(&w, "boot", str_of(m->clock.boot));
	jsonw_str(&w, "instance", str_of(m->instance));
	return w;
}

void ledger_put_intent(const struct memory *m, const struct act_memory *x,
                       struct arena *a, struct buf *out)
{
	struct jsonw w = begin(m, out, a, "intent");

	jsonw_str(&w, "id", str_of(x->id));
	jsonw_str(&w, "action", str_of(action_info[x->action].id));
	jsonw_str(&w, "cause", str_of(cause_info[x->cause].name));
	jsonw_end(&w);
}

void ledger_put_end(const struct memory *m, const struct act_memory *x,
                    struct str words, struct arena *a, struct buf *out)
{
	struct jsonw w = begin(m, out, a, "end");

	jsonw_str(&w, "id", str_of(x->id));
	jsonw_str(&w, "outcome", str_of(act_outcome_text[x->outcome]));
	jsonw_str(&w, "words", str_head(words, WORDS_MAX));
	jsonw_end(&w);
}

void ledger_put_check(const struct memory *m, struct arena *a, struct buf *out)
{
	struct jsonw w = begin(m, out, a, "check");

	jsonw_end(&w);
}
