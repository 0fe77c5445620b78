/* past.c - history.jsonl, written and read back. */
#include "probe/keep.h"

/* All of a heartbeat that history needs: a verdict, and what may change while
 * none does. */
static const enum field_id short_form[] = {
	FIELD_AT_MS,         FIELD_KIND,           FIELD_STATUS,
	FIELD_CAUSE,         FIELD_KERNEL,         FIELD_AMI,
	FIELD_AGENT_VERSION, FIELD_DOCKER_VERSION, FIELD_CLUSTER,
	FIELD_PROBE_VERSION,
};

static struct record shortened(const struct record *r)
{
	struct record out = { 0 };

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		out.n[f] = RECORD_NONE;
	for (size_t i = 0; i < sizeof(short_form) / sizeof(*short_form); i++) {
		out.s[short_form[i]] = r->s[short_form[i]];
		out.n[short_form[i]] = r->n[short_form[i]];
	}
	return out;
}

bool keep_history(const struct store *state, const struct record *r,
                  struct arena *a, struct err *e)
{
	bool beat = str_eq(r->s[FIELD_KIND],
	                   str_of(record_kind_text[RECORD_HEARTBEAT]));
	struct record kept = beat ? shortened(r) : *r;
	size_t mark = a->used;
	struct buf b = buf_init(a, RECORD_MAX);
	bool ok;

	record_json(&kept, a, &b);
	ok = store_append(state, HISTORY_NAME, buf_str(&b), !beat,
	                  HISTORY_MAX_BYTES, e);
	a->used = mark;
	return ok;
}

static void each_line(struct str text, struct arena *a,
                      void (*take)(void *ctx, const struct record *r),
                      void *ctx)
{
	struct record r;
	struct err e;

	while (text.n) {
		struct str line = str_cut(&text, '\n');
		size_t mark = a->used;

		if (record_parse(line, a, &r, &e) &&
		    r.n[FIELD_AT_MS] != RECORD_NONE)
			take(ctx, &r);
		a->used = mark;
	}
}

bool keep_past(const struct store *state, struct arena *a,
               void (*take)(void *ctx, const struct record *r), void *ctx,
               struct err *e)
{
	static const char *const names[] = { HISTORY_NAME ".1", HISTORY_NAME };
	bool any = false;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t mark = a->used;
		struct str text;

		if (store_load(state, a, names[i], HISTORY_MAX_BYTES, &text,
		               e)) {
			any = true;
			each_line(text, a, take, ctx);
		} else if (e->code != ERR_NOENT) {
			return false;
		}
		a->used = mark;
	}
	return any ||
	       err_set(e, ERR_NOENT, 0,
	               "no history is kept yet: does `probe daemon` run?");
}
