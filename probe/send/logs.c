/* logs.c - CloudWatch Logs: PutLogEvents, and the stream when it is missing. */
#include "send.h"

#include <stdio.h>

#include "probe/json.h"
#include "probe/jsonw.h"
#include "probe/text.h"

#define TARGET "Logs_20140328."
#define DAY_MS INT64_C(86400000)
enum {
	/* PutLogEvents takes 1,048,576 bytes, each event counted with 26 more;
	 * less is as quick, and memory is dear. */
	BODY_BYTES = 384 * 1024,
	CREATE_MS = 40, /* for each instance of the fleet: 25 a second */
};

static bool is(const struct call *c, const char *code)
{
	return str_eq(c->error.code, str_of(code));
}

static bool ask(struct sinks *s, struct call *c, const char *target,
                struct str body, struct arena *a, struct err *e)
{
	*c = (struct call){ .service = SVC_LOGS,
		            .sign = "logs",
		            .target = target,
		            .type = "application/x-amz-json-1.1",
		            .body = body };
	return aws_call(s, c, a, e);
}

/* No colon, no star, not empty. */
static struct str stream_of(struct sinks *s, struct arena *a)
{
	struct str id = s->tx.place.instance;

	return id.n ? text_clean(a, id, 64) : STR("unknown");
}

static struct str group_of(const struct sinks *s)
{
	return conf_text(&s->set->conf, CONF_LOG_GROUP);
}

/* ---- a batch */

struct batch {
	struct sinks *s;
	struct trip *t;
	struct buf body;
	struct emf_opts emf;
	int64_t first_ms, last_ms;
	size_t events;
};

/* An event's text within a JSON text. It is JSON without control bytes: quotes
 * and backslashes are all there is to escape. */
static void quote(struct buf *b, struct str v)
{
	size_t from = 0;

	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] != '"' && v.p[i] != '\\')
			continue;
		(void)buf_add(b, (struct str){ v.p + from, i - from });
		(void)buf_char(b, '\\');
		from = i;
	}
	(void)buf_add(b, (struct str){ v.p + from, v.n - from });
}

/* False: it belongs into another call. */
static bool add(struct batch *b, const struct record *r, int64_t at)
{
	size_t from = b->body.n, mark = b->t->a->used;
	struct buf text;

	if (b->events && (at < b->last_ms || at - b->first_ms >= DAY_MS))
		return false;
	text = buf_init(b->t->a, EMF_MAX);
	b->emf.at_ms = at;
	emf_render(r, &b->emf, b->t->a, &text);
	(void)buf_fmt(&b->body, "%s{\"timestamp\":%lld,\"message\":\"",
	              b->events ? "," : "", (long long)at);
	quote(&b->body, buf_str(&text));
	(void)buf_add(&b->body, STR("\"}"));
	b->t->a->used = mark;
	/* Room for the end is left. */
	if (b->body.full || b->body.n + 256 > b->body.cap) {
		b->body.n = from;
		b->body.full = false;
		return false;
	}
	if (!b->events++)
		b->first_ms = at;
	b->last_ms = at;
	return true;
}

static void head(struct batch *b, const struct far *f)
{
	struct sinks *s = b->s;
	struct jsonw w;

	b->body = buf_init(b->t->a, BODY_BYTES);
	w = jsonw_init(&b->body);
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "logGroupName", group_of(s));
	jsonw_str(&w, "logStreamName", stream_of(s, b->t->a));
	if (f->token[0])
		jsonw_str(&w, "sequenceToken", str_of(f->token));
	(void)buf_add(&b->body, STR(",\"logEvents\":["));
}

/* How many lines went in, or are not worth it. */
static void fill(struct batch *b, const struct far *f)
{
	struct trip *t = b->t;

	b->emf.space = conf_text(&b->s->set->conf, CONF_NAMESPACE);
	b->emf.per_instance = conf_num(&b->s->set->conf, CONF_INSTANCE_METRICS);
	b->emf.plain = b->s->set->sinks &
	               (SINK_BIT(PUT_METRIC_DATA) | SINK_BIT(EMF_PORT));
	head(b, f);
	for (; t->used < t->n && t->used < f->most; t->used++) {
		size_t mark = t->a->used;
		struct record r;
		int64_t at;
		bool in = true;

		if (!record_parse(t->line[t->used].json, t->a, &r, &t->why)) {
			t->refused++;
		} else if (!event_time(b->s, &r, &at)) {
			t->refused++;
			(void)err_set(&t->why, ERR_TIME, 0,
			              "older than spool-age");
		} else {
			in = add(b, &r, at);
		}
		t->a->used = mark;
		if (!in)
			break;
	}
	(void)buf_add(&b->body, STR("]}"));
}

/* ---- what it says */

/* The answer is 200 and yet some were not taken. */
static void read_rejected(struct trip *t, struct str body, size_t events)
{
	static const char *const ends[] = { "tooOldLogEventEndIndex",
		                            "expiredLogEventEndIndex" };
	struct json j;
	struct err e;
	uint64_t n, old = 0;
	int at;

	if (!json_parse(t->a, body, 64, &j, &e))
		return;
	at = json_get(&j, 0, "rejectedLogEventsInfo");
	for (size_t i = 0; i < 2; i++)
		if (json_u64(&j, json_get(&j, at, ends[i]), &n) && n > old &&
		    n <= events)
			old = n;
	if (json_u64(&j, json_get(&j, at, "tooNewLogEventStartIndex"), &n) &&
	    n < events && n >= old)
		old += events - n;
	if (!old)
		return;
	t->refused += (size_t)old;
	(void)err_set(&t->why, ERR_TIME, 0,
	              "logs: %llu events are too old or too new to be taken",
	              (unsigned long long)old);
}

static enum far_end create_group(struct sinks *s, struct trip *t)
{
	struct str group = group_of(s);
	struct buf b = buf_init(t->a, 2048);
	struct jsonw w = jsonw_init(&b);
	struct call c;

	if (!conf_num(&s->set->conf, CONF_CREATE_LOG_GROUP)) {
		(void)err_set(&t->why, ERR_NOENT, 0,
		              "log group " STR_FMT " is not there: "
		              "packaging/cloudwatch makes it, or "
		              "create-log-group = yes",
		              STR_ARG(str_head(group, 80)));
		return FAR_FAILED;
	}
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "logGroupName", group);
	jsonw_end(&w);
	return ask(s, &c, TARGET "CreateLogGroup", buf_str(&b), t->a,
	           &t->why) || is(&c, "ResourceAlreadyExistsException")
	               ? FAR_SOON
	               : FAR_FAILED;
}

/* All instances of a fleet that boots ask for one: CreateLogStream takes 50 a
 * second. */
static bool create_waits(struct sinks *s, struct far *f)
{
	int64_t now = s->h->ops->mono_ms(s->h);

	if (!f->create_ms)
		f->create_ms =
			now + dice(&s->tx, CREATE_MS * conf_num(&s->set->conf,
		                                                CONF_FLEET));
	f->next_ms = f->create_ms;
	return now < f->create_ms && !s->tx.hurry;
}

static enum far_end create_stream(struct sinks *s, struct far *f,
                                  struct trip *t)
{
	struct buf b = buf_init(t->a, 2048);
	struct jsonw w = jsonw_init(&b);
	struct call c;

	if (create_waits(s, f))
		return FAR_LATER;
	jsonw_obj(&w, NULL);
	jsonw_str(&w, "logGroupName", group_of(s));
	jsonw_str(&w, "logStreamName", stream_of(s, t->a));
	jsonw_end(&w);
	if (ask(s, &c, TARGET "CreateLogStream", buf_str(&b), t->a, &t->why) ||
	    is(&c, "ResourceAlreadyExistsException")) {
		f->create_ms = 0;
		return FAR_SOON;
	}
	return is(&c, "ResourceNotFoundException") ? create_group(s, t)
	                                           : FAR_FAILED;
}

/* From before 2023, and what imitates it. */
static enum far_end take_token(struct far *f, struct trip *t, struct str body)
{
	struct json j;
	struct err e;
	struct str token;

	f->token[0] = '\0';
	if (!json_parse(t->a, body, 64, &j, &e))
		return FAR_FAILED;
	token = json_str(&j, json_get(&j, 0, "expectedSequenceToken"), t->a);
	if (token.n >= sizeof(f->token))
		return FAR_FAILED;
	(void)snprintf(f->token, sizeof(f->token), STR_FMT, STR_ARG(token));
	return FAR_SOON;
}

/* One of them is not to its taste: half as many, down to one alone. */
static enum far_end fewer(struct far *f, struct trip *t)
{
	if (t->used > 1) {
		f->most = t->used / 2;
		return FAR_SOON;
	}
	t->refused = 1;
	return FAR_DONE;
}

static enum far_end not_taken(struct sinks *s, struct far *f, struct trip *t,
                              const struct call *c)
{
	if (is(c, "DataAlreadyAcceptedException"))
		return FAR_DONE;
	if (is(c, "InvalidSequenceTokenException"))
		return take_token(f, t, c->resp.body);
	if (is(c, "ResourceNotFoundException"))
		return create_stream(s, f, t);
	if (is(c, "InvalidParameterException") ||
	    is(c, "SerializationException") || c->resp.status == 413)
		return fewer(f, t);
	return FAR_FAILED;
}

enum far_end logs_send(struct sinks *s, struct far *f, struct trip *t)
{
	struct batch b = { .s = s, .t = t };
	struct call c;

	/* The stream's name is the instance's. */
	if (!aws_where_now(s, false, &t->why))
		return FAR_FAILED;
	fill(&b, f);
	if (!b.events)
		return FAR_DONE;
	if (!ask(s, &c, TARGET "PutLogEvents", buf_str(&b.body), t->a, &t->why))
		return not_taken(s, f, t, &c);
	f->most = SEND_LINES;
	f->token[0] = '\0';
	f->create_ms = 0;
	read_rejected(t, c.resp.body, b.events);
	return FAR_DONE;
}
