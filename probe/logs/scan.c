#include "scan.h"

#include "probe/when.h"

struct logscan *logscan_new(struct arena *a, struct log_found *out, size_t cap)
{
	struct logscan *s = ARENA_NEW(a, struct logscan);

	*out = (struct log_found){
		.hits = ARENA_ARRAY(a, struct log_hit, LOG_MAX_HITS),
		.exit_code = -1,
		.memory_mib = -1,
		.newest_ms = WHEN_NONE,
	};
	*s = (struct logscan){ .out = out, .tab = sigtab_new(a, SIG_NONE) };
	quiet_init(&s->quiet_as);
	for (unsigned i = 0; i < LOG_ENDS_WAYS; i++)
		s->ends = log_ends_way(i) ? log_ends_way(i) : s->ends;
	s->buf = arena_get(a, 1, cap + QUIET_READ);
	s->cap = cap;
	s->scratch = arena_get(a, 1, SCAN_JOIN);
	s->day_ms = s->acs_ms = WHEN_NONE;
	return s;
}

static void set_time(struct logscan *s, struct str t)
{
	if (t.n)
		s->time = t;
}

/* Before the bytes it stands in move or are written over. */
static void save_time(struct logscan *s)
{
	struct str t = str_head(s->time, SCAN_STAMP);

	if (t.n)
		memmove(s->stamp, t.p, t.n);
	s->time = (struct str){ s->stamp, t.n };
}

static void flush(struct logscan *s)
{
	size_t n = s->copied;

	s->copied = 0;
	if (n)
		scan_record(s, (struct str){ s->scratch, n }, s->shape,
		            s->level, s->at);
	if (!s->open)
		return;
	s->open = false;
	scan_record(s, (struct str){ s->buf + s->rec, s->rec_end - s->rec },
	            s->shape, s->level, s->at);
}

static void begin(struct logscan *s, struct str line, const struct logrec *r)
{
	s->open = true;
	s->rec = (size_t)(line.p - s->buf);
	s->rec_end = s->rec + line.n;
	s->shape = r->shape;
	s->level = r->level;
	s->at = (struct log_at){ scan_time(s), s->out->lines };
}

/* Nothing that a row looks for, but the agent is alive and does things. */
static void other(struct logscan *s)
{
	s->quiet.booting = false;
	s->quiet.waiting = false;
}

static bool starts_panic(struct str line)
{
	return str_starts(line, STR("panic: ")) ||
	       str_starts(line, STR("fatal error: ")) ||
	       str_starts(line, STR("goroutine "));
}

/* Does a line that says no level belong to the record before it? */
static bool joins(const struct logscan *s, struct str line)
{
	size_t n = s->rec_end - s->rec;
	char last = n ? s->buf[s->rec_end - 1] : '\n';

	if (!s->open || n + line.n > SCAN_JOIN || starts_panic(line))
		return false;
	switch (s->shape) {
	case SHAPE_PLAIN:
		return line.n > 0;
	case SHAPE_BRACKET:
		return true;
	case SHAPE_LOGFMT:
		return last == '\\';
	case SHAPE_JSON:
		return last != '}';
	}
	return false;
}

static void plain_line(struct logscan *s, struct str line)
{
	const struct logrec r = { .shape = SHAPE_PLAIN };

	if (joins(s, line)) {
		s->rec_end = (size_t)(line.p - s->buf) + line.n;
		return;
	}
	flush(s);
	if (line.n)
		begin(s, line, &r);
}

/* A record that is no slice of buf; lines that continue it may come. */
static void begin_copy(struct logscan *s, size_t n)
{
	struct logrec r;

	logrec_read((struct str){ s->scratch, n }, &r);
	set_time(s, r.time);
	save_time(s);
	if (r.level != LVL_ANY && r.level < LVL_WARN &&
	    !wake_is(&s->quiet_as.wake, r.msg)) {
		other(s);
		return;
	}
	s->copied = n;
	s->shape = r.shape;
	s->level = r.level;
	s->at = (struct log_at){ scan_time(s), s->out->lines };
}

/* What a wrapped line holds, without its end; SIZE_MAX when none is. */
static size_t unwrap(struct str line, char *out, size_t cap)
{
	struct str inner;
	size_t n;

	if (log_unwrap_docker(line, &inner))
		n = log_unescape(inner, out, cap);
	else if (memchr(line.p, '\033', str_head(line, SCAN_JOIN).n))
		n = log_strip_ansi(line, out, cap);
	else
		return SIZE_MAX;
	while (n && (out[n - 1] == '\n' || out[n - 1] == '\r'))
		n--;
	return n;
}

/* Does this line continue the copied record, as it would a bare one? */
static bool joins_copy(const struct logscan *s, struct str line)
{
	struct logrec r;

	if (!s->copied || !line.n || starts_panic(line) ||
	    (s->shape != SHAPE_BRACKET && s->shape != SHAPE_PLAIN))
		return false;
	logrec_read(line, &r);
	return r.shape == SHAPE_PLAIN;
}

/* Docker's JSON log, or escape sequences: true when it was dealt with. */
static bool wrapped(struct logscan *s, struct str line)
{
	size_t at, n;

	if (s->copied + 1 >= SCAN_JOIN)
		flush(s);
	at = s->copied ? s->copied + 1 : 0;
	n = unwrap(line, s->scratch + at, SCAN_JOIN - at);
	if (n == SIZE_MAX)
		return false;
	if (at + n < SCAN_JOIN &&
	    joins_copy(s, (struct str){ s->scratch + at, n })) {
		s->scratch[s->copied] = '\n';
		s->copied = at + n;
		return true;
	}
	flush(s);
	n = at ? unwrap(line, s->scratch, SCAN_JOIN) : n;
	begin_copy(s, n);
	return true;
}

static void slow_line(struct logscan *s, struct str line)
{
	struct logrec r;

	if (line.n && wrapped(s, line))
		return;
	logrec_read(line, &r);
	if (r.shape == SHAPE_PLAIN) {
		plain_line(s, line);
		return;
	}
	flush(s);
	set_time(s, r.time);
	if (r.level < LVL_WARN && !wake_is(&s->quiet_as.wake, r.msg)) {
		other(s);
		return;
	}
	begin(s, line, &r);
}

static void one_line(struct logscan *s, struct str line)
{
	struct logrec r;

	s->out->lines++;
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	if (!logrec_quick(line, &r)) {
		slow_line(s, line);
		return;
	}
	flush(s);
	set_time(s, r.time);
	if (r.level < LVL_WARN && !wake_is(&s->quiet_as.wake, r.msg))
		other(s);
	else
		begin(s, line, &r);
}

/* A line longer than the buffer comes in pieces, each taken for itself. */
static void piece(struct logscan *s, bool ends)
{
	struct str text = { s->buf + s->pos, s->have - s->pos };

	if (s->torn) {
		scan_record(s, text, SHAPE_PLAIN, s->level,
		            (struct log_at){ scan_time(s), s->out->lines });
	} else {
		one_line(s, text);
		if (!s->open)
			s->level = LVL_TRACE;
		flush(s);
	}
	s->torn = !ends;
	s->pos = s->have;
}

static void take_line(struct logscan *s, struct str line)
{
	if (s->torn) {
		scan_record(s, line, SHAPE_PLAIN, s->level,
		            (struct log_at){ scan_time(s), s->out->lines });
		s->torn = false;
	} else {
		one_line(s, line);
	}
}

/* Lines that are all quiet: the last of them says what there is to keep. */
static size_t take_quiet(struct logscan *s, const struct quiet_lines *in)
{
	struct str time = { NULL, 0 };
	size_t n = s->torn ? 0 : quiet_run(&s->quiet_as, in, &time);

	if (n) {
		flush(s);
		s->out->lines += n;
		set_time(s, time);
		other(s);
	}
	return n;
}

/* Empty lines that no record goes on in. */
static size_t take_empty(struct logscan *s, const struct quiet_lines *in)
{
	size_t n = 0;

	if (!s->open && !s->torn)
		while (n < in->n && in->eol[n] == in->from + n)
			n++;
	s->out->lines += n;
	return n;
}

static void take_lines(struct logscan *s, struct quiet_lines in)
{
	while (in.n) {
		size_t n = take_empty(s, &in);

		if (n == 0)
			n = take_quiet(s, &in);
		if (n == 0) {
			take_line(s, (struct str){ in.text + in.from,
			                           in.eol[0] - in.from });
			n = 1;
		}
		in.from = in.eol[n - 1] + 1;
		in.eol += n;
		in.n -= n;
	}
}

static void consume(struct logscan *s)
{
	uint32_t eol[SCAN_LINES];
	size_t n;

	do {
		const char *text = s->buf + s->pos;

		n = s->ends(text, s->have - s->pos, eol, SCAN_LINES);
		take_lines(s, (struct quiet_lines){ text, 0, eol, n });
		s->pos += n ? eol[n - 1] + 1 : 0;
	} while (n >= SCAN_LINES - LOG_ENDS_MIN);
}

char *logscan_space(struct logscan *s, size_t *n)
{
	size_t from = s->open ? s->rec : s->pos;

	save_time(s);
	if (from > 0 && s->have > s->cap / 2) {
		memmove(s->buf, s->buf + from, s->have - from);
		s->have -= from;
		s->pos -= from;
		s->rec -= s->open ? from : 0;
		s->rec_end -= s->open ? from : 0;
	}
	if (s->have == s->cap) {
		flush(s);
		piece(s, false);
		s->have = s->pos = 0;
	}
	*n = s->cap - s->have;
	return s->buf + s->have;
}

void logscan_put(struct logscan *s, size_t n)
{
	s->have += n;
	s->out->bytes += n;
	/* Nothing is taken before it can be told whether a mark opens it. */
	if (s->first && s->have < 3)
		return;
	if (s->first && memcmp(s->buf, "\xef\xbb\xbf", 3) == 0)
		s->pos = 3;
	s->first = false;
	consume(s);
}

void logscan_file(struct logscan *s, struct str path)
{
	(void)path; /* what is in a file tells better what it is */
	s->out->files++;
	s->have = s->pos = 0;
	s->open = s->torn = false;
	s->copied = 0;
	s->first = true;
	s->time = (struct str){ NULL, 0 };
	s->quiet = (struct scan_quiet){ 0 };
}

void logscan_file_end(struct logscan *s)
{
	int64_t ms;

	if (s->first)
		consume(s);
	if (s->pos < s->have)
		piece(s, true);
	flush(s);
	ms = scan_time(s);
	if (ms != WHEN_NONE && ms > s->out->newest_ms)
		s->out->newest_ms = ms;
	if (s->quiet.agent)
		s->last_quiet.booting = s->quiet.booting;
	if (s->quiet.init)
		s->last_quiet.waiting = s->quiet.waiting;
}
