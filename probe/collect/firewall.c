#include "probe/collect.h"

/* The first of several places where distributions keep a program. NOENT when
 * none of them has it. */
static bool first_of(struct collect *c, const char *const (*argv)[5], size_t n,
                     size_t max_bytes, struct str *out, struct err *e)
{
	struct cmd_out got;

	for (size_t i = 0; i < n; i++) {
		if (c->h->ops->cmd(c->h, c->a, argv[i],
		                   collect_left_ms(c, 2000), max_bytes, &got,
		                   e)) {
			*out = got.text;
			return got.status == 0 ||
			       err_set(e, ERR_PERM, 0,
			               "%s: exit status %d, not permitted?",
			               argv[i][0], got.status);
		}
		if (e->code != ERR_NOENT || e->os == HOST_UNRECORDED)
			return false;
	}
	return false;
}

/* Are the rules of two listings the same? Counters and dates may differ. */
static bool same_rules(struct str a, struct str b)
{
	struct str x = { NULL, 0 }, y = { NULL, 0 };

	do {
		while (a.n && !str_starts(x = str_cut(&a, '\n'), STR("-A ")))
			x.n = 0;
		while (b.n && !str_starts(y = str_cut(&b, '\n'), STR("-A ")))
			y.n = 0;
		if (!str_eq(x, y))
			return false;
	} while (a.n || b.n);
	return true;
}

/* Where iptables is nft in disguise, the kernel may hold rules of the old kind
 * as well. Asked only when it says so: the asking would load the modules. */
static bool legacy(struct collect *c, struct fw *fw, struct str nft_text,
                   bool *there, struct err *e)
{
	static const char *const argv[][5] = {
		{ "/usr/sbin/iptables-legacy-save" },
		{ "/sbin/iptables-legacy-save" },
	};
	struct str names, text;
	struct err ignored;

	*there = false;
	if (!c->h->ops->read(c->h, c->a, "/proc/net/ip_tables_names", 4096,
	                     &names, &ignored) ||
	    !str_trim(names).n)
		return true;
	if (!first_of(c, argv, 2, 96 * 1024, &text, e))
		return e->code == ERR_NOENT;
	if (same_rules(text, nft_text))
		return true;
	*there = true;
	fw_add_iptables(fw, STR("legacy"), text);
	return true;
}

static bool iptables(struct collect *c, struct fw *fw,
                     struct fact_firewall *out, struct err *e)
{
	static const char *const argv[][5] = {
		{ "/usr/sbin/iptables-save" },
		{ "/sbin/iptables-save" },
	};
	struct str text = { NULL, 0 };

	out->iptables = first_of(c, argv, 2, 96 * 1024, &text, e);
	if (!out->iptables &&
	    (e->code != ERR_NOENT || e->os == HOST_UNRECORDED))
		return false;
	if (out->iptables)
		fw_add_iptables(fw, STR("filter"), text);
	return legacy(c, fw, text, &out->legacy, e);
}

static bool nft(struct collect *c, struct fw *fw, bool *there, struct err *e)
{
	static const char *const argv[][5] = {
		{ "/usr/sbin/nft", "-j", "list", "ruleset" },
		{ "/sbin/nft", "-j", "list", "ruleset" },
	};
	struct str text;

	*there = first_of(c, argv, 2, 160 * 1024, &text, e);
	if (!*there)
		return e->code == ERR_NOENT && e->os != HOST_UNRECORDED;
	return fw_add_nft(fw, text, e);
}

static int route_localnet(struct collect *c)
{
	struct str text;
	struct err ignored;
	uint64_t v;

	if (!c->h->ops->read(c->h, c->a,
	                     "/proc/sys/net/ipv4/conf/all/route_localnet", 64,
	                     &text, &ignored) ||
	    !str_u64(str_trim(text), &v))
		return -1;
	return v != 0;
}

/* ecs-init itself closes the agent's ports inside the window to other hosts;
 * those are left out of the question. */
static struct fw_answer ask_window(const struct fw *fw)
{
	struct fw_answer low =
		fw_ask(fw, PORT_WINDOW_LO, AGENT_PORT_INTROSPECTION - 1);
	struct fw_answer high =
		fw_ask(fw, AGENT_PORT_CREDENTIALS + 1, PORT_WINDOW_HI);
	struct fw_answer sum = low.closed ? low : high;

	sum.open = low.open + high.open;
	sum.some = low.some + high.some;
	sum.closed = low.closed + high.closed;
	return sum;
}

bool collect_firewall(struct collect *c, struct fact_firewall *out,
                      struct err *e)
{
	struct fw fw = fw_init(c->a);

	if (!iptables(c, &fw, out, e) || !nft(c, &fw, &out->nft, e))
		return err_wrap(e, "packet filter");
	out->window = ask_window(&fw);
	out->cut = fw.cut;
	out->nat_table = fw.nat_table;
	out->dnat_credentials = fw.dnat_credentials;
	out->redirect_credentials = fw.redirect_credentials;
	out->docker_chain = fw.docker_chain;
	out->route_localnet = route_localnet(c);
	return true;
}
