/* take.c - from one record to hits and marks. */
#include "names.h"
#include "probe/when.h"
#include "scan.h"

#define ACS_FAST_MS 3000
#define ACS_LOST_MS (3 * 60 * 1000) /* idle for 2 min is lost */
#define EXIT_UPDATE 42              /* the agent wants its new image started */

static void copy(struct log_text *to, struct str s)
{
	s = str_head(s, sizeof(to->text));
	to->n = (uint16_t)s.n;
	if (s.n)
		memcpy(to->text, s.p, s.n);
}

static int64_t number(struct str s)
{
	bool minus = s.n && s.p[0] == '-';
	uint64_t v = 0;

	s = str_skip(s, minus);
	for (size_t i = 0; i < s.n && i < 12; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			break;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	return minus ? -(int64_t)v : (int64_t)v;
}

/* What stands behind a head, up to a byte of stops. */
struct said {
	struct str head, stops;
};

static struct str find_said(struct str raw, const struct said *ways, size_t n)
{
	struct str v = { NULL, 0 };

	for (size_t i = 0; i < n && !v.n; i++)
		v = log_after(raw, ways[i].head, ways[i].stops);
	return v;
}
#define FIND_SAID(raw, ways) \
	find_said(raw, ways, sizeof(ways) / sizeof(*(ways)))

static void learn(struct log_found *f, struct str raw)
{
	static const struct said arn = { STR_INIT("arn:aws"),
		                         STR_INIT(" \"'\\,]") };
	static const struct said cluster[] = {
		{ STR_INIT("in cluster '"), STR_INIT("'") },
		{ STR_INIT("cluster=\""), STR_INIT("\"") },
		{ STR_INIT("\"cluster\":\""), STR_INIT("\"") },
	};
	struct str v = log_after(raw, arn.head, arn.stops);

	if (v.n && str_has(v, STR(":container-instance/")))
		copy(&f->arn,
		     (struct str){ v.p - arn.head.n, v.n + arn.head.n });
	v = FIND_SAID(raw, cluster);
	if (v.n)
		copy(&f->cluster, v);
}

static void version(struct log_found *f, struct str raw)
{
	static const struct said ways[] = {
		{ STR_INIT("ersion: "), STR_INIT(" ,\"\\") },
		{ STR_INIT("version=\""), STR_INIT("\"") },
		{ STR_INIT("\"version\":\""), STR_INIT("\"") },
		{ STR_INIT("Agent - v"), STR_INIT(" ") },
	};
	struct str v = FIND_SAID(raw, ways);

	if (v.n)
		copy(&f->version, v);
}

static void exited(struct log_found *f, struct str raw)
{
	struct str v = log_after(raw, STR("exited with code "), STR(" \"\\"));
	int64_t code = v.n ? number(v) : -1;

	f->exit_code = code > 255 ? 255 : (int)code;
	f->exits = code > 0 && code != EXIT_UPDATE ? f->exits + 1 : 0;
}

static void connected(struct logscan *s, struct log_at at)
{
	bool fast = at.ms != WHEN_NONE && s->acs_ms != WHEN_NONE &&
	            at.ms >= s->acs_ms && at.ms - s->acs_ms <= ACS_FAST_MS;

	s->acs_run = fast ? s->acs_run + 1 : 0;
	s->acs_ms = at.ms;
	if (s->acs_run > s->out->acs_fast)
		s->out->acs_fast = s->acs_run;
	if (fast)
		s->out->acs_fast_at = at;
}

/* A connection lost soon after the last one was: the new one came and went. */
static void lost(struct log_found *f, struct log_at at)
{
	bool soon = at.ms != WHEN_NONE && f->acs_lost &&
	            at.ms >= f->acs_lost_at.ms &&
	            at.ms - f->acs_lost_at.ms <= ACS_LOST_MS;

	f->acs_lost = soon ? f->acs_lost + 1 : 1;
	f->acs_lost_at = at;
}

/* A new agent process: it connects because it is new, and what the one
 * before did on its channel is past. */
static void begun(struct logscan *s, struct log_at at)
{
	s->acs_run = 0;
	s->acs_ms = WHEN_NONE;
	if (log_later(at, s->out->mark[MARK_ACS_UP]))
		s->out->acs_fast = s->out->acs_lost = 0;
}

static void memory(struct log_found *f, struct str raw)
{
	static const struct said ways[] = {
		{ STR_INIT("Remaining mem: "), STR_INIT(" \"\\") },
		{ STR_INIT("remainingMemory="), STR_INIT(" ") },
		{ STR_INIT("\"remainingMemory\":"), STR_INIT(",}") },
	};
	struct str v = FIND_SAID(raw, ways);

	v = str_skip(v, v.n && v.p[0] == '"');
	if (v.n)
		f->memory_mib = number(v);
}

/* The image came after all: what stood in the way of that image is past. */
static void pulled(struct log_found *f, struct str raw, struct log_at at)
{
	static const enum finding_id ways[] = {
		FIND_LOG_PULL_DNS,     FIND_LOG_PULL_FAILED,
		FIND_LOG_PULL_RATE,    FIND_LOG_PULL_REFUSED,
		FIND_LOG_PULL_TIMEOUT, FIND_LOG_PULL_TLS,
	};
	struct str image = log_image(raw);

	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		struct log_hit *h = log_hit_get(f, ways[i]);

		for (size_t k = 0; h && k < h->n_names; k++)
			if (h->names[k].id == NAME_IMAGE &&
			    log_later(at, h->last) &&
			    str_eq(image, (struct str){ h->names[k].text,
			                                h->names[k].n }))
				h->past = true;
	}
}

/* A mark of the first second leaves the agent booting; what does not, ends
 * that. */
static void boot(struct logscan *s, enum sig_mark mark)
{
	struct scan_quiet *q = &s->quiet;

	q->waiting = mark == MARK_INIT_PRE;
	switch (mark) {
	case MARK_START:
	case MARK_HELLO:
		q->agent = true;
		q->booting = true;
		break;
	case MARK_EARLY:
	case MARK_CRED_OK:
	case MARK_BENIGN:
		break;
	case MARK_INIT_PRE:
	case MARK_INIT_START:
	case MARK_INIT_STOP:
	case MARK_EXIT:
	case MARK_RETRY:
		q->init = true;
		break;
	default:
		q->agent = true;
		q->booting = false;
	}
}

void scan_mark(struct logscan *s, enum sig_mark mark, struct str raw,
               struct log_at at)
{
	struct log_found *f = s->out;

	boot(s, mark);
	if (!f->mark_count[mark]++ || log_later(at, f->mark[mark]))
		f->mark[mark] = at;
	switch (mark) {
	case MARK_REGISTERED:
	case MARK_RESTORED:
		learn(f, raw);
		break;
	case MARK_START:
		begun(s, at);
		break;
	case MARK_HELLO:
		begun(s, at);
		version(f, raw);
		break;
	case MARK_EXIT:
		exited(f, raw);
		break;
	case MARK_MEMORY:
		memory(f, raw);
		break;
	case MARK_ACS_UP:
		connected(s, at);
		break;
	case MARK_PULL_OK:
		pulled(f, raw, at);
		break;
	default:
		break;
	}
	log_close(f, mark, at);
}

static void bucket(struct log_found *f, struct log_hit *h)
{
	for (size_t i = 0; h && i < h->n_names; i++) {
		struct str name = { h->names[i].text, h->names[i].n };
		bool have = h->names[i].id != NAME_BUCKET;

		for (size_t k = 0; k < f->n_buckets && !have; k++)
			have = str_eq(name, (struct str){ f->bucket[k].text,
			                                  f->bucket[k].n });
		if (!have && f->n_buckets < LOG_MAX_BUCKETS)
			copy(&f->bucket[f->n_buckets++], name);
	}
}

/* The object of a message that was said to fail; each once. */
static void object(struct log_found *f, struct str raw)
{
	struct log_object *o = &f->object[f->n_objects];
	struct str bucket, key;

	if (f->n_objects == LOG_MAX_OBJECTS || !log_object(raw, &bucket, &key))
		return;
	for (size_t i = 0; i < f->n_objects; i++)
		if (str_eq(key,
		           (struct str){ f->object[i].key, f->object[i].n }) &&
		    str_eq(bucket, (struct str){ f->object[i].bucket.text,
		                                 f->object[i].bucket.n }))
			return;
	copy(&o->bucket, bucket);
	o->n = (uint16_t)key.n;
	memcpy(o->key, key.p, key.n);
	f->n_objects++;
}

/* What breaks while an agent that was told to stop closes its connections is
 * no fault; that it could not save its state is. */
static bool leaving(const struct log_found *f, enum finding_id id)
{
	return f->mark_count[MARK_TERM] && f->mark_count[MARK_START] &&
	       log_later(f->mark[MARK_TERM], f->mark[MARK_START]) &&
	       id != FIND_LOG_FINAL_SAVE && log_closed_by(id);
}

/* Of Docker's silence ecs-init says what the agent says, and it is over when
 * ecs-init starts the agent. */
static enum finding_id told_by(const struct logscan *s, enum finding_id id)
{
	return id == FIND_LOG_DOCKER_DOWN && s->quiet.init && !s->quiet.agent
	               ? FIND_LOG_INIT_NO_DOCKER
	               : id;
}

static enum sig_id take(struct logscan *s, struct str raw,
                        const struct needle_set *set, enum log_level level,
                        struct log_at at, enum sig_id but)
{
	enum sig_id id = sigtab_match(s->tab, set, level);
	struct log_hit *h;

	if (id == SIG_NONE || id == but)
		return id;
	if (sigs[id].mark) {
		scan_mark(s, sigs[id].mark, raw, at);
		if (sigs[id].mark != MARK_MEMORY)
			return id;
	}
	if (!sigs[id].finding || leaving(s->out, sigs[id].finding))
		return id;
	log_hit_add(s->out, told_by(s, sigs[id].finding), id, level, at, raw);
	if (sigs[id].finding == FIND_LOG_ACS_RESET ||
	    sigs[id].finding == FIND_LOG_ACS_IDLE)
		lost(s->out, at);
	h = log_hit_get(s->out, sigs[id].finding);
	if (h && h->count < 4)
		bucket(s->out, h);
	if (h && h->count < 32)
		object(s->out, raw);
	s->quiet.booting = false;
	s->quiet.waiting = false;
	if (sigs[id].finding == FIND_LOG_CLUSTER_DEFAULT)
		scan_mark(s, MARK_REGISTERED, raw, at);
	return id;
}

/* Each line of a paste may say something of its own; but the plain words of
 * the network, on a line alone, say less than the whole did. */
static void take_lines(struct logscan *s, struct str raw, enum log_level level,
                       struct log_at at, enum sig_id whole)
{
	while (raw.n) {
		struct str line = str_cut(&raw, '\n');
		struct needle_set set;
		enum sig_id id;

		sigtab_find(s->tab, line, &set);
		id = needle_set_empty(&set) ? SIG_NONE
		                            : sigtab_match(s->tab, &set, level);
		if (id != SIG_NONE && id < SIG_GENERIC && id != whole &&
		    sigs[id].finding != sigs[whole].finding)
			(void)take(s, line, &set, level, at, whole);
	}
}

/* A record that no row knows is a sign of life; a critical one is more. */
static void unknown(struct logscan *s, struct str raw, enum log_shape shape,
                    enum log_level level, struct log_at at)
{
	s->quiet.booting = false;
	s->quiet.waiting = false;
	if (level == LVL_CRIT && shape != SHAPE_PLAIN)
		log_hit_add(s->out, FIND_LOG_CRITICAL, SIG_NONE, level, at,
		            raw);
}

void scan_record(struct logscan *s, struct str raw, enum log_shape shape,
                 enum log_level level, struct log_at at)
{
	struct needle_set set;
	enum sig_id id = SIG_NONE;

	s->out->records++;
	sigtab_find(s->tab, raw, &set);
	if (!needle_set_empty(&set))
		id = take(s, raw, &set, level, at, SIG_NONE);
	if (id == SIG_NONE && raw.n)
		unknown(s, raw, shape, level, at);
	if (shape == SHAPE_PLAIN && memchr(raw.p, '\n', raw.n))
		take_lines(s, raw, level, at, id);
}
