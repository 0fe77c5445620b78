/* history.c - what changed when, for a person and as JSON. */
#include "probe/history.h"

#include "probe/jsonw.h"
#include "probe/text.h"

enum { STAMP = 16 }; /* "2026-11-21 08:14" */

static struct str minute(struct arena *a, int64_t ms)
{
	struct str t = str_head(when_text(a, ms), STAMP);

	return arena_str(a, STR_FMT " " STR_FMT, STR_ARG(str_head(t, 10)),
	                 STR_ARG(str_skip(t, 11)));
}

/* ---- the chart of the last 24 hours */

struct brush {
	const char *plain, *drawn, *colour;
};
static const struct brush brushes[SEV_COUNT + 1] = {
	[SEV_OK] = { "-", "\u2581", "\33[0;32m" },
	[SEV_INFO] = { "-", "\u2581", "\33[0;32m" },
	[SEV_UNKNOWN] = { "?", "\u2583", "\33[0;35m" },
	[SEV_WARN] = { "w", "\u2585", "\33[0;33m" },
	[SEV_CRIT] = { "C", "\u2588", "\33[0;31m" },
	[SEV_COUNT] = { ".", "\u00b7", "\33[0;2m" },
};

static void chart(const struct history *h, const struct report_look *look,
                  struct arena *a, struct buf *out)
{
	char hours[HISTORY_CELLS + 4];
	int64_t begin = h->now_ms - (int64_t)HISTORY_CELLS * HISTORY_CELL_MS;

	(void)buf_add(out, STR("24 h  "));
	for (size_t i = 0; i < HISTORY_CELLS; i++) {
		const struct brush *b = &brushes[h->cell[i]];
		bool same = i && h->cell[i] == h->cell[i - 1];

		(void)buf_fmt(out, "%s%s",
		              look->colour && !same ? b->colour : "",
		              look->unicode ? b->drawn : b->plain);
	}
	if (look->colour)
		(void)buf_add(out, STR("\33[0m"));
	memset(hours, ' ', sizeof(hours));
	for (size_t i = 0; i < HISTORY_CELLS; i += 9) {
		int64_t at = begin + (int64_t)i * HISTORY_CELL_MS;
		struct str hm = str_skip(minute(a, at), 11);

		memcpy(hours + i, hm.p, hm.n < 5 ? hm.n : 5);
	}
	(void)buf_fmt(out, "\nUTC   " STR_FMT "\n",
	              STR_ARG(((struct str){ hours, HISTORY_CELLS })));
	if (!look->unicode)
		(void)buf_add(out, STR("      - ok  ? unknown  w warning  C "
		                       "critical  . nobody looked\n"));
	(void)buf_char(out, '\n');
}

/* ---- lines, oldest first */

static struct str span(const struct history *h, const struct episode *e,
                       struct arena *a)
{
	if (e->to_ms != WHEN_NONE)
		return when_age(a, e->to_ms - e->from_ms);
	return arena_str(a, STR_FMT " +",
	                 STR_ARG(when_age(a, h->now_ms > e->from_ms
	                                             ? h->now_ms - e->from_ms
	                                             : 0)));
}

static void did(const struct episode *e, struct buf *out)
{
	if (e->acts)
		(void)buf_fmt(out, "  %s%s%s", e->action,
		              e->outcome[0] ? ": " : "", e->outcome);
	if (e->acts > 1)
		(void)buf_fmt(out, " (%u acts)", e->acts);
	if (!e->acts && e->why_not[0])
		(void)buf_fmt(out, "  not acted: %s", e->why_not);
}

static void line(const struct history *h, const struct episode *e,
                 const struct report_look *look, struct arena *a,
                 struct buf *out)
{
	struct str cause = str_of(e->cause);

	/* Without a known cause the title says what it was. */
	if (!cause.n || str_eq(cause, STR("none")))
		cause = str_of(e->title[0] ? e->title : "no known cause");
	(void)buf_fmt(out, STR_FMT "  %9s  %-8s  " STR_FMT,
	              STR_ARG(minute(a, e->from_ms)), span(h, e, a).p,
	              sev_name[e->status], STR_ARG(cause));
	did(e, out);
	(void)buf_char(out, '\n');
	if (look->verbose && e->title[0] && cause.p != e->title)
		(void)buf_fmt(out, "%39s%s (restart: %s)\n", "", e->title,
		              e->restart[0] ? e->restart : "unknown");
}

static void turn_line(const struct turned *t, struct arena *a, struct buf *out)
{
	(void)buf_fmt(out, STR_FMT "  %9s  %-8s  %s %s, was %s\n",
	              STR_ARG(minute(a, t->at_ms)), "", "changed",
	              field_info[t->what].name, t->to, t->from);
}

static void head(const struct history *h, struct arena *a, struct buf *out)
{
	size_t n = history_episodes(h);
	int64_t sick = 0;

	for (size_t i = 0; i < n; i++) {
		const struct episode *e = history_episode(h, i);
		int64_t to = e->to_ms == WHEN_NONE ? h->now_ms : e->to_ms;

		sick += to > e->from_ms ? to - e->from_ms : 0;
	}
	(void)buf_fmt(out, "Since " STR_FMT ": %zu episode%s",
	              STR_ARG(minute(a, h->first_ms > h->from_ms ? h->first_ms
	                                                         : h->from_ms)),
	              h->n_episodes, h->n_episodes == 1 ? "" : "s");
	if (sick)
		(void)buf_fmt(out, ", " STR_FMT " in all",
		              STR_ARG(when_age(a, sick)));
	(void)buf_fmt(out, "; last looked " STR_FMT " ago\n",
	              STR_ARG(when_age(a, h->now_ms > h->last_ms
	                                          ? h->now_ms - h->last_ms
	                                          : 0)));
	if (h->n_episodes > n)
		(void)buf_fmt(out, "(the newest %zu)\n", n);
	(void)buf_char(out, '\n');
}

void report_history(const struct history *h, const struct report_look *look,
                    bool draw, struct arena *a, struct buf *out)
{
	size_t n = history_episodes(h), m = history_turns(h), k = 0;

	head(h, a, out);
	if (draw)
		chart(h, look, a, out);
	for (size_t i = 0; i < n; i++) {
		const struct episode *e = history_episode(h, i);
		size_t mark = a->used;

		while (k < m && history_turn(h, k)->at_ms <= e->from_ms)
			turn_line(history_turn(h, k++), a, out);
		line(h, e, look, a, out);
		a->used = mark;
	}
	while (k < m)
		turn_line(history_turn(h, k++), a, out);
}

/* ---- JSON: "probe-history/1" */

static void text(struct jsonw *w, const char *key, const char *v)
{
	if (v[0])
		jsonw_str(w, key, str_of(v));
}

static void episode_json(struct jsonw *w, const struct history *h,
                         const struct episode *e, struct arena *a)
{
	int64_t to = e->to_ms == WHEN_NONE ? h->now_ms : e->to_ms;

	jsonw_obj(w, NULL);
	jsonw_str(w, "from", when_text(a, e->from_ms));
	if (e->to_ms == WHEN_NONE)
		jsonw_null(w, "to");
	else
		jsonw_str(w, "to", when_text(a, e->to_ms));
	jsonw_int(w, "duration_ms", to > e->from_ms ? to - e->from_ms : 0);
	jsonw_str(w, "status", str_of(sev_name[e->status]));
	text(w, "class", e->class);
	text(w, "cause", e->cause);
	text(w, "title", e->title);
	text(w, "restart", e->restart);
	jsonw_int(w, "acts", e->acts);
	text(w, "action", e->action);
	text(w, "outcome", e->outcome);
	text(w, "why_not", e->why_not);
	jsonw_end(w);
}

void report_history_json(const struct history *h, struct arena *a,
                         struct buf *out)
{
	struct jsonw w = jsonw_init(out);
	char cells[HISTORY_CELLS + 1];

	for (size_t i = 0; i < HISTORY_CELLS; i++)
		cells[i] = brushes[h->cell[i]].plain[0];
	cells[HISTORY_CELLS] = '\0';
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", STR("probe-history/1"));
	jsonw_str(&w, "now", when_text(a, h->now_ms));
	if (h->first_ms != WHEN_NONE)
		jsonw_str(&w, "first", when_text(a, h->first_ms));
	jsonw_str(&w, "last_24h", str_of(cells));
	jsonw_arr(&w, "episodes");
	for (size_t i = 0; i < history_episodes(h); i++) {
		size_t mark = a->used;

		episode_json(&w, h, history_episode(h, i), a);
		a->used = mark;
	}
	jsonw_arr_end(&w);
	jsonw_arr(&w, "changes");
	for (size_t i = 0; i < history_turns(h); i++) {
		const struct turned *t = history_turn(h, i);

		jsonw_obj(&w, NULL);
		jsonw_str(&w, "at", when_text(a, t->at_ms));
		jsonw_str(&w, "what", str_of(field_info[t->what].name));
		jsonw_str(&w, "from", str_of(t->from));
		jsonw_str(&w, "to", str_of(t->to));
		jsonw_end(&w);
	}
	jsonw_arr_end(&w);
	jsonw_end(&w);
	(void)buf_char(out, '\n');
}
