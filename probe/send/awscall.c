/* awscall.c - one signed call, with what a second try may need put right first:
 * keys that have expired, a clock that is off. */
#include "send.h"

#include <stdlib.h>

#include "probe/text.h"
#include "probe/when.h"

enum {
	REPLY_BYTES = 16384,
	RENEW_MS = 600000, /* EC2 has new keys 5 minutes before */
	LOOK_APART_MS = 60000,
	SKEW_MS = 60000, /* less is no hindrance: AWS allows 5 minutes */
	TRIES = 3,
};

static void cleanse(struct arena *a)
{
	volatile unsigned char *p = a->base;

	for (size_t i = 0; i < a->used; i++)
		p[i] = 0;
	arena_reset(a);
}

/* Keys that AWS will not take any more are kept when there are no others: AWS
 * may take them longer than it said. */
bool aws_where_now(struct sinks *s, bool anew, struct err *e)
{
	struct sender *t = &s->tx;
	int64_t mono = s->h->ops->mono_ms(s->h);
	int64_t wall = s->h->ops->now_ms(s->h) + t->skew_ms;
	bool due = !t->has_place || anew ||
	           (t->place.expires_ms != WHEN_NONE &&
	            t->place.expires_ms - wall < RENEW_MS);
	struct aws_place found;
	struct arena *a = &t->place_mem[1 - t->cur];

	if (!due ||
	    (t->has_place && !anew && mono - t->place_ms < LOOK_APART_MS))
		return true;
	t->place_ms = mono;
	cleanse(a);
	if (!aws_place_find(s->h, a, &found, e))
		return t->has_place;
	cleanse(&t->place_mem[t->cur]);
	t->cur = 1 - t->cur;
	t->place = found;
	t->has_place = true;
	return true;
}

/* When the answer says what time it is. A second is what it can tell. */
static void learn_skew(struct sinks *s, const struct http_resp *r)
{
	int64_t at = when_parse_http(r->date);

	if (at == WHEN_NONE)
		return;
	at += 500 - r->got_ms;
	s->tx.skew_ms = at > -1500 && at < 1500 ? 0 : at;
}

/* YYYYMMDDTHHMMSSZ */
static struct str stamp(struct arena *a, int64_t ms)
{
	struct str t = when_text(a, ms), out = { "", 0 };

	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] != '-' && t.p[i] != ':')
			out = arena_str(a, STR_FMT "%c", STR_ARG(out), t.p[i]);
	return out;
}

static void ask(struct sinks *s, struct call *c, struct arena *a)
{
	const struct aws_place *at = &s->tx.place;
	const char *headers[3] = {
		arena_str(a, "Content-Type: %s", c->type).p,
		arena_str(a, "X-Amz-Target: %s", c->target).p,
	};
	struct http_req q = { .method = "POST",
		              .url = at->url[c->service].p,
		              .headers = headers,
		              .n_headers = 2,
		              .body = c->body,
		              .sign = &at->cred,
		              .service = c->sign,
		              .region = at->region.p,
		              .proxy = at->proxy[c->service],
		              .timeout_ms = s->tx.call_ms ? s->tx.call_ms : 1,
		              .max_bytes = REPLY_BYTES };

	if (llabs(s->tx.skew_ms) > SKEW_MS)
		headers[q.n_headers++] =
			arena_str(a, "X-Amz-Date: " STR_FMT,
		                  STR_ARG(stamp(a, s->h->ops->now_ms(s->h) +
		                                           s->tx.skew_ms)))
				.p;
	s->h->ops->http(s->h, a, &q, 1, &c->resp);
	if (c->resp.err.code == ERR_NONE)
		learn_skew(s, &c->resp);
}

static bool judge(struct call *c, struct arena *a, struct err *e)
{
	const struct http_resp *r = &c->resp;
	struct aws_denial d;

	c->error = (struct aws_error){ { NULL, 0 }, { NULL, 0 } };
	c->kind = AWS_ERR_OTHER;
	if (r->err.code != ERR_NONE) {
		*e = r->err;
		return false;
	}
	if (r->status == 200 && r->request_id.n)
		return true;
	if (r->status == 200)
		return err_set(e, ERR_FORM, 0,
		               "%s: something else than AWS answered", c->sign);
	c->error = aws_error_read(a, r->error_type, r->body);
	c->kind = aws_error_kind(&c->error, r->status);
	if (c->kind == AWS_ERR_DENIED && aws_denial_read(c->error.message, &d))
		return err_set(e, ERR_AUTH, 0,
		               "the role may not " STR_FMT "%s" STR_FMT
		               "%s" STR_FMT,
		               STR_ARG(text_clean(a, d.action, 40)),
		               d.resource.n ? " on " : "",
		               STR_ARG(text_clean(a, d.resource, 90)),
		               d.wall.n ? ": " : "",
		               STR_ARG(text_clean(a, d.wall, 40)));
	return err_set(e, c->kind == AWS_ERR_THROTTLED ? ERR_BUSY : ERR_AUTH, 0,
	               "%s: %d " STR_FMT ": " STR_FMT, c->sign, r->status,
	               STR_ARG(text_clean(a, c->error.code, 50)),
	               STR_ARG(text_clean(a, c->error.message, 110)));
}

bool aws_call(struct sinks *s, struct call *c, struct arena *a, struct err *e)
{
	int64_t skew = s->tx.skew_ms;
	bool renewed = false;

	if (!aws_where_now(s, false, e))
		return false;
	if (!s->tx.place.url[c->service].n)
		return err_set(e, ERR_NOENT, 0, "%s: no endpoint", c->sign);
	for (unsigned i = 0; i < TRIES; i++) {
		ask(s, c, a);
		if (judge(c, a, e))
			return true;
		if (c->kind == AWS_ERR_SKEW && s->tx.skew_ms != skew) {
			skew = s->tx.skew_ms;
			continue; /* signed with AWS's time now */
		}
		if ((c->kind != AWS_ERR_EXPIRED && c->kind != AWS_ERR_BAD_KEY &&
		     c->kind != AWS_ERR_SIGNATURE) ||
		    renewed)
			return false;
		renewed = true;
		if (!aws_where_now(s, true, e))
			return false;
	}
	return false;
}

/* ---- when it was */

#define HOUR_MS INT64_C(3600000)
#define EARLIEST_MS INT64_C(1577836800000) /* 2020: before probe was */

bool event_time(const struct sinks *s, const struct record *r, int64_t *out)
{
	int64_t now = s->h->ops->now_ms(s->h) + s->tx.skew_ms;
	int64_t age = conf_num(&s->set->conf, CONF_SPOOL_AGE);
	int64_t skew = r->n[FIELD_SKEW_MS], at = r->n[FIELD_AT_MS];

	if (age > 14 * 24 * HOUR_MS - HOUR_MS)
		age = 14 * 24 * HOUR_MS - HOUR_MS;
	if (skew != RECORD_NONE && at != RECORD_NONE &&
	    llabs(skew) >= SKEW_MS && skew < INT64_MAX / 2 &&
	    skew > INT64_MIN / 2)
		at += skew;
	/* From a clock that was not set, or far ahead: better late than lost.
	 * The record itself still says what the clock said. */
	if (at < EARLIEST_MS || at > now + 2 * HOUR_MS - 60000)
		at = now;
	*out = at;
	return now - at <= age;
}
