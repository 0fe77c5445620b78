/* json.c - "probe/1": a contract. Add fields, never rename one; the schema is
 * packaging/schema/probe-1.schema.json. */
#include "probe/good.h"
#include "probe/jsonw.h"
#include "probe/report.h"

#include "boot.h"
#include "endpoints.h"
#include "instance.h"

/* SOME: of the endpoints, when there are many. */
enum { MAX_EVIDENCE = 8, SOME = 24 };

/* How much is told: less when all of it would not fit into a report. */
struct detail {
	size_t findings, causes, evidence, endpoints; /* at most */
	bool samples, markers;
	const char *cut; /* what is left out */
};

static struct str cause_name(const struct pass *p, int explained_by)
{
	if (explained_by == EXPLAINED_HISTORY)
		return STR("history");
	if (explained_by < 0 || (size_t)explained_by >= p->n_causes)
		return (struct str){ 0 };
	return p->causes[explained_by].name;
}

static void when(struct jsonw *w, const char *key, int64_t ms, struct arena *a)
{
	if (ms != WHEN_NONE && ms)
		jsonw_str(w, key, when_text(a, ms));
}

static void restart(struct jsonw *w, const struct pass *p,
                    const struct diagnosis *d)
{
	bool well = p->verdict.status == SEV_OK;
	enum restart helps = d      ? d->restart
	                     : well ? RESTART_NO
	                            : RESTART_UNKNOWN;

	jsonw_obj(w, "restart");
	jsonw_str(w, "helps", str_of(restart_text[helps]));
	jsonw_str(w, "why",
	          d      ? d->restart_why
	          : well ? STR("nothing is to be cured")
	                 : STR("no known cause fits what was found"));
	jsonw_end(w);
}

/* Of a cause its own; of health, the share of the checks that could look. */
static int64_t confidence(const struct pass *p, const struct diagnosis *d)
{
	int64_t all = 0, seen = 0;

	if (d)
		return d->confidence * 10;
	for (size_t i = 0; i < checks_count; i++) {
		all += !p->checked[i].left_out;
		seen += !p->checked[i].left_out &&
		        p->checked[i].sev != SEV_UNKNOWN;
	}
	return p->verdict.status == SEV_OK && all ? 1000 * seen / all : 0;
}

static void evidence(struct jsonw *w, const struct pass *p, int k, size_t max,
                     struct arena *a)
{
	const struct finding *list[MAX_EVIDENCE];
	size_t n = report_evidence(p, k, list, max);

	jsonw_arr(w, "evidence");
	for (size_t i = 0; i < n; i++)
		jsonw_str(w, NULL, report_finding(p, list[i], a));
	jsonw_arr_end(w);
}

/* What it cannot be told from: the other one's weight, and what decides. */
static void rival(struct jsonw *w, const struct pass *p,
                  const struct diagnosis *d)
{
	if (!d || d->rival == CAUSE_NONE)
		return;
	for (size_t i = 0; i < p->n_causes; i++) {
		const struct diagnosis *r = &p->causes[i];

		if (r->id != d->rival || r->rival != d->id)
			continue;
		jsonw_obj(w, "alternative");
		jsonw_str(w, "id", r->name);
		jsonw_milli(w, "confidence", r->confidence * 10);
		jsonw_str(w, "title", r->title);
		jsonw_str(w, "decides", d->decides);
		jsonw_end(w);
	}
}

static void diagnosis(struct jsonw *w, const struct pass *p,
                      const struct diagnosis *d, const struct detail *much,
                      struct arena *a)
{
	evidence(w, p, d ? (int)(d - p->causes) : EXPLAINED_NOT, much->evidence,
	         a);
	jsonw_milli(w, "confidence", confidence(p, d));
	jsonw_str(w, "would_disprove", d ? d->disprove : STR(""));
	jsonw_arr(w, "fix");
	for (size_t i = 0; d && i < d->n_fix; i++)
		jsonw_str(w, NULL, d->fix[i]);
	jsonw_arr_end(w);
	restart(w, p, d);
	rival(w, p, d);
}

static void verdict(struct jsonw *w, const struct pass *p,
                    const struct detail *much, struct arena *a)
{
	const struct verdict *v = &p->verdict;

	jsonw_obj(w, "verdict");
	jsonw_str(w, "status", str_of(sev_name[v->status]));
	jsonw_str(w, "class", str_of(class_text[v->class]));
	if (v->root)
		jsonw_str(w, "cause", v->root->name);
	else
		jsonw_null(w, "cause");
	jsonw_str(w, "title", v->title);
	diagnosis(w, p, v->root, much, a);
	jsonw_end(w);
}

static void causes(struct jsonw *w, const struct pass *p,
                   const struct detail *much, struct arena *a)
{
	jsonw_arr(w, "causes");
	for (size_t i = 0; i < p->n_causes && i < much->causes; i++) {
		const struct diagnosis *d = &p->causes[i];
		const struct cause_info *c = &cause_info[d->id];

		jsonw_obj(w, NULL);
		jsonw_str(w, "id", d->name);
		jsonw_str(w, "class", str_of(class_text[c->class]));
		jsonw_str(w, "severity", str_of(sev_name[c->severity]));
		jsonw_str(w, "title", d->title);
		jsonw_bool(w, "live", d->live);
		diagnosis(w, p, d, much, a);
		jsonw_end(w);
	}
	jsonw_arr_end(w);
}

static void one_finding(struct jsonw *w, const struct pass *p, size_t i,
                        bool samples, struct arena *a)
{
	const struct finding *f = &p->found.list[i];
	const struct finding_info *info = &finding_info[f->id];
	struct str by = cause_name(p, f->explained_by);

	jsonw_obj(w, NULL);
	jsonw_str(w, "id", str_of(info->name));
	jsonw_str(w, "check", str_of(report_check_of(p, i)));
	jsonw_str(w, "severity", str_of(sev_name[info->severity]));
	jsonw_str(w, "text", f->text.n ? f->text : str_of(info->summary));
	if (by.p)
		jsonw_str(w, "explained_by", by);
	else
		jsonw_null(w, "explained_by");
	if (f->count)
		jsonw_int(w, "count", f->count);
	when(w, "first", f->first_ms, a);
	when(w, "last", f->last_ms, a);
	if (samples && f->sample.n)
		jsonw_str(w, "sample", f->sample);
	jsonw_end(w);
}

static void findings(struct jsonw *w, const struct pass *p,
                     const struct detail *d, struct arena *a)
{
	size_t n = 0;

	jsonw_arr(w, "findings");
	for (size_t i = 0; i < p->found.n && n < d->findings; i++)
		if (d->markers || report_shown(&p->found.list[i])) {
			one_finding(w, p, i, d->samples, a);
			n++;
		}
	jsonw_arr_end(w);
}

static void unknown(struct jsonw *w, const struct pass *p)
{
	jsonw_arr(w, "unknown");
	for (size_t i = 0; i < checks_count; i++) {
		const struct checked *c = &p->checked[i];

		if (!report_blind(c))
			continue;
		jsonw_obj(w, NULL);
		jsonw_str(w, "check", str_of(c->check->id));
		jsonw_str(w, "why", report_blind_why(p, c));
		jsonw_str(w, "needs", str_of(c->needs));
		jsonw_end(w);
	}
	jsonw_arr_end(w);
}

static void checks_list(struct jsonw *w, const struct pass *p)
{
	jsonw_arr(w, "checks");
	for (size_t i = 0; i < checks_count; i++) {
		const struct checked *c = &p->checked[i];

		if (c->left_out)
			continue;
		jsonw_obj(w, NULL);
		jsonw_str(w, "id", str_of(c->check->id));
		jsonw_str(w, "status", str_of(sev_name[c->sev]));
		jsonw_int(w, "ms", c->ms);
		jsonw_end(w);
	}
	jsonw_arr_end(w);
}

static void instance(struct jsonw *w, const struct pass *p, struct arena *a)
{
	const struct instance i = instance_of(p, a);

	jsonw_obj(w, "instance");
#define FIELD(name)   \
	if (i.name.n) \
		jsonw_str(w, #name, i.name);
#include "instance.def"
#undef FIELD
	jsonw_end(w);
}

static void changes(struct jsonw *w, const struct pass *p, struct arena *a)
{
	if (!p->n_changed)
		return;
	jsonw_obj(w, "changed");
	jsonw_str(w, "since", when_text(a, p->good_ms));
	jsonw_arr(w, "rows");
	for (size_t i = 0; i < p->n_changed; i++) {
		jsonw_obj(w, NULL);
		jsonw_str(w, "what", p->changed[i].what);
		jsonw_str(w, "was", p->changed[i].was);
		jsonw_str(w, "now", p->changed[i].now);
		jsonw_end(w);
	}
	jsonw_arr_end(w);
	jsonw_end(w);
}

/* What is left out of a report that would be too long. */
static void cut(struct jsonw *w, const struct pass *p, const struct detail *d,
                struct arena *a)
{
	size_t n = endpoints_count(p);
	struct str s = str_of(d->cut);

	if (d->endpoints && n > d->endpoints)
		s = arena_str(a, "%s, %zu of %zu endpoints", d->cut,
		              n - d->endpoints, n);
	if (s.n)
		jsonw_str(w, "cut", s);
}

static void document(const struct pass *p, const struct detail *d,
                     struct arena *a, struct buf *out)
{
	struct jsonw w = jsonw_init(out);

	jsonw_obj(&w, NULL);
	jsonw_str(&w, "schema", STR("probe/1"));
	jsonw_str(&w, "version", STR(PROBE_VERSION));
	if (p->facts && p->facts->now_ms)
		jsonw_str(&w, "time", when_text(a, p->facts->now_ms));
	cut(&w, p, d, a);
	instance(&w, p, a);
	verdict(&w, p, d, a);
	causes(&w, p, d, a);
	findings(&w, p, d, a);
	unknown(&w, p);
	checks_list(&w, p);
	endpoints_json(&w, p, d->endpoints, a);
	resolvers_json(&w, d->endpoints ? p : NULL, a);
	boot_json(&w, p);
	changes(&w, p, a);
	jsonw_obj(&w, "cost");
	jsonw_int(&w, "wall_ms", p->cost.wall_ms);
	jsonw_int(&w, "cpu_ms", p->cost.cpu_ms);
	jsonw_int(&w, "rss_kib", p->cost.rss_kib);
	jsonw_end(&w);
	jsonw_end(&w);
	(void)buf_char(out, '\n');
}

void report_json(const struct pass *p, const struct report_look *look,
                 struct arena *a, struct buf *out)
{
	const struct detail levels[] = {
		{ SIZE_MAX, SIZE_MAX, MAX_EVIDENCE, SIZE_MAX, true,
		  look->verbose, NULL },
		{ SIZE_MAX, SIZE_MAX, MAX_EVIDENCE, SOME, false, false,
		  "samples" },
		{ 24, SIZE_MAX, MAX_EVIDENCE, SOME, false, false,
		  "samples, findings after the 24th" },
		{ 8, SIZE_MAX, MAX_EVIDENCE, SOME, false, false,
		  "samples, findings after the 8th" },
		{ 0, SIZE_MAX, 4, SOME, false, false, "findings" },
		{ 0, 4, 4, SOME, false, false,
		  "findings, causes after the 4th" },
		{ 0, 1, 2, 0, false, false,
		  "findings, causes after the first, endpoints" },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		size_t mark = a->used;

		out->n = 0;
		out->full = false;
		document(p, &levels[i], a, out);
		a->used = mark;
		if (!out->full)
			return;
	}
}
