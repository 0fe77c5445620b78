/* ledger.c - what was intended and how it ended, a line each, on the disk
 * before anything is done. */
#include "ledger.h"

#include "memoryjson.h"

enum { LINE_MAX_BYTES = 2048, SLACK_BYTES = 8192 };
#define RETRY_MS (60 * (int64_t)1000)

static bool bad(struct memory *m, const struct err *e)
{
	m->ledger_bad = true;
	m->ledger_tried_ms = m->clock.now_ms;
	memory_text(m->ledger_why, sizeof(m->ledger_why), str_of(e->msg));
	return false;
}

static bool read_one(const struct store *s, struct arena *a, const char *name,
                     struct str *out, struct err *e)
{
	*out = (struct str){ NULL, 0 };
	return store_load(s, a, name, LEDGER_MAX_BYTES + SLACK_BYTES, out, e) ||
	       e->code == ERR_NOENT;
}

bool ledger_load(struct memory *m, const struct store *s, struct arena *a,
                 struct err *e)
{
	size_t used = a->used;
	struct str older, text;

	if (s->dir < 0)
		return bad(m, (err_set(e, ERR_NOENT, 0, "no folder to keep it"),
		               e));
	if (!read_one(s, a, LEDGER_NAME ".1", &older, e) ||
	    !read_one(s, a, LEDGER_NAME, &text, e))
		return bad(m, (err_wrap(e, LEDGER_NAME), e));
	ledger_parse(older, m, a);
	ledger_parse(text, m, a);
	a->used = used;
	m->ledger_bad = false;
	return true;
}

static bool append(struct memory *m, const struct store *s, struct buf *out,
                   struct err *e)
{
	if (out->full)
		(void)err_set(e, ERR_LIMIT, 0, "a line is too long");
	else if (store_append(s, LEDGER_NAME, buf_str(out), true,
	                      LEDGER_MAX_BYTES, e))
		return true;
	return bad(m, (err_wrap(e, LEDGER_NAME), e));
}

bool ledger_intent(struct memory *m, const struct store *s, struct arena *a,
                   const struct act_memory *x, struct err *e)
{
	struct buf out = buf_init(a, LINE_MAX_BYTES);

	ledger_put_intent(m, x, a, &out);
	return append(m, s, &out, e);
}

bool ledger_end(struct memory *m, const struct store *s, struct arena *a,
                const struct act_memory *x, struct str words, struct err *e)
{
	struct buf out = buf_init(a, LINE_MAX_BYTES);

	ledger_put_end(m, x, words, a, &out);
	return append(m, s, &out, e);
}

void ledger_retry(struct memory *m, const struct store *s, struct arena *a)
{
	struct buf out = buf_init(a, LINE_MAX_BYTES);
	struct err e = { 0 };

	if (!m->ledger_bad || m->clock.now_ms - m->ledger_tried_ms < RETRY_MS ||
	    !ledger_load(m, s, a, &e))
		return;
	ledger_put_check(m, a, &out);
	(void)append(m, s, &out, &e);
}
