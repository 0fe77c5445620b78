#define _GNU_SOURCE /* getrandom */
#include "dns.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "io.h"
#include "probe/buf.h"

static const enum dns_type type_of[2] = { DNS_A, DNS_AAAA };

static uint16_t random16(void)
{
	uint16_t v = 0;

	if (getrandom(&v, sizeof(v), GRND_NONBLOCK) != sizeof(v))
		v = (uint16_t)live_mono_ms(NULL);
	return v;
}

/* ---- asking */

static void fail_talk(struct dns_lookup *l, size_t k, enum err_code code,
                      int64_t now)
{
	struct dns_try *t = &l->out->tries[k];

	l->talk[k].failed = true;
	if (!l->talk[k].heard) {
		t->code = code;
		t->ms = (int32_t)(now - l->talk[k].asked_ms);
	}
	l->next = now; /* someone else, at once */
}

/* A socket for server k; false when there is none now but will be. */
static bool open_talk(struct dns_run *r, struct dns_lookup *l, size_t k,
                      int64_t now)
{
	struct dns_talk *t = &l->talk[k];
	size_t open = t->fd < 0 ? dns_open(r) : 0;

	if (t->fd >= 0)
		return true;
	t->asked_ms = now;
	errno = EMFILE;
	if (open < DNS_MAX_FDS)
		t->fd = dns_connect(&r->conf.server[k], SOCK_DGRAM);
	if (t->fd >= 0) {
		t->id[0] = random16();
		t->id[1] = (uint16_t)(t->id[0] ^ (random16() | 1));
		return true;
	}
	l->starved = err_code_of_os(errno) == ERR_BUSY;
	return !l->starved || !open;
}

/* Sends both questions to server k, on a socket of their own; false when it has
 * to wait for one. */
static bool ask(struct dns_run *r, struct dns_lookup *l, size_t k, int64_t now)
{
	struct dns_talk *t = &l->talk[k];
	unsigned char q[DNS_QUERY_MAX];

	if (!open_talk(r, l, k, now))
		return false;
	if (k >= l->out->n_tries) {
		l->out->n_tries = k + 1;
		l->out->tries[k] = (struct dns_try){
			.server = dns_ip_text(r->a, &r->conf.server[k]),
			.code = ERR_TIME,
		};
	}
	if (t->fd < 0) {
		fail_talk(l, k, err_code_of_os(errno), now);
		return true;
	}
	for (int i = 0; i < 2; i++) {
		size_t n = dnsmsg_query(q, sizeof(q), t->id[i], l->name,
		                        type_of[i]);

		if (!l->settled[i] && send(t->fd, q, n, MSG_NOSIGNAL) < 0 &&
		    errno != EAGAIN) {
			fail_talk(l, k, err_code_of_os(errno), now);
			return true;
		}
	}
	return true;
}

/* The next server that may still answer; false when none is left. */
static bool ask_next(struct dns_run *r, struct dns_lookup *l, int64_t now)
{
	for (size_t i = 0; i < r->conf.n; i++) {
		size_t k = l->turn++ % r->conf.n;

		if (l->talk[k].failed)
			continue;
		l->next = now + (l->until - l->start) / 3 + 1;
		if (!ask(r, l, k, now)) {
			l->turn--;
			l->next = now + DNS_TURN_MS;
			return true;
		}
		if (!l->talk[k].failed)
			return true;
	}
	return false;
}

/* The given name, or for one without a dot the next of the search list. */
bool dns_next_name(struct dns_run *r, struct dns_lookup *l)
{
	struct buf b = { l->name, 0, sizeof(l->name) - 1, false };
	bool bare = !str_has(l->given, STR("."));
	unsigned char q[DNS_QUERY_MAX];

	if (l->next_search > (bare ? r->conf.n_search : 0))
		return false;
	(void)buf_add(&b, l->given);
	if (bare && l->next_search < r->conf.n_search) {
		(void)buf_char(&b, '.');
		(void)buf_add(&b, r->conf.search[l->next_search]);
	}
	l->next_search++;
	l->name[b.n] = '\0';
	return !b.full && dnsmsg_query(q, sizeof(q), 0, l->name, DNS_A) > 0;
}

/* ---- hearing */

static void settle(struct dns_lookup *l, size_t k, int type,
                   const struct dns_answer *ans, int64_t now)
{
	struct dns_try *t = &l->out->tries[k];

	if (!l->talk[k].heard) {
		t->code = ERR_NONE;
		t->ms = (int32_t)(now - l->talk[k].asked_ms);
	}
	l->talk[k].heard = true;
	if (l->settled[type])
		return;
	if (ans->rcode == 3)
		l->absent = true;
	/* no such name: of no type */
	t->a |= ans->rcode == 3 || (type == 0 && ans->rcode == 0);
	t->aaaa |= ans->rcode == 3 || (type == 1 && ans->rcode == 0);
	if (ans->rcode == 0 || ans->rcode == 3) {
		l->settled[type] = true;
		memcpy(l->ip[type], ans->ip, sizeof(ans->ip));
		l->n[type] = ans->n;
		if (ans->n && !l->first)
			l->first = now;
	} else {
		t->rcode = ans->rcode;
		l->talk[k].failed = true;
		l->next = now;
	}
	if (ans->rcode == 3)
		t->rcode = 3;
}

/* One message from server k; by_tcp: a cut one is then malformed. */
static void hear(struct dns_run *r, struct dns_lookup *l, size_t k,
                 const unsigned char *p, size_t n, bool by_tcp, int64_t now)
{
	struct dns_talk *t = &l->talk[k];
	unsigned char q[DNS_QUERY_MAX];

	for (int i = 0; i < 2; i++) {
		struct dns_answer ans;
		size_t len;

		if (!dnsmsg_parse(p, n, t->id[i], l->name, type_of[i], &ans)) {
			if (n >= 2 && (p[0] << 8 | p[1]) == t->id[i])
				fail_talk(l, k, ERR_FORM, now);
			continue;
		}
		if (ans.cut && !by_tcp) {
			len = dnsmsg_query(q, sizeof(q), t->id[i], l->name,
			                   type_of[i]);
			if (t->tcp[i].asked || dns_open(r) < DNS_MAX_FDS)
				dns_tcp_begin(&t->tcp[i], r->a,
				              &r->conf.server[k], q, len);
			else
				fail_talk(l, k, ERR_BUSY, now);
			return;
		}
		settle(l, k, i, &ans, now);
		return;
	}
}

static void listen_to(struct dns_run *r, struct dns_lookup *l, size_t k,
                      int64_t now)
{
	struct dns_talk *t = &l->talk[k];
	unsigned char p[DNS_UDP_MAX];

	for (unsigned i = 0; i < 8 && t->fd >= 0 && !t->failed; i++) {
		ssize_t n = recv(t->fd, p, sizeof(p), MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0)
			fail_talk(l, k, err_code_of_os(errno), now);
		else
			hear(r, l, k, p, (size_t)n, false, now);
	}
	for (int i = 0; i < 2; i++) {
		struct dns_tcp *tcp = &t->tcp[i];
		size_t len;

		if (!tcp->asked || tcp->failed || l->settled[i])
			continue;
		if (dns_tcp_step(tcp, &len)) {
			dns_tcp_end(tcp);
			hear(r, l, k, tcp->buf + 2, len, true, now);
		}
		if (tcp->failed) {
			dns_tcp_end(tcp);
			fail_talk(l, k, ERR_RESET, now);
		}
	}
}

static void step_one(struct dns_run *r, struct dns_lookup *l, int64_t now)
{
	bool got;

	for (size_t k = 0; k < l->out->n_tries; k++)
		listen_to(r, l, k, now);
	got = l->n[0] || l->n[1];
	if (l->absent || (l->settled[0] && l->settled[1])) {
		if (got || !dns_next_name(r, l)) {
			dns_finish(r, l, now);
			return;
		}
		/* the same servers, about the name with the next domain */
		dns_forget(l);
		l->absent = l->settled[0] = l->settled[1] = false;
		l->turn = 0;
		l->next = now;
	}
	if (now >= l->until ||
	    (got && !r->patient && now >= l->first + DNS_GRACE_MS)) {
		dns_finish(r, l, now);
		return;
	}
	if (now >= l->next && !ask_next(r, l, now))
		dns_finish(r, l, now);
}

void dns_step(struct dns_run *r, int64_t now)
{
	for (size_t i = 0; i < r->n; i++)
		if (!r->names[i].done)
			step_one(r, &r->names[i], now);
}
