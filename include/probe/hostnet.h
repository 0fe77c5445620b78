/* hostnet.h - the door's looks at the network that are more than a request:
 * from inside a task's namespace, at a port of our own, at the time. Part of
 * host.h, which says what each operation does. */
#ifndef PROBE_HOSTNET_H
#define PROBE_HOSTNET_H

#include "probe/arena.h"
#include "probe/err.h"
#include "probe/ntp.h"

/* ---- a look from inside another network namespace */

#define DNS_MAX_SERVERS 4
#define NETNS_MAX_TARGETS 12
#define NETNS_MAX_TRIES 4
#define NETNS_MAX_IFS 8

struct netns_target {
	const char *name; /* a host's name or an address */
	uint16_t port;
	const char *instead; /* an address to try when the name does not
	                      * resolve; NULL: none */
};
struct netns_req {
	int64_t pid;    /* the process that lives there */
	uint64_t start; /* its struct procstat's: a later one is not entered */
	const struct netns_target *target;
	size_t n;
	unsigned timeout_ms; /* for the whole of it */
};
enum netns_outcome {
	NETNS_FAILED, /* our own means */
	NETNS_CONNECTED,
	NETNS_REFUSED,
	NETNS_RESET,
	NETNS_SILENT,
	NETNS_UNREACHABLE, /* no route, or an ICMP message says so */
	NETNS_OUTCOMES
};
struct netns_try {
	struct str addr; /* text */
	enum netns_outcome outcome;
	int32_t ms;
};
struct netns_answer {
	struct str name;
	uint16_t port;
	enum err_code dns; /* NONE: there are addresses */
	int rcode;         /* what a server said: 2 SERVFAIL, 3 NXDOMAIN */
	int32_t dns_ms;
	struct netns_try tries[NETNS_MAX_TRIES];
	size_t n_tries;
};
struct netns_if {
	struct str name, addr; /* "10.0.2.15/24"; a row per address, no lo */
	struct str mac; /* "02:00:00:00:02:0f"; empty: has none, or not told */
	uint32_t mtu;
	bool up;
};
struct netns_result {
	struct err err; /* NONE: looked at */
	bool shared;    /* it is our own namespace: nothing was asked */
	bool own_conf;  /* its resolv.conf could be read; else ours was used */
	bool route4, route6; /* there is a default route */
	struct str server[DNS_MAX_SERVERS];
	size_t n_servers;
	struct netns_if ifs[NETNS_MAX_IFS];
	size_t n_ifs;
	struct netns_answer *answer; /* in the order of the targets */
	size_t n;
};

/* ---- a listener of our own, and a connection to it */

struct knock {
	struct str from, to; /* two addresses of this host */
	enum netns_outcome outcome;
	int32_t ms;
};

/* ---- time */

struct clock_info {
	bool synced; /* STA_UNSYNC is not set */
	int64_t max_error_us;
	int64_t freq_ppb;      /* the correction in force, parts in 10^9 */
	int64_t tolerance_ppb; /* how wrong the kernel thinks a clock may go
	                        * when nothing corrects it; 0: not known */
};

#define NTP_MAX_ASK 4
struct ntp_req {
	const char *server; /* an address */
	const char *tag;    /* tells a second question apart; NULL: none */
	unsigned wait_ms;   /* ask so much later */
	unsigned timeout_ms;
};
struct ntp_answer {
	/* ERR_NONE: it answered. TIME, REFUSED, UNREACH: it did not; BUSY: it
	 * was not waited for, another had answered. */
	struct err err;
	struct ntp_said said;
	int64_t got_us;  /* our clock, us since 1970 */
	int64_t mono_us; /* the same moment; never set, never goes back */
};

#endif
