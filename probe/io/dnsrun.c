/* The run of several lookups: how it begins, what it waits for, and what each
 * lookup leaves behind. */
#include <string.h>
#include <unistd.h>

#include "dns.h"
#include "io.h"

#define HOSTS_MAX (256u * 1024)
#define CONF_MAX (32u * 1024)

static void release(struct dns_lookup *l)
{
	for (size_t k = 0; k < DNS_MAX_SERVERS; k++) {
		if (l->talk[k].fd >= 0)
			(void)close(l->talk[k].fd);
		l->talk[k].fd = -1;
		dns_tcp_end(&l->talk[k].tcp[0]);
		dns_tcp_end(&l->talk[k].tcp[1]);
	}
}

/* Without this a lookup that is all zero owns descriptor 0. */
static void blank(struct dns_lookup *l)
{
	memset(l->talk, 0, sizeof(l->talk));
	for (size_t k = 0; k < DNS_MAX_SERVERS; k++)
		l->talk[k].fd = l->talk[k].tcp[0].fd = l->talk[k].tcp[1].fd =
			-1;
}

void dns_forget(struct dns_lookup *l)
{
	release(l);
	blank(l);
}

/* ---- the end of a lookup */

static void add_addresses(struct dns_run *r, struct dns_lookup *l)
{
	struct dns_result *o = l->out;

	for (int t = 0; t < 2; t++)
		for (size_t i = 0; i < l->n[t] && o->n_addr < DNS_MAX_ADDR; i++)
			o->addr[o->n_addr++] = dns_ip_text(r->a, &l->ip[t][i]);
}

static const char *rcode_name(int rcode)
{
	static const char *const names[] = { "no error", "FORMERR", "SERVFAIL",
		                             "NXDOMAIN", "NOTIMP",  "REFUSED" };

	return rcode >= 0 && rcode < 6 ? names[rcode] : "an error";
}

/* Why there is no address, in the words of the server that said most. */
static void say_why(struct dns_lookup *l)
{
	struct dns_result *o = l->out;
	const struct dns_try *best = NULL;

	for (size_t k = 0; k < o->n_tries; k++)
		if (!best ||
		    (best->code == ERR_TIME && o->tries[k].code != ERR_TIME))
			best = &o->tries[k];
	if (!best && l->starved)
		(void)err_set(&o->err, ERR_BUSY, 0,
		              STR_FMT ": no descriptor was free",
		              STR_ARG(l->given));
	else if (l->absent)
		(void)err_set(&o->err, ERR_DNS, 0, STR_FMT ": no such name",
		              STR_ARG(l->given));
	else if (!best)
		(void)err_set(&o->err, ERR_DNS, 0, STR_FMT ": no server asked",
		              STR_ARG(l->given));
	else if (best->code == ERR_NONE && best->rcode == 0)
		(void)err_set(&o->err, ERR_DNS, 0,
		              STR_FMT ": the name has no address",
		              STR_ARG(l->given));
	else if (best->code == ERR_NONE)
		(void)err_set(&o->err, ERR_DNS, 0, STR_FMT ": %s from " STR_FMT,
		              STR_ARG(l->given), rcode_name(best->rcode),
		              STR_ARG(best->server));
	else
		(void)err_set(&o->err, best->code, 0,
		              STR_FMT ": DNS server " STR_FMT ": %s",
		              STR_ARG(l->given), STR_ARG(best->server),
		              err_text(best->code));
}

void dns_finish(struct dns_run *r, struct dns_lookup *l, int64_t now)
{
	struct dns_result *o = l->out;

	for (size_t k = 0; k < o->n_tries; k++)
		if (o->tries[k].code == ERR_TIME && l->talk[k].asked_ms)
			o->tries[k].ms = (int32_t)(now - l->talk[k].asked_ms);
	add_addresses(r, l);
	o->ms = (int32_t)(now - l->start);
	if (o->n_addr == 0)
		say_why(l);
	release(l);
	l->done = true;
}

bool dns_done(const struct dns_run *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->names[i].done)
			return false;
	return true;
}

size_t dns_fds(const struct dns_run *r, struct pollfd *fds, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		const struct dns_lookup *l = &r->names[i];

		for (size_t k = 0; !l->done && k < l->out->n_tries; k++) {
			const struct dns_talk *t = &l->talk[k];

			if (t->fd >= 0 && !t->failed && n < max)
				fds[n++] = (struct pollfd){ t->fd, POLLIN, 0 };
			for (int j = 0; j < 2; j++)
				if (t->tcp[j].fd >= 0 && n < max)
					fds[n++] = (struct pollfd){
						t->tcp[j].fd,
						t->tcp[j].sent < t->tcp[j].out
							? POLLOUT
							: POLLIN,
						0
					};
		}
	}
	return n;
}

size_t dns_open(const struct dns_run *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		for (size_t k = 0; !r->names[i].done && k < r->conf.n; k++) {
			const struct dns_talk *t = &r->names[i].talk[k];

			n += t->fd >= 0;
			n += t->tcp[0].fd >= 0;
			n += t->tcp[1].fd >= 0;
		}
	return n;
}

int dns_wait_ms(const struct dns_run *r, int64_t now)
{
	int64_t until = now + 1000;

	for (size_t i = 0; i < r->n; i++) {
		const struct dns_lookup *l = &r->names[i];

		if (l->done)
			continue;
		if (l->next < until)
			until = l->next;
		if (l->until < until)
			until = l->until;
		if (l->first && !r->patient && l->first + DNS_GRACE_MS < until)
			until = l->first + DNS_GRACE_MS;
	}
	return until > now ? (int)(until - now) : 0;
}

void dns_end(struct dns_run *r)
{
	for (size_t i = 0; i < r->n; i++)
		release(&r->names[i]);
}

/* ---- the beginning */

/* An address, a line of /etc/hosts, or localhost need no server. */
static bool known(struct dns_run *r, struct dns_lookup *l)
{
	struct dns_ip ip[DNS_MAX_ADDR];
	size_t n = 0;

	if (dns_ip_parse(l->given, &ip[0])) {
		n = 1;
	} else {
		n = dns_hosts_find(r->hosts, l->given, ip, DNS_MAX_ADDR);
		l->out->from_hosts_file = n > 0;
	}
	if (n == 0 && str_eq_low(l->given, STR("localhost"))) {
		ip[0] = (struct dns_ip){ 4, { 127, 0, 0, 1 } };
		ip[1] = (struct dns_ip){ .len = 16 };
		ip[1].b[15] = 1;
		n = 2;
	}
	for (size_t i = 0; i < n; i++) {
		int t = ip[i].len == 4 ? 0 : 1;

		l->ip[t][l->n[t]++] = ip[i];
	}
	return n > 0;
}

/* r holds the resolver's files. */
static void begin(struct dns_run *r, const char *const *names,
                  unsigned timeout_ms, struct dns_result *out)
{
	int64_t now = live_mono_ms(NULL);

	r->names = ARENA_ARRAY(r->a, struct dns_lookup, r->n);
	for (size_t i = 0; i < r->n; i++) {
		struct dns_lookup *l = &r->names[i];

		out[i] = (struct dns_result){ .name = str_of(names[i]) };
		*l = (struct dns_lookup){ .given = str_of(names[i]),
			                  .start = now,
			                  .until = now + timeout_ms,
			                  .next = now,
			                  .out = &out[i] };
		blank(l);
		if (known(r, l) || !dns_next_name(r, l))
			dns_finish(r, l, now);
	}
}

void dns_begin_with(struct dns_run *r, struct arena *a, struct str conf,
                    struct str hosts, const char *const *names, size_t n,
                    unsigned timeout_ms, struct dns_result *out)
{
	*r = (struct dns_run){ .a = a, .n = n, .hosts = hosts };
	dns_conf_parse(conf, &r->conf);
	begin(r, names, timeout_ms, out);
}

void dns_begin_at(struct dns_run *r, struct arena *a,
                  const struct dns_ip *server, const char *name,
                  unsigned timeout_ms, struct dns_result *out)
{
	*r = (struct dns_run){ .a = a, .n = 1, .patient = true };
	r->conf = (struct dns_conf){ .server = { *server }, .n = 1 };
	begin(r, &name, timeout_ms, out);
}

void dns_begin(struct dns_run *r, struct arena *a, const char *const *names,
               size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct str conf = { NULL, 0 }, hosts = { NULL, 0 };
	struct err none;

	(void)file_read((struct place){ "", "/etc/resolv.conf" }, a, CONF_MAX,
	                &conf, &none);
	(void)file_read((struct place){ "", "/etc/hosts" }, a, HOSTS_MAX,
	                &hosts, &none);
	dns_begin_with(r, a, conf, hosts, names, n, timeout_ms, out);
}

void dns_finish_all(struct dns_run *r)
{
	struct pollfd fds[DNS_MAX_FDS];

	while (!dns_done(r)) {
		int wait = dns_wait_ms(r, live_mono_ms(NULL));

		(void)poll(fds, dns_fds(r, fds, DNS_MAX_FDS), wait);
		dns_step(r, live_mono_ms(NULL));
	}
	dns_end(r);
}

void live_resolve(struct host *h, struct arena *a, const char *const *names,
                  size_t n, unsigned timeout_ms, struct dns_result *out)
{
	struct dns_run run;

	(void)h;
	dns_begin(&run, a, names, n, timeout_ms, out);
	dns_finish_all(&run);
}
