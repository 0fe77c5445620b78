/* send.h - an AWS that answers from a script, inside the test's own process. */
#ifndef TESTS_UNIT_SEND_H
#define TESTS_UNIT_SEND_H

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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

/* ---- records, and what became of them */

static char folder[64];
static struct settings set;
static struct arena conf_mem;
static const char *note_title = "disk is full";

static inline void configure(const char *more)
{
	char text[1024];
	struct err e = { 0 };
	int n = snprintf(text, sizeof(text),
	                 "state-dir = %s/state\nrun-dir = %s\nfleet = 1\n%s",
	                 folder, folder, more);

	arena_reset(&conf_mem);
	set = (struct settings){ .conf = conf_default() };
	OK(conf_parse("conf", (struct str){ text, (size_t)n }, &conf_mem,
	              &set.conf, &e) &&
	           sinks_mark(conf_text(&set.conf, CONF_SINKS), &set.sinks, &e),
	   e.msg);
}

/* What the tests left in /tmp: folders of files, and of one folder of files. */
static inline void sweep(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		char name[512];

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		(void)snprintf(name, sizeof(name), "%.200s/%.200s", path,
		               e->d_name);
		if (unlink(name) != 0)
			sweep(name);
	}
	if (d)
		(void)closedir(d);
	(void)rmdir(path);
}

static inline void fresh(const char *more)
{
	static unsigned n;

	if (n)
		sweep(folder);
	(void)snprintf(folder, sizeof(folder), "/tmp/probe-send.%ld.%u",
	               (long)getpid(), n++);
	(void)mkdir(folder, 0750);
	configure(more);
}

static inline void offer(struct sinks *s, const char *kind, int64_t at)
{
	struct record r = { .s = { [0] = { NULL, 0 } } };

	for (unsigned f = 0; f < FIELD_COUNT; f++)
		r.n[f] = RECORD_NONE;
	r.n[FIELD_AT_MS] = at;
	r.s[FIELD_KIND] = str_of(kind);
	r.s[FIELD_STATUS] = STR("critical");
	r.s[FIELD_CAUSE] = STR("disk-full");
	r.s[FIELD_CLUSTER] = STR("web");
	r.s[FIELD_TITLE] = str_of(note_title);
	sinks_offer(s, &r);
}

static inline int64_t now(void)
{
	struct host h = host_live();

	return h.ops->now_ms(&h) - 100000;
}

static inline void nap(void)
{
	const struct timespec t = { 0, 2000000 };

	(void)nanosleep(&t, NULL);
}

/* Until nothing waits, or something stands in the way; at most 5 s. */
static inline struct sink_state settle(struct sinks *s, enum sink_id id,
                                       bool to_why)
{
	struct sink_state st[SINK_COUNT];

	for (unsigned i = 0; i < 2500; i++) {
		if (i % 50 == 0)
			sinks_hurry(s);
		nap();
		sinks_state(s, st);
		if (sinks_idle(s) || (to_why && st[id].why[0]))
			break;
	}
	return st[id];
}

static inline bool in_order(int64_t first, size_t n)
{
	if (fake.n != n)
		printf("%zu events, not %zu\n", fake.n, n);
	for (size_t i = 0; i < fake.n; i++)
		if (fake.at[i] != first + (int64_t)i)
			return false;
	return fake.n == n;
}

/* Five records against a script. */
static inline struct sink_state five(int64_t *first, bool to_why)
{
	struct sinks *s = sinks_start(fake_host(), &set);
	struct sink_state st;

	*first = now();
	for (int i = 0; i < 5; i++)
		offer(s, i ? "heartbeat" : "verdict", *first + i);
	st = settle(s, SINK_CLOUDWATCH_LOGS, to_why);
	OK(sinks_stop(s, 3000), "the threads end");
	return st;
}

#endif
