/* send.h - an AWS that answers from a script, inside the test's own process. */
#ifndef TESTS_UNIT_SEND_H
#define TESTS_UNIT_SEND_H

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "probe/sink.h"
#include "unit.h"

/* An answer to the next call whose target ends so. */
struct answer {
	const char *target; /* "PutLogEvents"; NULL: the end of the script */
	int status;         /* 0: no answer at all */
	const char *body;
	const char *date;  /* header, or NULL */
	bool always;       /* not used up */
	bool no_id;        /* AWS gives each answer a request id */
	const char *needs; /* only a body that holds this; or NULL */
};

static struct fake {
	pthread_mutex_t lock;
	struct answer script[8];
	bool used[8];
	unsigned calls, creates, groups, keys, dated;
	char last[400 * 1024]; /* the last body that was taken */
	int64_t at[8192];      /* at_ms of all events taken, in order */
	size_t n;
	bool dropped_told;
	struct str why_told;
} fake = { .lock = PTHREAD_MUTEX_INITIALIZER };

static inline void fake_reset(const struct answer *script, size_t n)
{
	(void)pthread_mutex_lock(&fake.lock);
	memset(fake.script, 0, sizeof(fake.script));
	memset(fake.used, 0, sizeof(fake.used));
	for (size_t i = 0; i < n; i++)
		fake.script[i] = script[i];
	fake.calls = fake.creates = fake.groups = fake.keys = fake.dated = 0;
	fake.n = 0;
	fake.dropped_told = false;
	fake.last[0] = '\0';
	(void)pthread_mutex_unlock(&fake.lock);
}
#define SCRIPT(...)                                                 \
	fake_reset((const struct answer[]){ __VA_ARGS__ },          \
	           sizeof((const struct answer[]){ __VA_ARGS__ }) / \
	                   sizeof(struct answer))

static inline void fake_imds(const struct http_req *q, struct http_resp *r)
{
	static const struct {
		const char *path, *body;
	} docs[] = {
		{ "/api/token", "AQAEAtesttokentesttokentesttokentest==" },
		{ "/meta-data/instance-id", "i-0abc1234def567890" },
		{ "/dynamic/instance-identity/document",
		  "{\"instanceId\":\"i-0abc1234def567890\",\"region\":"
		  "\"eu-west-1\",\"accountId\":\"111122223333\"}" },
		{ "/placement/region", "eu-west-1" },
		{ "/security-credentials/", "role" },
		{ "/security-credentials/role",
		  "{\"Code\":\"Success\",\"AccessKeyId\":\"ASIAX\","
		  "\"SecretAccessKey\":\"s\",\"Token\":\"t\","
		  "\"Expiration\":\"2099-01-01T00:00:00Z\"}" },
	};

	r->status = 404;
	fake.keys += str_ends(str_of(q->url), STR("/role"));
	for (size_t i = 0; i < sizeof(docs) / sizeof(*docs); i++)
		if (str_ends(str_of(q->url), str_of(docs[i].path))) {
			r->status = 200;
			r->body = str_of(docs[i].body);
		}
}

/* The events of a call that was taken. */
static inline void fake_take(struct str body)
{
	const struct str mark = STR("\\\"at_ms\\\":");
	struct str rest = body;
	size_t at;

	memcpy(fake.last, body.p, body.n);
	fake.last[body.n] = '\0';
	fake.dropped_told |= str_has(body, STR("\\\"dropped\\\":"));
	while ((at = str_find(rest, mark)) != SIZE_MAX) {
		rest = str_skip(rest, at + mark.n);
		if (fake.n < sizeof(fake.at) / sizeof(*fake.at))
			fake.at[fake.n++] = strtoll(rest.p, NULL, 10);
	}
}

static inline void fake_aws(const struct http_req *q, struct http_resp *r)
{
	struct str target = { NULL, 0 };
	size_t i = 0;

	for (size_t k = 0; k < q->n_headers; k++) {
		if (str_starts(str_of(q->headers[k]), STR("X-Amz-Target")))
			target = str_of(q->headers[k]);
		fake.dated +=
			str_starts(str_of(q->headers[k]), STR("X-Amz-Date: "));
	}
	fake.calls++;
	fake.creates += str_ends(target, STR("CreateLogStream"));
	fake.groups += str_ends(target, STR("CreateLogGroup"));
	for (; fake.script[i].target; i++)
		if (!fake.used[i] &&
		    str_ends(target, str_of(fake.script[i].target)) &&
		    (!fake.script[i].needs ||
		     str_has(q->body, str_of(fake.script[i].needs))))
			break;
	r->request_id = STR("id-1");
	r->status = 200;
	r->body = STR("{}");
	if (fake.script[i].target) {
		const struct answer *w = &fake.script[i];

		fake.used[i] = !w->always;
		r->status = w->status;
		r->body = str_of(w->body);
		r->date = str_of(w->date);
		if (w->no_id)
			r->request_id = (struct str){ NULL, 0 };
		if (!w->status)
			(void)err_set(&r->err, ERR_TIME, 0, "no answer");
	}
	if (r->status == 200 && r->request_id.n)
		fake_take(q->body);
}

static inline void fake_http(struct host *h, struct arena *a,
                             const struct http_req *q, size_t n,
                             struct http_resp *out)
{
	(void)a;
	(void)pthread_mutex_lock(&fake.lock);
	for (size_t i = 0; i < n; i++) {
		out[i] = (struct http_resp){ .stage = STAGE_DONE,
			                     .got_ms = h->ops->now_ms(h) };
		if (strstr(q[i].url, "/latest/"))
			fake_imds(&q[i], &out[i]);
		else
			fake_aws(&q[i], &out[i]);
	}
	(void)pthread_mutex_unlock(&fake.lock);
}

static inline struct str fake_env(struct host *h, struct arena *a,
                                  const char *name)
{
	(void)h;
	(void)a;
	(void)name;
	return (struct str){ NULL, 0 };
}

static inline struct host *fake_host(void)
{
	static struct host_ops ops;
	static struct host h;

	h = host_live();
	ops = *h.ops;
	ops.http = fake_http;
	ops.env = fake_env;
	h.ops = &ops;
	return &h;
}

#endif
