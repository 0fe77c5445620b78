/*
 * facts/resolvers.h - each nameserver that this host uses or could use, and
 * what it says alone about one or two of AWS's names. Nobody is asked again
 * what the endpoints' own look-up has shown already.
 */
#ifndef PROBE_FACTS_RESOLVERS_H
#define PROBE_FACTS_RESOLVERS_H

#include "probe/seen.h"

#define RESOLVERS_MAX 8
#define RESOLVERS_NAMES 2

enum resolver_scope {
	SCOPE_NONE, /* no address */
	SCOPE_VPC,  /* inside the VPC's own CIDRs */
	SCOPE_PRIVATE,
	SCOPE_PUBLIC
};

struct resolver_says {
	bool asked;
	enum err_code code; /* NONE: it answered, or a part of it */
	int rcode;          /* 3: no such name; 2 and 5: it will not say */
	int32_t ms;
	bool a, aaaa; /* it answered for that type */
	enum resolver_scope scope;
	struct str address; /* the first; v4 before v6 */
};

struct resolver {
	struct str server;
	unsigned place; /* in resolv.conf, from 1; 0: it is not there */
	bool upstream;  /* systemd-resolved asks it */
	bool vpc;       /* the VPC's own: its CIDR plus 2, or 169.254.169.253 */
	struct resolver_says says[RESOLVERS_NAMES];
};

struct fact_resolvers {
	struct seen seen;
	struct resolver *row;
	size_t n;
	struct str name[RESOLVERS_NAMES];
	size_t n_names;     /* 0: there is nothing to ask for */
	unsigned timeout_s; /* that a resolver library gives each server */
	bool rotate;
	bool relayed; /* resolv.conf names systemd-resolved */
};

/* Does somebody on this host ask it? */
static inline bool resolver_used(const struct resolver *r)
{
	return r->place || r->upstream;
}

#endif
