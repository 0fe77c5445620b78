#include "probe/diagnose.h"

#include "probe/buf.h"

struct walk {
	struct findings *found;
	struct arena *a;
	bool raised[FIND_COUNT]; /* markers included, history not */
	bool left[FIND_COUNT];   /* raised and not explained yet */
};

static bool is_log(enum finding_id id)
{
	return strncmp(finding_info[id].name, "LOG_", 4) == 0;
}

static bool in_list(const enum finding_id *list, size_t cap, enum finding_id id)
{
	for (size_t i = 0; i < cap && list[i]; i++)
		if (list[i] == id)
			return true;
	return false;
}

/* How closely a cause speaks of a finding: 3 it needs it, 2 it is one of those
 * it may stand on, 1 it explains it, 0 it does not. */
static int closeness(const struct cause_info *c, enum finding_id id)
{
	if (in_list(c->all, CAUSE_MAX_ALL, id))
		return 3;
	if (in_list(c->any, CAUSE_MAX_LIST, id))
		return 2;
	return in_list(c->explains, CAUSE_MAX_LIST, id);
}

static bool refuted(const struct walk *w, const struct cause_info *c)
{
	for (size_t i = 0; i < CAUSE_MAX_LIST && c->unless[i]; i++)
		if (w->raised[c->unless[i]])
			return true;
	return false;
}

static bool fits(const struct walk *w, const struct cause_info *c)
{
	bool any = c->any[0] == FIND_NONE;

	if (refuted(w, c))
		return false;
	for (size_t i = 0; i < CAUSE_MAX_ALL && c->all[i]; i++) {
		enum finding_id id = c->all[i];
		bool marker = finding_info[id].severity == SEV_OK;

		if (!(marker ? w->raised[id] : w->left[id]))
			return false;
	}
	for (size_t i = 0; i < CAUSE_MAX_LIST && c->any[i] && !any; i++)
		any = w->left[c->any[i]];
	return any && (c->all[0] || c->any[0]);
}

/* What is one for the whole instance, whoever names it. */
static bool is_common(enum name_id name)
{
	return name == NAME_INSTANCE || name == NAME_REGION ||
	       name == NAME_ACCOUNT || name == NAME_ROLE ||
	       name == NAME_CLUSTER;
}

/* The value of a name, from the findings this cause speaks of, the closest
 * first; of equals what was seen before what was read in a log, then the one
 * raised first. */
static struct str name_value(const struct walk *w, const struct cause_info *c,
                             enum name_id name)
{
	struct str best = { NULL, 0 };
	int rank = -1;

	for (size_t i = 0; i < w->found->n; i++) {
		const struct finding *f = &w->found->list[i];
		int near = closeness(c, f->id);
		int r = 2 * near + !is_log(f->id);

		if (f->explained_by == EXPLAINED_HISTORY ||
		    (!near && !is_common(name)))
			continue;
		for (size_t k = 0; k < f->n_names; k++)
			if (f->names[k].id == name && r > rank) {
				best = f->names[k].value;
				rank = r;
			}
	}
	return best;
}

static bool name_of(struct str text, enum name_id *out)
{
	for (unsigned n = 0; n < NAME_COUNT; n++)
		if (str_eq(text, str_of(name_text[n]))) {
			*out = (enum name_id)n;
			return true;
		}
	return false;
}

/* Steps are pasted into a root shell, and some names are what a task, or
 * whoever answered, chose to be called. */
static bool shell_safe(struct str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (strchr(";&|`$()<>\\\"'{}!#", v.p[i]))
			return false;
	return v.n && v.p[0] != '-';
}

/* One {slot}; what is not a name of ours (JSON, a shell's) stays as it is. */
static void fill_slot(const struct walk *w, const struct cause_info *c,
                      struct str slot, bool pasted, struct buf *b)
{
	struct str whole = slot, name = str_cut(&slot, '|'), value;
	enum name_id id;

	if (!name_of(name, &id)) {
		(void)buf_fmt(b, "{" STR_FMT "}", STR_ARG(whole));
		return;
	}
	value = name_value(w, c, id);
	if (value.n && (!pasted || id == NAME_WALL || shell_safe(value)))
		(void)buf_add(b, value);
	else if (slot.p)
		(void)buf_add(b, slot);
	else
		(void)buf_fmt(b, "<" STR_FMT ">", STR_ARG(name));
}

/* Fills {name} and {name|words when unknown}. pasted: into a shell. */
static struct str fill(const struct walk *w, const struct cause_info *c,
                       struct str tmpl, bool pasted)
{
	struct buf b = buf_init(w->a, 1024);

	while (tmpl.n) {
		(void)buf_add(&b, str_cut(&tmpl, '{'));
		if (tmpl.n)
			fill_slot(w, c, str_cut(&tmpl, '}'), pasted, &b);
	}
	arena_keep(w->a, b.p, b.n);
	return buf_str(&b);
}

/* A step "?words?text" is for the wall whose name holds those words, "??text"
 * for the role's own policies and for a wall that nobody named. */
static bool step_fits(const struct walk *w, const struct cause_info *c,
                      struct str *step)
{
	struct str words = cause_step(step), wall;

	if (!words.p)
		return true;
	wall = name_value(w, c, NAME_WALL);
	if (words.n)
		return str_has(wall, words);
	return wall.n == 0 || str_has(wall, STR("identity-based"));
}

static struct diagnosis describe(const struct walk *w, enum cause_id id,
                                 bool live)
{
	const struct cause_info *c = &cause_info[id];
	struct str steps = str_of(c->fix);
	struct diagnosis d = {
		.id = id,
		.name = cause_kebab(w->a, id),
		.live = live,
		.restart = c->restart,
		.confidence = live ? c->confidence : c->confidence - 10,
		.title = fill(w, c, str_of(c->title), false),
		.restart_why = fill(w, c, str_of(c->restart_why), false),
		.disprove = fill(w, c, str_of(c->disprove), true),
	};

	if (w->raised[FIND_RESTART_HARMFUL]) {
		d.restart = RESTART_WORSE;
		d.restart_why = STR("a new agent could not register now, and "
		                    "running tasks would lose their "
		                    "credentials until it can");
	}
	while (steps.n && d.n_fix < sizeof(d.fix) / sizeof(*d.fix)) {
		struct str step = str_cut(&steps, '\n');

		if (step_fits(w, c, &step))
			d.fix[d.n_fix++] = fill(w, c, step, true);
	}
	return d;
}

/* Marks what cause number at explains; true when a live finding is among it. */
static bool explain(struct walk *w, const struct cause_info *c, int at)
{
	bool live = false;

	for (size_t i = 0; i < w->found->n; i++) {
		struct finding *f = &w->found->list[i];

		if (f->explained_by != EXPLAINED_NOT || !closeness(c, f->id))
			continue;
		if (!is_log(f->id))
			live = true;
		if (finding_info[f->id].severity == SEV_OK)
			continue;
		f->explained_by = at;
		w->left[f->id] = false;
	}
	return live;
}

/* What a marker refutes is history; everything else is what we start from. */
static void start(struct walk *w)
{
	for (size_t i = 0; i < w->found->n; i++)
		w->raised[w->found->list[i].id] = true;
	for (size_t i = 0; i < w->found->n; i++) {
		struct finding *f = &w->found->list[i];
		enum finding_id past = finding_info[f->id].history;

		f->explained_by = EXPLAINED_NOT;
		if (past != FIND_NONE && w->raised[past])
			f->explained_by = EXPLAINED_HISTORY;
		else if (finding_info[f->id].severity != SEV_OK)
			w->left[f->id] = true;
	}
	for (size_t i = 0; i < w->found->n; i++)
		if (w->found->list[i].explained_by == EXPLAINED_HISTORY)
			w->raised[w->found->list[i].id] = false;
}

/* The worst first, the deepest of equals first; explained_by follows. */
static void order(struct walk *w, struct diagnosis *d, size_t n)
{
	struct diagnosis sorted[DIAGNOSE_MAX] = { 0 };
	int to[DIAGNOSE_MAX] = { 0 };
	size_t k = 0;

	for (int sev = SEV_CRIT; sev >= SEV_OK; sev--)
		for (size_t i = 0; i < n; i++)
			if ((int)cause_info[d[i].id].severity == sev) {
				to[i] = (int)k;
				sorted[k++] = d[i];
			}
	memcpy(d, sorted, k * sizeof(*d));
	for (size_t i = 0; i < w->found->n; i++)
		if (w->found->list[i].explained_by >= 0)
			w->found->list[i].explained_by =
				to[w->found->list[i].explained_by];
}

static int weight(int percent, bool live)
{
	return live ? percent : percent - 10;
}

/* Puts the rival of d behind it, when there is one that nothing refutes; how
 * many diagnoses there are now. */
static size_t add_rival(const struct walk *w, struct diagnosis *d, size_t n)
{
	struct diagnosis *first = &d[n - 1];

	for (size_t i = 0; i < rivals_count && n < DIAGNOSE_MAX; i++) {
		const struct rival *r = &rivals[i];

		if (r->first != first->id || refuted(w, &cause_info[r->second]))
			continue;
		first->rival = r->second;
		first->confidence = weight(r->first_pct, first->live);
		first->decides = fill(w, &cause_info[r->first],
		                      str_of(r->decides), true);
		d[n] = describe(w, r->second, first->live);
		d[n].rival = r->first;
		d[n].second = true;
		d[n].confidence = weight(r->second_pct, first->live);
		d[n].decides = first->decides;
		return n + 1;
	}
	return n;
}

size_t diagnose(struct findings *found, struct arena *a, struct diagnosis *out)
{
	struct walk w = { .found = found, .a = a };
	size_t n = 0;

	start(&w);
	for (unsigned c = 1; c < CAUSE_COUNT && n < DIAGNOSE_MAX; c++) {
		bool live;

		if (!fits(&w, &cause_info[c]))
			continue;
		live = explain(&w, &cause_info[c], (int)n);
		out[n++] = describe(&w, (enum cause_id)c, live);
		n = add_rival(&w, out, n);
	}
	order(&w, out, n);
	return n;
}
