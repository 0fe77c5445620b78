/* recordjson.c - a record as one line of JSON, and back. */
#include "probe/record.h"

#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/text.h"

void record_copy(const struct record *r, struct arena *a, struct record *out)
{
	*out = *r;
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		if (r->s[f].n)
			out->s[f] = arena_copy(a, r->s[f]);
}

static void document(const struct record *r, size_t cap, struct arena *a,
                     struct buf *out)
{
	struct jsonw w = jsonw_init(out);

	jsonw_obj(&w, NULL);
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *i = &field_info[f];
		struct str v = r->s[f];

		if (i->type == FIELD_TYPE_INT) {
			if (r->n[f] != RECORD_NONE)
				jsonw_int(&w, i->name, r->n[f]);
			continue;
		}
		if (v.n > cap)
			v = text_clean(a, v, cap);
		if (v.n)
			jsonw_str(&w, i->name, v);
	}
	jsonw_end(&w);
}

void record_json(const struct record *r, struct arena *a, struct buf *out)
{
	/* Of clean text only quotes and backslashes grow, to two bytes. */
	static const size_t caps[] = { RECORD_MAX, 96, 48, 24, 8 };
	size_t from = out->n, cap = out->cap;

	if (cap > from + RECORD_MAX)
		out->cap = from + RECORD_MAX;
	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++) {
		size_t mark = a->used;

		out->n = from;
		out->full = false;
		document(r, caps[i], a, out);
		a->used = mark;
		if (!out->full)
			break;
	}
	out->cap = cap;
}

static bool read_int(const struct json *j, int node, int64_t *out)
{
	return json_type(j, node) == JSON_PRIM &&
	       str_i64(json_raw(j, node), out);
}

bool record_parse(struct str line, struct arena *a, struct record *out,
                  struct err *e)
{
	size_t mark = a->used;
	struct record r = { 0 };
	struct json j;

	if (line.n > 2 * RECORD_MAX)
		return err_set(e, ERR_LIMIT, 0, "a record of %zu bytes",
		               line.n);
	if (!json_parse(a, line, 256, &j, e))
		return false;
	if (json_type(&j, 0) != JSON_OBJECT) {
		a->used = mark;
		return err_set(e, ERR_FORM, 0, "not a record");
	}
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		const struct field_info *i = &field_info[f];
		int node = json_get(&j, 0, i->name);

		r.n[f] = RECORD_NONE;
		if (i->type == FIELD_TYPE_INT)
			(void)read_int(&j, node, &r.n[f]);
		else if (json_type(&j, node) == JSON_STRING)
			r.s[f] = text_clean(a, json_str(&j, node, a), i->cap);
	}
	*out = r;
	return true;
}
