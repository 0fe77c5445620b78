#include "probe/judge.h"

#include <stdarg.h>
#include <stdio.h>

#include "probe/text.h"

const struct check *const checks[] = {
#define CHECK(name) &check_##name,
#include "probe/checks.def"
#undef CHECK
	NULL
};
const size_t checks_count = sizeof(checks) / sizeof(*checks) - 1;

struct findings findings_init(struct arena *a)
{
	return (struct findings){
		a, ARENA_ARRAY(a, struct finding, JUDGE_MAX_FINDINGS), 0, 0
	};
}

bool findings_have(const struct findings *found, enum finding_id id)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->list[i].id == id)
			return true;
	return false;
}

void check_raise(struct findings *out, enum finding_id id, const char *fmt, ...)
{
	char text[2 * TEXT_MAX];
	struct finding *f;
	va_list ap;

	if (out->n == JUDGE_MAX_FINDINGS) {
		out->dropped++;
		return;
	}
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	f = &out->list[out->n++];
	*f = (struct finding){ .id = id,
		               .first_ms = INT64_MIN,
		               .last_ms = INT64_MIN,
		               .explained_by = EXPLAINED_NOT };
	f->text = text_clean(out->a, str_of(text), TEXT_MAX);
}

/* The finding raised last; NULL when it was dropped or there is none. */
static struct finding *last(struct findings *out)
{
	return out->n && !out->dropped ? &out->list[out->n - 1] : NULL;
}

void check_name(struct findings *out, enum name_id name, struct str value)
{
	struct finding *f = last(out);

	if (!f || value.n == 0 || f->n_names == FINDING_MAX_NAMES)
		return;
	f->names[f->n_names].id = name;
	f->names[f->n_names++].value = text_clean(out->a, value, TEXT_MAX);
}

void check_namef(struct findings *out, enum name_id name, const char *fmt, ...)
{
	char text[2 * TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	check_name(out, name, str_of(text));
}

void check_seen(struct findings *out, uint32_t count, int64_t first_ms,
                int64_t last_ms, struct str sample)
{
	struct finding *f = last(out);

	if (!f)
		return;
	f->count = count;
	f->first_ms = first_ms;
	f->last_ms = last_ms;
	f->sample = text_clean(out->a, sample, TEXT_MAX);
}

static const struct seen *missing(const struct check *c, const struct facts *f)
{
	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (c->needs & (UINT32_C(1) << g) &&
		    facts_seen(f, (enum fact_group)g)->state != SEEN_OK)
			return facts_seen(f, (enum fact_group)g);
	return NULL;
}

static const char *needs_of(const struct seen *s)
{
	switch (s->why.code) {
	case ERR_PERM:
		return "root";
	case ERR_TIME:
		return "an answer before the deadline";
	case ERR_BUSY:
		return "free processes, memory or descriptors";
	case ERR_NOENT:
		return s->state == SEEN_ABSENT ? "a recording that holds it"
		                               : "that program or file";
	default:
		return "a look by hand";
	}
}

static int32_t slowest(const struct check *c, const struct facts *f)
{
	int32_t ms = 0;

	for (unsigned g = 0; g < FACT_COUNT; g++)
		if (c->needs & (UINT32_C(1) << g) &&
		    facts_seen(f, (enum fact_group)g)->ms > ms)
			ms = facts_seen(f, (enum fact_group)g)->ms;
	return ms;
}

static void judge_one(const struct facts *f, const struct limits *lim,
                      struct findings *found, struct checked *v)
{
	const struct seen *gap = missing(v->check, f);

	if (gap && gap->state == SEEN_NOT_ASKED) {
		v->left_out = true;
		return;
	}
	if (gap) {
		v->sev = SEV_UNKNOWN;
		v->why = text_clean(found->a, str_of(gap->why.msg), TEXT_MAX);
		v->needs = needs_of(gap);
		return;
	}
	v->check->judge(f, lim, found);
	v->count = found->n - v->first;
	for (size_t k = v->first; k < found->n; k++)
		if (finding_info[found->list[k].id].severity > v->sev)
			v->sev = finding_info[found->list[k].id].severity;
}

void judge_all(const struct facts *f, const struct limits *lim,
               const bool *skip, struct findings *found, struct checked *out)
{
	for (size_t i = 0; i < checks_count; i++) {
		out[i] = (struct checked){
			.check = checks[i],
			.first = found->n,
			.ms = slowest(checks[i], f),
			.left_out = skip && skip[i],
		};
		if (!out[i].left_out)
			judge_one(f, lim, found, &out[i]);
	}
}
