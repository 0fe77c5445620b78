#include "spool.h"

#include <stdio.h>
#include <stdlib.h>

#include "probe/json.h"
#include "probe/jsonw.h"

enum {
	LIST_MAX = 16384,
	STATE_MAX = 4096,
	DIGITS = 16,
	FILE_MAX = SPOOL_FILE_BYTES + 2 * SPOOL_LINE_MAX,
};
#define HEAD "spool."

struct name {
	char z[sizeof(HEAD) + DIGITS];
};

static struct name name_of(uint64_t first)
{
	struct name n;

	(void)snprintf(n.z, sizeof(n.z), HEAD "%016llx",
	               (unsigned long long)first);
	return n;
}

static bool number(struct str s, uint64_t *out)
{
	return s.n == DIGITS && str_hex_u64(s, out);
}

/* ---- files */

bool spool_next(struct str *text, struct spool_line *out)
{
	while (text->n) {
		bool whole = memchr(text->p, '\n', text->n) != NULL;
		struct str line = str_cut(text, '\n');
		struct str num = str_cut(&line, ' ');

		/* A last line without its end was never wholly written. */
		if (!whole || !number(num, &out->seq) || line.n < 2 ||
		    line.p[0] != '{' || line.p[line.n - 1] != '}')
			continue;
		out->json = line;
		return true;
	}
	return false;
}

bool spool_load(const struct store *s, struct arena *a, uint64_t file,
                struct str *out, struct err *e)
{
	return store_load(s, a, name_of(file).z, FILE_MAX, out, e);
}

bool spool_append(const struct store *s, uint64_t file, uint64_t seq,
                  struct str json, bool sync, struct err *e)
{
	char line[SPOOL_LINE_MAX];
	struct buf b = { line, 0, sizeof(line), false };

	(void)buf_fmt(&b, "%016llx ", (unsigned long long)seq);
	if (!buf_add(&b, json))
		return err_set(e, ERR_LIMIT, 0, "a record of %zu bytes",
		               json.n);
	return store_append(s, name_of(file).z, buf_str(&b), sync, SIZE_MAX, e);
}

void spool_remove(const struct store *s, uint64_t file)
{
	struct err e;

	/* What stays is read once more, and found to be sent. */
	(void)!store_remove(s, name_of(file).z, &e);
}

static int by_number(const void *a, const void *b)
{
	const struct spool_file *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

/* A file that cannot be read counts as its first record alone. */
static uint64_t end_of(const struct store *s, struct arena *a, uint64_t file)
{
	struct spool_line line;
	uint64_t next = file + 1;
	size_t mark = a->used;
	struct str text;
	struct err e;

	if (spool_load(s, a, file, &text, &e))
		while (spool_next(&text, &line))
			if (line.seq >= next)
				next = line.seq + 1;
	a->used = mark;
	return next;
}

bool spool_scan(const struct store *s, struct arena *a, struct spool_file *out,
                size_t max, size_t *n, uint64_t *next, struct err *e)
{
	struct dir_entry *list;
	size_t mark = a->used, got, k = 0;

	if (!store_list(s, a, LIST_MAX, &list, &got, e))
		return false;
	for (size_t i = 0; i < got; i++) {
		uint64_t first;

		if (!str_starts(list[i].name, STR(HEAD)) ||
		    !number(str_skip(list[i].name, sizeof(HEAD) - 1), &first))
			continue;
		if (k == max) { /* more than ever was allowed */
			spool_remove(s, first);
			continue;
		}
		out[k++] = (struct spool_file){ first, list[i].info.size };
	}
	a->used = mark;
	qsort(out, k, sizeof(*out), by_number);
	*n = k;
	*next = k ? end_of(s, a, out[k - 1].first) : 0;
	return true;
}

/* ---- how far each sink has come */

bool spool_state_parse(struct str text, struct arena *a,
                       struct spool_state *out)
{
	struct spool_state st = { .dropped = 0 };
	struct json j;
	struct err e;
	int at;

	if (!json_parse(a, text, 64, &j, &e) || json_type(&j, 0) != JSON_OBJECT)
		return false;
	at = json_get(&j, 0, "next");
	if (json_type(&j, at) != JSON_OBJECT)
		return false;
	for (unsigned i = 0; i < SINK_COUNT; i++)
		st.known[i] = json_u64(&j, json_get(&j, at, sink_info[i].word),
		                       &st.cursor[i]);
	(void)json_u64(&j, json_get(&j, 0, "dropped"), &st.dropped);
	*out = st;
	return true;
}

bool spool_state_load(const struct store *s, struct arena *a,
                      struct spool_state *out, struct err *e)
{
	size_t mark = a->used;
	struct str text;
	bool ok = store_load(s, a, SPOOL_STATE, STATE_MAX, &text, e);

	if (ok && !spool_state_parse(text, a, out))
		ok = err_set(e, ERR_FORM, 0, SPOOL_STATE ": damaged");
	a->used = mark;
	return ok;
}

bool spool_state_save(const struct store *s, struct arena *a,
                      const struct spool_state *st, struct err *e)
{
	size_t mark = a->used;
	struct buf b = buf_init(a, STATE_MAX);
	struct jsonw w = jsonw_init(&b);
	bool ok;

	jsonw_obj(&w, NULL);
	jsonw_obj(&w, "next");
	for (unsigned i = 0; i < SINK_COUNT; i++)
		if (st->known[i])
			jsonw_int(&w, sink_info[i].word,
			          (int64_t)st->cursor[i]);
	jsonw_end(&w);
	jsonw_int(&w, "dropped", (int64_t)st->dropped);
	jsonw_end(&w);
	ok = store_save(s, SPOOL_STATE, buf_str(&b), 0640, e);
	a->used = mark;
	return ok;
}
