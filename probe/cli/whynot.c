/* whynot.c - `probe explain why-not`: a look of now, the daemon's memory, and
 * what each guard says of the two. */
#include <unistd.h>

#include "cli.h"
#include "probe/heal.h"
#include "probe/look.h"
#include "probe/settings.h"
#include "probe/text.h"
#include "probe/when.h"

#include "../report/lines.h"

enum { ASK_ARENA = PASS_ARENA + 2 * 1024 * 1024, DAY_MS = 86400000 };

struct asked {
	struct arena *a;
	struct settings *set;
	struct memory *m;
	struct pass *p;
	bool known;     /* the daemon has a memory */
	struct err why; /* why not */
};

/* What the daemon knows, by its own folder; the look of now counts as one more.
 * False: it has left nothing there. */
static bool remember(struct arena *a, struct host *h, const struct conf *c,
                     const struct pass *p, struct memory *m, struct err *why)
{
	struct store s;
	struct str boot = { NULL, 0 };
	struct err e = { 0 };
	bool here = store_look(&s, conf_text(c, CONF_STATE_DIR).p, why);
	bool known = false;

	*m = (struct memory){ .raised.class = CLASS_HEALTHY };
	if (here && memory_load(m, &s, a, why)) {
		known = m->clock.now_ms != 0;
		if (!known)
			(void)err_set(why, ERR_NOENT, 0, "no " MEMORY_NAME);
	}
	(void)h->ops->read(h, a, "/proc/sys/kernel/random/boot_id", 64, &boot,
	                   &e);
	(void)memory_tick(m, h->ops->now_ms(h), h->ops->mono_ms(h),
	                  str_trim(boot));
	if (here) {
		(void)ledger_load(m, &s, a, &e); /* LEDGER says it */
		operator_read(m, &s, a);
		store_close(&s);
	}
	(void)memory_update(m, p, c, m->clock.now_ms);
	return known;
}

struct str cli_daemon_says(const struct cli *c, const struct pass *p,
                           struct arena *a)
{
	struct memory *m = ARENA_NEW(a, struct memory);
	struct host live = host_live();
	struct conf conf;
	struct plan plan;
	struct err e;

	if (c->cmd != CMD_NOW || c->opt[OPT_ROOT_].text.n || !p->verdict.root ||
	    !cli_settings(c, &live, a, &conf, &e) ||
	    !remember(a, &live, &conf, p, m, &e))
		return STR("");
	plan = heal_plan(p, m, &conf, m->clock.now_ms, a);
	if (!plan.action)
		return STR("");
	return plan.go ? arena_str(a, "it is about to do it: %s",
	                           action_info[plan.action].word)
	               : arena_str(a, "would %s it, does not (%s): " STR_FMT,
	                           action_info[plan.action].word,
	                           guard_info[plan.why_not].word,
	                           STR_ARG(text_clean(a, plan.why, TEXT_MAX)));
}

static void put_acts(struct lines *l, const struct asked *q)
{
	const struct memory *m = q->m;
	int64_t now = m->clock.now_ms;

	lines_text(l, "Acts:    ",
	           arena_str(q->a, "%zu of %lld in %s",
	                     heal_spent(m, &q->set->conf, now),
	                     (long long)conf_num(&q->set->conf, CONF_HEAL_MAX),
	                     conf_text(&q->set->conf, CONF_HEAL_WINDOW).p),
	           0);
	for (size_t i = m->n_acts > 3 ? m->n_acts - 3 : 0; i < m->n_acts; i++) {
		const struct act_memory *x = &m->act[i];

		lines_text(l, "  ",
		           arena_str(q->a, STR_FMT " %s for " STR_FMT ": %s",
		                     STR_ARG(when_text(q->a, x->wall_ms)),
		                     action_info[x->action].word,
		                     STR_ARG(cause_kebab(q->a, x->cause)),
		                     act_outcome_text[x->outcome]),
		           0);
	}
}

static void put(struct lines *l, const struct asked *q)
{
	struct str why[GUARD_COUNT];
	struct plan p = heal_explain(q->p, q->m, &q->set->conf,
	                             q->m->clock.now_ms, q->a, why);

	lines_text(l, "Seen:    ", q->p->verdict.title, 0);
	lines_text(l, "Act:     ",
	           p.action ? str_of(action_info[p.action].word) : STR("none"),
	           0);
	if (p.go)
		lines_text(l, "Now:     ", STR("yes, nothing is against it"),
		           0);
	else
		lines_text(l, "Now:     ",
		           arena_str(q->a, "no, %s: " STR_FMT,
		                     guard_info[p.why_not].word,
		                     STR_ARG(p.why)),
		           0);
	if (!q->known)
		lines_text(l, "Memory:  ",
		           arena_str(q->a, "none of the daemon's (%s)",
		                     q->why.msg),
		           0);
	put_acts(l, q);
	lines_text(l, "", STR("Guards, in the order in which they are asked:"),
	           0);
	for (unsigned g = 1; g < GUARD_COUNT; g++) {
		if (g == GUARD_CHANGED)
			continue;
		lines_text(l,
		           arena_str(q->a, "  %-4s %-18s ",
		                     why[g].p ? "STOP" : "ok",
		                     guard_info[g].word)
		                   .p,
		           why[g].p ? text_clean(q->a, why[g], TEXT_MAX)
		                    : STR("-"),
		           0);
	}
}

static struct str all(const struct lines *l, struct arena *a)
{
	struct buf out = buf_init(a, 64 * 1024);

	for (size_t i = 0; i < l->n; i++) {
		(void)buf_add(&out, l->list[i]);
		(void)buf_char(&out, '\n');
	}
	return buf_str(&out);
}

int cli_why_not(struct cli *c)
{
	static _Alignas(16) unsigned char mem[ASK_ARENA];
	static _Alignas(16) unsigned char conf[SETTINGS_ARENA];
	static struct settings set;
	static struct memory m;
	static struct pass p;
	struct arena a = { mem, 0, sizeof(mem) };
	struct arena ca = { conf, 0, sizeof(conf) };
	struct host live = host_live(), *h;
	struct asked q = { .a = &a, .set = &set, .m = &m, .p = &p };
	const struct opt_value *file = &c->opt[OPT_CONF_];
	struct lines *l = lines_new(&a, 80);
	struct cli_root from;
	struct pass_opts o;
	struct err e = { 0 };
	int rc;

	if (!settings_load(&live, &ca, file->set ? file->text.p : NULL, &set,
	                   &e) ||
	    !cli_look_at(c, &live, &a, &from, &e))
		return cli_usage(&e);
	h = &from.host;
	if (!c->opt[OPT_ROOT_].text.n) {
		h = look_door(&a, &live, DAY_MS, DAY_MS);
		(void)look_ask(h, &a, UINT32_MAX, &e);
	}
	o = settings_opts(&set);
	pass_run(h, &a, &o, &p);
	/* The clocks of a recording are of another day. */
	q.known = remember(&a, &live, &set.conf, &p, &m, &q.why);
	put(l, &q);
	rc = cli_write(all(l, &a)) ? 0 : sev_exit[SEV_UNKNOWN];
	cli_look_away(&from);
	if (p.left_behind)
		_exit(rc);
	pass_free(&p);
	return rc;
}
