/* resolvconf.h - resolv.conf as its readers (glibc, musl, Go) see it. Pure. */
#ifndef PROBE_RESOLVCONF_H
#define PROBE_RESOLVCONF_H

#include "probe/str.h"

#define RESOLVCONF_SERVERS 3 /* the readers take no more */

struct resolvconf {
	struct str server[RESOLVCONF_SERVERS]; /* addresses, in text's bytes */
	size_t n;
	unsigned timeout_s; /* for each server; 5 unless options say so */
	bool rotate;        /* each look-up begins at another server */
};

/* What is no address, or one with a scope (fe80::1%eth0), is left out. */
void resolvconf_read(struct str text, struct resolvconf *out);
/* The address n above the network of an IPv4 CIDR: "10.0.0.0/16", 2 gives
 * 10.0.0.2. False: it is no IPv4 CIDR. out holds 16 bytes, terminated. */
bool resolvconf_above(struct str cidr, unsigned n, char out[16]);

#endif
