/* What the service manager and people are told. */
#include <stdio.h>
#include <sys/resource.h>

#include "loop.h"
#include "probe/jsonw.h"
#include "probe/say.h"

enum { TOLD_MAX = 512, STATE_ARENA = 64 * 1024, STATE_MAX = 16 * 1024 };

static void tell(struct loop *l, const char *text)
{
	sense_tell(l->opts->notify, str_of(text));
}

/* The one line that `systemctl status` shows. */
static void status(const struct loop *l, char *out, size_t cap)
{
	const struct outcome *o = &l->out;

	(void)snprintf(out, cap, "STATUS=%s%s%s: %s%s%s%s%s\n",
	               sev_name[o->status], *o->cause ? " " : "", o->cause,
	               o->title, *o->heal ? "; restart: " : "", o->heal,
	               *l->bad_conf ? "; settings kept: " : "", l->bad_conf);
}

void tell_ready(struct loop *l)
{
	tell(l, "READY=1\n");
}

void tell_pass(struct loop *l)
{
	char text[TOLD_MAX] = "WATCHDOG=1\n";
	size_t n = strlen(text);

	status(l, text + n, sizeof(text) - n);
	tell(l, text);
}

void tell_reload(struct loop *l, bool begins)
{
	char text[TOLD_MAX];

	if (begins) {
		(void)snprintf(text, sizeof(text),
		               "RELOADING=1\nMONOTONIC_USEC=%lld\n",
		               (long long)loop_now(l) * 1000);
		tell(l, text);
		return;
	}
	(void)snprintf(text, sizeof(text), "READY=1\n");
	if (l->out.n)
		status(l, text + 8, sizeof(text) - 8);
	tell(l, text);
}

void tell_stop(struct loop *l)
{
	tell(l, "STOPPING=1\n");
}

/* What all of it cost so far, children included. */
static void usage(struct jsonw *w)
{
	struct rusage own = { 0 }, kids = { 0 };
	const struct timeval *t[4] = { &own.ru_utime, &own.ru_stime,
		                       &kids.ru_utime, &kids.ru_stime };
	int64_t us = 0;

	(void)getrusage(RUSAGE_SELF, &own);
	(void)getrusage(RUSAGE_CHILDREN, &kids);
	for (size_t i = 0; i < 4; i++)
		us += (int64_t)t[i]->tv_sec * 1000000 + t[i]->tv_usec;
	jsonw_int(w, "cpu_ms", us / 1000);
	jsonw_int(w, "wakeups", own.ru_nvcsw);
	jsonw_int(w, "peak_rss_kib", own.ru_maxrss);
}

static void render(struct loop *l, struct buf *out)
{
	static const char *const names[SOURCE_COUNT] = { "docker", "files",
		                                         "kmsg", "route" };
	struct jsonw w = jsonw_init(out);
	int64_t now = loop_now(l);

	jsonw_obj(&w, NULL);
	jsonw_int(&w, "up_ms", now - l->began_ms);
	jsonw_int(&w, "passes", l->out.n);
	jsonw_bool(&w, "busy", worker_busy(&l->worker));
	jsonw_str(&w, "status", str_of(sev_name[l->out.status]));
	jsonw_str(&w, "cause", str_of(l->out.cause));
	jsonw_str(&w, "title", str_of(l->out.title));
	jsonw_str(&w, "heal", str_of(l->out.heal));
	jsonw_int(&w, "pass_ms", l->out.cost.wall_ms);
	usage(&w);
	jsonw_str(&w, "settings_refused", str_of(l->bad_conf));
	jsonw_obj(&w, "sources");
	for (int i = 0; i < SOURCE_COUNT; i++)
		jsonw_bool(&w, names[i], l->source[i].fd >= 0);
	jsonw_end(&w);
	jsonw_obj(&w, "age_ms");
	for (unsigned g = 0; g < FACT_COUNT; g++)
		jsonw_int(&w, facts_name((enum fact_group)g),
		          now - l->pace.last_ms[g]);
	jsonw_end(&w);
	jsonw_end(&w);
}

void tell_state(struct loop *l)
{
	static unsigned char mem[STATE_ARENA];
	struct arena a = { mem, 0, sizeof(mem) };
	struct buf out = buf_init(&a, STATE_MAX);
	struct err e;
	bool saved;

	render(l, &out);
	saved = store_save(&l->run, "state.json", buf_str(&out), 0640, &e);
	say_event(
		SAY_INFO, "state",
		"passes=%u status=%s up_s=%lld rss_kib=%lld cpu_ms=%lld "
		"docker=%d files=%d kmsg=%d route=%d file=%s n=%u",
		l->out.n, sev_name[l->out.status],
		(long long)(loop_now(l) - l->began_ms) / 1000,
		(long long)l->out.cost.rss_kib, (long long)l->out.cost.cpu_ms,
		l->source[SOURCE_DOCKER].fd >= 0,
		l->source[SOURCE_FILES].fd >= 0, l->source[SOURCE_KMSG].fd >= 0,
		l->source[SOURCE_ROUTE].fd >= 0,
		saved ? "state.json" : say_text(str_of(e.msg)).z, ++l->events);
}
