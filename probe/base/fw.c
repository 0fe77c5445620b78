#include "probe/firewall.h"

enum verdict { UNDECIDED, OPEN, CLOSED };

struct fw fw_init(struct arena *a)
{
	return (struct fw){
		.a = a,
		.chains = ARENA_ARRAY(a, struct fw_chain, FW_MAX_CHAINS),
		.rules = ARENA_ARRAY(a, struct fw_rule, FW_MAX_RULES),
	};
}

uint16_t fw_chain(struct fw *fw, struct str table, struct str name)
{
	for (size_t i = 0; i < fw->n_chains; i++)
		if (str_eq(fw->chains[i].name, name) &&
		    str_eq(fw->chains[i].table, table))
			return (uint16_t)i;
	if (fw->n_chains == FW_MAX_CHAINS) {
		fw->cut = true;
		return FW_MAX_CHAINS;
	}
	fw->chains[fw->n_chains].table = table;
	fw->chains[fw->n_chains].name = name;
	return (uint16_t)fw->n_chains++;
}

void fw_rule(struct fw *fw, const struct fw_rule *r)
{
	if (fw->n_rules == FW_MAX_RULES || r->chain == FW_MAX_CHAINS) {
		fw->cut = true;
		return;
	}
	fw->rules[fw->n_rules++] = *r;
}

/* A run of ports that no rule tells apart. */
struct run {
	uint16_t lo, hi;
	enum verdict verdict;
	bool some;                /* a conditional accept was met */
	const struct fw_rule *by; /* what closed it */
};

struct walk {
	const struct fw *fw;
	struct run run[FW_MAX_RUNS];
	size_t n;
};

static bool in_rule(const struct fw_rule *r, unsigned port)
{
	bool in = r->n_ports == 0;

	for (size_t i = 0; i < r->n_ports && !in; i++)
		in = port >= r->ports[i].lo && port <= r->ports[i].hi;
	return r->n_ports ? in != r->ports_not : true;
}

static void decide(struct run *p, const struct fw_rule *r, bool conditional)
{
	bool accept = r->target == FW_ACCEPT;

	if (conditional) {
		p->some |= accept;
		return;
	}
	p->verdict = accept ? OPEN : CLOSED;
	if (!accept)
		p->by = r;
}

/* Follows one chain for the runs still in `here`; a run that leaves it by
 * RETURN is taken out of `here`. Recursion is capped by FW_MAX_DEPTH. */
static void follow(struct walk *w, uint16_t chain, const bool *entered,
                   bool conditional, unsigned depth)
{
	bool here[FW_MAX_RUNS], taken[FW_MAX_RUNS];

	memcpy(here, entered, w->n * sizeof(*here));
	for (size_t k = 0; k < w->fw->n_rules; k++) {
		const struct fw_rule *r = &w->fw->rules[k];
		bool cond = conditional || r->conditional;

		if (r->chain != chain || r->never || r->target == FW_NEXT)
			continue;
		for (size_t i = 0; i < w->n; i++) {
			struct run *p = &w->run[i];

			taken[i] = here[i] && p->verdict == UNDECIDED &&
			           in_rule(r, p->lo);
			if (!taken[i] || r->target == FW_JUMP)
				continue;
			if (r->target != FW_RETURN)
				decide(p, r, cond);
			else if (!cond)
				here[i] = false;
		}
		if (r->target == FW_JUMP && depth < FW_MAX_DEPTH)
			follow(w, r->jump, taken, cond, depth + 1);
	}
}

/* Cuts the run that holds port in two, so that a new one begins there. */
static void cut_at(struct walk *w, unsigned port)
{
	for (size_t i = 0; i < w->n; i++) {
		struct run *p = &w->run[i];

		if (port <= p->lo || port > p->hi)
			continue;
		if (w->n == FW_MAX_RUNS)
			return;
		memmove(p + 1, p, (w->n - i) * sizeof(*p));
		w->n++;
		p[0].hi = (uint16_t)(port - 1);
		p[1].lo = (uint16_t)port;
		return;
	}
}

static void cut_runs(struct walk *w, uint16_t lo, uint16_t hi)
{
	w->run[0] = (struct run){ .lo = lo, .hi = hi };
	w->n = 1;
	for (size_t k = 0; k < w->fw->n_rules; k++) {
		const struct fw_rule *r = &w->fw->rules[k];

		for (size_t i = 0; i < r->n_ports; i++) {
			cut_at(w, r->ports[i].lo);
			cut_at(w, r->ports[i].hi + 1u);
		}
	}
}

static struct fw_answer tally(const struct walk *w)
{
	struct fw_answer ans = { .open = 0 };

	for (size_t i = 0; i < w->n; i++) {
		const struct run *p = &w->run[i];
		uint32_t ports = (uint32_t)(p->hi - p->lo) + 1;

		if (p->verdict != CLOSED) {
			ans.open += ports;
		} else if (p->some) {
			ans.some += ports;
		} else {
			if (!ans.closed)
				ans.first_closed.lo = p->lo;
			if (!ans.closed || ans.first_closed.hi + 1 == p->lo)
				ans.first_closed.hi = p->hi;
			if (!ans.rule.n && p->by)
				ans.rule = p->by->text;
			ans.closed += ports;
		}
	}
	return ans;
}

/* Base chains run by priority; a packet must pass every one of them. */
static const struct fw_chain *next_base(const struct fw *fw,
                                        const struct fw_chain *after)
{
	const struct fw_chain *best = NULL;

	for (size_t i = 0; i < fw->n_chains; i++) {
		const struct fw_chain *c = &fw->chains[i];

		if (!c->input ||
		    (after && (c->priority < after->priority ||
		               (c->priority == after->priority && c <= after))))
			continue;
		if (!best || c->priority < best->priority)
			best = c;
	}
	return best;
}

static void pass_base(struct walk *w, const struct fw_chain *c)
{
	static const struct fw_rule policy = {
		.text = STR_INIT("the chain's policy"),
	};
	bool all[FW_MAX_RUNS] = { false };

	for (size_t i = 0; i < w->n; i++) {
		all[i] = w->run[i].verdict != CLOSED;
		if (all[i])
			w->run[i].verdict = UNDECIDED;
	}
	follow(w, (uint16_t)(c - w->fw->chains), all, false, 0);
	for (size_t i = 0; i < w->n; i++)
		if (w->run[i].verdict == UNDECIDED && c->drops) {
			w->run[i].verdict = CLOSED;
			w->run[i].by = &policy;
		}
}

struct fw_answer fw_ask(const struct fw *fw, uint16_t lo, uint16_t hi)
{
	struct walk *w;
	struct arena *a = fw->a;
	size_t mark = a->used;
	struct fw_answer ans;

	w = ARENA_NEW(a, struct walk);
	w->fw = fw;
	cut_runs(w, lo, hi);
	for (const struct fw_chain *c = NULL; (c = next_base(fw, c));)
		pass_base(w, c);
	ans = tally(w);
	a->used = mark;
	return ans;
}
