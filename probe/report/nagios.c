/* nagios.c - one line for the screen with performance data, then the rest. */
#include "probe/report.h"

/* | parts text from performance data. */
static struct str no_bar(struct arena *a, struct str s)
{
	struct str c = arena_copy(a, s);
	char *p = (char *)c.p;

	for (size_t i = 0; i < c.n; i++)
		if (p[i] == '|')
			p[i] = '/';
	return c;
}

static void line(struct arena *a, struct buf *out, const char *head,
                 struct str text)
{
	text = no_bar(a, text);
	(void)buf_fmt(out, "%s" STR_FMT "\n", head, STR_ARG(text));
}

static void counts(const struct pass *p, size_t n[SEV_COUNT])
{
	for (size_t i = 0; i < checks_count; i++)
		if (!p->checked[i].left_out)
			n[p->checked[i].sev]++;
}

void report_nagios(const struct pass *p, const struct report_look *look,
                   struct arena *a, struct buf *out)
{
	static const char *const words[SEV_COUNT] = { "OK", "OK", "UNKNOWN",
		                                      "WARNING", "CRITICAL" };
	/* A command without its pipe is another command. */
	static const struct str pipe = STR_INIT("a command: probe --now");
	const struct diagnosis *d = p->verdict.root;
	const struct finding *list[8];
	size_t n[SEV_COUNT] = { 0 };
	size_t shown = report_evidence(
		p, d ? (int)(d - p->causes) : EXPLAINED_NOT, list, 8);

	(void)look;
	counts(p, n);
	(void)buf_fmt(out, "PROBE %s - ", words[p->verdict.status]);
	(void)buf_add(out, no_bar(a, p->verdict.title));
	(void)buf_fmt(out,
	              " | critical=%zu;;0 warning=%zu;0 unknown=%zu ok=%zu "
	              "time=%lldms rss=%lldKB\n",
	              n[SEV_CRIT], n[SEV_WARN], n[SEV_UNKNOWN],
	              n[SEV_OK] + n[SEV_INFO], (long long)p->cost.wall_ms,
	              (long long)p->cost.rss_kib);
	for (size_t i = 0; i < shown; i++)
		line(a, out, "", report_finding(p, list[i], a));
	for (size_t i = 0; d && i < d->n_fix; i++)
		line(a, out,
		     "fix: ", str_has(d->fix[i], STR("|")) ? pipe : d->fix[i]);
	if (d)
		line(a, out, "restart: ",
		     arena_str(a, "%s, " STR_FMT, restart_text[d->restart],
		               STR_ARG(d->restart_why)));
	for (size_t i = 1; i < p->n_causes; i++)
		line(a, out, "also: ", p->causes[i].title);
	for (size_t i = 0; i < checks_count; i++)
		if (report_blind(&p->checked[i]))
			line(a, out, "not seen: ",
			     arena_str(a, "%s: " STR_FMT,
			               p->checked[i].check->id,
			               STR_ARG(report_blind_why(
					       p, &p->checked[i]))));
}
