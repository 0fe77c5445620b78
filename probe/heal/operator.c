/* operator.c - `probe hold` and `probe release`: a file of their own, so that
 * neither they nor the daemon ever writes over the other. */
#include "memoryjson.h"
#include "probe/jsonw.h"

enum { MAX_TOKENS = 64 };
#define FOR_EVER (INT64_MAX / 4)

static struct hold endless(const struct memory *m, const char *why)
{
	struct hold h = { .on = true,
		          .for_ms = FOR_EVER,
		          .mono_ms = m->clock.mono_ms,
		          .wall_ms = m->clock.wall_ms };

	memory_text(h.boot, sizeof(h.boot), str_of(m->clock.boot));
	memory_text(h.why, sizeof(h.why), str_of(why));
	return h;
}

static void get_hold(const struct json *j, struct arena *a, struct memory *m)
{
	int n = json_get(j, 0, "hold");
	struct hold h = { .on = json_type(j, n) == JSON_OBJECT };
	int64_t release = memory_num(j, 0, "release_wall_ms");

	if (h.on) {
		h.for_ms = memory_num(j, n, "for_ms");
		h.mono_ms = memory_num(j, n, "mono_ms");
		h.wall_ms = memory_num(j, n, "wall_ms");
		memory_get(j, n, "boot", h.boot, sizeof(h.boot));
		memory_text(h.why, sizeof(h.why),
		            json_str(j, json_get(j, n, "why"), a));
		memory_text(h.who, sizeof(h.who),
		            json_str(j, json_get(j, n, "who"), a));
	}
	m->hold = h;
	if (release && release != m->release_wall_ms) {
		m->release_wall_ms = release;
		m->released_ms = m->clock.now_ms;
		m->changed = true;
	}
}

void operator_read(struct memory *m, const struct store *s, struct arena *a)
{
	size_t used = a->used;
	struct str text;
	struct json j;
	struct err e;

	if (!store_load(s, a, OPERATOR_NAME, OPERATOR_MAX_BYTES, &text, &e)) {
		if (e.code == ERR_NOENT)
			m->hold = (struct hold){ 0 };
		else
			m->hold = endless(m, "operator.json cannot be read");
	} else if (!json_parse(a, text, MAX_TOKENS, &j, &e) ||
	           json_type(&j, 0) != JSON_OBJECT) {
		m->hold = endless(m, "operator.json is not understood");
	} else {
		get_hold(&j, a, m);
	}
	a->used = used;
}

bool operator_hold(const struct store *s, struct arena *a, const struct hold *h,
                   struct err *e)
{
	struct buf out = buf_init(a, OPERATOR_MAX_BYTES);
	struct jsonw w = jsonw_init(&out);

	jsonw_obj(&w, NULL);
	jsonw_obj(&w, "hold");
	jsonw_int(&w, "for_ms", h->for_ms);
	jsonw_int(&w, "mono_ms", h->mono_ms);
	jsonw_int(&w, "wall_ms", h->wall_ms);
	jsonw_str(&w, "boot", str_of(h->boot));
	jsonw_str(&w, "why", str_of(h->why));
	jsonw_str(&w, "who", str_of(h->who));
	jsonw_end(&w);
	jsonw_end(&w);
	(void)buf_char(&out, '\n');
	return store_save(s, OPERATOR_NAME, buf_str(&out), 0644, e);
}

bool operator_release(const struct store *s, struct arena *a, int64_t wall_ms,
                      struct str who, struct err *e)
{
	struct buf out = buf_init(a, OPERATOR_MAX_BYTES);
	struct jsonw w = jsonw_init(&out);

	jsonw_obj(&w, NULL);
	jsonw_int(&w, "release_wall_ms", wall_ms);
	jsonw_str(&w, "who", who);
	jsonw_end(&w);
	(void)buf_char(&out, '\n');
	return store_save(s, OPERATOR_NAME, buf_str(&out), 0644, e);
}
