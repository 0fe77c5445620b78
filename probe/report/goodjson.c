/* goodjson.c - what was well, as JSON and back, and how two of it differ. */
#include "probe/good.h"

#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/text.h"
#include "probe/when.h"

static const char *const names[GOOD_COUNT] = {
#define GOOD(id, name, text) [GOOD_##id] = name,
#include "probe/good.def"
#undef GOOD
};

void good_json(const struct good *g, struct buf *out)
{
	struct jsonw w = jsonw_init(out);

	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", STR("probe-good/1"));
	jsonw_int(&w, "at_ms", g->at_ms);
	for (unsigned i = 0; i < GOOD_COUNT; i++)
		if (g->s[i].n)
			jsonw_str(&w, names[i], g->s[i]);
	if (g->has_config) {
		jsonw_arr(&w, "config");
		for (size_t i = 0; i < g->n_keys; i++) {
			jsonw_obj(&w, NULL);
			jsonw_str(&w, "key", g->key[i].key);
			if (g->key[i].value.n)
				jsonw_str(&w, "value", g->key[i].value);
			jsonw_int(&w, "mark", g->key[i].mark);
			jsonw_end(&w);
		}
		jsonw_arr_end(&w);
	}
	jsonw_end(&w);
	(void)buf_char(out, '\n');
}

static void keys(const struct json *j, int list, struct arena *a,
                 struct good *g)
{
	int node = json_first(j, list);

	g->has_config = json_type(j, list) == JSON_ARRAY;
	for (int i = 0; i < json_count(j, list) && i < GOOD_KEYS; i++) {
		struct good_key *k = &g->key[g->n_keys];
		uint64_t mark = 0;

		k->key = text_clean(a, json_str(j, json_get(j, node, "key"), a),
		                    64);
		k->value = text_clean(
			a, json_str(j, json_get(j, node, "value"), a), 80);
		(void)json_u64(j, json_get(j, node, "mark"), &mark);
		k->mark = (uint16_t)mark;
		g->n_keys += k->key.n != 0;
		node = json_next(j, node);
	}
}

bool good_parse(struct str text, struct arena *a, struct good *out,
                struct err *e)
{
	struct json j;
	uint64_t at;

	*out = (struct good){ .at_ms = WHEN_NONE };
	if (!json_parse(a, text, 4096, &j, e))
		return err_wrap(e, GOOD_NAME);
	if (!json_u64(&j, json_get(&j, 0, "at_ms"), &at) || at > INT64_MAX)
		return err_set(e, ERR_FORM, 0, GOOD_NAME ": no time in it");
	out->at_ms = (int64_t)at;
	for (unsigned i = 0; i < GOOD_COUNT; i++)
		out->s[i] = text_clean(
			a, json_str(&j, json_get(&j, 0, names[i]), a), 200);
	keys(&j, json_get(&j, 0, "config"), a, out);
	return true;
}

/* ---- what differs */

static const struct good_key *find(const struct good *g, struct str key)
{
	for (size_t i = 0; i < g->n_keys; i++)
		if (str_eq(g->key[i].key, key))
			return &g->key[i];
	return NULL;
}

/* A value that is not told is still there. */
static struct str shown(const struct good_key *k)
{
	if (!k)
		return STR("");
	return k->value.n ? k->value : STR("(set)");
}

static size_t add(struct changed_row *out, size_t n, struct str what,
                  struct str was, struct str now)
{
	if (n < CHANGED_MAX)
		out[n++] = (struct changed_row){ what, was, now };
	return n;
}

static size_t compare_config(const struct good *was, const struct good *now,
                             struct arena *a, struct changed_row *out, size_t n)
{
	for (size_t i = 0; i < was->n_keys; i++) {
		const struct good_key *k = find(now, was->key[i].key);

		if (!k || k->mark != was->key[i].mark)
			n = add(out, n,
			        arena_str(a, "ecs.config " STR_FMT,
			                  STR_ARG(was->key[i].key)),
			        shown(&was->key[i]), shown(k));
	}
	for (size_t i = 0; i < now->n_keys; i++)
		if (!find(was, now->key[i].key))
			n = add(out, n,
			        arena_str(a, "ecs.config " STR_FMT,
			                  STR_ARG(now->key[i].key)),
			        STR(""), shown(&now->key[i]));
	return n;
}

size_t good_compare(const struct good *was, const struct good *now,
                    struct arena *a, struct changed_row *out)
{
	size_t n = 0;

	for (unsigned i = 0; i < GOOD_COUNT; i++)
		if (was->s[i].n && now->s[i].n && !str_eq(was->s[i], now->s[i]))
			n = add(out, n, str_of(names[i]), was->s[i], now->s[i]);
	if (was->has_config && now->has_config)
		n = compare_config(was, now, a, out, n);
	return n;
}

/* ---- reports */

static struct str or_none(struct str s)
{
	return s.n ? s : STR("(not set)");
}

void report_diff(const struct diff *d, struct arena *a, struct buf *out)
{
	int64_t ago = d->now_ms > d->good_ms ? d->now_ms - d->good_ms : 0;

	(void)buf_fmt(out,
	              d->n ? "Changed since it was last well, " STR_FMT
	                     " (" STR_FMT " ago):\n"
	                   : "Nothing that is kept has changed since it was "
	                     "last well, " STR_FMT " (" STR_FMT " ago).\n",
	              STR_ARG(when_text(a, d->good_ms)),
	              STR_ARG(when_age(a, ago)));
	for (size_t i = 0; i < d->n; i++) {
		const struct changed_row *r = &d->row[i];

		(void)buf_fmt(out,
		              "  " STR_FMT "\n    was " STR_FMT
		              "\n    now " STR_FMT "\n",
		              STR_ARG(r->what), STR_ARG(or_none(r->was)),
		              STR_ARG(or_none(r->now)));
	}
}

void report_diff_json(const struct diff *d, struct arena *a, struct buf *out)
{
	struct jsonw w = jsonw_init(out);

	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", STR("probe-diff/1"));
	jsonw_str(&w, "good", when_text(a, d->good_ms));
	jsonw_str(&w, "now", when_text(a, d->now_ms));
	jsonw_arr(&w, "changes");
	for (size_t i = 0; i < d->n; i++) {
		jsonw_obj(&w, NULL);
		jsonw_str(&w, "what", d->row[i].what);
		jsonw_str(&w, "was", d->row[i].was);
		jsonw_str(&w, "now", d->row[i].now);
		jsonw_end(&w);
	}
	jsonw_arr_end(&w);
	jsonw_end(&w);
	(void)buf_char(out, '\n');
}

struct str diff_line(const struct changed_row *row, size_t n, struct arena *a,
                     size_t max)
{
	struct buf b = buf_init(a, max);

	for (size_t i = 0; i < n && !b.full; i++)
		(void)buf_fmt(&b, "%s" STR_FMT " " STR_FMT " -> " STR_FMT,
		              i ? "; " : "", STR_ARG(row[i].what),
		              STR_ARG(text_clean(a, or_none(row[i].was), 60)),
		              STR_ARG(text_clean(a, or_none(row[i].now), 60)));
	return buf_str(&b);
}
