/* memoryjson.c - a memory as JSON, and back. Pure. */
#include <limits.h>

#include "memoryjson.h"
#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/text.h"

enum { FORMAT = 1, MAX_TOKENS = 4096 };

void memory_text(char *to, size_t cap, struct str s)
{
	s = str_head(s, cap - 1);
	if (s.n)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
}

/* Ids are ours, the kernel's or EC2's: whatever else stands there is none. */
void memory_id(char *to, size_t cap, struct str s)
{
	bool plain = s.n < cap;

	for (size_t i = 0; i < s.n && plain; i++)
		plain = (str_low(s.p[i]) >= 'a' && str_low(s.p[i]) <= 'z') ||
		        (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' ||
		        s.p[i] == '_';
	memory_text(to, cap, plain ? s : STR(""));
}

enum action_id action_of(struct str id)
{
	for (unsigned i = 1; i < ACTION_COUNT; i++)
		if (str_eq(id, str_of(action_info[i].id)))
			return (enum action_id)i;
	return ACTION_NONE;
}

enum act_outcome outcome_of(struct str text)
{
	for (unsigned i = 0; i < ACT_OUTCOMES; i++)
		if (str_eq(text, str_of(act_outcome_text[i])))
			return (enum act_outcome)i;
	return ACT_UNKNOWN;
}

/* ---- out */

static void put_text(struct jsonw *w, const char *key, const char *v)
{
	jsonw_str(w, key, str_of(v));
}

static void put_clock(struct jsonw *w, const struct memory_clock *k)
{
	jsonw_obj(w, "clock");
	jsonw_int(w, "now_ms", k->now_ms);
	jsonw_int(w, "mono_ms", k->mono_ms);
	jsonw_int(w, "wall_ms", k->wall_ms);
	put_text(w, "boot", k->boot);
	jsonw_end(w);
}

static void put_streaks(struct jsonw *w, const struct memory *m)
{
	jsonw_arr(w, "streaks");
	for (size_t i = 0; i < m->n_streaks; i++) {
		const struct streak *s = &m->streak[i];

		jsonw_obj(w, NULL);
		put_text(w, "cause", cause_info[s->cause].name);
		jsonw_int(w, "since_ms", s->since_ms);
		jsonw_int(w, "last_ms", s->last_ms);
		jsonw_int(w, "seen", s->seen);
		jsonw_arr(w, "at");
		for (size_t k = 0; k < s->n_at; k++)
			jsonw_int(w, NULL, s->at[k]);
		jsonw_arr_end(w);
		jsonw_end(w);
	}
	jsonw_arr_end(w);
}

static void put_raised(struct jsonw *w, const struct raised *r)
{
	jsonw_obj(w, "raised");
	put_text(w, "status", sev_name[r->status]);
	put_text(w, "cause", cause_info[r->cause].name);
	jsonw_int(w, "since_ms", r->since_ms);
	jsonw_int(w, "since_wall_ms", r->since_wall_ms);
	jsonw_end(w);
}

static void put_acts(struct jsonw *w, const struct memory *m)
{
	jsonw_arr(w, "acts");
	for (size_t i = 0; i < m->n_acts; i++) {
		const struct act_memory *x = &m->act[i];

		jsonw_obj(w, NULL);
		put_text(w, "id", x->id);
		put_text(w, "action", action_info[x->action].id);
		put_text(w, "cause", cause_info[x->cause].name);
		put_text(w, "outcome", act_outcome_text[x->outcome]);
		jsonw_int(w, "intent_ms", x->intent_ms);
		jsonw_int(w, "done_ms", x->done_ms);
		jsonw_int(w, "wall_ms", x->wall_ms);
		put_text(w, "boot", x->boot);
		jsonw_end(w);
	}
	jsonw_arr_end(w);
}

void memory_render(const struct memory *m, struct buf *out)
{
	struct jsonw w = jsonw_init(out);

	jsonw_obj(&w, NULL);
	jsonw_int(&w, "format", FORMAT);
	put_text(&w, "instance", m->instance);
	put_clock(&w, &m->clock);
	put_raised(&w, &m->raised);
	put_streaks(&w, m);
	jsonw_int(&w, "blind_since_ms", m->blind_since_ms);
	jsonw_int(&w, "well_since_ms", m->well_since_ms);
	jsonw_int(&w, "well_ms", m->well_ms);
	jsonw_int(&w, "good_wall_ms", m->good_wall_ms);
	put_acts(&w, m);
	jsonw_int(&w, "release_wall_ms", m->release_wall_ms);
	jsonw_int(&w, "released_ms", m->released_ms);
	jsonw_int(&w, "evidence_ms", m->evidence_ms);
	jsonw_end(&w);
	(void)buf_char(out, '\n');
}

/* ---- in */

/* Whole numbers from 0 on; anything else is 0. */
int64_t memory_num(const struct json *j, int object, const char *key)
{
	uint64_t v = 0;

	(void)json_u64(j, json_get(j, object, key), &v);
	return v <= INT64_MAX ? (int64_t)v : 0;
}

void memory_get(const struct json *j, int object, const char *key, char *to,
                size_t cap)
{
	struct str v = json_raw(j, json_get(j, object, key));

	memory_id(to, cap, v);
}

/* A time of ours: never after now. */
static int64_t get_time(const struct json *j, int object, const char *key,
                        int64_t now_ms)
{
	int64_t v = memory_num(j, object, key);

	return v <= now_ms ? v : now_ms;
}

static enum severity severity_of(struct str text)
{
	for (unsigned i = 0; i < SEV_COUNT; i++)
		if (str_eq(text, str_of(sev_name[i])))
			return (enum severity)i;
	return SEV_OK;
}

static void get_streak(const struct json *j, int n, struct memory *m)
{
	struct str name = json_raw(j, json_get(j, n, "cause"));
	struct streak s = { .cause = cause_of(name) };
	int64_t now = m->clock.now_ms, seen = memory_num(j, n, "seen");
	int at = json_first(j, json_get(j, n, "at"));

	/* A cause of another version of probe is none of ours. */
	if ((!s.cause && !str_eq(name, STR("NONE"))) ||
	    memory_streak(m, s.cause))
		return;
	s.since_ms = get_time(j, n, "since_ms", now);
	s.last_ms = get_time(j, n, "last_ms", now);
	s.seen = seen < UINT32_MAX ? (uint32_t)seen : UINT32_MAX;
	if (!m->clock.boot[0]) /* of which boot they are cannot be told */
		at = JSON_NONE;
	for (; at >= 0 && s.n_at < MEMORY_SIGHTINGS; at = json_next(j, at)) {
		uint64_t v;

		if (!json_u64(j, at, &v) || v > (uint64_t)now ||
		    (s.n_at && (int64_t)v > s.at[s.n_at - 1]))
			break;
		s.at[s.n_at++] = (int64_t)v;
	}
	m->streak[m->n_streaks++] = s;
}

static void get_act(const struct json *j, int n, struct memory *m)
{
	struct act_memory *x = &m->act[m->n_acts++];
	int64_t now = m->clock.now_ms;

	*x = (struct act_memory){
		.action = action_of(json_raw(j, json_get(j, n, "action"))),
		.cause = cause_of(json_raw(j, json_get(j, n, "cause"))),
		.outcome = outcome_of(json_raw(j, json_get(j, n, "outcome"))),
		.intent_ms = get_time(j, n, "intent_ms", now),
		.done_ms = get_time(j, n, "done_ms", now),
		.wall_ms = memory_num(j, n, "wall_ms"),
		.orphan = true,
	};
	memory_get(j, n, "id", x->id, sizeof(x->id));
	memory_get(j, n, "boot", x->boot, sizeof(x->boot));
}

static void get_raised(const struct json *j, int n, struct memory *m)
{
	struct raised r = {
		.status = severity_of(json_raw(j, json_get(j, n, "status"))),
		.cause = cause_of(json_raw(j, json_get(j, n, "cause"))),
		.since_ms = get_time(j, n, "since_ms", m->clock.now_ms),
		.since_wall_ms = memory_num(j, n, "since_wall_ms"),
	};

	if (r.status == SEV_INFO)
		r.status = SEV_OK;
	r.class = r.cause              ? cause_info[r.cause].class
	          : r.status == SEV_OK ? CLASS_HEALTHY
	                               : CLASS_OTHER;
	m->raised = r;
}

bool memory_parse(struct str text, struct arena *a, struct memory *out,
                  struct err *e)
{
	size_t used = a->used;
	struct json j;
	int clock, n;

	*out = (struct memory){ .raised.class = CLASS_HEALTHY };
	if (!json_parse(a, text, MAX_TOKENS, &j, e))
		return false;
	clock = json_get(&j, 0, "clock");
	out->clock.now_ms = memory_num(&j, clock, "now_ms");
	if (memory_num(&j, 0, "format") != FORMAT || !out->clock.now_ms) {
		*out = (struct memory){ .raised.class = CLASS_HEALTHY };
		return err_set(e, ERR_FORM, 0, "not a memory of this version");
	}
	out->clock.mono_ms = memory_num(&j, clock, "mono_ms");
	out->clock.wall_ms = memory_num(&j, clock, "wall_ms");
	memory_get(&j, clock, "boot", out->clock.boot, MEMORY_ID_MAX);
	memory_get(&j, 0, "instance", out->instance, MEMORY_ID_MAX);
	n = json_first(&j, json_get(&j, 0, "streaks"));
	for (; n >= 0 && out->n_streaks < MEMORY_STREAKS; n = json_next(&j, n))
		get_streak(&j, n, out);
	n = json_first(&j, json_get(&j, 0, "acts"));
	for (; n >= 0 && out->n_acts < MEMORY_ACTS; n = json_next(&j, n))
		get_act(&j, n, out);
	get_raised(&j, json_get(&j, 0, "raised"), out);
	out->blind_since_ms =
		get_time(&j, 0, "blind_since_ms", out->clock.now_ms);
	out->well_since_ms =
		get_time(&j, 0, "well_since_ms", out->clock.now_ms);
	out->well_ms = get_time(&j, 0, "well_ms", out->clock.now_ms);
	out->good_wall_ms = memory_num(&j, 0, "good_wall_ms");
	out->release_wall_ms = memory_num(&j, 0, "release_wall_ms");
	out->released_ms = get_time(&j, 0, "released_ms", out->clock.now_ms);
	out->evidence_ms = get_time(&j, 0, "evidence_ms", out->clock.now_ms);
	out->saved_ms = out->clock.now_ms;
	a->used = used;
	return true;
}
