#include "probe/dockerev.h"

#include "probe/host.h"
#include "probe/json.h"

#define TOKENS 512

static void word(char *to, struct str s)
{
	size_t n = s.n < DOCKEREV_WORD_MAX - 1 ? s.n : DOCKEREV_WORD_MAX - 1;

	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)s.p[i] < ' ' ? ' ' : s.p[i];
	to[n] = '\0';
}

static bool event(struct str line, struct arena *a, struct dockerev *out)
{
	struct json j;
	struct err e;
	struct str action;
	int attrs;
	uint64_t code;

	if (!json_parse(a, line, TOKENS, &j, &e) ||
	    json_type(&j, 0) != JSON_OBJECT)
		return false;
	action = json_str(&j, json_get(&j, 0, "Action"), a);
	if (!action.n)
		action = json_str(&j, json_get(&j, 0, "status"), a);
	if (!action.n || str_starts(action, STR("exec_")))
		return false;
	*out = (struct dockerev){ .exit_code = -1 };
	word(out->action, action);
	attrs = json_get(&j, json_get(&j, 0, "Actor"), "Attributes");
	word(out->name, json_str(&j, json_get(&j, attrs, "name"), a));
	if (str_u64(json_str(&j, json_get(&j, attrs, "exitCode"), a), &code) &&
	    code < 1000)
		out->exit_code = (int)code;
	return true;
}

/* What a whole line means. */
static enum dockerev_came line(struct dockerev_stream *s, struct arena *a,
                               struct dockerev *out, struct err *e)
{
	struct str text = { s->line, s->n };
	struct cmd_out said;
	bool skip = s->skip;

	s->n = 0;
	s->skip = false;
	if (s->answered)
		return !skip && event(text, a, out) ? DOCKEREV_EVENT
		                                    : DOCKEREV_NONE;
	if (skip || !verb_answer(text, &said, e)) {
		if (skip)
			(void)err_set(e, ERR_LIMIT, 0, "helper: a long answer");
		return DOCKEREV_REFUSED;
	}
	s->answered = true;
	return DOCKEREV_OPEN;
}

enum dockerev_came dockerev_take(struct dockerev_stream *s, struct str *in,
                                 struct arena *a, struct dockerev *out,
                                 struct err *e)
{
	while (in->n) {
		char c = *in->p;
		enum dockerev_came came;

		*in = str_skip(*in, 1);
		if (c != '\n') {
			if (s->n < sizeof(s->line))
				s->line[s->n++] = c;
			else
				s->skip = true;
			continue;
		}
		arena_reset(a);
		came = line(s, a, out, e);
		if (came != DOCKEREV_NONE)
			return came;
	}
	return DOCKEREV_NONE;
}
