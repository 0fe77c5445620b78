#include "probe/firewall.h"

/* One word of a rule; quoted words ("a b") are one. */
static struct str word(struct str *rest)
{
	struct str w;

	while (rest->n && rest->p[0] == ' ')
		*rest = str_skip(*rest, 1);
	if (!rest->n || rest->p[0] != '"')
		return str_cut(rest, ' ');
	w = str_skip(*rest, 1);
	w = str_cut(&w, '"');
	*rest = str_skip(*rest, w.n + 2);
	return w;
}

static bool port(struct str s, uint16_t *out)
{
	uint64_t v;

	if (!str_u64(s, &v) || v > UINT16_MAX)
		return false;
	*out = (uint16_t)v;
	return true;
}

/* "80", "31000:61000", "80,443,1000:2000", as --dport and --dports print. */
static void ports(struct fw_rule *r, struct str list)
{
	while (list.n) {
		struct str one = str_cut(&list, ','), lo = str_cut(&one, ':');
		struct fw_ports p;

		if (r->n_ports == FW_MAX_RANGES || !port(lo, &p.lo)) {
			r->conditional = true;
			return;
		}
		p.hi = p.lo;
		if (one.p && !port(one, &p.hi))
			p.hi = UINT16_MAX;
		r->ports[r->n_ports++] = p;
	}
}

static bool outward(struct str iface)
{
	return str_starts(iface, STR("e")); /* eth0, ens5, enp0s3 */
}

/* Does a list of connection states hold NEW, or is nothing said of it? */
static bool lets_new(struct str states, bool negated)
{
	return str_has(states, STR("NEW")) != negated;
}

static void target(struct fw *fw, struct fw_rule *r, struct str table,
                   struct str name)
{
	if (str_eq(name, STR("ACCEPT")))
		r->target = FW_ACCEPT;
	else if (str_eq(name, STR("DROP")))
		r->target = FW_DROP;
	else if (str_eq(name, STR("REJECT")))
		r->target = FW_REJECT;
	else if (str_eq(name, STR("RETURN")))
		r->target = FW_RETURN;
	else if (!str_eq(name, STR("LOG")) && !str_eq(name, STR("NFLOG")) &&
	         !str_eq(name, STR("MARK")) && !str_eq(name, STR("CONNMARK"))) {
		r->target = FW_JUMP;
		r->jump = fw_chain(fw, table, name);
	}
}

/* Matches that say nothing of which packets, or that are read elsewhere. */
static bool harmless(struct str w)
{
	static const char *const words[] = {
		"tcp",       "conntrack",     "state",    "comment",  "udp",
		"multiport", "--reject-with", "addrtype", "tcp-reset"
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (str_eq(w, str_of(words[i])))
			return true;
	return str_starts(w, STR("icmp"));
}

static bool either(struct str s, const char *a, const char *b)
{
	return str_eq(s, str_of(a)) || str_eq(s, str_of(b));
}

/* An address that no packet from outside is sent to. */
static bool local(struct str arg)
{
	return str_starts(arg, STR("127.")) || str_starts(arg, STR("169.254."));
}

static void match(struct fw *fw, struct fw_rule *r, struct str table,
                  struct str opt, struct str arg, bool negated)
{
	if (str_eq(opt, STR("-p")))
		r->never |= str_eq(arg, STR("tcp")) == negated &&
		            !str_eq(arg, STR("all"));
	else if (str_eq(opt, STR("-i")))
		r->never |= str_eq(arg, STR("lo")) ? !negated
		                                   : outward(arg) == negated;
	else if (either(opt, "--dport", "--dports")) {
		ports(r, arg);
		r->ports_not = negated;
	} else if (str_eq(opt, STR("-d")) && local(arg))
		r->never |= !negated;
	else if (either(opt, "--ctstate", "--state"))
		r->never |= !lets_new(arg, negated);
	else if (either(opt, "-j", "-g"))
		target(fw, r, table, arg);
	else if (str_eq(opt, STR("-m")))
		r->conditional |= !harmless(arg);
	else if (!either(opt, "--comment", "--reject-with"))
		r->conditional = true; /* -s, -d, --uid-owner, --limit... */
}

static void filter_rule(struct fw *fw, struct str table, struct str line)
{
	struct fw_rule r = { .text = line };
	struct str rest = str_skip(line, 3); /* "-A " */

	r.chain = fw_chain(fw, table, word(&rest));
	while (rest.n) {
		struct str opt = word(&rest);
		bool negated = str_eq(opt, STR("!"));

		if (negated)
			opt = word(&rest);
		if (opt.n)
			match(fw, &r, table, opt, word(&rest), negated);
	}
	fw_rule(fw, &r);
}

/* ":INPUT DROP [0:0]" */
static void policy(struct fw *fw, struct str table, struct str line)
{
	struct str rest = str_skip(line, 1), name = str_cut(&rest, ' ');
	uint16_t i = fw_chain(fw, table, name);

	if (i == FW_MAX_CHAINS)
		return;
	fw->chains[i].input = str_eq(name, STR("INPUT"));
	fw->chains[i].drops = str_eq(str_cut(&rest, ' '), STR("DROP"));
}

static void nat_line(struct fw *fw, struct str line)
{
	bool creds = str_has(line, STR("169.254.170.2")) &&
	             str_has(line, STR("51679"));

	fw->nat_table = true;
	fw->docker_chain |= str_starts(line, STR(":DOCKER "));
	fw->dnat_credentials |= creds && str_has(line, STR("-A PREROUTING "));
	fw->redirect_credentials |= creds && str_has(line, STR("-A OUTPUT "));
}

void fw_add_iptables(struct fw *fw, struct str layer, struct str text)
{
	struct str table = { NULL, 0 };

	while (text.n) {
		struct str line = str_trim(str_cut(&text, '\n'));

		if (str_starts(line, STR("*")))
			table = str_skip(line, 1);
		else if (str_eq(table, STR("nat")))
			nat_line(fw, line);
		else if (!str_eq(table, STR("filter")))
			continue; /* mangle and raw: nobody filters there */
		else if (str_starts(line, STR(":")))
			policy(fw, layer, line);
		else if (str_starts(line, STR("-A ")))
			filter_rule(fw, layer, line);
	}
}
