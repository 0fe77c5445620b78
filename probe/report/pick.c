/* pick.c - which findings stand behind a cause, and in which words. */
#include "probe/report.h"

/* "16 times, last 60 s ago", as far as it is known and not said already. */
static struct str how_often(const struct pass *p, const struct finding *f,
                            struct arena *a)
{
	struct str count = arena_str(a, "%u times", f->count);
	int64_t ago =
		f->last_ms == WHEN_NONE ? -1 : p->facts->now_ms - f->last_ms;
	bool counted = f->count > 1 && !str_has(f->text, count);
	bool dated = ago >= 0 && f->last_ms && !str_has(f->text, STR(" ago"));

	return arena_str(a, "%s%s%s%s%s", counted ? count.p : "",
	                 counted && dated ? ", " : "", dated ? "last " : "",
	                 dated ? when_age(a, ago).p : "", dated ? " ago" : "");
}

/* Does text say again what summary says: half of its longer words or more? */
static bool says_again(struct str text, struct str summary)
{
	size_t words = 0, again = 0;

	while (summary.n) {
		struct str word = str_cut(&summary, ' ');

		if (word.n < 4)
			continue;
		words++;
		again += str_has(text, word);
	}
	return words && 2 * again >= words;
}

struct str report_finding(const struct pass *p, const struct finding *f,
                          struct arena *a)
{
	struct str summary = str_of(finding_info[f->id].summary);
	struct str text = f->text.n ? f->text : summary;
	struct str often = how_often(p, f, a);

	if (f->text.n && !says_again(text, summary))
		text = arena_str(a, STR_FMT ": " STR_FMT, STR_ARG(summary),
		                 STR_ARG(f->text));
	if (often.n)
		return arena_str(a, STR_FMT " (" STR_FMT ")", STR_ARG(text),
		                 STR_ARG(often));
	return text;
}

const char *report_check_of(const struct pass *p, size_t i)
{
	for (size_t k = 0; p->checked && k < checks_count; k++)
		if (i >= p->checked[k].first &&
		    i - p->checked[k].first < p->checked[k].count)
			return p->checked[k].check->id;
	return "";
}

static bool listed(const enum finding_id *list, size_t max, enum finding_id id)
{
	for (size_t i = 0; i < max && list[i]; i++)
		if (list[i] == id)
			return true;
	return false;
}

bool report_is_evidence(const struct diagnosis *d, const struct finding *f)
{
	const struct cause_info *c = &cause_info[d->id];

	return listed(c->all, CAUSE_MAX_ALL, f->id) ||
	       listed(c->any, CAUSE_MAX_LIST, f->id);
}

bool report_is_note(const struct pass *p, const struct finding *f)
{
	if (f->explained_by != EXPLAINED_NOT || !report_shown(f))
		return false;
	/* The answer on restarts says it. */
	if (f->id == FIND_RESTART_HARMFUL && p->verdict.root)
		return false;
	return p->verdict.root || (p->verdict.status != SEV_OK &&
	                           finding_info[f->id].severity == SEV_INFO);
}

/* Does a come before b? */
static bool before(const struct finding *a, const struct finding *b)
{
	bool log_a = str_starts(str_of(finding_info[a->id].name), STR("LOG_"));
	bool log_b = str_starts(str_of(finding_info[b->id].name), STR("LOG_"));

	if (log_a != log_b)
		return log_b;
	if (finding_info[a->id].severity != finding_info[b->id].severity)
		return finding_info[a->id].severity >
		       finding_info[b->id].severity;
	return a->last_ms > b->last_ms;
}

size_t report_evidence(const struct pass *p, int k, const struct finding **out,
                       size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < p->found.n; i++) {
		const struct finding *f = &p->found.list[i];
		size_t at = n;

		if (f->explained_by != k || !report_shown(f) ||
		    (k >= 0 ? !report_is_evidence(&p->causes[k], f)
		            : report_is_note(p, f)))
			continue;
		while (at > 0 && before(f, out[at - 1])) {
			if (at < max)
				out[at] = out[at - 1];
			at--;
		}
		if (at < max)
			out[at] = f;
		n += n < max;
	}
	return n;
}

bool report_blind(const struct checked *c)
{
	return !c->left_out && c->sev == SEV_UNKNOWN;
}

struct str report_blind_why(const struct pass *p, const struct checked *c)
{
	for (size_t i = 0; !c->why.n && i < c->count; i++) {
		const struct finding *f = &p->found.list[c->first + i];

		if (finding_info[f->id].severity == SEV_UNKNOWN)
			return f->text;
	}
	return c->why;
}

bool report_known_why(const struct pass *p, const struct checked *c)
{
	for (size_t i = 0; i < c->count; i++)
		if (p->found.list[c->first + i].explained_by >= 0)
			return true;
	return false;
}
