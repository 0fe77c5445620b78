/*
 * firewall.h - the host's packet filter, read as rules and asked one question:
 * what would a new TCP packet from another host meet on the ports lo-hi? Pure:
 * the text of iptables-save and the JSON of `nft -j list ruleset` in, an answer
 * out. What a rule needs beyond ports (a source, a mark, a rate) makes it
 * conditional: a conditional accept opens to some, a conditional drop counts
 * for nothing, so that a false alarm is the rarer mistake.
 */
#ifndef PROBE_FIREWALL_H
#define PROBE_FIREWALL_H

#include "probe/arena.h"
#include "probe/err.h"

#define FW_MAX_RULES 1024
#define FW_MAX_CHAINS 256
#define FW_MAX_RANGES 16 /* of ports in one rule */
#define FW_MAX_DEPTH 8   /* of jumps; deeper ones are not followed */
#define FW_MAX_RUNS 512  /* of ports that every rule treats alike */

enum fw_target {
	FW_NEXT, /* LOG, counters, marks: the packet goes on */
	FW_ACCEPT,
	FW_DROP,
	FW_REJECT,
	FW_RETURN,
	FW_JUMP,
};

struct fw_ports {
	uint16_t lo, hi;
};

struct fw_rule {
	uint16_t chain, jump; /* indices into fw.chains */
	enum fw_target target;
	bool never;       /* cannot match such a packet: lo, UDP, ESTABLISHED */
	bool conditional; /* needs something that we cannot know */
	bool ports_not;   /* matches all ports but those */
	struct fw_ports ports[FW_MAX_RANGES]; /* destination */
	size_t n_ports;                       /* 0: any */
	struct str text;                      /* for people */
};

struct fw_chain {
	struct str table, name;
	bool input;   /* a base chain that sees packets for this host */
	bool drops;   /* its policy */
	int priority; /* of base chains: lower runs first */
};

struct fw {
	struct arena *a;
	struct fw_chain *chains;
	size_t n_chains;
	struct fw_rule *rules;
	size_t n_rules;
	bool cut; /* over a cap: the answer is not the whole truth */
	/* Met on the way, in iptables tables. */
	bool dnat_credentials;     /* nat: 169.254.170.2:80 to 51679 */
	bool redirect_credentials; /* nat OUTPUT: the same for the host */
	bool docker_chain;         /* nat DOCKER */
	bool nat_table;
};

struct fw fw_init(struct arena *a);
/* layer: names the tables of one program; a packet meets every layer. */
void fw_add_iptables(struct fw *fw, struct str layer, struct str text);
MUST_CHECK bool fw_add_nft(struct fw *fw, struct str json, struct err *e);
/* The chain of that name, made when it is new; FW_MAX_CHAINS when full. */
uint16_t fw_chain(struct fw *fw, struct str table, struct str name);
/* Adds r when there is room. */
void fw_rule(struct fw *fw, const struct fw_rule *r);

struct fw_answer {
	uint32_t open, some, closed; /* ports of lo-hi; some: to some sources */
	struct fw_ports first_closed; /* the first run of closed ports */
	struct str rule;              /* what closed it */
};
struct fw_answer fw_ask(const struct fw *fw, uint16_t lo, uint16_t hi);

#endif
