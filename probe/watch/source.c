/*
 * What tells of changes at once. Each source may be absent, vanish, and come
 * back; until then the clock alone decides.
 */
#include <stdio.h>
#include <stdlib.h>

#include "loop.h"
#include "probe/say.h"

enum { BACKOFF_MS = 1000, BACKOFF_MAX_MS = 60000 };
enum { DOCKER_ARENA = 64 * 1024 }; /* one event */

struct source_kind {
	const char *name;
	/* A descriptor, or -1 with the reason. */
	int (*begin)(struct loop *l, struct err *e);
	/* What one read gave. False: it tells nothing more. */
	bool (*take)(struct loop *l, struct str bytes);
	/* What to look at when it is lost, or has lost something. */
	uint32_t groups;
	int64_t deaf_ms; /* after it told something twice; 0: never */
	bool answers;    /* it is there only when it has said so */
};

/* It tells from now on. */
static void there(struct source *s)
{
	say_event(SAY_INFO, "source", "name=%s there=1", s->kind->name);
	s->backoff_ms = BACKOFF_MS;
	s->said = false;
}

/* Said once, until it is there again. */
static void absent(struct source *s, const char *why)
{
	if (!s->said)
		say_event(SAY_WARN, "source", "name=%s there=0 why=%s",
		          s->kind->name, say_text(str_of(why)).z);
	s->said = true;
}

/* ---- the agent's container */

static int docker_begin(struct loop *l, struct err *e)
{
	l->docker = (struct dockerev_stream){ 0 };
	/* To connect may start Docker (socket activation): only when the last
	 * look got an answer. */
	if (!l->out.docker_answers) {
		(void)err_set(e, ERR_REFUSED, 0, "Docker does not answer");
		return -1;
	}
	return host_stream(VERB_EVENTS, e);
}

static bool is(const struct dockerev *ev, const char *action)
{
	return str_starts(str_of(ev->action), str_of(action));
}

static void docker_event(struct loop *l, const struct dockerev *ev)
{
	static const char *const news[] = { "die",          "start", "oom",
		                            "destroy",      "pause", "unpause",
		                            "health_status" };
	char code[24] = "";

	for (size_t i = 0; i < sizeof(news) / sizeof(*news); i++) {
		if (!is(ev, news[i]))
			continue;
		if (ev->exit_code >= 0)
			(void)snprintf(code, sizeof(code), " exit=%d",
			               ev->exit_code);
		say_event(is(ev, "die") || is(ev, "oom") ? SAY_WARN : SAY_INFO,
		          "container", "name=%s action=%s%s n=%u",
		          say_text(str_of(ev->name)).z,
		          say_text(str_of(ev->action)).z, code, ++l->events);
		loop_wake(l,
		          FACT_BIT(DOCKER) | FACT_BIT(AGENT) | FACT_BIT(UNIT));
		pace_note(&l->pace, FACT_BIT(LOGS));
		/* Docker asks the agent's health by itself; what is wrong
		 * then is for the look to see. */
		if (!is(ev, "health_status"))
			loop_hurry(l);
	}
}

static bool docker_take(struct loop *l, struct str bytes)
{
	static unsigned char mem[DOCKER_ARENA];
	struct arena a = { mem, 0, sizeof(mem) };
	struct dockerev ev;
	struct err e;

	for (;;)
		switch (dockerev_take(&l->docker, &bytes, &a, &ev, &e)) {
		case DOCKEREV_NONE:
			return true;
		case DOCKEREV_REFUSED:
			absent(&l->source[SOURCE_DOCKER], e.msg);
			return false;
		case DOCKEREV_EVENT:
			docker_event(l, &ev);
			break;
		case DOCKEREV_OPEN:
			there(&l->source[SOURCE_DOCKER]);
			loop_wake(l, FACT_BIT(DOCKER));
			break;
		}
}

/* ---- folders */

static int files_begin(struct loop *l, struct err *e)
{
	int fd = sense_files(e);

	files_open(l, fd);
	return fd;
}

static bool files_bytes(struct loop *l, struct str bytes)
{
	files_take(l, bytes);
	return true;
}

/* ---- the kernel's log */

static int kmsg_begin(struct loop *l, struct err *e)
{
	(void)l;
	return sense_kmsg(e);
}

static bool kmsg_take(struct loop *l, struct str record)
{
	int level = sense_kmsg_level(record);

	if (level >= 0 && level <= SAY_ERR)
		loop_wake(l, FACT_BIT(KLOG) | FACT_BIT(MEM));
	else if (level == SAY_WARN)
		pace_note(&l->pace, FACT_BIT(KLOG));
	return true;
}

/* ---- the network */

static int route_begin(struct loop *l, struct err *e)
{
	(void)l;
	return sense_route(e);
}

static bool route_take(struct loop *l, struct str bytes)
{
	unsigned what = sense_route_what(bytes);

	if (!what)
		return true;
	say_event(SAY_INFO, "network", "link=%d address=%d route=%d n=%u",
	          (what & SENSE_LINK) != 0, (what & SENSE_ADDR) != 0,
	          (what & SENSE_ROUTE) != 0, ++l->events);
	loop_wake(l, FACT_BIT(IMDS) | FACT_BIT(ENDPOINTS) | FACT_BIT(AGENT) |
	                     FACT_BIT(CONTROL));
	return true;
}

static const struct source_kind kinds[SOURCE_COUNT] = {
	[SOURCE_DOCKER] = { .name = "docker",
	                    .begin = docker_begin,
	                    .take = docker_take,
	                    .groups = FACT_BIT(DOCKER) | FACT_BIT(UNIT) |
	                              FACT_BIT(AGENT),
	                    .answers = true },
	[SOURCE_FILES] = { .name = "files",
	                   .begin = files_begin,
	                   .take = files_bytes,
	                   .groups = FACT_BIT(CONFIG) | FACT_BIT(UNIT) |
	                             FACT_BIT(LOGS) | FACT_BIT(STATE),
	                   .deaf_ms = 250 },
	[SOURCE_KMSG] = { .name = "kmsg",
	                  .begin = kmsg_begin,
	                  .take = kmsg_take,
	                  .groups = FACT_BIT(KLOG),
	                  .deaf_ms = 2000 },
	[SOURCE_ROUTE] = { .name = "route",
	                   .begin = route_begin,
	                   .take = route_take,
	                   .groups = FACT_BIT(IMDS) | FACT_BIT(ENDPOINTS),
	                   .deaf_ms = 1000 },
};

/* ---- all of them */

static void later(struct source *s)
{
	s->again_ms = loop_now(s->loop) + s->backoff_ms;
	s->backoff_ms = s->backoff_ms * 2 < BACKOFF_MAX_MS ? s->backoff_ms * 2
	                                                   : BACKOFF_MAX_MS;
}

static void on_closed(uv_handle_t *handle)
{
	struct source *s = handle->data;

	s->held = false;
	if (!s->loop->stopping)
		loop_turn(s->loop);
}

static void end(struct source *s)
{
	if (s->fd < 0)
		return;
	(void)uv_poll_stop(&s->poll);
	uv_close((uv_handle_t *)&s->poll, on_closed);
	sense_close(s->fd);
	s->fd = -1;
	s->deaf = false;
}

static void lost(struct source *s, const char *why)
{
	if (!s->said) /* it was there */
		loop_wake(s->loop, s->kind->groups);
	absent(s, why);
	end(s);
	later(s);
}

/* Everything that is there to read, up to a bound: what goes on talking is not
 * listened to for a while. */
static void on_bytes(uv_poll_t *handle, int status, int events)
{
	static _Alignas(16) char buf[SENSE_MAX];
	struct source *s = handle->data;
	int64_t now = loop_now(s->loop);
	enum sense got = SENSE_GONE;
	size_t n;

	(void)events;
	for (int i = 0; status == 0 && i < 64; i++) {
		got = sense_read(s->fd, buf, &n);
		if (got == SENSE_LOST)
			loop_wake(s->loop, s->kind->groups);
		else if (got != SENSE_SOME)
			break;
		else if (!s->kind->take(s->loop, (struct str){ buf, n })) {
			got = SENSE_GONE;
			break;
		}
	}
	if (got == SENSE_GONE) {
		lost(s, "it has ended");
	} else if (now - s->told_ms < 2 * s->kind->deaf_ms) {
		(void)uv_poll_stop(&s->poll);
		s->deaf = true;
		s->again_ms = now + s->kind->deaf_ms;
	}
	s->told_ms = now;
	loop_turn(s->loop);
}

static void open_one(struct source *s)
{
	struct err e = { 0 };
	int fd = s->kind->begin(s->loop, &e);
	int rc = fd < 0 ? 0 : uv_poll_init(&s->loop->uv, &s->poll, fd);

	if (fd >= 0 && !rc) {
		s->poll.data = s;
		s->held = true;
		s->fd = fd;
		rc = uv_poll_start(&s->poll, UV_READABLE, on_bytes);
	}
	if (fd >= 0 && !rc) {
		if (!s->kind->answers)
			there(s);
		return;
	}
	if (fd >= 0)
		(void)err_set(&e, ERR_BUSY, 0, "%s", uv_strerror(rc));
	if (s->held)
		end(s);
	else if (fd >= 0)
		sense_close(fd);
	absent(s, e.msg);
	later(s);
}

void sources_init(struct loop *l)
{
	for (int i = 0; i < SOURCE_COUNT; i++)
		l->source[i] = (struct source){ .kind = &kinds[i],
			                        .loop = l,
			                        .fd = -1,
			                        .told_ms = INT64_MIN / 2,
			                        .backoff_ms = BACKOFF_MS };
}

void source_wanted(struct loop *l, int which)
{
	struct source *s = &l->source[which];

	s->backoff_ms = BACKOFF_MS;
	if (s->fd < 0)
		s->again_ms = loop_now(l);
}

int64_t sources_turn(struct loop *l, int64_t now)
{
	int64_t next = PACE_NEVER;

	for (int i = 0; i < SOURCE_COUNT; i++) {
		struct source *s = &l->source[i];

		if (s->deaf && now >= s->again_ms) {
			s->deaf = false;
			(void)uv_poll_start(&s->poll, UV_READABLE, on_bytes);
		} else if (s->fd < 0 && !s->held && now >= s->again_ms &&
		           (l->out.n || !s->kind->answers)) {
			open_one(s);
		}
		if ((s->deaf || (s->fd < 0 && s->again_ms > now)) &&
		    s->again_ms < next)
			next = s->again_ms;
	}
	return next;
}

void sources_end(struct loop *l)
{
	for (int i = 0; i < SOURCE_COUNT; i++)
		end(&l->source[i]);
}
