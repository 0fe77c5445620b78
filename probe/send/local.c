/* local.c - the sinks of this host: each gets a record as it is made. */
#include <stdio.h>

#include "probe/say.h"
#include "probe/wire.h"
#include "send.h"

#define JOURNAL "/run/systemd/journal/socket"
#define LAST_MODE 0644
enum { JSONL_BYTES = 10 * 1024 * 1024 };

static bool quiet(const struct record *r)
{
	return str_eq(r->s[FIELD_KIND], STR("heartbeat"));
}

/* ---- a file */

struct target {
	struct store store;
	const char *name;
};

/* The folder is opened each time: it may come, go and be full. */
static bool open_for(const struct sinks *s, enum conf_id id, struct arena *a,
                     struct target *out, struct err *e)
{
	struct str path = conf_text(&s->set->conf, id);
	size_t at = path.n;

	while (at && path.p[at - 1] != '/')
		at--;
	out->name = path.p + at;
	return store_look(
		&out->store,
		at > 1 ? arena_copy(a, str_head(path, at - 1)).p : "/", e);
}

static bool jsonl(struct sinks *s, const struct record *r, struct str json,
                  struct arena *a, struct err *e)
{
	struct target t;
	bool ok;

	if (!open_for(s, CONF_JSONL_FILE, a, &t, e))
		return false;
	ok = store_append(&t.store, t.name, json, !quiet(r), JSONL_BYTES, e);
	store_close(&t.store);
	return ok;
}

static bool prometheus(struct sinks *s, const struct record *r, struct arena *a,
                       struct err *e)
{
	struct buf b = buf_init(a, 16384);
	struct target t;
	bool ok;

	if (!open_for(s, CONF_PROMETHEUS_FILE, a, &t, e))
		return false;
	report_prometheus(r, &b);
	ok = store_save(&t.store, t.name, buf_str(&b), LAST_MODE, e);
	store_close(&t.store);
	return ok;
}

static bool plugin(struct sinks *s, struct str json, struct err *e)
{
	struct store run;
	bool ok;

	if (!store_open(&run, conf_text(&s->set->conf, CONF_RUN_DIR).p, e))
		return false;
	ok = store_save(&run, SINK_LAST, json, LAST_MODE, e);
	store_close(&run);
	return ok;
}

/* ---- the journal */

static char priority(const struct record *r)
{
	if (quiet(r) || str_eq(r->s[FIELD_STATUS], STR("ok")))
		return '6';
	return str_eq(r->s[FIELD_STATUS], STR("critical")) ? '3' : '4';
}

/* Its fields are lines; no text of a record has a line end. */
static bool journald(const struct record *r, struct arena *a, struct err *e)
{
	struct buf b = buf_init(a, 8192);

	(void)buf_fmt(&b,
	              "MESSAGE=" STR_FMT ": " STR_FMT ": " STR_FMT
	              "\nPRIORITY=%c\nSYSLOG_IDENTIFIER=probe\n",
	              STR_ARG(r->s[FIELD_KIND]), STR_ARG(r->s[FIELD_STATUS]),
	              STR_ARG(r->s[FIELD_TITLE].n ? r->s[FIELD_TITLE]
	                                          : r->s[FIELD_CAUSE]),
	              priority(r));
	for (unsigned f = 0; f < FIELD_COUNT; f++) {
		if (!r->s[f].n && (field_info[f].type == FIELD_TYPE_STR ||
		                   r->n[f] == RECORD_NONE))
			continue;
		(void)buf_add(&b, STR("PROBE_"));
		for (const char *p = field_info[f].name; *p; p++)
			(void)buf_char(&b, *p >= 'a' && *p <= 'z'
			                           ? (char)(*p - 32)
			                           : *p);
		if (field_info[f].type == FIELD_TYPE_INT)
			(void)buf_fmt(&b, "=%lld\n", (long long)r->n[f]);
		else
			(void)buf_fmt(&b, "=" STR_FMT "\n", STR_ARG(r->s[f]));
	}
	return wire_datagram(JOURNAL, buf_str(&b), e);
}

/* ---- all of them */

static bool one(struct sinks *s, enum sink_id id, const struct record *r,
                struct str json, struct err *e)
{
	struct arena *a = &s->writer_mem;

	switch (id) {
	case SINK_JSONL:
		return jsonl(s, r, json, a, e);
	case SINK_JOURNALD:
		return journald(r, a, e);
	case SINK_PROMETHEUS:
		return prometheus(s, r, a, e);
	case SINK_PLUGIN:
		return plugin(s, json, e);
	default:
		return true;
	}
}

void local_write(struct sinks *s, const struct record *r, struct str json)
{
	for (unsigned i = 0; i < SINK_COUNT; i++) {
		struct err e = { 0 };
		bool ok;

		if (sink_info[i].far || !(s->set->sinks >> i & 1))
			continue;
		ok = one(s, (enum sink_id)i, r, json, &e);
		if (!ok)
			say_event(SAY_WARN, "sink", "name=%s ok=0 why=%s",
			          sink_info[i].word, say_text(str_of(e.msg)).z);
		(void)pthread_mutex_lock(&s->lock);
		s->local_sent[i] += ok;
		s->local_lost[i] += !ok;
		if (ok)
			s->local_ms[i] = s->h->ops->now_ms(s->h);
		(void)snprintf(s->local_why[i], sizeof(s->local_why[i]), "%s",
		               ok ? "" : e.msg);
		(void)pthread_mutex_unlock(&s->lock);
	}
}
