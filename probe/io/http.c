/*
 * n requests side by side in the calling thread: one libcurl multi handle, and
 * our own resolver stepped in the same wait. Every request has a connection of
 * its own, so that its times are its own.
 */
#include "http.h"

#include <poll.h>
#include <sys/resource.h>

#include "dns.h"

/* Requests under way at a time: as many as a pass has endpoints, but of few
 * descriptors half are left to the other collectors. */
#define SIDE_MAX 96u
#define SIDE_MIN 2u
#define FDS_OWN 32u /* what a pass has open beside them, at most */

struct batch {
	struct arena *a;
	CURLM *m;
	struct xfer *x;
	size_t n, left;
	size_t side, under_way; /* at most, and now */
	struct dns_run dns;
	struct dns_result *found;
};

void http_setup(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static void finish(struct batch *b, struct xfer *x)
{
	if (x->started) {
		(void)curl_multi_remove_handle(b->m, x->c);
		b->under_way--;
	}
	http_release(x);
	x->done = true;
	b->left--;
}

static bool needs_name(const struct xfer *x)
{
	const struct http_req *q = x->q;
	struct dns_ip ip;

	if (x->done || q->unix_path || (q->pin && !q->proxy))
		return false;
	return !dns_ip_parse(str_of(x->host), &ip);
}

/* One lookup for each name, whoever asks for it. */
static void begin_names(struct batch *b)
{
	const char **names = ARENA_ARRAY(b->a, const char *, b->n + 1);
	unsigned longest = 1;
	size_t n = 0, k;

	for (size_t i = 0; i < b->n; i++) {
		struct xfer *x = &b->x[i];

		x->name = SIZE_MAX;
		if (!needs_name(x))
			continue;
		if (x->q->timeout_ms > longest)
			longest = x->q->timeout_ms;
		for (k = 0; k < n && strcmp(names[k], x->host) != 0; k++)
			;
		names[k] = x->host;
		n = k == n ? n + 1 : n;
		x->name = k;
	}
	b->found = ARENA_ARRAY(b->a, struct dns_result, n + 1);
	dns_begin(&b->dns, b->a, names, n, longest, b->found);
}

static void start(struct batch *b, struct xfer *x, int64_t now)
{
	const struct dns_result *found =
		x->name == SIZE_MAX ? NULL : &b->found[x->name];

	if (found) {
		x->out->dns_ms = found->ms;
		x->out->stage = STAGE_DNS;
		if (found->err.code) {
			x->out->err = found->err;
			x->out->got_ms = live_now_ms(NULL);
			finish(b, x);
			return;
		}
	}
	/* The name may have come in the last moment, or one later. */
	if (!http_prepare(x, found,
	                  x->until > now ? (unsigned)(x->until - now) : 1,
	                  &x->out->err) ||
	    curl_multi_add_handle(b->m, x->c) != CURLM_OK) {
		if (!x->out->err.code)
			(void)err_set(&x->out->err, ERR_BUSY, 0,
			              "%s: no memory", x->q->url);
		finish(b, x);
		return;
	}
	x->started = true;
	b->under_way++;
}

/* Its time went by before it had its turn. */
static void starve(struct batch *b, struct xfer *x)
{
	x->out->got_ms = live_now_ms(NULL);
	(void)err_set(&x->out->err, ERR_BUSY, 0,
	              "%s: no descriptor was free for %u ms", x->q->url,
	              x->q->timeout_ms);
	finish(b, x);
}

static void start_ready(struct batch *b, int64_t now)
{
	for (size_t i = 0; i < b->n; i++) {
		struct xfer *x = &b->x[i];

		if (x->started || x->done)
			continue;
		if (x->name == SIZE_MAX || dns_done_one(&b->dns, x->name)) {
			if (b->under_way < b->side)
				start(b, x, now);
			else if (now >= x->until)
				starve(b, x);
		} else if (now >= x->until) {
			x->out->stage = STAGE_DNS;
			x->out->got_ms = live_now_ms(NULL);
			(void)err_set(
				&x->out->err, ERR_TIME, 0,
				"%s: %u ms waited for the name to resolve",
				x->q->url, x->q->timeout_ms);
			finish(b, x);
		}
	}
}

static void collect(struct batch *b)
{
	int running, queued;
	CURLMsg *m;

	(void)curl_multi_perform(b->m, &running);
	while ((m = curl_multi_info_read(b->m, &queued))) {
		CURLcode rc = m->data.result;
		struct xfer *x = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE,
		                        (char **)&x);
		http_judge(x, rc);
		finish(b, x);
	}
}

static void wait_more(struct batch *b)
{
	int64_t now = live_mono_ms(NULL);
	struct curl_waitfd extra[DNS_MAX_FDS];
	struct pollfd fds[DNS_MAX_FDS];
	size_t n = dns_fds(&b->dns, fds, DNS_MAX_FDS);
	int ms = dns_done(&b->dns) ? 1000 : dns_wait_ms(&b->dns, now);

	for (size_t i = 0; i < n; i++)
		extra[i] = (struct curl_waitfd){ fds[i].fd,
			                         fds[i].events & POLLOUT
			                                 ? CURL_WAIT_POLLOUT
			                                 : CURL_WAIT_POLLIN,
			                         0 };
	for (size_t i = 0; i < b->n; i++)
		if (!b->x[i].done && b->x[i].until - now < ms)
			ms = b->x[i].until > now ? (int)(b->x[i].until - now)
			                         : 1;
	(void)curl_multi_poll(b->m, extra, (unsigned)n, ms, NULL);
}

static void begin(struct batch *b, const struct http_req *q,
                  struct http_resp *out, int64_t now)
{
	for (size_t i = 0; i < b->n; i++) {
		struct xfer *x = &b->x[i];

		out[i] = (struct http_resp){ .dns_ms = -1,
			                     .tcp_ms = -1,
			                     .tls_ms = -1,
			                     .http_ms = -1,
			                     .got_ms = live_now_ms(NULL),
			                     .cert_expires_ms = INT64_MIN };
		x->q = &q[i];
		x->out = &out[i];
		x->a = b->a;
		x->until = now + q[i].timeout_ms;
		if (!http_parse(x, &out[i].err))
			finish(b, x);
	}
}

static size_t side(void)
{
	struct rlimit has;
	size_t n = SIDE_MAX;

	if (getrlimit(RLIMIT_NOFILE, &has) == 0 &&
	    has.rlim_cur < 2 * SIDE_MAX + FDS_OWN)
		n = has.rlim_cur > FDS_OWN ? (has.rlim_cur - FDS_OWN) / 2 : 0;
	return n > SIDE_MIN ? n : SIDE_MIN;
}

void live_http(struct host *h, struct arena *a, const struct http_req *q,
               size_t n, struct http_resp *out)
{
	struct batch b = { .a = a, .n = n, .left = n, .side = side() };

	b.m = curl_multi_init();
	b.x = ARENA_ARRAY(a, struct xfer, n + 1);
	for (size_t i = 0; i < n; i++)
		if (str_starts(str_of(q[i].url), STR("https:"))) {
			tls_load_roots();
			break;
		}
	begin(&b, q, out, live_mono_ms(h));
	begin_names(&b);
	while (b.left) {
		int64_t now = live_mono_ms(h);
		size_t left = b.left;

		dns_step(&b.dns, now);
		start_ready(&b, now);
		collect(&b);
		/* One that ended may have left its place to another. */
		if (b.left && b.left == left)
			wait_more(&b);
	}
	dns_end(&b.dns);
	(void)curl_multi_cleanup(b.m);
}
