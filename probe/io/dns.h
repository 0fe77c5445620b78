/*
 * dns.h - the resolver as a machine that is stepped, so that names can be
 * looked up in the same wait as HTTP requests: no thread, no getaddrinfo().
 *
 *   dns_begin(); while (!dns_done()) { poll(dns_fds(), dns_wait_ms());
 *   dns_step(); } dns_end();
 */
#ifndef PROBE_DNS_H
#define PROBE_DNS_H

#include <poll.h>

#include "dnsmsg.h"

#define DNS_GRACE_MS 300  /* for the other address family, when one is there */
#define DNS_TCP_MAX 4096u /* bytes of an answer that needed TCP */

/* Sockets that one run has open at a time; a lookup that finds none free waits
 * for another one to end. 79 names (the first round of collect/endpoints.c) at
 * three servers, which is as many as silence leaves time to ask. */
#define DNS_MAX_FDS 256
#define DNS_TURN_MS 20 /* ... and asks so much later whether one has */

struct dns_tcp {
	int fd; /* -1: none */
	size_t out, sent;
	size_t got;
	unsigned char *buf; /* the question, then the answer */
	bool asked, failed;
};

/* What went to one server about one name: a UDP socket (its own random port)
 * with both questions. */
struct dns_talk {
	int fd;
	uint16_t id[2];
	int64_t asked_ms;
	bool failed; /* said or did something that won't get better */
	bool heard;
	struct dns_tcp tcp[2];
};

struct dns_lookup {
	struct str given;
	char name[DNS_NAME_MAX +
	          3]; /* what is asked for, search domain added */
	size_t next_search;
	int64_t start, until, next; /* monotonic ms; next: ask someone again */
	int64_t first;              /* when the first addresses came; 0 */
	size_t turn;                /* index of the server to ask next */
	struct dns_talk talk[DNS_MAX_SERVERS];
	bool settled[2]; /* A, AAAA: answered, with or without addresses */
	bool absent;     /* NXDOMAIN */
	struct dns_ip ip[2][DNS_MAX_ADDR];
	size_t n[2];
	struct dns_result *out;
	bool done;
	bool starved; /* it had to wait for a descriptor */
};

struct dns_run {
	struct arena *a;
	struct dns_conf conf;
	struct str hosts;
	struct dns_lookup *names;
	size_t n;
	bool patient; /* each type is waited for, whatever the other one said */
};

/* out[i] is complete when dns_done_one(run, i). names must outlive the run. */
void dns_begin(struct dns_run *r, struct arena *a, const char *const *names,
               size_t n, unsigned timeout_ms, struct dns_result *out);
/* The same with the files of another resolver. */
void dns_begin_with(struct dns_run *r, struct arena *a, struct str conf,
                    struct str hosts, const char *const *names, size_t n,
                    unsigned timeout_ms, struct dns_result *out);
/* One name at one server, patiently. */
void dns_begin_at(struct dns_run *r, struct arena *a,
                  const struct dns_ip *server, const char *name,
                  unsigned timeout_ms, struct dns_result *out);
bool dns_done(const struct dns_run *r);
static inline bool dns_done_one(const struct dns_run *r, size_t i)
{
	return r->names[i].done;
}
/* At most DNS_MAX_FDS; their number. */
size_t dns_fds(const struct dns_run *r, struct pollfd *fds, size_t max);
/* How many sockets are open now. */
size_t dns_open(const struct dns_run *r);
int dns_wait_ms(const struct dns_run *r, int64_t now);
void dns_step(struct dns_run *r, int64_t now);
/* Waits and steps until it is done, then ends it. */
void dns_finish_all(struct dns_run *r);
void dns_end(struct dns_run *r);

/* Between dns.c and dnsrun.c. */
bool dns_next_name(struct dns_run *r, struct dns_lookup *l);
void dns_finish(struct dns_run *r, struct dns_lookup *l, int64_t now);
void dns_forget(struct dns_lookup *l);

/* dnstcp.c */
void dns_tcp_begin(struct dns_tcp *t, struct arena *a,
                   const struct dns_ip *server, const unsigned char *query,
                   size_t n);
/* True when a whole answer is in buf[2..2+len). */
bool dns_tcp_step(struct dns_tcp *t, size_t *len);
void dns_tcp_end(struct dns_tcp *t);
/* A non-blocking socket connected to the server's port 53, or -1 and errno. */
int dns_connect(const struct dns_ip *server, int type);

#endif
