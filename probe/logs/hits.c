#include "hits.h"

#include "names.h"
#include "probe/when.h"

#define BIT(mark) (UINT32_C(1) << MARK_##mark)
#define REG BIT(REGISTERED)
#define NET (BIT(REGISTERED) | BIT(ACS_UP))
#define INIT (BIT(REGISTERED) | BIT(INIT_START))
#define CRED (BIT(REGISTERED) | BIT(ACS_UP) | BIT(CRED_OK))

/* What an agent writes later that shows the fault is over. A new start alone
 * shows nothing: only registering does. Faults of tasks are never closed, the
 * next task may fail the same way. */
static const struct {
	enum finding_id id;
	uint32_t by;
} closes[] = {
#define CLOSE(id, by) { FIND_LOG_##id, by },
#include "closes.def"
#undef CLOSE
};

uint32_t log_closed_by(enum finding_id id)
{
	for (size_t i = 0; i < sizeof(closes) / sizeof(*closes); i++)
		if (closes[i].id == id)
			return closes[i].by;
	return 0;
}

bool log_later(struct log_at a, struct log_at b)
{
	if (a.ms != WHEN_NONE && b.ms != WHEN_NONE && a.ms != b.ms)
		return a.ms > b.ms;
	return a.line > b.line;
}

struct log_hit *log_hit_get(const struct log_found *f, enum finding_id id)
{
	for (size_t i = 0; i < f->n_hits; i++)
		if (f->hits[i].finding == id)
			return &f->hits[i];
	return NULL;
}

void log_close(struct log_found *f, enum sig_mark mark, struct log_at at)
{
	for (size_t i = 0; i < f->n_hits; i++) {
		struct log_hit *h = &f->hits[i];

		if (h->closed_by >> mark & 1 && log_later(at, h->last))
			h->past = true;
	}
}

/* Names and sample are read from the first records and then ever more rarely:
 * a log that repeats itself a million times costs no more for it. */
static bool worth_reading(uint32_t count)
{
	return count < 4 || (count & (count - 1)) == 0;
}

/* What is shown of a record: its message, and the error it names. */
static void keep_sample(struct log_hit *h, struct str text)
{
	struct logrec r;
	struct str error;
	size_t n;

	logrec_read(text, &r);
	n = log_unescape(r.msg, h->sample, sizeof(h->sample));
	if (r.shape != SHAPE_BRACKET && r.shape != SHAPE_PLAIN &&
	    logrec_field(&r, STR("error"), &error) && error.n &&
	    n + 2 < sizeof(h->sample)) {
		h->sample[n++] = ':';
		h->sample[n++] = ' ';
		n += log_unescape(error, h->sample + n, sizeof(h->sample) - n);
	}
	h->sample_n = (uint16_t)n;
}

static void read_text(struct log_hit *h, struct str text)
{
	char plain[4096];
	size_t n = log_unescape(text, plain, sizeof(plain));

	keep_sample(h, text);
	log_names((struct str){ plain, n }, h);
}

void log_hit_add(struct log_found *f, enum finding_id id, enum sig_id sig,
                 enum log_level level, struct log_at at, struct str text)
{
	struct log_hit *h = log_hit_get(f, id);

	if (!h && f->n_hits == LOG_MAX_HITS)
		return;
	if (!h) {
		h = &f->hits[f->n_hits++];
		*h = (struct log_hit){ .finding = id,
			               .closed_by = log_closed_by(id),
			               .past = true };
	}
	if (h->past) {
		h->past = false;
		h->count = 0;
		h->n_names = 0;
		h->first = at;
		h->last = at;
	}
	if (worth_reading(h->count))
		read_text(h, text);
	if (h->count < UINT32_MAX)
		h->count++;
	h->sig = sig;
	h->level = level;
	if (log_later(h->first, at))
		h->first = at;
	if (log_later(at, h->last))
		h->last = at;
}
