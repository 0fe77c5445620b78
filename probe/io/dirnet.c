/* The replay's network: requests, names, sockets. */
#include "dir.h"
#include "rec.h"

void dir_http(struct host *h, struct arena *a, const struct http_req *q,
              size_t n, struct http_resp *out)
{
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_http(&q[i]);
		struct http_resp r = { .cert_expires_ms = INT64_MIN };
		struct str text;

		r.dns_ms = r.tcp_ms = r.tls_ms = r.http_ms = -1;
		r.got_ms = dir_now_ms(h);
		if (!dir_note(h, a, p.z, "", q[i].max_bytes + 16384, &text,
		              &r.err))
			;
		else if (!rec_get_http(text, q[i].url, &r))
			(void)err_set(&r.err, ERR_FORM, 0, "%s: bad recording",
			              p.z);
		else if (r.body.n > q[i].max_bytes)
			(void)err_set(&r.err, ERR_LIMIT, 0,
			              "%s: more than %zu bytes", q[i].url,
			              q[i].max_bytes);
		out[i] = r;
	}
}

void dir_resolve(struct host *h, struct arena *a, const char *const *names,
                 size_t n, unsigned timeout_ms, struct dns_result *out)
{
	(void)timeout_ms;
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_named("dns", names[i]);
		struct dns_result r = { .name = str_of(names[i]) };
		struct str text;

		if (dir_note(h, a, p.z, "", NOTE_MAX, &text, &r.err) &&
		    !rec_get_dns(text, &r))
			(void)err_set(&r.err, ERR_FORM, 0, "%s: bad recording",
			              p.z);
		out[i] = r;
	}
}

void dir_ask(struct host *h, struct arena *a, const struct dns_ask *q, size_t n,
             unsigned timeout_ms, struct dns_result *out)
{
	(void)timeout_ms;
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_ask(&q[i]);
		struct dns_result r = { .name = str_of(q[i].name) };
		struct str text;

		if (dir_note(h, a, p.z, "", NOTE_MAX, &text, &r.err) &&
		    !rec_get_dns(text, &r))
			(void)err_set(&r.err, ERR_FORM, 0, "%s: bad recording",
			              p.z);
		out[i] = r;
	}
}

void dir_ways(struct host *h, struct arena *a, const char *const *addrs,
              size_t n, struct way *out)
{
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_way(addrs[i]);
		struct way w = { .kind = WAY_UNASKED };
		struct str text;

		if (dir_note(h, a, p.z, "", NOTE_MAX, &text, &w.err) &&
		    !rec_get_way(text, &w))
			(void)err_set(&w.err, ERR_FORM, 0, "%s: bad recording",
			              p.z);
		out[i] = w;
	}
}

bool dir_ports(struct host *h, struct arena *a, struct port_map *out,
               struct err *e)
{
	struct str text;

	return dir_note(h, a, "/ports.tsv", "", arena_left(a) / 3, &text, e) &&
	       rec_get_ports(text, a, out);
}

bool dir_conns(struct host *h, struct arena *a, int64_t pid,
               struct conn_row **out, size_t *n, struct err *e)
{
	struct rec_path p = rec_conns(pid);
	struct str text;

	return dir_note(h, a, p.z, "", NOTE_MAX * 4, &text, e) &&
	       rec_get_conns(text, a, out, n);
}

void dir_in_netns(struct host *h, struct arena *a, const struct netns_req *q,
                  size_t n, struct netns_result *out)
{
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_netns(q[i].pid);
		struct netns_result r = { 0 };
		struct str text;

		if (dir_note(h, a, p.z, "", NOTE_MAX * 4, &text, &r.err) &&
		    !rec_get_netns(text, a, &r))
			(void)err_set(&r.err, ERR_FORM, 0, "%s: bad recording",
			              p.z);
		out[i] = r;
	}
}

void dir_ntp(struct host *h, struct arena *a, const struct ntp_req *q, size_t n,
             struct ntp_answer *out)
{
	for (size_t i = 0; i < n; i++) {
		struct rec_path p = rec_ntp(&q[i]);
		struct ntp_answer r = { .err = { 0 } };
		struct str text;

		if (dir_note(h, a, p.z, "", NOTE_MAX, &text, &r.err) &&
		    !rec_get_ntp(text, &r))
			(void)err_set(&r.err, ERR_FORM, 0, "%s: bad recording",
			              p.z);
		out[i] = r;
	}
}

bool dir_knock(struct host *h, struct arena *a, uint16_t port,
               unsigned timeout_ms, struct knock *out, struct err *e)
{
	struct rec_path p = rec_knock(port);
	struct str text;

	(void)timeout_ms;
	if (!dir_note(h, a, p.z, "", NOTE_MAX, &text, e))
		return false;
	return rec_get_knock(text, out) ||
	       err_set(e, ERR_FORM, 0, "%s: bad recording", p.z);
}
