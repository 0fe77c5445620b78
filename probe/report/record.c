#include "probe/record.h"

#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/report.h"
#include "probe/text.h"

#include "instance.h"

const struct field_info field_info[FIELD_COUNT] = {
#define FIELD(id, name, type, cap, text) \
	[FIELD_##id] = { name, FIELD_TYPE_##type, cap, text },
#include "probe/record.def"
#undef FIELD
};

const char *const record_kind_text[RECORD_KINDS] = {
	[RECORD_START] = "start",         [RECORD_VERDICT] = "verdict",
	[RECORD_RECOVERY] = "recovery",   [RECORD_ACT] = "act",
	[RECORD_HEARTBEAT] = "heartbeat", [RECORD_STOP] = "stop",
};

static void put(struct record *r, struct arena *a, enum field_id f,
                struct str v)
{
	if (v.n)
		r->s[f] = text_clean(a, v, field_info[f].cap);
}

/* ---- who this is */

static void who(struct record *r, const struct pass *p, struct arena *a)
{
	const struct instance i = instance_of(p, a);

	put(r, a, FIELD_INSTANCE, i.id);
	put(r, a, FIELD_CLUSTER, i.cluster);
	put(r, a, FIELD_REGION, i.region);
	put(r, a, FIELD_AZ, i.az);
	put(r, a, FIELD_SUBNET, i.subnet);
	put(r, a, FIELD_INSTANCE_TYPE, i.type);
	put(r, a, FIELD_AMI, i.image);
	put(r, a, FIELD_OS, i.os);
	put(r, a, FIELD_KERNEL, i.kernel);
	put(r, a, FIELD_AGENT_VERSION, i.agent_version);
	put(r, a, FIELD_DOCKER_VERSION, i.docker_version);
}

static void who_before(struct record *r, const struct record *before,
                       struct arena *a)
{
	for (unsigned f = FIELD_INSTANCE; f <= FIELD_DOCKER_VERSION; f++)
		if (!r->s[f].n && before->s[f].n)
			r->s[f] = arena_copy(a, before->s[f]);
}

/* ---- the verdict */

static struct str cause_word(enum cause_id id, struct arena *a)
{
	return id == CAUSE_NONE ? STR("none") : cause_kebab(a, id);
}

/* Where the pass names this cause; -1: it does not. */
static int cause_at(const struct pass *p, enum cause_id id)
{
	for (size_t i = 0; p && i < p->n_causes; i++)
		if (p->causes[i].id == id)
			return (int)i;
	return -1;
}

/* The share of the checks that could look. */
static int64_t sighted(const struct pass *p, int64_t *blind)
{
	int64_t all = 0;

	*blind = 0;
	for (size_t i = 0; p->checked && i < checks_count; i++) {
		all += !p->checked[i].left_out;
		*blind += report_blind(&p->checked[i]);
	}
	return all ? 100 * (all - *blind) / all : 0;
}

/* A verdict that stands, by what this pass says of it. */
static void told(struct record *r, const struct pass *p, int k, struct arena *a)
{
	const struct diagnosis *d = k >= 0 ? &p->causes[k] : NULL;
	const struct finding *top;
	bool well = !d && p->verdict.status == SEV_OK;
	int64_t blind;

	put(r, a, FIELD_TITLE, d ? d->title : p->verdict.title);
	r->n[FIELD_CONFIDENCE] = d      ? d->confidence
	                         : well ? sighted(p, &blind)
	                                : 0;
	put(r, a, FIELD_RESTART,
	    str_of(restart_text[d      ? d->restart
	                        : well ? RESTART_NO
	                               : RESTART_UNKNOWN]));
	if (report_evidence(p, d ? k : EXPLAINED_NOT, &top, 1))
		put(r, a, FIELD_EVIDENCE, report_finding(p, top, a));
}

static bool same_cause(const struct record *before, struct str cause)
{
	return before && str_eq(before->s[FIELD_CAUSE], cause);
}

/* A verdict that stands although this pass does not see it. */
static void remembered(struct record *r, const struct record_about *about,
                       struct arena *a)
{
	static const enum field_id texts[] = { FIELD_TITLE, FIELD_EVIDENCE,
		                               FIELD_RESTART };
	enum cause_id id = about->cause;

	if (same_cause(about->before, r->s[FIELD_CAUSE])) {
		for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
			if (about->before->s[texts[i]].n)
				r->s[texts[i]] = arena_copy(
					a, about->before->s[texts[i]]);
		r->n[FIELD_CONFIDENCE] = about->before->n[FIELD_CONFIDENCE];
		return;
	}
	if (id == CAUSE_NONE)
		return;
	put(r, a, FIELD_TITLE, r->s[FIELD_CAUSE]);
	put(r, a, FIELD_RESTART, str_of(restart_text[cause_info[id].restart]));
}

static void verdict(struct record *r, const struct pass *p,
                    const struct record_about *about, struct arena *a)
{
	int k = about->cause == CAUSE_NONE ? -1 : cause_at(p, about->cause);
	bool seen = k >= 0 ||
	            (p && about->cause == CAUSE_NONE && !p->verdict.root &&
	             p->verdict.status == about->status);

	r->s[FIELD_STATUS] = str_of(sev_name[about->status]);
	r->s[FIELD_CLASS] = str_of(class_text[about->class]);
	r->s[FIELD_CAUSE] = cause_word(about->cause, a);
	if (seen)
		told(r, p, k, a);
	else
		remembered(r, about, a);
	r->n[FIELD_SINCE_MS] = about->since_ms;
	if (about->changed) {
		r->s[FIELD_PREVIOUS] = cause_word(about->previous, a);
		r->n[FIELD_DURATION_MS] = about->duration_ms;
	}
}

/* ---- figures */

static void slowest(struct record *r, const struct fact_endpoints *f,
                    struct arena *a)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct endpoint_row *e = &f->row[i];
		const int32_t ms[] = { e->dns_ms, e->tcp_ms, e->tls_ms,
			               e->http_ms };
		int64_t sum = 0;

		if (e->outcome != EP_OK)
			continue;
		for (size_t k = 0; k < sizeof(ms) / sizeof(*ms); k++)
			sum += ms[k] > 0 ? ms[k] : 0;
		if (sum <= r->n[FIELD_SLOWEST_MS])
			continue;
		r->n[FIELD_SLOWEST_MS] = sum;
		put(r, a, FIELD_SLOWEST, str_of(e->name));
	}
}

static int64_t used_pct(uint64_t total, uint64_t avail)
{
	return total && avail <= total
	               ? (int64_t)((total - avail) * 100 / total)
	               : 0;
}

static void fullest(struct record *r, const struct fact_disk *f)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct fs_info *fs = &f->rows[i].fs;
		int64_t space = used_pct(fs->total_kib, fs->avail_kib);
		int64_t nodes = used_pct(fs->inodes, fs->inodes_avail);
		int64_t pct = space > nodes ? space : nodes;

		if (f->rows[i].there && pct > r->n[FIELD_DISK_PCT])
			r->n[FIELD_DISK_PCT] = pct;
	}
}

static void figures(struct record *r, const struct facts *f, struct arena *a)
{
	if (f->docker.seen.state == SEEN_OK)
		r->n[FIELD_TASKS] = f->docker.tasks_running;
	if (f->ports.seen.state == SEEN_OK)
		r->n[FIELD_PORTS_FREE] = f->ports.dynamic_free;
	if (f->clock.seen.state == SEEN_OK && f->clock.skew_n)
		r->n[FIELD_SKEW_MS] = f->clock.skew_ms;
	if (f->endpoints.seen.state == SEEN_OK)
		slowest(r, &f->endpoints, a);
	if (f->disk.seen.state == SEEN_OK)
		fullest(r, &f->disk);
	if (f->mem.seen.state == SEEN_OK)
		r->n[FIELD_MEM_PCT] =
			(int64_t)(f->mem.avail_kib * 100 / f->mem.total_kib);
}

void record_make(const struct pass *p, const struct record_about *about,
                 struct arena *a, struct record *out)
{
	*out = (struct record){ 0 };
	for (unsigned f = 0; f < FIELD_COUNT; f++)
		out->n[f] = RECORD_NONE;
	out->n[FIELD_AT_MS] = about->at_ms;
	out->s[FIELD_KIND] = str_of(record_kind_text[about->kind]);
	put(out, a, FIELD_PROBE_VERSION, STR(PROBE_VERSION));
	if (p && p->facts) {
		who(out, p, a);
		figures(out, p->facts, a);
	}
	if (about->before)
		who_before(out, about->before, a);
	verdict(out, p, about, a);
	put(out, a, FIELD_ACTION, str_of(about->action));
	put(out, a, FIELD_OUTCOME, str_of(about->outcome));
	put(out, a, FIELD_WHY_NOT, str_of(about->why_not));
	out->n[FIELD_DROPPED] = about->dropped;
	if (about->up_ms)
		out->n[FIELD_UP_S] = about->up_ms / 1000;
	if (!p)
		return;
	out->s[FIELD_PASS_STATUS] = str_of(sev_name[p->verdict.status]);
	out->s[FIELD_PASS_CAUSE] =
		p->verdict.root ? p->verdict.root->name : STR("none");
	out->n[FIELD_PASS_MS] = p->cost.wall_ms;
	(void)sighted(p, &out->n[FIELD_BLIND]);
}
