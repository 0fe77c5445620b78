/*
 * text.c - for a person at a terminal. The first screen is the answer: verdict,
 * evidence, fix, whether a restart helps; then what follows from it, what else
 * is wrong, and what could not be seen. Without -v it fits 24 lines: the page
 * is set ever tighter until it does.
 */
#include "probe/text.h"
#include "probe/report.h"
#include "probe/utf8.h"

#include "boot.h"
#include "endpoints.h"
#include "lines.h"
#include "summary.h"

enum { SCREEN = 24, MAX_EVIDENCE = 16 };

/* How much of each part is shown; 0 lines: all of it. */
struct tight {
	size_t evidence, each, folded, others, wrap, unseen, notes;
	bool cut_fix;
};
static const struct tight levels[] = {
	{ 4, 3, 3, 6, 2, 4, 8, false }, { 4, 3, 2, 6, 1, 3, 8, false },
	{ 4, 2, 2, 4, 1, 2, 6, false }, { 4, 1, 1, 3, 1, 1, 4, false },
	{ 3, 1, 1, 2, 1, 1, 3, false }, { 2, 1, 1, 1, 1, 1, 2, false },
	{ 2, 1, 1, 1, 1, 1, 1, true },
};
static const struct tight everything = { MAX_EVIDENCE, 0,    0,
	                                 DIAGNOSE_MAX, 0,    0,
	                                 160,          false };

static const char *const words[SEV_COUNT] = { "OK", "OK", "UNKNOWN", "WARNING",
	                                      "CRITICAL" };
static const char *const colours[SEV_COUNT] = { "\33[1;32m", "\33[1;32m",
	                                        "\33[1;35m", "\33[1;33m",
	                                        "\33[1;31m" };

/* A step that begins with a program is kept pasteable. */
static bool is_command(struct str s)
{
	static const char programs[] =
		" aws apt-get awk cat chmod chown chronyc cp curl date df dig "
		"dmesg dnf docker du echo ecs find free fuser getent grep "
		"initctl ip iptables journalctl kill ls lsof mkdir modprobe "
		"mount mv nc nft nslookup openssl probe ps reboot rm sed "
		"service ss stat sudo sysctl systemctl tail tee timedatectl "
		"touch truncate umount yum ";
	struct str word = str_cut(&s, ' ');
	char key[32] = " ";

	if (!word.n || word.n > sizeof(key) - 3)
		return false;
	/* "find out who": a step in words */
	if (str_eq(word, STR("find")) && !str_starts(s, STR("/")))
		return false;
	memcpy(key + 1, word.p, word.n);
	key[word.n + 1] = ' ';
	return word.p[0] == '/' ||
	       str_has(str_of(programs), (struct str){ key, word.n + 2 });
}

/* "ls -l /x (are they there?)": the remark is one for the shell, too. */
static void command(struct lines *l, const char *head, struct str step)
{
	size_t at = str_ends(step, STR(")")) ? step.n : 0;
	struct str remark = { NULL, 0 };

	while (at > 1 && !str_starts(str_skip(step, at - 1), STR(" (")))
		at--;
	if (at > 1) {
		remark = str_head(str_skip(step, at + 1), step.n - at - 2);
		step = str_head(step, at - 1);
	}
	if (remark.n &&
	    lines_width(step) + lines_width(remark) + 9 <= l->columns)
		step = arena_str(l->a, STR_FMT "  # " STR_FMT, STR_ARG(step),
		                 STR_ARG(remark));
	else if (remark.n) {
		lines_command(l, head, step);
		lines_remark(l, "     # ", remark);
		return;
	}
	lines_command(l, head, step);
}

static void verdict(struct lines *l, const struct pass *p)
{
	const char *head = arena_str(l->a, "%s  ", words[p->verdict.status]).p;

	lines_text(l, head, p->verdict.title, 2);
}

static int root_of(const struct pass *p)
{
	return p->verdict.root ? (int)(p->verdict.root - p->causes)
	                       : EXPLAINED_NOT;
}

static void evidence(struct lines *l, const struct pass *p,
                     const struct tight *t)
{
	const struct finding *list[MAX_EVIDENCE];
	size_t n = report_evidence(p, root_of(p), list, MAX_EVIDENCE);
	size_t show = n < t->evidence ? n : t->evidence;

	for (size_t i = 0; i < show; i++)
		lines_text(l, "  - ", report_finding(p, list[i], l->a),
		           t->each);
	if (show < n && t->each != 1)
		lines_text(l, "    ",
		           arena_str(l->a, "and %zu more (-v)", n - show), 1);
}

/* The steps; with room, as many as fit, whole. */
static void fix(struct lines *l, const struct diagnosis *d, size_t room)
{
	size_t from = l->n;

	if (!d || !d->n_fix)
		return;
	lines_text(l, "Fix", STR(":"), 0);
	for (size_t i = 0; i < d->n_fix; i++) {
		const char *head = arena_str(l->a, "  %zu. ", i + 1).p;
		size_t at = l->n;

		if (is_command(d->fix[i]))
			command(l, head, d->fix[i]);
		else
			lines_text(l, head, d->fix[i], 0);
		if (room && l->n - from > room - (i + 1 < d->n_fix)) {
			l->n = at;
			lines_text(l, "     ",
			           arena_str(l->a, "%zu more: probe --now -v",
			                     d->n_fix - i),
			           1);
			return;
		}
	}
}

static void restart(struct lines *l, const struct pass *p)
{
	static const char *const loud[] = { "NO", "YES", "NO, IT HARMS",
		                            "UNKNOWN" };
	const struct diagnosis *d = p->verdict.root;
	const char *head = "Would restarting the agent help? ";

	if (d)
		lines_text(l, head,
		           arena_str(l->a, "%s: " STR_FMT, loud[d->restart],
		                     STR_ARG(d->restart_why)),
		           3);
	else if (p->verdict.status != SEV_OK)
		lines_text(
			l, head,
			p->verdict.status == SEV_UNKNOWN
				? STR("UNKNOWN: too little could be seen")
				: STR("UNKNOWN: no known cause fits what was "
		                      "found"),
			2);
	if (p->daemon.n)
		lines_text(l, "And probe daemon? ", p->daemon, 3);
}

/* "head: a; b; c", each once. */
static void fold(struct lines *l, const char *head, const struct str *items,
                 size_t n, size_t max)
{
	struct buf b = buf_init(l->a, 4096);
	size_t shown = 0;

	for (size_t i = 0; i < n; i++) {
		bool seen = false;

		for (size_t k = 0; k < i; k++)
			seen = seen || str_eq(items[i], items[k]);
		if (seen)
			continue;
		(void)buf_fmt(&b, "%s" STR_FMT, shown ? "; " : "",
		              STR_ARG(items[i]));
		shown++;
	}
	if (shown)
		lines_text(l, head, buf_str(&b), max);
}

static void folded(struct lines *l, const struct pass *p, const struct tight *t)
{
	struct str follows[JUDGE_MAX_FINDINGS], past[JUDGE_MAX_FINDINGS];
	size_t n = 0, m = 0;

	for (size_t i = 0;
	     i < p->found.n && n < JUDGE_MAX_FINDINGS && m < JUDGE_MAX_FINDINGS;
	     i++) {
		const struct finding *f = &p->found.list[i];
		struct str s = str_of(finding_info[f->id].summary);

		if (!report_shown(f))
			continue;
		if (p->verdict.root && f->explained_by == root_of(p) &&
		    !report_is_evidence(p->verdict.root, f))
			follows[n++] = s;
		if (f->explained_by == EXPLAINED_HISTORY)
			past[m++] = s;
	}
	fold(l, "Follows from it: ", follows, n, t->folded);
	fold(l, "In the log, over now: ", past, m, t->folded);
}

/* Other causes, one line each; then what no cause explains. */
static void others(struct lines *l, const struct pass *p, const struct tight *t)
{
	size_t hidden = 0, notes = 0;

	for (size_t i = 0; i < p->n_causes; i++) {
		const struct diagnosis *d = &p->causes[i];

		if (d == p->verdict.root || (d->second && p->verdict.root &&
		                             d->rival == p->verdict.root->id))
			continue;
		if (i <= t->others)
			lines_text(l, "Also: ",
			           arena_str(l->a, STR_FMT " (" STR_FMT ")",
			                     STR_ARG(d->title),
			                     STR_ARG(d->name)),
			           t->wrap);
		else
			hidden++;
	}
	for (size_t i = 0; i < p->found.n; i++) {
		const struct finding *f = &p->found.list[i];

		if (!report_is_note(p, f))
			continue;
		if (notes++ < t->notes)
			lines_text(l, "Note: ", report_finding(p, f, l->a),
			           t->wrap);
		else
			hidden++;
	}
	if (hidden)
		lines_text(l, "      ",
		           arena_str(l->a, "and %zu more (-v)", hidden), 1);
}

/* What could not be seen and why; what a recording leaves out is one item. */
static void unseen(struct lines *l, const struct pass *p, const struct tight *t)
{
	struct str items[64];
	struct buf absent = buf_init(l->a, 1024);
	size_t n = 0;

	for (size_t i = 0; i < checks_count && n < 63; i++) {
		const struct checked *c = &p->checked[i];
		struct str why = report_blind_why(p, c);

		if (!report_blind(c) || report_known_why(p, c))
			continue;
		if (str_ends(why, STR("not recorded")))
			(void)buf_fmt(&absent, "%s%s", absent.n ? ", " : "",
			              c->check->id);
		else
			items[n++] = arena_str(
				l->a, "%s (" STR_FMT "%s%s)", c->check->id,
				STR_ARG(why),
				c->needs && *c->needs ? ", needs " : "",
				c->needs ? c->needs : "");
	}
	if (absent.n)
		items[n++] = arena_str(l->a, STR_FMT " (not recorded)",
		                       STR_ARG(buf_str(&absent)));
	fold(l, "Not seen: ", items, n, t->unseen);
}

static void details(struct lines *l, const struct pass *p)
{
	lines_text(l, "", STR(" "), 1);
	lines_text(l, "", STR("Checks:"), 1);
	for (size_t i = 0; i < checks_count; i++) {
		const struct checked *c = &p->checked[i];

		if (c->left_out)
			continue;
		lines_text(l,
		           arena_str(l->a, "  %-17s %-8s %5d ms  ",
		                     c->check->id, sev_name[c->sev], c->ms)
		                   .p,
		           str_of(c->check->title), 0);
		for (size_t k = 0; k < c->count; k++) {
			const struct finding *f = &p->found.list[c->first + k];

			lines_text(
				l, "      ",
				arena_str(l->a, "%s: " STR_FMT,
			                  finding_info[f->id].name,
			                  STR_ARG(report_finding(p, f, l->a))),
				0);
		}
	}
	if (p->verdict.status != SEV_OK)
		boot_text(l, p);
	endpoints_text(l, p);
	resolvers_text(l, p);
}

static void page(struct lines *l, const struct pass *p, const struct tight *t)
{
	size_t room = 0;

	verdict(l, p);
	if (p->verdict.status == SEV_OK) {
		summary_healthy(l, p);
		boot_text(l, p);
	}
	evidence(l, p, t);
	summary_rival(l, p, t->each);
	if (t->cut_fix) {
		size_t used = l->n;

		/* What stands below is set once to count it. */
		restart(l, p);
		folded(l, p, t);
		others(l, p, t);
		unseen(l, p, t);
		summary_footer(l, p);
		room = l->n < SCREEN - 3 ? SCREEN - l->n : 3;
		l->n = used;
	}
	fix(l, p->verdict.root, room);
	restart(l, p);
	folded(l, p, t);
	others(l, p, t);
	unseen(l, p, t);
	summary_footer(l, p);
}

/* One line into out; what the terminal cannot show becomes a "?". */
static void put(struct buf *out, struct str s, bool unicode)
{
	size_t used;

	for (; s.n; s = str_skip(s, used)) {
		uint32_t c = utf8_next(s, &used);

		if (c < 0x80 || (unicode && utf8_plain(c)))
			(void)buf_add(out, str_head(s, used));
		else
			(void)buf_char(out, '?');
	}
}

static void print(const struct lines *l, const struct pass *p,
                  const struct report_look *look, struct buf *out)
{
	size_t head = strlen(words[p->verdict.status]);

	for (size_t i = 0; i < l->n; i++) {
		struct str s = l->list[i];

		if (out->cap - out->n < s.n + 200) {
			(void)buf_fmt(out,
			              "... %zu more lines are cut: a report "
			              "ends at %u kB; see --format json\n",
			              l->n - i + l->lost, REPORT_MAX / 1024);
			return;
		}
		if (i == 0 && look->colour) {
			(void)buf_fmt(out, "%s%s\33[0m",
			              colours[p->verdict.status],
			              words[p->verdict.status]);
			s = str_skip(s, head);
		}
		put(out, s, look->unicode);
		(void)buf_char(out, '\n');
	}
}

void report_text(const struct pass *p, const struct report_look *look,
                 struct arena *a, struct buf *out)
{
	struct lines *l = lines_new(a, look->columns ? look->columns : 80);

	if (look->verbose) {
		page(l, p, &everything);
		details(l, p);
	}
	for (size_t i = 0;
	     !look->verbose && i < sizeof(levels) / sizeof(*levels); i++) {
		l->n = 0;
		page(l, p, &levels[i]);
		if (l->n <= SCREEN)
			break;
	}
	print(l, p, look, out);
}
