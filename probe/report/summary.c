#include "summary.h"

#include "probe/buf.h"
#include "probe/good.h"
#include "probe/text.h"
#include "probe/when.h"

#include "instance.h"

static size_t looked(const struct pass *p, size_t *unknown)
{
	size_t n = 0;

	for (size_t i = 0; i < checks_count; i++) {
		n += !p->checked[i].left_out;
		*unknown += !p->checked[i].left_out &&
		            p->checked[i].sev == SEV_UNKNOWN;
	}
	return n;
}

static void part(struct buf *b, const char *head, struct str s)
{
	if (s.n)
		(void)buf_fmt(b, "%s%s" STR_FMT, b->n ? ", " : "", head,
		              STR_ARG(s));
}

static void agent_line(struct lines *l, const struct facts *f)
{
	struct buf b = buf_init(l->a, 512);

	if (f->agent.seen.state == SEEN_OK && f->agent.version.n)
		part(&b, "agent ", text_clean(l->a, f->agent.version, 40));
	if (f->agent.seen.state == SEEN_OK && f->agent.cluster.n)
		part(&b, "registered in ",
		     text_clean(l->a, f->agent.cluster, 80));
	if (f->docker.seen.state == SEEN_OK && f->docker.version.n)
		part(&b, "Docker ", text_clean(l->a, f->docker.version, 40));
	if (f->docker.seen.state == SEEN_OK)
		part(&b, "",
		     arena_str(l->a, "%u task containers run",
		               f->docker.tasks_running));
	if (b.n)
		lines_text(l, "  ", buf_str(&b), 2);
}

static void reach_line(struct lines *l, const struct facts *f)
{
	struct buf b = buf_init(l->a, 512);
	size_t ok = 0;

	if (f->imds.seen.state == SEEN_OK && f->imds.iam.role.n)
		part(&b, "role ", text_clean(l->a, f->imds.iam.role, 64));
	if (f->imds.seen.state == SEEN_OK &&
	    f->imds.iam.expires_ms != WHEN_NONE && f->imds.iam.complete)
		part(&b, "keys good for ",
		     when_age(l->a, f->imds.iam.expires_ms - f->now_ms));
	for (size_t i = 0; i < f->endpoints.n; i++)
		ok += f->endpoints.row[i].outcome == EP_OK;
	if (f->endpoints.seen.state == SEEN_OK && f->endpoints.n)
		part(&b, "",
		     arena_str(l->a, "%zu of %zu endpoints answer", ok,
		               f->endpoints.n));
	if (b.n)
		lines_text(l, "  ", buf_str(&b), 2);
}

static void room_line(struct lines *l, const struct facts *f)
{
	struct buf b = buf_init(l->a, 512);

	if (f->mem.seen.state == SEEN_OK)
		part(&b, "memory ",
		     arena_str(l->a, "%llu of %llu MiB available",
		               (unsigned long long)f->mem.avail_kib / 1024,
		               (unsigned long long)f->mem.total_kib / 1024));
	if (f->disk.seen.state == SEEN_OK && f->disk.n && f->disk.rows[0].there)
		part(&b, "disk ",
		     arena_str(
			     l->a, "%llu of %llu MiB available on %s",
			     (unsigned long long)f->disk.rows[0].fs.avail_kib /
				     1024,
			     (unsigned long long)f->disk.rows[0].fs.total_kib /
				     1024,
			     f->disk.rows[0].path));
	if (b.n)
		lines_text(l, "  ", buf_str(&b), 2);
}

void summary_healthy(struct lines *l, const struct pass *p)
{
	size_t unknown = 0, n = looked(p, &unknown);

	if (p->facts && !p->log_only) {
		agent_line(l, p->facts);
		reach_line(l, p->facts);
		room_line(l, p->facts);
	}
	lines_text(l, "  ",
	           arena_str(l->a, "%zu checks found no fault%s", n - unknown,
	                     unknown ? "; the others could not look" : ""),
	           2);
}

/* What somebody did to it is worth more than what it suffers from. */
static void changed(struct lines *l, const struct pass *p)
{
	const char *head;

	if (!p->n_changed)
		return;
	head = arena_str(l->a,
	                 "Changed since it was last well " STR_FMT " ago: ",
	                 STR_ARG(when_age(l->a, p->facts->now_ms - p->good_ms)))
	               .p;
	lines_text(l, head, diff_line(p->changed, p->n_changed, l->a, 400), 2);
}

/* What the cause is called, and where the rest about it stands. */
static void named(struct lines *l, const struct diagnosis *d)
{
	if (d)
		lines_text(
			l, "-- ",
			arena_str(
				l->a,
				"%d %% sure; for more: probe explain " STR_FMT,
				d->confidence, STR_ARG(d->name)),
			2);
}

void summary_footer(struct lines *l, const struct pass *p)
{
	changed(l, p);
	named(l, p->verdict.root);
	const struct instance i = instance_of(p, l->a);
	struct buf b = buf_init(l->a, 1024);
	size_t unknown = 0, n = looked(p, &unknown);

	part(&b, "", i.id);
	part(&b, "cluster ", i.cluster);
	part(&b, "agent ", i.agent_version);
	part(&b, "", i.region);
	part(&b, "",
	     arena_str(l->a, "%zu checks in %lld ms", n,
	               (long long)p->cost.wall_ms));
	part(&b, "", STR("probe " PROBE_VERSION));
	lines_text(l, "-- ", buf_str(&b), 2);
}

void summary_rival(struct lines *l, const struct pass *p, size_t each)
{
	const struct diagnosis *d = p->verdict.root;

	if (!d || d->rival == CAUSE_NONE || d + 1 == p->causes + p->n_causes ||
	    d[1].id != d->rival)
		return;
	lines_text(l,
	           arena_str(l->a, "Or (%d %%, the above %d %%): ",
	                     d[1].confidence, d->confidence)
	                   .p,
	           d[1].title, each);
	lines_text(l, "Decides: ", d->decides, each);
}
