/*
 * conf.h - probe.conf, the daemon's settings: `key = value` lines by the rows
 * of conf.def. A # at the head of a line or behind a blank begins a comment.
 * All or nothing: one wrong line and the whole file is refused. Pure.
 */
#ifndef PROBE_CONF_H
#define PROBE_CONF_H

#include "probe/arena.h"
#include "probe/err.h"

#define CONF_MAX_BYTES (64u * 1024)
#define CONF_PATH "/etc/probe/probe.conf"

enum conf_id {
#define CONF(id, ...) CONF_##id,
#include "probe/conf.def"
#undef CONF
	CONF_COUNT
};

enum conf_type {
	CONF_IS_FLAG,
	CONF_IS_CHOICE,
	CONF_IS_TEXT,
	CONF_IS_PATH,
	CONF_IS_LIST,
	CONF_IS_TIME,
	CONF_IS_NUMBER
};

struct conf_info {
	const char *key;
	enum conf_type type;
	const char *arg, *dflt;
	int64_t min, max;
	const char *text;
};
extern const struct conf_info conf_info[CONF_COUNT];

struct conf_value {
	struct str text; /* as written, or the default; terminated */
	int64_t num;     /* FLAG 0, 1; CHOICE which word; TIME ms; NUMBER */
	bool set;        /* stands in the file */
	unsigned line;   /* where; 0: it does not */
};
struct conf {
	struct conf_value v[CONF_COUNT];
};

struct conf conf_default(void);
/* name stands in messages ("name:3: ..."). Values are copied into a. On false
 * *out is as it was. ERR_LIMIT: too long; ERR_FORM: a line is wrong. */
MUST_CHECK bool conf_parse(const char *name, struct str text, struct arena *a,
                           struct conf *out, struct err *e);
static inline int64_t conf_num(const struct conf *c, enum conf_id id)
{
	return c->v[id].num;
}
static inline struct str conf_text(const struct conf *c, enum conf_id id)
{
	return c->v[id].text;
}

#endif
