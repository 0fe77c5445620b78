#include "probe/memory.h"

#include "memoryjson.h"

bool memory_load(struct memory *m, const struct store *s, struct arena *a,
                 struct err *e)
{
	size_t used = a->used;
	struct str text;
	bool ok;

	*m = (struct memory){ .raised.class = CLASS_HEALTHY };
	if (!store_load(s, a, MEMORY_NAME, MEMORY_MAX_BYTES, &text, e))
		return e->code == ERR_NOENT || err_wrap(e, MEMORY_NAME);
	ok = memory_parse(text, a, m, e) || err_wrap(e, MEMORY_NAME);
	a->used = used;
	return ok;
}

bool memory_save(struct memory *m, const struct store *s, struct arena *a,
                 struct err *e)
{
	size_t used = a->used;
	struct buf out = buf_init(a, MEMORY_MAX_BYTES);
	bool ok;

	memory_render(m, &out);
	ok = store_save(s, MEMORY_NAME, buf_str(&out), 0640, e);
	a->used = used;
	if (!ok)
		return err_wrap(e, MEMORY_NAME);
	m->saved_ms = m->clock.now_ms;
	m->changed = false;
	return true;
}
